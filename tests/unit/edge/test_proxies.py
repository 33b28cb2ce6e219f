"""Proxies: valid and invalid rules, and the JavaScript compared with the rules in Python."""

from __future__ import annotations

import json
import re
from posixpath import normpath
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import pytest
from hypothesis import example, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from hosting.edge.function_code import compose
from hosting.edge.password import password_part
from hosting.edge.proxy_checks import may_overlap, proxy_conflicts
from hosting.edge.redirect_checks import Hosts, check_rules
from hosting.edge.redirects import redirects_part
from hosting.edge.route_choice import RouteChoice
from hosting.edge.routing import router_part
from hosting.errors import ConfigError, EdgeError
from hosting.formats.redirects.files import read_redirects
from hosting.formats.redirects.proxies import Proxy, Server, is_ambiguous, proxies_in
from hosting.formats.redirects.rules import REWRITE, Placeholder, Rule
from sandbox.emulator.path_patterns import normalize_path
from tests.unit.edge.runtime import request_event, undocumented
from tests.unit.edge.test_plan import settings
from tests.unit.edge.test_redirects import amplify, error_message, netlify
from tests.unit.edge.test_routing import shown

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tests.unit.edge.runtime import EdgeRuntime

API = Server("https", "api.example.com", 443)
PROXY = "/api/* https://api.example.com/:splat 200"
REFUSED = "refused"
SPA = RouteChoice("index.html", has_app_page=True).routes([])


@pytest.mark.parametrize(
    ("line", "patterns", "target"),
    [
        (PROXY, ("/api/*", "/api"), "/{1}"),
        ("/api/* https://api.example.com/v1/:splat/x 200", ("/api/*", "/api"), "/v1/{1}/x"),
        ("/api/* https://api.example.com 200", ("/api/*", "/api"), "/"),
        ("/api* https://API.example.com:443/v1:splat 200!", ("/api*",), "/v1{1}"),
        ("/hook https://api.example.com/in 200", ("/hook", "/hook/"), "/in"),
        ("/hook/ https://api.example.com/in 200", ("/hook", "/hook/"), "/in"),
        ("/a.b/~c/* https://api.example.com/%C3%A4/é/:splat 200", ("/a.b/~c/*", "/a.b/~c"), "/%C3%A4/%C3%A9/{1}"),
    ],
)
def test_netlifys_proxies(tmp_path: Path, line: str, patterns: tuple[str, ...], target: str) -> None:
    """A rewrite to a URL is a proxy, with a path pattern for each form of its paths."""
    (proxy,) = netlify(tmp_path, "/home /", line, "/x /y 200").proxies
    assert (proxy.patterns, proxy.target, proxy.server) == (patterns, target, API)


@pytest.mark.parametrize(
    ("source", "target", "patterns", "path"),
    [
        ("/api/<*>", "https://api.example.com/<*>", ("/api/*",), "/{1}"),
        ("/api/<*>", "https://api.example.com/v1", ("/api/*",), "/v1"),
        ("/hook", "https://api.example.com/in", ("/hook",), "/in"),
    ],
)
def test_amplifys_proxies(tmp_path: Path, source: str, target: str, patterns: tuple[str, ...], path: str) -> None:
    """With Amplify a trailing slash makes another path, so a proxy has one pattern."""
    rule = {"source": source, "target": target, "status": "200", "condition": None}
    (proxy,) = amplify(tmp_path, rule).proxies
    assert (proxy.patterns, proxy.target, proxy.server) == (patterns, path, API)


