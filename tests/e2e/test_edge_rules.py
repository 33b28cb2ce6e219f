"""Redirects, headers and access over HTTP, deployed by the real engine."""

from __future__ import annotations

import json
from base64 import b64encode
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.e2e.harness import Project

SITE = {
    "index.html": "<h1>home</h1>",
    "404.html": "<h1>not here</h1>",
    "docs/index.html": "<h1>docs</h1>",
    "app.js": "console.log('app')",
}
PASSWORD = "correct-horse-battery-staple"
NETLIFY = """\
# our redirects
/home            /                 301
/blog/:year/:id  /news/:year-:id   302
/old/*           https://old.example.com/:splat
/search q=a%20b  /found            302
/rewritten       /docs/index.html  200
/                /de               302! Country=de
/*               /404.html         404
"""


@pytest.fixture(scope="module")
def prod(new_project: Callable[[str], Project]) -> Project:
    """Return a PROD stack for the tests of this module, which run in order."""
    project = new_project("prod")
    for path, text in SITE.items():
        project.write(f"www/{path}", text)
    project.config("publish:directory", "www")
    return project


def test_netlifys_redirects(prod: Project) -> None:
    """Redirects, rewrites, countries and the 404 page work as in Netlify, and the file is not published."""
    prod.write("www/_redirects", NETLIFY)
    prod.up()
    assert sorted(prod.stored()) == sorted(SITE)
    for path, status, location in (
        ("/home", 301, "/"),
        ("/blog/2024/7?a=b", 302, "/news/2024-7?a=b"),
        ("/old/x/y", 301, "https://old.example.com/x/y"),
        ("/home/?x=1&y=%26&x=2", 301, "/?x=1&y=%26&x=2"),
        ("/old/%F0%9F%A6%8A%2Fb?%F0%9F%A6%8A", 301, "https://old.example.com/%F0%9F%A6%8A%2Fb?%F0%9F%A6%8A"),
        ("/search?q=a+b", 302, "/found"),
        ("/search?q=%61%20b", 302, "/found"),
    ):
        answer = prod.get(path)
        assert (answer.status, answer.headers["location"]) == (status, location)
    assert (prod.get("/rewritten").status, prod.get("/rewritten").text) == (200, SITE["docs/index.html"])
    assert prod.get("/").text == SITE["index.html"]
    assert prod.get("/", headers={"CloudFront-Viewer-Country": "DE"}).headers["location"] == "/de"
    assert (prod.get("/nowhere/").status, prod.get("/nowhere/").text) == (404, SITE["404.html"])
    assert (prod.get("/_redirects/").status, prod.get("/app.js").text) == (404, SITE["app.js"])
    assert prod.up().changes == {}


def test_amplifys_redirects_in_the_setting(prod: Project) -> None:
    """`website:redirects` works the same way, with the router after the rules."""
    (prod.path / "www/_redirects").unlink()
    rules = [
        {"source": "/<*>", "target": "/oops.html", "status": "404"},
        {"source": "/home", "target": "/docs", "status": "301"},
        {"source": "/rewritten", "target": "/docs/index.html", "status": "200"},
        {"source": "/any/<*>", "target": "/<*>", "status": "200"},
    ]
    prod.write("www/oops.html", "<h1>oops</h1>")
    prod.config("website:redirects", json.dumps(rules))
    prod.config("website:routing", "pages")
    prod.up()
    assert prod.get("/home").headers["location"] == "/docs"
    for path in ("/docs", "/rewritten", "/any/docs", "/any/docs/", "/any/docs.html", "/any/docs/index.html"):
        assert (prod.get(path).status, prod.get(path).text) == (200, SITE["docs/index.html"])
    assert (prod.get("/nowhere").status, prod.get("/nowhere").text) == (404, "<h1>oops</h1>")
    (prod.path / "www/oops.html").unlink()


def test_invalid_rules_are_refused(prod: Project) -> None:
    """The preview reports a loop with its lines, and too many rules below one folder with their size."""
    prod.unset("website:redirects")
    prod.write("www/_redirects", "/a /b\n/b /a\n")
    refused = prod.pulumi("preview", "--stack", "prod", check=False)
    assert refused.code != 0
    assert "line 1 of _redirects and line 2 of _redirects redirect '/a' in an endless loop" in refused.output
    prod.write("www/_redirects", "".join(f"/old/:name/{number} /new/page/{number}\n" for number in range(300)))
    refused = prod.pulumi("preview", "--stack", "prod", check=False)
    assert "a value of the key-value store has at most 1024" in " ".join(refused.output.split())
    (prod.path / "www/_redirects").unlink()


