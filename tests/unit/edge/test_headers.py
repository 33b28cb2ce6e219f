"""Response headers: valid and invalid files, and the JavaScript compared with the rules in Python."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hosting.edge.headers import headers_for, headers_part
from hosting.edge.page_paths import page_paths
from hosting.edge.route_choice import RouteChoice
from hosting.errors import EdgeError
from hosting.formats.headers.files import read_headers
from hosting.formats.headers.rules import HeaderRule
from hosting.formats.rule_file import NamedFile
from tests.unit.edge.runtime import response_event

if TYPE_CHECKING:
    from pathlib import Path

    from hosting.edge.site_routes import SiteRoutes
    from tests.unit.edge.runtime import EdgeRuntime

PLAIN = RouteChoice("index.html").routes(())
TREE = ("index.html", "docs/index.html", "v1.2/index.html", "LICENSE", "404.html", "app.js")
AMPLIFY = """\
customHeaders:
  - pattern: '*.json'
    headers:
      - key: X-Json
        value: yes it is
  - pattern: '**/*'
    headers:
      - key: X-Frame-Options
        value: DENY
  - pattern: /path/*
    headers:
      - {key: X-Path, value: "1"}
      - {key: X-Frame-Options, value: SAMEORIGIN}
"""
NETLIFY = """\
# all
/*
  X-Frame-Options: DENY
  Link: </a.css>; rel=preload
  Link: </b.css>; rel=preload

/docs/*/:page
  X-Docs: 1
/caf\u00e9
  X-Cafe: a:b
"""


def written(folder: Path, name: str, text: str) -> tuple[HeaderRule, ...]:
    """Return the rules of a file."""
    (folder / name).write_text(text)
    return read_headers(folder)[0]


def sent(
    edge: EdgeRuntime,
    rules: tuple[HeaderRule, ...],
    path: str,
    names: SiteRoutes = PLAIN,
    own: dict[str, str] | None = None,
) -> dict[str, str]:
    """Return the headers of a response after the function, given its headers before."""
    answer = edge.response([headers_part(rules, names)], response_event(path, own))
    return {name: found["value"] for name, found in answer["headers"].items()}


def test_amplifys_file(edge: EdgeRuntime, tmp_path: Path) -> None:
    """All matching patterns apply, the last one takes precedence, and the response's headers are replaced."""
    rules = written(tmp_path, "customHttp.yml", AMPLIFY)
    own = {"x-frame-options": "SAMEORIGIN", "server": "s3"}
    assert sent(edge, rules, "/", own=own) == {"x-frame-options": "DENY", "server": "s3"}
    assert sent(edge, rules, "/a/b.json") == {"x-json": "yes it is", "x-frame-options": "DENY"}
    assert sent(edge, rules, "/path/x/y.html") == {"x-path": "1", "x-frame-options": "SAMEORIGIN"}
    assert sent(edge, rules, "/b/path/x") == {"x-frame-options": "DENY"}


def test_netlifys_file(edge: EdgeRuntime, tmp_path: Path) -> None:
    """A header that is set twice has both values, a placeholder is one segment, and paths are compared decoded."""
    rules = written(tmp_path, "_headers", NETLIFY)
    everywhere = {"x-frame-options": "DENY", "link": "</a.css>; rel=preload, </b.css>; rel=preload"}
    assert sent(edge, rules, "/a.html") == everywhere
    assert sent(edge, rules, "/docs/a/b/c") == {**everywhere, "x-docs": "1"}
    assert sent(edge, rules, "/docs/") == everywhere
    assert sent(edge, rules, "/caf%c3%a9") == {**everywhere, "x-cafe": "a:b"}


PAGES = RouteChoice("index.html", has_app_page=False).routes(TREE)
SPA = RouteChoice("index.html", has_app_page=True).routes(TREE)
LED = replace(PAGES, app_page="oops.html")
PRERENDERED = RouteChoice("index.html").routes({"a/index.html", "a.html", "b", "index.html", "200.html"})
BOTH = RouteChoice("index.html").routes({*TREE, "docs.html"})