@pytest.mark.parametrize("path", ["/api/x", "/apix", "/api"])
@pytest.mark.parametrize("target", ["v1/:splat", "v1:splat", ":splat"])
def test_a_star_without_a_slash_in_front_takes_one_slash(
    edge: EdgeRuntime, tmp_path: Path, path: str, target: str
) -> None:
    """`/api* https://api.example.com/v1/:splat` asks for `/v1/x`, with one slash, in Python and at the edge."""
    (proxy,) = netlify(tmp_path, f"/api* https://api.example.com/{target} 200").proxies
    sent = proxy.server_path(path)
    assert sent == "/" + target.replace(
        ":splat", path.removeprefix("/api").removeprefix("/" if "/:" in f"/{target}" else "")
    )
    event = request_event(path, headers={"host": "www.example.com"})
    assert edge.request([redirects_part([proxy])], event)["uri"] == sent


@pytest.mark.parametrize(
    ("target", "server", "url"),
    [
        ("https://api.example.com:8443/x", Server("https", "api.example.com", 8443), "https://api.example.com:8443"),
        ("HTTPS://api.example.com/x", API, "https://api.example.com"),
        ("http://localhost:4000/x", Server("http", "localhost", 4000), "http://localhost:4000"),
        ("http://127.0.0.1/x", Server("http", "127.0.0.1", 80), "http://127.0.0.1"),
        ("https://localhost/x", Server("https", "localhost", 443), "https://localhost"),
    ],
)
def test_servers(tmp_path: Path, target: str, server: Server, url: str) -> None:
    """A server has a scheme, a name and a port; plain http is only for this machine."""
    (proxy,) = netlify(tmp_path, f"/x {target} 200").proxies
    assert (proxy.server, proxy.server.url) == (server, url)
    assert proxy.server.is_loopback == (server.host != "api.example.com")


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("/* https://api.example.com/:splat 200", "for all paths: give it a separate folder, such as '/api/"),
        ("/* https://api.example.com/x 200", "is a proxy for all paths"),
        ("/ https://api.example.com/ 200", "is a proxy for the root page"),
        ("/u/:id https://api.example.com/:id 200", "CloudFront does not support: .* write '/u/\\*'"),
        ("/u/:id/* https://api.example.com/:id/:splat 200", "CloudFront does not support: .* write '/u/\\*'"),
        ("/*/x https://api.example.com/:splat 200", "CloudFront does not support: .* write '/api/\\*'"),
        ("/ä/* https://api.example.com/:splat 200", "a character that CloudFront's path patterns do not allow"),
        ("/%61/* https://api.example.com/:splat 200", "a character that CloudFront's path patterns do not allow"),
        ("/a//* https://api.example.com/:splat 200", "has '//', '/./' or '/../'"),
        ("/a/../b https://api.example.com/ 200", "has '//', '/./' or '/../'"),
        (f"/{'a' * 254}/* https://api.example.com/:splat 200", "more than 254 characters"),
        ("/a https://api.example.com/ 200 Country=de", r"a condition \(country\), but CloudFront chooses the server"),
        ("/a id=:id https://api.example.com/:id 200", r"a condition \(query\)"),
        ("https://www.example.com/a https://api.example.com/ 200", r"a condition \(host\)"),
        ("/a http://api.example.com/ 200", "is a proxy over http, .* write https://"),
        ("/a https://192.0.2.7/ 200", "the IP address '192.0.2.7', .* write the server's name"),
        ("/a https://3221225991/ 200", "the IP address '3221225991'"),
        ("/a https://0xc0.0.2.7/ 200", "the IP address '0xc0.0.2.7'"),
        ("/a https://[2001:db8::1]/ 200", "the IP address '2001:db8::1'"),
        ("/a https://[x/ 200", "an invalid host or port"),
        ("/a https://api.example.com:x/ 200", "an invalid host or port"),
        ("/a https://api.example.com:25/ 200", "is a proxy to port 25: CloudFront allows 80, 443, and 1024 to 65535"),
        ("/a https://api/ 200", "to 'api', which is not a public host name"),
        ("/a https:///x 200", "is not a public host name"),
        ("/a https://user:secret@api.example.com/ 200", "a user name or a password in its target"),
        ("/a/* https://:splat/ 200", "host comes from the visitor's path"),
        ("/a/* https://api.example.com/?q=:splat 200", "a query or a fragment: the server gets the visitor's query"),
        ("/a https://api.example.com/#b 200", "a query or a fragment"),
        ("/* https://api.example.com/x 404", "has a target that is not a page of this site"),
    ],
)
def test_unsupported_proxies_are_refused(tmp_path: Path, line: str, message: str) -> None:
    """Each error has the line, and what to write instead."""
    with pytest.raises(EdgeError, match=message) as caught:
        netlify(tmp_path, line)
    assert "line 1 of _redirects" in str(caught.value)
    assert "secret" not in str(caught.value)


