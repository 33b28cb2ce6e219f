"""Redirects and rewrites: valid and invalid rules, and the JavaScript compared with the rules in Python."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hosting.edge.redirect_checks import Hosts, check_rules
from hosting.edge.redirects import redirects_part
from hosting.edge.route_choice import RouteChoice
from hosting.edge.routing import router_part, router_redirects
from hosting.errors import EdgeError
from hosting.formats.paths import canonical_path
from hosting.formats.redirects.files import read_redirects
from hosting.formats.redirects.rules import Placeholder, Rule, ViewerRequest
from hosting.formats.rule_file import NamedFile
from tests.unit.edge.runtime import request_event
from tests.unit.edge.test_routing import shown

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from hosting.formats.redirects.rule_set import RedirectRules
    from tests.unit.edge.runtime import EdgeRuntime


def amplify(folder: Path, *rules: Any) -> RedirectRules:  # noqa: ANN401 - any JSON value
    """Return the rules of a `redirects.json` with one rule per line."""
    lines = ",\n".join(json.dumps(rule) for rule in rules)
    (folder / "redirects.json").write_text(f"[\n{lines}\n]\n")
    return read_redirects([], folder)


def netlify(folder: Path, *lines: str) -> RedirectRules:
    """Return the rules of a `_redirects`."""
    (folder / "_redirects").write_text("\n".join(lines) + "\n")
    return read_redirects([], folder)


def first_match(rules: Sequence[Rule], visit: ViewerRequest) -> tuple[Rule, str] | None:
    """Return the first rule that matches a request, and its target, for comparison with `RuleLookup.first`."""
    for rule in rules:
        target = rule.target_for(visit)
        if target is not None:
            return None if rule.keeps_file(visit.path) else (rule, target)
    return None


def error_message(folder: Path, *lines: str, keys: frozenset[str] = frozenset(), routing: str = "errors") -> str:
    """Return the error message for an invalid `_redirects`."""
    with pytest.raises(EdgeError) as caught:
        check_rules(
            netlify(folder, *lines), keys, router_redirects(routing, keys, RouteChoice("index.html").routes(keys))
        )
    return str(caught.value)


def result_of(  # noqa: PLR0913 - a request has many properties, all named
    edge: EdgeRuntime,
    redirects: RedirectRules,
    path: str,
    *,
    query: Mapping[str, str | Sequence[str]] | None = None,
    country: str | None = None,
    host: str = "www.example.com",
) -> str:
    """Return the function's result for a request: the key of the object, or `301 /location`."""
    headers = {"host": host} | ({"cloudfront-viewer-country": country} if country else {})
    return shown(edge.request([redirects_part(redirects.rules)], request_event(path, query, headers)))


@pytest.mark.parametrize(
    ("rule", "path", "answer"),
    [
        (
            {"source": "/original.html", "status": "301", "target": "/destination.html"},
            "/original.html",
            "301 /destination.html",
        ),
        (
            {"source": "/docs/<*>", "status": "301", "target": "/documents/<*>"},
            "/docs/a/b.html",
            "301 /documents/a/b.html",
        ),
        ({"source": "/docs/<*>", "status": "301", "target": "/documents/<*>"}, "/docsa", "docsa"),
        ({"source": "/docs/<y>/<m>/<id>", "status": "302", "target": "/<id>-<m>-<y>"}, "/docs/24/12/x", "302 /x-12-24"),
        ({"source": "/docs/<y>/<m>", "status": "302", "target": "/<y>"}, "/docs/24/12/x", "docs/24/12/x"),
        ({"source": "/images/<*>", "status": "200", "target": "/static/<*>"}, "/images/a%20b.png", "static/a b.png"),
        ({"source": "/<*>", "status": "200", "target": "/index.html"}, "/app.js", "index.html"),
        ({"source": "/a", "target": "/b"}, "/a", "302 /b"),
        ({"source": "/a", "target": "https://other.example/x#y", "status": 301}, "/a", "301 https://other.example/x#y"),
        ({"source": "/Δ", "target": "/δ", "status": "301"}, "/%ce%94", "301 /%CE%B4"),
        ({"source": "/a.b(c)+$", "target": "/ok"}, "/a.b(c)+$", "302 /ok"),
        ({"source": "/a.b", "target": "/ok"}, "/aXb", "aXb"),
    ],
)
def test_amplifys_rules(edge: EdgeRuntime, tmp_path: Path, rule: dict[str, str], path: str, answer: str) -> None:
    """Each form of Amplify's rules does what Amplify documents."""
    assert result_of(edge, amplify(tmp_path, rule), path) == answer