@pytest.mark.parametrize(
    ("names", "path", "pages"),
    [
        *(
            (PAGES, path, {"/docs", "/docs/", "/docs/index.html", "/docs.html"})
            for path in (
                *("/docs", "/docs/", "/docs.html", "/docs/index.html"),
                *("/.release/s0/docs/index.html", "/.release/s/x1/docs/index.html"),
            )
        ),
        (PAGES, "/v1.2", {"/v1.2", "/v1.2/", "/v1.2/index.html", "/v1.2.html"}),
        (PAGES, "/", {"/", "/index.html"}),
        (PAGES, "/index.html", {"/", "/index.html"}),
        (PAGES, "/LICENSE", {"/LICENSE"}),
        (PAGES, "/app.js", {"/app.js"}),
        (BOTH, "/docs", {"/docs", "/docs.html"}),
        (BOTH, "/docs.html", {"/docs", "/docs.html"}),
        (BOTH, "/docs/", {"/docs/", "/docs/index.html"}),
        (BOTH, "/docs/index.html", {"/docs/", "/docs/index.html"}),
        (SPA, "/docs/", {"/docs", "/docs/", "/docs/index.html", "/docs.html"}),
        (SPA, "/client/route", {"/client/route", "/", "/index.html"}),
        (SPA, "/client/%E0%A4%A", {"/", "/index.html"}),
        (SPA, "/.release/a/0/LICENSE", {"/LICENSE"}),
        (LED, "/client/route", {"/client/route", "/oops.html"}),
        (LED, "/oops.html", {"/oops.html"}),
        (LED, "/LICENSE", {"/LICENSE"}),
        (LED, "/", {"/", "/index.html"}),
        (RouteChoice("index.html", has_app_page=True, app_page="app").routes({"app"}), "/x", {"/app"}),
    ],
)
def test_a_rule_is_for_all_paths_of_a_page(edge: EdgeRuntime, names: SiteRoutes, path: str, pages: set[str]) -> None:
    """A rule for one path of a page applies to all its paths, whichever the function gets."""
    asked = sorted({*pages, "/docs", "/docs/", "/docs/index.html", "/docs.html", "/", "/index.html", "/client/route"})
    rules = tuple(HeaderRule(pattern, {f"x-{number}": "1"}) for number, pattern in enumerate(asked))
    assert sent(edge, rules, path, names) == {f"x-{asked.index(page)}": "1" for page in pages}


names = st.sampled_from(["a", "b", "a.js", "x-y", "*", "**", ":p", "é"])
patterns = st.builds(
    lambda front, parts: front + "/".join(parts), st.sampled_from(["", "/"]), st.lists(names, min_size=1, max_size=3)
)
rules_drawn = st.builds(
    HeaderRule, patterns, st.dictionaries(st.sampled_from(["x-a", "x-b"]), st.just("1") | st.just("2"))
)


@given(
    rules=st.lists(rules_drawn, min_size=1, max_size=3),
    path=st.lists(st.sampled_from(["a", "b", "a.js", "x-y", "%C3%A9", "index.html", ""]), min_size=1, max_size=3),
    named=st.sampled_from(
        [
            PLAIN,
            PAGES,
            SPA,
            LED,
            BOTH,
            RouteChoice("index.html").routes({"a/index.html", "a.html", "b", "index.html", "200.html"}),
        ]
    ),
)
def test_the_javascript_is_the_rules(
    edge: EdgeRuntime, rules: list[HeaderRule], path: list[str], named: SiteRoutes
) -> None:
    """For any rules and path, the function sets the same headers as `headers_for`."""
    asked = "/" + "/".join(path)
    assert sent(edge, tuple(rules), asked, named) == headers_for(rules, asked, named)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("  X-A: b", "line 1 of _headers has a header before any path"),
        ("/*\n  X-A b", "line 2 of _headers is not a header: it has no colon after 'X-A'"),
        ("/*\n  X A: b", "line 2 of _headers has the invalid header name 'X A'"),
        ("/*\n  ! X-A", "it has no colon after '!'"),
        ("/*\n  X-A:", "a value for 'X-A' that is not one line"),
        ("/*\n  X-A: \u00e9", "a value for 'X-A' that is not one line"),
        ("/*\n  Via: me", "sets 'Via', which CloudFront does not allow"),
        ("/*\n  X-Amz-Cf-Id: me", "which CloudFront does not allow"),
        ("/*\n  Set-Cookie: a=b", "sets 'Set-Cookie'"),
        ("X-A: b", "line 1 of _headers has a header before any path"),
        ("/a b\n  X-A: b", "line 1 of _headers has the path '/a b' with a space"),
        ("https://:x.pages.dev/*\n  X-A: b", "line 1 of _headers has a URL ('https:...') instead of a path"),
        ("/m/:title\n  X-A: of :title", "line 2 of _headers has the placeholder ':title' in a value"),
        ("/m/*\n  Link: <https://x.example/:splat>", "line 2 of _headers has the placeholder ':splat' in a value"),
    ],
)
def test_invalid_netlify_files(tmp_path: Path, text: str, message: str) -> None:
    """An invalid header is an error with its line."""
    with pytest.raises(EdgeError, match=re.escape(message)):
        written(tmp_path, "_headers", text)