def test_netlifys_headers(prod: Project) -> None:
    """Headers of a file override the default ones, the file is not published, and a second up changes nothing."""
    prod.write("www/_headers", "/*\n  X-Frame-Options: DENY\n/docs\n  X-Docs: yes\n/*.js\n  Cache-Control: no-store\n")
    prod.up()
    page = prod.get("/docs").headers
    assert (page["x-frame-options"], page["x-docs"]) == ("DENY", "yes")
    assert page["referrer-policy"] == "strict-origin-when-cross-origin"
    assert prod.get("/app.js").headers["cache-control"] == "no-store"
    assert "_headers" not in prod.stored()
    assert prod.up().changes == {}


def test_amplifys_headers(prod: Project) -> None:
    """Amplify's file works the same way, and the preview reports an invalid header with its line."""
    (prod.path / "www/_headers").unlink()
    amplify = "customHeaders:\n  - pattern: '**'\n    headers:\n      - key: Strict-Transport-Security\n        value: "
    prod.write("www/customHttp.yml", f"{amplify}max-age=1\n")
    prod.up()
    assert prod.get("/").headers["strict-transport-security"] == "max-age=1"
    prod.write("www/customHttp.yml", f"{amplify}max-age=\u00e9\n")
    refused = prod.pulumi("preview", "--stack", "prod", check=False)
    assert "line 4 of customHttp.yml has a value for 'Strict-Transport-Security'" in refused.output
    (prod.path / "www/customHttp.yml").unlink()


def test_the_app_page_has_the_headers(prod: Project) -> None:
    """With `errors` an unknown path gets the app page with the headers, by default and by a rule."""
    prod.config("website:routing", "errors")
    prod.write("www/LICENSE", "do what you like")
    prod.write("www/_headers", "/*\n  X-Frame-Options: DENY\n/\n  X-Home: yes\n")
    for rules in ("", "/* /index.html 200\n"):
        prod.write("www/_redirects", rules)
        prod.up()
        for path in ("/", "/client/route", "/client/"):
            answer = prod.get(path)
            assert (answer.status, answer.text) == (200, SITE["index.html"])
            assert (answer.headers["x-frame-options"], answer.headers["x-home"]) == ("DENY", "yes")
        assert prod.get("/LICENSE").text == "do what you like"
        assert prod.get("/LICENSE").headers["x-frame-options"] == "DENY"
        missing = prod.get("/missing.js")
        assert (missing.status, missing.headers["x-frame-options"]) == (200, "SAMEORIGIN")
    assert prod.up().changes == {}
    for name in ("_headers", "_redirects", "LICENSE"):
        (prod.path / "www" / name).unlink()
    prod.config("website:routing", "pages")


def test_access(prod: Project) -> None:
    """Every path asks for name and password, which are not in state, output or code."""
    prod.config("access:username", "preview")
    prod.config("access:password", PASSWORD, "--secret")
    output = prod.pulumi("preview", "--diff", "--stack", "prod").output + prod.up().output
    for path in ("/", "/docs", "/app.js", "/nowhere"):
        answer = prod.get(path)
        assert (answer.status, answer.text) == (401, "")
        assert answer.headers["www-authenticate"].startswith("Basic ")
    assert prod.get("/", headers={"Authorization": basic("wrong")}).status == 401
    right = {"Authorization": basic(PASSWORD)}
    assert prod.get("/", headers=right).text == SITE["index.html"]
    assert prod.get("/docs", headers=right).text == SITE["docs/index.html"]
    status, report = prod.verify()
    assert (status, report["wrong"], report["checks"]["password"]["wrong"]) == (0, [], 0)
    assert PASSWORD not in str(report)
    (function,) = [
        found["Name"]
        for found in prod.sandbox.cloudfront.list_functions(Stage="LIVE")["FunctionList"]["Items"]
        if prod.name in found["Name"]
    ]
    code = prod.sandbox.cloudfront.get_function(Name=function, Stage="LIVE")["FunctionCode"].read().decode()
    state = prod.pulumi("stack", "export", "--stack", "prod").output
    for text in (output, code, state):
        assert PASSWORD not in text
        assert b64encode(PASSWORD.encode()).decode() not in text
    assert prod.up().changes == {}


def test_access_needs_a_distribution(prod: Project) -> None:
    """A password without CloudFront is refused, and the site stays protected."""
    prod.config("cloudfront:enabled", "false")
    refused = prod.up(check=False)
    assert refused.code != 0
    assert "'access:username' needs CloudFront" in refused.output
    assert prod.get("/").status == 401


def basic(password: str) -> str:
    """Return the Authorization header that a browser sends."""
    return f"Basic {b64encode(f'preview:{password}'.encode()).decode()}"