@pytest.mark.parametrize(
    ("line", "path", "answer"),
    [
        ("/home /", "/home", "301 /"),
        ("/home / 302 # comment", "/home", "302 /"),
        ("/news/:year/:slug /blog-:year-:slug.html 301", "/news/24/x", "301 /blog-24-x.html"),
        ("/news/*  /blog/:splat", "/news/a/b", "301 /blog/a/b"),
        ("/news/*  https://blog.example:8080/:splat 308!", "/news/a", "308 https://blog.example:8080/a"),
        ("/blog/* /news/:splat 200", "/blog/a.png", "news/a.png"),
        ("/app/* /app/index.html 200", "/app/deep/link", "app/index.html"),
        ("/app/* /app/index.html 200", "/app/app.js", "app/app.js"),
        ("/app/* /app/index.html 200!", "/app/app.js", "app/index.html"),
        ("/a /b#c", "/a", "301 /b#c"),
        ("/a /b", "/a/", "301 /b"),
        ("/a/ /b", "/a", "301 /b"),
        ("/a/ /b", "/a/", "301 /b"),
        ("/a /b", "/a//", "a//"),
        ("/a/:x /b/:x", "/a/1/", "301 /b/1"),
        ("/a/:x/ /b/:x", "/a/1", "301 /b/1"),
        ("/a/* /b/:splat", "/a", "301 /b/"),
        ("/a/* /b/:splat", "/a/", "301 /b/"),
        ("/a/* /b/:splat", "/a/x/", "301 /b/x/"),
        ("/a/* /b/:splat", "/ab", "ab"),
        ("/a* /b/:splat", "/abc/", "301 /b/bc/"),
        ("/:x/* /b/:x/:splat", "/a", "301 /b/a/"),
        ("/ /b", "/", "301 /b"),
        ("/w /wiki/Special:Search", "/w", "301 /wiki/Special:Search"),
        ("/w/* /wiki/Special:Search/x:splat", "/w/y", "301 /wiki/Special:Search/xy"),
        ("/w/:n /wiki/User:n", "/w/y", "301 /wiki/Usery"),
        ("/a/* /%F0%9F%A6%8A/:splat", "/a/\U0001f98a", "301 /%F0%9F%A6%8A/%F0%9F%A6%8A"),
        ("/blog* /news/:splat", "/blog/x", "301 /news/x"),
        ("/blog* /news/:splat", "/blog", "301 /news/"),
        ("/blog* /news-:splat", "/blog/x", "301 /news-/x"),
        ("/contact/* /contact", "/contact/a/b", "301 /contact"),
        ("/contact/* /contact", "/contact", "contact"),
        ("/contact/* /contact#form", "/contact/", "contact/"),
        ("/* /en/:splat", "/a/b", "301 /en/a/b"),
        ("/* /en/:splat", "/en/a/b", "en/a/b"),
        ("/* /en/:splat", "/en", "en"),
        ("/* /en/:splat", "/english", "301 /en/english"),
        ("/:lang/latest /en/latest", "/de/latest", "301 /en/latest"),
        ("/:lang/latest /en/latest", "/en/latest", "en/latest"),
        ("/blog/:post-slug /posts/:post-slug", "/blog/hello", "301 /posts/hello"),
        ("/:year-:slug /p/:year/:slug", "/24-x", "301 /p/24/x"),
        ("/blog/:year-archive /archive/:year", "/blog/24-archive", "301 /archive/24"),
        ("/old-:post-slug /p", "/old-x", "301 /p"),
        ("/cv https://x.example/:b:/g/personal/x", "/cv", "301 https://x.example/:b:/g/personal/x"),
        ("/wiki/Special:Search /search", "/wiki/Special:Search", "301 /search"),
        ("/wiki/Special:Search /search", "/wiki/Special:Other", "wiki/Special:Other"),
        ("/u/User:name /p/:name", "/u/Userjo", "301 /p/jo"),
        ("/admin/* 200", "/admin/x", "admin/x"),
        ("/admin/* 200!", "/admin/x", "admin/x"),
        ("/:lang:/x /:lang/x", "/en:/x", "301 /en/x"),
        ("//* /:splat", "//x", "301 /x"),
        ("//* /:splat", "/", ""),
        ("/a/:x /b?x=:x&y=1#:x", "/a/1&y=2+3=%26", "301 /b?x=1%26y%3D2%2B3%3D%26&y=1#1%26y%3D2%2B3%3D%26"),
    ],
)
def test_netlifys_rules(edge: EdgeRuntime, tmp_path: Path, line: str, path: str, answer: str) -> None:
    """Each form of Netlify's rules does what Netlify documents."""
    assert result_of(edge, netlify(tmp_path, "# our redirects", "", line), path) == answer