def test_headers_of_the_server_are_ignored(tmp_path: Path) -> None:
    """As in Netlify, such headers are ignored, with a warning for each."""
    names = (
        "Location",
        "Date",
        "Server",
        "Age",
        "Accept-Ranges",
        "Content-Range",
        "Allow",
        "Alt-Svc",
        "Content-Length",
        "Connection",
    )
    (tmp_path / "_headers").write_text("/*\n  X-A: b\n" + "".join(f"  {name}: x\n" for name in names))
    headers = read_headers(tmp_path)
    assert headers.rules == (HeaderRule("/*", {"x-a": "b"}),)
    assert headers.warnings == tuple(
        f"line {number} of _headers sets '{name}', which the server sets itself: the header is ignored"
        for number, name in enumerate(names, 3)
    )


@pytest.mark.parametrize(
    "text", ["/a\nX-A: 1\n/b\nX-B: 2", "  /a\n\tX-A: 1\n /b\n X-B: 2\n", "/a\r\n  X-A:1\r\n/b\r\nX-B : 2"]
)
def test_indentation_makes_no_difference(tmp_path: Path, text: str) -> None:
    """As in Netlify and Cloudflare, a line with a leading slash is a path, and any other line is a header."""
    assert written(tmp_path, "_headers", text) == (HeaderRule("/a", {"x-a": "1"}), HeaderRule("/b", {"x-b": "2"}))


TWICE = "customHeaders:\n" + "".join(
    f"- pattern: {pattern}\n  headers:\n  - {{key: X-A, value: {value}}}\n"
    for pattern, value in (("'**'", "one"), ("/a", "two"), ("'**'", "three"))
)


@pytest.mark.parametrize(
    ("name", "text"),
    [("_headers", "/*\n  X-A: one\n/a\n  X-A: two\n/*\n  X-A: three\n"), ("customHttp.yml", TWICE)],
)
def test_the_later_block_of_a_pattern_wins(edge: EdgeRuntime, tmp_path: Path, name: str, text: str) -> None:
    """A second block with the same pattern takes precedence over the first, and over the blocks between them."""
    rules = written(tmp_path, name, text)
    assert sent(edge, rules, "/a") == {"x-a": "three"}
    assert headers_for(rules, "/a", PLAIN) == {"x-a": "three"}


def test_blocks_on_one_line_are_two(tmp_path: Path) -> None:
    """YAML's flow style has all blocks on one line."""
    block = "{{pattern: {0}, headers: [{{key: X-A, value: '{0}'}}]}}"
    text = f"customHeaders: [{block.format('a')}, {block.format('b')}]"
    assert written(tmp_path, "customHttp.yml", text) == (HeaderRule("a", {"x-a": "a"}), HeaderRule("b", {"x-a": "b"}))


@pytest.mark.parametrize(
    "value",
    [
        ">\n        default-src 'self';\n        img-src *\n",
        "|\n        default-src 'self';\n        img-src *\n",
        ">-\n        default-src 'self';\n        img-src *",
        "\"default-src 'self';   \n          img-src * \"",
        "'default-src ''self''; img-src * '",
    ],
)
def test_a_value_of_several_lines_is_one(tmp_path: Path, value: str) -> None:
    """A value of several lines in YAML is sent as one line, without trailing spaces."""
    text = f"customHeaders:\n- pattern: '**'\n  headers:\n    - key: ' CSP '\n      value: {value}\n"
    (rule,) = written(tmp_path, "customHttp.yml", text)
    assert rule.headers == {"csp": "default-src 'self'; img-src *"}