def test_a_proxy_in_the_setting_is_refused_as_in_the_file(tmp_path: Path) -> None:
    """`website:redirects` is checked with the config, and the suggestion has Amplify's placeholder."""
    rule = {"source": "/u/<id>", "target": "https://api.example.com/<id>", "status": "200"}
    with pytest.raises(ConfigError, match=r"'website:redirects\[0\]' .*write '/u/<\*>'"):
        settings(website_redirects=json.dumps([rule]))
    rule = {"source": "/api/<*>", "target": "https://api.example.com/<*>", "status": "200"}
    rules = [found.model_dump() for found in settings(website_redirects=json.dumps([rule])).website.redirects]
    assert [proxy.patterns for proxy in read_redirects(rules, tmp_path).proxies] == [("/api/*",)]


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (["/api/x /page 200", PROXY], "line 1 of _redirects rewrites paths of the proxy in line 2"),
        (["/api /page 200", PROXY], "line 1 of _redirects rewrites paths of the proxy in line 2"),
        (["/:a/:b /page 200!", PROXY], "rewrites paths of the proxy"),
        (["/a* /page 200", PROXY], "rewrites paths of the proxy"),
        (["/*/x /page 200", "/hook https://api.example.com/ 200", PROXY], "rewrites paths of the proxy in line 3"),
        (["/api/old /new 302 Country=de", PROXY], "is for a country and for paths of the proxy in line 2"),
        ([PROXY, "/old/* /api/:splat 200"], "line 2 of _redirects rewrites to a path of the proxy in line 1"),
        (["/old /api/v1/x 200", PROXY], "beginning with 'https://api.example.com/v1/x'"),
        ([PROXY, "/api/old /new"], "line 2 of _redirects is never reached: line 1 of _redirects is a proxy"),
        ([PROXY, "/api/old/* /new/:splat"], "line 2 of _redirects is never reached"),
        ([PROXY, "/api/v2/* https://b.example.com/:splat 200"], "line 2 of _redirects is never reached"),
    ],
)
def test_rules_that_conflict_with_a_proxy(tmp_path: Path, lines: list[str], message: str) -> None:
    """CloudFront chooses the server before the rules run, so some rules can't come before a proxy."""
    assert message in error_message(tmp_path, *lines)


@pytest.mark.parametrize(
    ("lines", "warnings"),
    [
        (["/hook https://api.example.com/ 200", "/hook /new"], 1),
        ([PROXY, PROXY], 0),
        (["/* https://www.example.net/:splat", PROXY], 1),
    ],
)
def test_a_rule_that_a_proxy_or_a_redirect_answers_for_is_left_out(
    tmp_path: Path, lines: list[str], warnings: int
) -> None:
    """The first rule for the same paths is used; the other is ignored, with a warning if it differs."""
    redirects = netlify(tmp_path, *lines)
    assert (len(redirects.rules), len(redirects.warnings)) == (1, warnings)
    assert redirects.rules[0].where == "line 1 of _redirects"