def test_query_strings(edge: EdgeRuntime, tmp_path: Path) -> None:
    """A redirect keeps the visitor's query, unless the rule reads the query or its target has one."""
    redirects = netlify(
        tmp_path,
        "/store id=:id  /blog/:id 301",
        "/store lang=de  /laden 301",
        "/plain /target 302",
        "/own /target?a=b 302",
        "/anchor /target#here 302",
    )
    assert result_of(edge, redirects, "/store", query={"id": "7", "x": "y"}) == "301 /blog/7"
    assert result_of(edge, redirects, "/store", query={"lang": "de"}) == "301 /laden"
    assert result_of(edge, redirects, "/store", query={"lang": "fr"}) == "store"
    assert result_of(edge, redirects, "/plain", query={"a": "b%20c", "d": ""}) == "302 /target?a=b%20c&d"
    assert result_of(edge, redirects, "/own", query={"c": "d"}) == "302 /target?a=b"
    assert result_of(edge, redirects, "/anchor", query={"c": "d"}) == "302 /target?c=d#here"
    (tmp_path / "_redirects").unlink()
    redirects = amplify(tmp_path, {"source": "/docs?id=<id>", "target": "/documents/<id>", "status": "301"})
    assert result_of(edge, redirects, "/docs", query={"id": "7"}) == "301 /documents/7"


@pytest.mark.parametrize("given", ["a b", "a%20b", "a+b", "%61%20b"])
def test_a_query_is_compared_decoded(edge: EdgeRuntime, tmp_path: Path, given: str) -> None:
    """A query value is compared decoded, however the visitor or the rule encodes it."""
    for asked in ("a%20b", "a+b", "%61+b"):
        redirects = netlify(tmp_path, f"/s q={asked} /found 301")
        assert result_of(edge, redirects, "/s", query={"q": given}) == "301 /found"
        (tmp_path / "_redirects").unlink()
        redirects = amplify(tmp_path, {"source": f"/s?q={asked}", "target": "/found", "status": "301"})
        assert result_of(edge, redirects, "/s", query={"q": given}) == "301 /found"
        (tmp_path / "redirects.json").unlink()
    assert result_of(edge, redirects, "/s", query={"q": "a%2520b"}) == "s"


def test_unusual_queries(edge: EdgeRuntime, tmp_path: Path) -> None:
    """A malformed value is compared as it is, names may have any characters, and no name is an object's method."""
    redirects = netlify(
        tmp_path, "/bad q=%zz /found", "/utf q=%ff /found", "/\u00e9 \u00e9=1 /found", "/x constructor=:x /b/:x"
    )
    assert result_of(edge, redirects, "/bad", query={"q": "%zz"}) == "301 /found"
    assert result_of(edge, redirects, "/utf", query={"q": "%ff"}) == "301 /found"
    assert result_of(edge, redirects, "/%C3%A9", query={"%C3%A9": "1"}) == "301 /found"
    assert result_of(edge, redirects, "/x") == "x"
    assert result_of(edge, redirects, "/x", query={"constructor": "1", "hasOwnProperty": "2"}) == "301 /b/1"


def test_values_in_a_target_are_encoded(edge: EdgeRuntime, tmp_path: Path) -> None:
    """A query value in a path is encoded, so that it can't begin a query; in a query it is unchanged."""
    redirects = netlify(tmp_path, "/p q=:q /a/:q/b", "/q q=:q /a?x=:q", "/r q=:q /a/:q 200")
    assert result_of(edge, redirects, "/p", query={"q": "x?y#z+%3F"}) == "301 /a/x%3Fy%23z%20%3F/b"
    assert result_of(edge, redirects, "/q", query={"q": "x?y+%26"}) == "301 /a?x=x?y+%26"
    assert result_of(edge, redirects, "/r", query={"q": "x?y"}) == "a/x?y"
    redirects = netlify(tmp_path, "/:x q=:q /b/:x/:q?x=:x&q=:q")
    assert result_of(edge, redirects, "/a&b", query={"q": "c+?"}) == "301 /b/a&b/c%20%3F?x=a%26b&q=c+?"
    found = first_match(redirects.rules, ViewerRequest("/a&b", {"q": "c+?"}))
    assert found == (redirects.rules[0], "/b/a&b/c%20%3F?x=a%26b&q=c+?")