def monorepo(*roots: str) -> str:
    """Return a file with a header for each application, whose value is the application's folder."""
    return "applications:\n" + "".join(
        f"- appRoot: {root}\n  customHeaders:\n  - pattern: '**'\n    headers:\n    - {{key: X-App, value: {root}}}\n"
        for root in roots
    )


@pytest.mark.parametrize(
    ("roots", "folder", "app"),
    [
        (("web",), "dist", "web"),
        (("web", "admin"), "admin/dist", "admin"),
        (("packages/web", "packages/web-admin"), "packages/web/dist", "packages/web"),
    ],
)
def test_headers_of_a_monorepo(tmp_path: Path, roots: tuple[str, ...], folder: str, app: str) -> None:
    """Of several applications, the one whose folder contains the distribution folder is used."""
    (tmp_path / folder).mkdir(parents=True)
    assert written(tmp_path / folder, "customHttp.yml", monorepo(*roots)) == (HeaderRule("**", {"x-app": app}),)


@pytest.mark.parametrize(("roots", "folder"), [(("web", "admin"), "dist"), (("a", "a/b"), "a/b/dist")])
def test_a_monorepo_without_this_site_is_refused(tmp_path: Path, roots: tuple[str, ...], folder: str) -> None:
    """If the folder belongs to no application or to several, the error lists the applications."""
    (tmp_path / folder).mkdir(parents=True)
    with pytest.raises(EdgeError, match=f"several applications \\('{roots[0]}', '{roots[1]}'\\)"):
        written(tmp_path / folder, "customHttp.yml", monorepo(*roots))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: [", "customHttp.yml is not valid YAML"),
        ("applications: []", "line 1 of customHttp.yml has no 'customHeaders'"),
        ("applications: web", "line 1 of customHttp.yml is not a list"),
        ("headers: []", "line 1 of customHttp.yml has no 'customHeaders': write 'customHeaders:', a list"),
        ("", "line 1 of customHttp.yml has no 'customHeaders'"),
        ("applications:\n  - appRoot: a", "line 1 of customHttp.yml has no 'customHeaders'"),
        ("customHeaders: 1", "line 1 of customHttp.yml is not a list"),
        ("customHeaders:\n  - pattern: ''\n    headers: []", "line 2 of customHttp.yml has an empty pattern"),
        ("customHeaders:\n  - headers: []", "line 2 of customHttp.yml has no 'pattern'"),
        ("customHeaders:\n  - pattern: [a]\n    headers: []", "line 2 of customHttp.yml is not text"),
        ("customHeaders:\n- pattern: a\n  headers:\n  - key: a", "line 4 of customHttp.yml has no 'value'"),
        (
            "customHeaders:\n- pattern: a\n  headers:\n  - {key: 'a b', value: c}",
            "line 4 of customHttp.yml has the invalid header name",
        ),
    ],
)
def test_invalid_amplify_files(tmp_path: Path, text: str, message: str) -> None:
    """Errors in Amplify's file have their line, and the valid form."""
    with pytest.raises(EdgeError, match=re.escape(message)):
        written(tmp_path, "customHttp.yml", text)


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("_headers", "/*\n  Basic-Auth: me:hunter2", "line 2 of _headers has a password ('"),
        ("_headers", "/*\n  basic-auth: a:hunter2 b:hunter2", "pulumi config set --secret access:password"),
        ("_headers", "/*\n  Basic-Auth hunter2", "line 2 of _headers is not a header"),
        ("_headers", "/*\nBasic-Auth: me:hunter2", "line 2 of _headers has a password ('"),
        ("_headers", "/*\n  Basic-Auth://hunter2", "line 2 of _headers has a URL ('Basic-Auth:...') instead of a path"),
        ("_headers", "/* Basic-Auth:me:hunter2", "line 1 of _headers has the path"),
        (
            "customHttp.yml",
            "customHeaders:\n- pattern: a\n  headers:\n  - {key: Basic-Auth, value: 'me:hunter2'}",
            "line 4 of customHttp.yml has a password ('",
        ),
        ("customHttp.yml", "customHeaders:\n- {key: Basic-Auth: hunter2", "is not valid YAML (line 2)"),
        ("customHttp.yml", "\x00 hunter2", "is not valid YAML; nothing was deployed"),
    ],
)
def test_a_password_as_a_header_is_refused(tmp_path: Path, name: str, text: str, message: str) -> None:
    """Netlify's `Basic-Auth` is refused in every spelling, and the message does not repeat the password."""
    with pytest.raises(EdgeError, match=re.escape(message)) as caught:
        written(tmp_path, name, text)
    assert "hunter2" not in str(caught.value)