@pytest.mark.parametrize(
    "lines",
    [
        ["/api/old /new", "/api/v2/* /v2/:splat 302", PROXY],
        ["/ap /page 200", "/apis/* /page 200!", "/:a/b /page 302", "/x/:a /page 200", PROXY],
        [PROXY, "/* /api/:splat 302 Country=de"],
        [PROXY, "/old/* /api/:splat", "/new /apis 200"],
        ["/x /api/y", PROXY, "/* /x 302"],
        ["/api/v2/* https://b.example.com/:splat 200", PROXY],
        ["/api/:a/x https://www.example.net/ 302", "https://example.net/* https://www.example.net/:splat", PROXY],
    ],
)
def test_rules_that_work_with_a_proxy(tmp_path: Path, lines: list[str]) -> None:
    """Redirects may come before a proxy for its paths, rewrites only for other paths, and a proxy ends a loop."""
    redirects = netlify(tmp_path, *lines)
    check_rules(redirects, set(), lambda _: None, Hosts(("www.example.com",)))
    assert [rule.where for rule in redirects.proxies] == [
        rule.where for rule in redirects.rules if isinstance(rule, Proxy)
    ]


def test_a_proxy_to_the_site_itself_is_refused(tmp_path: Path) -> None:
    """A proxy to the site is refused, but not one to a name that only a `*` of `domain:names` matches."""
    names = Hosts(("www.example.com", "api.example.com", "*.example.com"))
    with pytest.raises(EdgeError, match="which is this site: write the target as a path, such as '/'"):
        check_rules(netlify(tmp_path, PROXY), set(), lambda _: None, names)
    other = netlify(tmp_path, "/api/* https://backend.example.com/:splat 200")
    check_rules(other, set(), lambda _: None, names)
    assert len(other.proxies) == 1


def result_of(edge: EdgeRuntime, rules: Sequence[Rule], path: str, **headers: str) -> dict[str, Any]:
    """Return the result of a function with a password, the rules and a router."""
    parts = [password_part("me", "pw", "x"), redirects_part(rules), router_part("spa", [], SPA)]
    password = {"authorization": "Basic bWU6cHc="}
    event = request_event(path, headers={**password, **{name.replace("_", "-"): headers[name] for name in headers}})
    answer: dict[str, Any] = edge.request(parts, event)
    return answer


def test_what_the_server_gets(edge: EdgeRuntime, tmp_path: Path) -> None:
    """The server gets its path unchanged by the router, no password, and the visitor's Host in a header."""
    redirects = netlify(tmp_path, "/api/old /new 302", PROXY)
    sent = result_of(edge, redirects.rules, "/api/a%20b/%2F+c", x_forwarded_host="evil.example", cookie="a=b")
    assert sent["uri"] == "/a%20b/%2F+c"
    assert sent["headers"] == {
        "host": {"value": "www.example.com"},
        "x-forwarded-host": {"value": "www.example.com"},
        "cookie": {"value": "a=b"},
    }
    assert result_of(edge, redirects.rules, "/api/old")["statusCode"] == 302
    assert result_of(edge, redirects.rules, "/api/olds/deep.js")["uri"] == "/olds/deep.js"
    assert [result_of(edge, redirects.rules, path)["uri"] for path in ("/api", "/api/")] == ["/", "/"]
    assert result_of(edge, redirects.rules, "/apis")["uri"] == "/index.html"
    assert "x-forwarded-host" not in result_of(edge, redirects.rules, "/apis")["headers"]
    assert result_of(edge, redirects.rules, "/API/x")["uri"] == "/index.html"