def test_the_visitors_query_is_kept(edge: EdgeRuntime, tmp_path: Path) -> None:
    """Repeated parameters, any script and, if the runtime has it, the order of all parameters are kept."""
    redirects = netlify(tmp_path, "/a /b 302", "/one v=1 /found 302")
    assert result_of(edge, redirects, "/a", query={"x": ["1", "2"], "y": "", "z": "%26"}) == "302 /b?x=1&x=2&y&z=%26"
    assert result_of(edge, redirects, "/a", query={"x": "\U0001f98a\U0001f98a"}) == "302 /b?x=" + "%F0%9F%A6%8A" * 2
    assert result_of(edge, redirects, "/one", query={"v": ["1", "2"]}) == "302 /found"
    assert result_of(edge, redirects, "/one", query={"v": ["2", "1"]}) == "one"
    for raw, kept in (("x=1&y=2&x=3&\U0001f98a=<", "?x=1&y=2&x=3&%F0%9F%A6%8A=%3C"), ("", "")):
        event = request_event("/a", {"x": ["1", "3"], "y": "2"})
        event["request"]["rawQueryString"] = raw
        assert shown(edge.request([redirects_part(redirects.rules)], event)) == f"302 /b{kept}"


def test_countries(edge: EdgeRuntime, tmp_path: Path) -> None:
    """A rule for a country applies to its visitors; for an unknown country the next rule applies."""
    redirects = netlify(tmp_path, "/ /de 302 Country=de,at", "/ /en 302")
    assert result_of(edge, redirects, "/", country="AT") == "302 /de"
    assert result_of(edge, redirects, "/", country="FR") == "302 /en"
    assert result_of(edge, redirects, "/") == "302 /en"
    (tmp_path / "_redirects").unlink()
    redirects = amplify(tmp_path, {"source": "/a", "target": "/us", "status": "302", "condition": "<US>"})
    assert result_of(edge, redirects, "/a", country="US") == "302 /us"
    assert result_of(edge, redirects, "/a", country="DE") == "a"


def test_domains(edge: EdgeRuntime, tmp_path: Path) -> None:
    """A rule for a domain applies only to that host, and Amplify's redirects to the same path."""
    redirects = amplify(
        tmp_path, {"source": "https://Example.com", "target": "https://www.example.com", "status": "302"}
    )
    assert (
        result_of(edge, redirects, "/a/b", host="example.com", query={"c": "d"})
        == "302 https://www.example.com/a/b?c=d"
    )
    assert result_of(edge, redirects, "/a/b", host="www.example.com") == "a/b"
    for target, location in (
        ("https://www.example.com/x/", "https://www.example.com/x/a/b?c=d"),
        ("https://www.example.com/?x=y", "https://www.example.com/?x=y"),
        ("https://www.example.com/#x", "https://www.example.com/?c=d#x"),
        ("https://www.example.com/y/<*>/z", "https://www.example.com/y/a/b/z?c=d"),
    ):
        redirects = amplify(tmp_path, {"source": "https://example.com/", "target": target})
        assert result_of(edge, redirects, "/a/b", host="example.com", query={"c": "d"}) == f"302 {location}"
    (tmp_path / "redirects.json").unlink()
    redirects = netlify(tmp_path, "http://blog.example.com/* https://www.example.com/blog/:splat 301!")
    assert result_of(edge, redirects, "/x", host="blog.example.com") == "301 https://www.example.com/blog/x"


def test_the_first_match_wins(edge: EdgeRuntime, tmp_path: Path) -> None:
    """The first matching rule applies, whether it is literal or not."""
    redirects = netlify(tmp_path, "/a/* /all/:splat", "/a/b /one")
    assert result_of(edge, redirects, "/a/b") == "301 /all/b"
    redirects = netlify(tmp_path, "/a/b /one", "/a/* /all/:splat")
    assert result_of(edge, redirects, "/a/b") == "301 /one"


def test_a_redirect_never_leaves_the_site_by_a_visitors_doing(edge: EdgeRuntime, tmp_path: Path) -> None:
    """Slashes and backslashes in a path can't cause a redirect to another host, and no path breaks the header."""
    redirects = netlify(tmp_path, "/go/* /:splat 302")
    assert result_of(edge, redirects, "/go//evil.example") == "302 /evil.example"
    for evil in ("/go/\\evil.example", "/go//\\/evil.example", "/go/%5Cevil.example"):
        assert result_of(edge, redirects, evil).startswith("302 /%5C")
    assert "\r" not in result_of(edge, netlify(tmp_path, "/q id=:id /:id 302"), "/q", query={"id": "a\r\nb"})