def test_a_colon_in_a_value_is_a_colon(tmp_path: Path) -> None:
    """A value with a colon is valid, unless it has a placeholder of the path."""
    (rule,) = written(tmp_path, "_headers", "/m/:title\n  X-A: https://x.example:8080/:splat :titles")
    assert rule.headers == {"x-a": "https://x.example:8080/:splat :titles"}


def test_headers_are_in_one_file(tmp_path: Path) -> None:
    """Two files are refused, no file gives no rules, and a file that can't be read is an error."""
    assert read_headers(tmp_path) == ((), "", ())
    (tmp_path / "_headers").write_bytes(b"/\xff\n")
    with pytest.raises(EdgeError, match="_headers can't be read"):
        read_headers(tmp_path)
    with pytest.raises(EdgeError, match=r"in customHttp\.yml and in _headers"):
        written(tmp_path, "customHttp.yml", AMPLIFY)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("rules/site.yaml", "customHeaders:\n- pattern: '*'\n  headers:\n  - {key: X-A, value: named}\n"),
        ("rules/_headers", "/*\n  X-A: named\n"),
    ],
)
def test_the_file_in_the_folder_wins_over_the_named_file(tmp_path: Path, name: str, text: str) -> None:
    """The rules of `website:headersFile`, in either form, come first: the later rule for a header wins."""
    (tmp_path / "rules").mkdir()
    (tmp_path / name).write_text(text)
    (tmp_path / "_headers").write_text("/*\n  X-A: folder\n")
    headers = read_headers(tmp_path, NamedFile(name, tmp_path / name))
    assert [rule.headers["x-a"] for rule in headers.rules] == ["named", "folder"]
    assert headers.file == f"{name} and in _headers"


MONOREPO = """applications:
- {appRoot: apps/shop, customHeaders: [{pattern: '**', headers: [{key: X-A, value: shop}]}]}
- {appRoot: /apps/blog/, customHeaders: [{pattern: '**', headers: [{key: X-A, value: blog}]}]}
"""


@pytest.mark.parametrize("root", ["apps/blog", "/apps/blog/"])
def test_the_setting_chooses_the_application(tmp_path: Path, root: str) -> None:
    """`website:appRoot` chooses the application of a monorepo's file, wherever the distribution folder is."""
    (tmp_path / "customHttp.yml").write_text(MONOREPO)
    assert [rule.headers["x-a"] for rule in read_headers(tmp_path, app_root=root).rules] == ["blog"]


def test_an_application_that_does_not_exist(tmp_path: Path) -> None:
    """The message about an unknown `website:appRoot` lists the applications, also of a file with only one."""
    (tmp_path / "customHttp.yml").write_text(MONOREPO)
    with pytest.raises(EdgeError, match=r"\('apps/shop', '/apps/blog/'\), and 'website:appRoot' is 'web'"):
        read_headers(tmp_path, app_root="web")
    (tmp_path / "customHttp.yml").write_text(MONOREPO.partition("- {appRoot: /")[0])
    with pytest.raises(EdgeError, match=r"\('apps/shop'\), and 'website:appRoot' is 'web'"):
        read_headers(tmp_path, app_root="web")


@pytest.mark.parametrize(
    ("path", "paths"),
    [
        ("/docs", ["/docs", "/docs", "/docs.html"]),
        ("/docs.html", ["/docs.html", "/docs", "/docs.html"]),
        ("/docs/", ["/docs/", "/docs/", "/docs/index.html"]),
        ("/docs/index.html", ["/docs/index.html", "/docs/", "/docs/index.html"]),
    ],
)
def test_two_pages_of_one_name_have_paths_of_their_own(path: str, paths: list[str]) -> None:
    """If a tree has both `docs.html` and `docs/index.html`, a header rule for one does not apply to the other."""
    assert page_paths(path, BOTH) == paths