@pytest.mark.parametrize(
    ("path", "sent"),
    [
        ("/api/x", "/x"),
        ("//api/x", REFUSED),
        ("/x/../api/y", REFUSED),
        ("/x/%2e%2E/api/y", REFUSED),
        ("/./api/x", REFUSED),
        ("/%61pi/x", REFUSED),
        ("/api%2Fx", REFUSED),
        ("/api%5cx", REFUSED),
        ("\\api\\x", REFUSED),
        ("/x%2Fz/../%61pi/y", REFUSED),
        ("/%61pi/%zz", REFUSED),
        ("/api/..", REFUSED),
        ("/api/../x", REFUSED),
        ("/api/%2e%2e/x", REFUSED),
        ("/api/..%2fx", REFUSED),
        ("/api/x/../../y", REFUSED),
        ("/api/..\\x", REFUSED),
        ("/api//../x", REFUSED),
        ("/api//x", "//x"),
        ("/api/x/../y", REFUSED),
        ("/api/%zz%C3%A4", "/%zz%C3%A4"),
        ("/api/group%2Fproject", "/group%2Fproject"),
        ("/api/%7Eme/%2561", "/%7Eme/%2561"),
        ("/%2561pi/x", None),
        ("/docs//api/x", None),
        ("/docs/../x", REFUSED),
        ("/%7Eme/%2e%2e", REFUSED),
        ("/%7Eme/..x/.well-known/x", None),
        ("/" * 900 + "api/x", REFUSED),
        ("/%2f" * 900 + "api/x", REFUSED),
        ("/" + "%61" * 900, None),
    ],
)
def test_a_path_is_the_proxys_in_every_form_or_in_none(
    edge: EdgeRuntime, tmp_path: Path, path: str, sent: str | None
) -> None:
    """A path whose normal form may belong to another server is refused, in Python and in JavaScript."""
    rules = netlify(tmp_path, PROXY).rules
    answer = result_of(edge, rules, path)
    assert (REFUSED if answer.get("statusCode") == 400 else answer["uri"]) == (sent or "/index.html")
    assert modelled(rules, path) == sent


def modelled(rules: Sequence[Rule], path: str) -> str | None:
    """Return the path of the request to a server, by the rules in Python; None if there is no such request."""
    if is_ambiguous(proxies_in(rules), path):
        return REFUSED
    return next((sent for proxy in proxies_in(rules) if (sent := proxy.server_path(path)) is not None), None)


segments = st.sampled_from(
    [
        "/",
        "api",
        "v2",
        "hook",
        ".",
        "..",
        "%2e",
        "%2E%2e",
        "%61pi",
        "%2F",
        "%5c",
        "\\",
        "%zz",
        "%25",
        "x",
        "é",
        "//",
        "",
    ]
)


@hypothesis_settings(max_examples=300, deadline=None)
@given(parts=st.lists(segments, max_size=8))
@example(parts=["x", "%2F", "..", "/", "%61pi", "/", "x"])
def test_the_javascript_is_the_proxies(edge: EdgeRuntime, parts: list[str]) -> None:
    """For any path the function sends or refuses the same as the proxies in Python."""
    path = "/" + "".join(parts)
    source = ("/api/v2/", Placeholder("*")), ("/hook",), ("/api/", Placeholder("*"))
    rules = [
        Proxy(
            where="",
            source=one,
            target=f"/{number}/{{1}}/{{1}}",
            status=REWRITE,
            ignores_trailing_slash=True,
            server=API,
        )
        for number, one in enumerate(source)
    ]
    answer = edge.request([redirects_part(rules)], request_event(path))
    shown_path = REFUSED if answer.get("statusCode") == 400 else answer["uri"]
    assert shown_path == (modelled(rules, path) or path)


@hypothesis_settings(max_examples=300, deadline=None)
@given(parts=st.lists(segments, max_size=8))
def test_no_normal_form_leads_elsewhere(parts: list[str]) -> None:
    """With any normal form, CloudFront chooses the server for which the function has changed the path."""
    path = "/" + "".join(parts)
    proxy = Proxy(
        where="",
        source=("/api/", Placeholder("*")),
        target="/{1}",
        status=REWRITE,
        ignores_trailing_slash=True,
        server=API,
    )
    if not is_ambiguous([proxy], path):
        decoded = unquote(path)
        for form in (
            normalize_path(path),
            decoded,
            normpath(path),
            normpath(decoded),
            normpath(decoded.replace("\\", "/")),
        ):
            assert proxy.matches(re.sub("^//", "/", form)) is proxy.matches(path)