words = st.sampled_from(["a", "b", "a.b", "é", "x-y", "\U0001f98a", "a%2Fb"])
sources = st.lists(st.one_of(words, st.sampled_from([":p", ":q", "*"])), min_size=1, max_size=3, unique=True)


@st.composite
def rules(draw: st.DrawFn, ignores_trailing_slash: bool) -> Rule:  # noqa: FBT001 - an attribute of the rule
    """Return a rule of any kind."""
    parts: list[str | Placeholder] = []
    expression = "" if ignores_trailing_slash else draw(st.sampled_from(["", "", "", "^\\/a[^.]*$", "\\.b$|^\\/b"]))
    for word in () if expression else draw(sources):
        skips = word == "*" and draw(st.booleans())
        parts += ["/", Placeholder(word.lstrip(":"), skips) if word in (":p", ":q", "*") else word]
    count = sum(isinstance(part, Placeholder) for part in parts)
    query = draw(st.sampled_from([(), (("id", None),), (("id", "1"),), (("id", "a b"),)]))
    count += sum(value is None for _, value in query)
    between = draw(st.sampled_from(["/", "?"]))
    target = "/t" + "".join(f"{between}{{{number}}}" for number in range(1, count + 1))
    return Rule(
        where=f"line {draw(st.integers(1, 99))}",
        source=tuple(parts),
        # Some rules match their own target, as `/:x/* /a` does.
        target=draw(st.sampled_from([target, "/c", "/a", "/a/b", "/a/{1}" if count else "/b"])),
        status=draw(st.sampled_from([200, 301, 302])),
        query=query,
        countries=draw(st.sampled_from([(), ("DE",), ("DE", "US")])),
        host=draw(st.sampled_from(["", "www.example.com", "example.org"])),
        files=draw(st.sampled_from([(), ("/a", ""), ("/a/",), ("/b/a.b", "/x-y")])),
        not_for_files=draw(st.booleans()),
        ignores_trailing_slash=ignores_trailing_slash,
        expression=expression,
    )