@pytest.mark.parametrize(
    ("source", "pattern", "expected"),
    [
        (("/api/", Placeholder("a")), "/api/*", True),
        (("/", Placeholder("a"), "/x"), "/api/*", True),
        (("/", Placeholder("a"), "x"), "/api/*", False),
        (("/", Placeholder("a"), "pi/", Placeholder("b")), "/api/*", True),
        (("/", Placeholder("a"), "x/", Placeholder("b")), "/api/*", False),
        (("/a", Placeholder("*")), "/api/*", True),
        (("/api",), "/api/*", True),
        (("/api",), "/apis/*", False),
        (("/b", Placeholder("*")), "/api/*", False),
        (("/", Placeholder("a")), "/api", True),
        (("/", Placeholder("a")), "/api/x", False),
    ],
)
def test_which_rules_overlap_with_a_pattern(source: Any, pattern: str, expected: bool) -> None:  # noqa: ANN401, FBT001 - parameters
    """A rule and a pattern overlap if they match the same path."""
    rule = Rule(where="", source=source, target="/x", status=301, ignores_trailing_slash=True)
    assert may_overlap(rule, pattern) is expected


def test_without_proxies_nothing_is_added(tmp_path: Path) -> None:
    """The code for proxies is included only with proxies, has documented syntax, and grows little with each proxy."""
    without = compose([redirects_part(netlify(tmp_path, "/a /b").rules)])
    assert "proxy" not in without
    assert "$" not in without.replace("[^!$&'", "")
    one = redirects_part(netlify(tmp_path, "/a /b", PROXY).rules)
    two = redirects_part(netlify(tmp_path, "/a /b", PROXY, "/v2/* https://b.example.com/:splat 200").rules)
    assert undocumented(one.code) == []
    assert len(compose([one])) - len(without) < 1200
    assert len(compose([two])) - len(compose([one])) < 40


def test_a_redirect_before_a_proxy_wins(edge: EdgeRuntime, tmp_path: Path) -> None:
    """The first matching rule is used, whether it is a proxy or not."""
    rules = netlify(
        tmp_path,
        "/api/old/* /new/:splat 302",
        "/api/v2/* https://b.example.com/two/:splat 200",
        PROXY,
        "/* /all/:splat 301",
    ).rules
    paths = ("/api/old/x", "/api/v2/x", "/api/x", "/x")
    assert [shown(edge.request([redirects_part(rules)], request_event(path))) for path in paths] == [
        "302 /new/x",
        "two/x",
        "x",
        "301 /all/x",
    ]


def test_a_proxy_for_a_regular_expression_is_refused(tmp_path: Path) -> None:
    """CloudFront chooses the server by path patterns, so the error says what to write instead."""
    with pytest.raises(EdgeError, match=r"is a proxy for a regular expression.*write '/api/<\*>'"):
        amplify(tmp_path, {"source": "</^/api/.*/>", "target": "https://api.example.com/", "status": "200"})


def test_a_regular_expression_after_a_proxy_is_kept(tmp_path: Path) -> None:
    """An expression can't be compared with a proxy's paths, so it is not reported as unreachable."""
    proxy = {"source": "/api/<*>", "target": "https://api.example.com/<*>", "status": "200"}
    redirects = amplify(tmp_path, proxy, {"source": "</^/api/old$/>", "target": "/new", "status": "301"})
    assert len(redirects.rules) == 2
    assert list(proxy_conflicts(redirects.rules)) == []


def test_a_rewrite_by_expression_before_a_proxy_is_refused(tmp_path: Path) -> None:
    """A rewrite that matches a sample of the proxy's paths is refused, because the server would get the request."""
    proxy = {"source": "/api/<*>", "target": "https://api.example.com/<*>", "status": "200"}
    redirects = amplify(tmp_path, {"source": "</^/api/.*$/>", "target": "/index.html", "status": "200"}, proxy)
    assert "rewrites paths of the proxy" in next(proxy_conflicts(redirects.rules))