@given(
    redirects=st.booleans().flatmap(lambda either: st.lists(rules(either), min_size=1, max_size=4)),
    path=st.builds(
        lambda parts, slash: canonical_path("/" + "/".join(parts)) + slash,
        st.lists(words, min_size=1, max_size=4),
        st.sampled_from(["", "/"]),
    ),
    query=st.sampled_from([{}, {"id": "1"}, {"id": "2"}, {"other": "1"}, {"id": "a+b"}, {"id": "a?b#+&"}]),
    country=st.sampled_from([None, "DE", "US"]),
)
def test_the_javascript_is_the_rules(
    edge: EdgeRuntime, redirects: list[Rule], path: str, query: dict[str, str], country: str | None
) -> None:
    """For any rules and request, the function uses the same rule and target as Python."""
    found = first_match(redirects, ViewerRequest(path, query, country, "www.example.com"))
    headers = {"cloudfront-viewer-country": country} if country else {}
    answer = edge.request([redirects_part(redirects)], request_event(path, query, headers))
    if found is None:
        assert answer["uri"] == path
    elif found[0].status == 200:
        assert answer["uri"] == found[1]
    else:
        written = (
            "?" + "&".join(f"{name}={value}".replace("#", "%23") for name, value in query.items()) if query else ""
        )
        assert answer["statusCode"] == found[0].status
        assert answer["headers"]["location"]["value"] == found[1] + (written if found[0].keeps_query else "")


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (["", "/a"], "line 2 of _redirects has no target: write '/from /to 301'"),
        (["/a/* 301"], "line 1 of _redirects has no target: write '/from /to 301'"),
        (["/a 200"], "line 1 of _redirects has no target: write '/from /to 301'"),
        (["www.a.example/* /b"], "does not begin with '/': write a host with 'https://'"),
        ([":a /b"], "line 1 of _redirects has a source that does not begin with '/'"),
        (["http:// /b"], "has the host '' in its source, but the host must be one name"),
        (["https://:sub.a.example/* /b"], "has the host ':sub.a.example' in its source"),
        (["https://*.a.example/* /b"], "has the host '*.a.example' in its source"),
        (["/a b"], "begins with neither '/' nor 'https://'"),
        (["/a /b 418"], "has the status '418'"),
        (["/a /b 302 Language=de"], "has 'Language=de', which is not supported"),
        (["/a /b 302 Country=germany"], "has the country 'GERMANY', which is not an ISO 3166-1 country code"),
        (
            ["/a /b 302 Country=de,uk"],
            "has the country 'UK', which is not an ISO 3166-1 country code (did you mean 'GB'?)",
        ),
        (["/a /b 302 Country=xx"], "has the country 'XX', which is not an ISO 3166-1 country code"),
        (["/:a/:a /b"], "the same placeholder twice"),
        (["/*/* /b"], "the same placeholder twice"),
        (
            ["/" + "/".join(f":p{number}" for number in range(10)) + " /b"],
            "has 10 placeholders, but at most 9 are supported",
        ),
        (["/:a* /b"], "two placeholders with nothing between them"),
        (["/* https://:splat"], "host comes from the visitor's path"),
        (["/* https://x.example:splat"], "host comes from the visitor's path"),
        (["/a /b\\c"], "is not a URL"),
        (["/a //other.example/b"], "begins with '//': if that is a host, write 'https://'"),
        (["/* //other.example 404"], "not a page of this site"),
        (["/a https://["], "an invalid host or port"),
        (["/a https://x.example:99999/"], "an invalid host or port"),
        (["/a /b?c 200"], "a rewrite (200) with a query"),
        (["/a?b /c"], "has a source with '?': write query parameters after the path"),
        (["/a id=:x/y /c/:x"], "with both text and a placeholder"),
        (["/a /b 404"], "which is for all paths ('/*') or a folder ('/docs/*')"),
        (["/a/* /b 404!"], "has the status 404!, which would hide files"),
        (["/* /:splat 404"], "a placeholder, but is for missing files"),
        (["/* https://x.example 404"], "not a page of this site"),
        (["/* /gone.html 404"], "'/gone.html', which is not published"),
        (["/a/* /b/:splat", "/b /a"], "line 1 of _redirects and line 2 of _redirects redirect"),
        (["https://x.example/* /b 404"], "has the status 404 and a condition"),
        (["/* /b 404 Country=de"], "has the status 404 and a condition"),
        (["/a /b", "/b /a"], "line 1 of _redirects and line 2 of _redirects redirect '/a' in an endless loop"),
        (["/a/:x /a/:x-:x"], "line 1 of _redirects redirects '/a/x-x' in an endless loop"),
        (["/a /b Country=de", "/b /a"], "in an endless loop"),
        (["/a/* /b/:splat", "/b/:x/:y /a/:x/:y"], "line 1 of _redirects and line 2 of _redirects redirect"),
        (["/a id=1 /b?id=1", "/b id=1 /a?id=1"], "in an endless loop"),
    ],
)
def test_invalid_netlify_rules(tmp_path: Path, lines: list[str], message: str) -> None:
    """Loops and unsupported rules are errors with their lines."""
    assert message in error_message(tmp_path, *lines, keys=frozenset({"index.html"}))


NAMES = ("www.example.com", "example.com", "*.old.example")


@pytest.mark.parametrize(
    ("lines", "redirects_to_first", "message"),
    [
        (["/* https://www.example.com/:splat"], True, "redirects '/x/y' in an endless loop"),
        (["/a https://WWW.example.com:443/a"], True, "redirects '/a' in an endless loop"),
        (["/a http://www.example.com/a"], False, "redirects '/a' in an endless loop"),
        (
            ["https://www.example.com/* https://example.com/:splat"],
            True,
            "'/x/y' of www.example.com in an endless loop",
        ),
        (
            [
                "https://www.example.com/* https://example.com/:splat",
                "https://example.com/* https://www.example.com/:splat",
            ],
            False,
            "line 1 of _redirects and line 2 of _redirects redirect '/x/y' of www.example.com in an endless loop",
        ),
        (["/a https://a.old.example/a"], True, "redirects '/a' in an endless loop"),
        (["https://a.old.example/* https://www.example.com/:splat"], False, ""),
        (["https://example.com/* https://www.example.com/:splat"], True, ""),
        (["/a https://www.example.com/b"], True, ""),
        (["/a https://www.example.com:8443/a"], True, ""),
        (["/a https://old.example/a", "/b https://other.example/b"], True, ""),
    ],
)
def test_loops_through_the_sites_own_names(
    tmp_path: Path,
    lines: list[str],
    redirects_to_first: bool,  # noqa: FBT001 - a parameter of the test
    message: str,
) -> None:
    """A redirect to one of the site's names can form a loop, also through the redirect of the other names."""
    redirects, router = netlify(tmp_path, *lines), router_redirects("errors", (), RouteChoice("index.html").routes(()))
    if not message:
        return check_rules(redirects, (), router, Hosts(NAMES, redirects_to_first))
    with pytest.raises(EdgeError, match=re.escape(message)):
        check_rules(redirects, (), router, Hosts(NAMES, redirects_to_first))
    return None


def test_a_rule_that_reverses_the_router_is_a_loop(tmp_path: Path) -> None:
    """A rule that reverses a redirect of the router is a loop."""
    docs = frozenset({"docs/index.html"})
    for routing, source, target in (
        ("pages", "/docs", "/docs/"),
        ("pages", "/docs", "/docs.html"),
        ("pages", "/docs", "/docs/index.html"),
        ("auto", "/docs/", "/docs"),
    ):
        with pytest.raises(EdgeError, match=f"line 2 of redirects.json redirects '{source}' in an endless loop"):
            check_rules(
                amplify(tmp_path, {"source": source, "target": target}),
                docs,
                router_redirects(routing, docs, RouteChoice("index.html").routes(docs)),
            )
    redirects = amplify(tmp_path, {"source": "/docs", "target": "/docs/"})
    check_rules(redirects, docs, router_redirects("errors", docs, RouteChoice("index.html").routes(docs)))


def test_rules_without_a_loop(tmp_path: Path) -> None:
    """Rewrites, other hosts, conditions on the country and dropped queries don't form loops."""
    lines = (
        "/en/* /en/:splat 200",
        "/old/* https://www.example.com/old/:splat",
        "/ /de 302 Country=de",
        "/de /de/start",
        "/q id=:id /q",
        "/a /b",
        "/b /c",
        "/f/* /f.html 200",
        "/f/* https://files.example/:splat",
        "/g /1 Country=de",
        "/g /2 Country=de,at",
        "/g x=2 /3",
        "/g x=:x /4",
        "/g /5",
    )
    check_rules(
        netlify(tmp_path, *lines), frozenset(), router_redirects("errors", (), RouteChoice("index.html").routes(()))
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[", "is not valid JSON"),
        ("[" * 100_000, "is not valid JSON"),
        ('[\n\n{"source": "/a"}]', "line 3 of redirects.json is not a rule"),
        (
            '[{"source": "/a", "target": "/b"},\n{"source": "/c", "target": ""}]',
            "line 2 of redirects.json has a source or",
        ),
        ('[{"source": "/a", "target": "/b", "condition": "Europe"}]', "the condition 'Europe'"),
        ('[{"source": "/a", "target": "/b", "why": "x"}]', "line 1 of redirects.json is not a rule"),
        ('[{"source": "/a", "target": "/b", "force": "no"}]', "has a 'force' that is neither true nor false"),
        ('[{"source": "/<a b>", "target": "/b"}]', "'<a b>', which is not a placeholder"),
        ('[{"source": "/a", "target": "www.b.example"}]', "begins with neither '/' nor 'https://'"),
        ('[{"source": "/a/<*>", "target": "/b/<*>", "status": "404-200"}]', "a target with a placeholder, but is for"),
        ('[{"source": "https://<a>.b.example", "target": "/b"}]', "has the host '<a>.b.example' in its source"),
    ],
)
def test_invalid_amplify_files(tmp_path: Path, text: str, message: str) -> None:
    """Errors in Amplify's file have their line."""
    (tmp_path / "redirects.json").write_text(text)
    with pytest.raises(EdgeError, match=re.escape(message)):
        read_redirects([], tmp_path)


def test_two_files_in_the_folder_are_refused(tmp_path: Path) -> None:
    """Both files in the distribution folder are refused, because their order would be unclear."""
    netlify(tmp_path, "/a /b")
    (tmp_path / "redirects.json").write_text("[]")
    with pytest.raises(EdgeError, match=r"in redirects\.json and in _redirects; nothing was deployed: remove one"):
        read_redirects([], tmp_path)


@pytest.mark.parametrize(
    ("name", "text"),
    [("rules/site.json", '[\n{"source": "/d", "target": "/e"}]'), ("rules/netlify", "\n/d /e 302\n")],
)
def test_the_sources_count_in_their_order(tmp_path: Path, name: str, text: str) -> None:
    """The setting comes first, then the file in the distribution folder, then the named file in either syntax."""
    (tmp_path / "dist").mkdir()
    (tmp_path / "rules").mkdir()
    (tmp_path / name).write_text(text)
    netlify(tmp_path / "dist", "/b /c")
    setting = [{"source": "/a", "target": "/b"}]
    redirects = read_redirects(setting, tmp_path / "dist", NamedFile(name, tmp_path / name))
    places = ["'website:redirects[0]'", "line 1 of _redirects", f"line 2 of {name}"]
    assert [rule.where for rule in redirects.rules] == places
    assert redirects.name == f"website:redirects and in _redirects and in {name}"


def test_a_named_file_that_is_not_a_list(tmp_path: Path) -> None:
    """A named file in Amplify's form has to be a list, and has to exist."""
    (tmp_path / "a.json").write_text("{}")
    with pytest.raises(EdgeError, match=r"a\.json is not a list of rules; nothing was deployed"):
        read_redirects([], tmp_path, NamedFile("a.json", tmp_path / "a.json"))
    with pytest.raises(EdgeError, match=r"b\.json can't be read"):
        read_redirects([], tmp_path, NamedFile("b.json", tmp_path / "b.json"))


def test_the_setting_is_as_amplifys_file(tmp_path: Path) -> None:
    """`website:redirects` has Amplify's syntax, and an error names the element."""
    redirects = read_redirects([{"source": "/a", "target": "/b", "status": "301", "condition": None}], tmp_path)
    assert [(rule.literal, rule.target, rule.status) for rule in redirects.rules] == [("/a", "/b", 301)]
    with pytest.raises(EdgeError, match=r"'website:redirects\[0\]' has the status '9'"):
        read_redirects([{"source": "/a", "target": "/b", "status": "9"}], tmp_path)


def test_a_file_that_is_not_text_is_refused(tmp_path: Path) -> None:
    """A file that is not UTF-8 is refused."""
    (tmp_path / "_redirects").write_bytes(b"/\xff /a")
    with pytest.raises(EdgeError, match="_redirects can't be read"):
        read_redirects([], tmp_path)


def test_fallback_rules(tmp_path: Path) -> None:
    """Rules with a fallback status, and Netlify's rule for single-page apps, become fallbacks."""
    for line, status in (("/* /index.html 200", 200), ("/* /index.html 404", 404)):
        (fallback,) = netlify(tmp_path, line).fallbacks
        assert (fallback.page, fallback.status) == ("/index.html", status)
    (tmp_path / "_redirects").unlink()
    redirects = amplify(tmp_path, {"source": "/<*>", "target": "/index.html", "status": "404-200"})
    assert (redirects.rules, redirects.fallbacks[0].status) == ((), 200)


@pytest.mark.parametrize(
    ("routing", "path", "key"),
    [
        ("pages", "/a", "b/index.html"),
        ("pages", "/all/b.html", "b/index.html"),
        ("pages", "/all/b/index.html", "b/index.html"),
        ("pages", "/all/b/", "b/index.html"),
        ("pages", "/all/", "index.html"),
        ("pages", "/all/LICENSE/", "LICENSE"),
        ("pages", "/all/404.html", "404.html"),
        ("pages", "/all/app.js", "app.js"),
        ("auto", "/a", "b.html"),
        ("auto", "/all/b", "b/index.html"),
        ("auto", "/all/b/", "b/index.html"),
    ],
)
def test_a_rewrite_does_not_change_the_address(
    edge: EdgeRuntime, tmp_path: Path, routing: str, path: str, key: str
) -> None:
    """A rewrite to any path of a page serves the page without a redirect."""
    redirects = netlify(tmp_path, "/a /b.html 200", "/all/* /:splat 200")
    keys = {"index.html", "b/index.html", "LICENSE", "404.html", "app.js"}
    parts = [redirects_part(redirects.rules), router_part(routing, keys, RouteChoice("index.html").routes(keys))]
    assert shown(edge.request(parts, request_event(path))) == key


def test_a_rewrite_to_the_same_path_leaves_the_redirect_to_the_router(edge: EdgeRuntime, tmp_path: Path) -> None:
    """`/docs/* 200` only skips later rules: a page still redirects to its one URL."""
    redirects = netlify(tmp_path, "/docs/* 200", "/* /elsewhere")
    keys = {"index.html", "docs/a/index.html"}
    parts = [redirects_part(redirects.rules), router_part("auto", keys, RouteChoice("index.html").routes(keys))]
    assert shown(edge.request(parts, request_event("/docs/a"))) == "301 /docs/a/"
    assert shown(edge.request(parts, request_event("/docs/a/"))) == "docs/a/index.html"
