"""The routers over HTTP, deployed by the real engine."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.e2e.harness import Project

SITE = {
    "index.html": "<h1>home</h1>",
    "404.html": "<h1>not here</h1>",
    "about.html": "<h1>about</h1>",
    "docs/index.html": "<h1>docs</h1>",
    "app.js": "console.log('app')",
    "LICENSE": "do what you like",
}


@pytest.fixture(scope="module")
def prod(new_project: Callable[[str], Project]) -> Project:
    """Return a PROD stack for the tests of this module, which run in order."""
    project = new_project("prod")
    for path, text in SITE.items():
        project.write(f"www/{path}", text)
    project.config("publish:directory", "www")
    return project


def test_auto(prod: Project) -> None:
    """By default each page has the URL of its form, the other form redirects, and missing files are a 404."""
    output = prod.up().output
    assert "Routing: pages, with trailing slash; 404.html" in output
    for path, file in (("/", "index.html"), ("/about", "about.html"), ("/docs/", "docs/index.html")):
        assert (prod.get(path).status, prod.get(path).text) == (200, SITE[file])
    for path in ("/about.html", "/docs/index.html", "/LICENSE", "/app.js"):
        assert (prod.get(path).status, prod.get(path).text) == (200, SITE[path[1:]])
    for path, target in (("/docs?a=b", "/docs/?a=b"), ("/about/", "/about")):
        answer = prod.get(path)
        assert (answer.status, answer.headers["location"]) == (301, target)
        assert answer.headers["cache-control"] == "max-age=0, must-revalidate"
    for path in ("/nowhere/", "/missing.js", "/docs.html"):
        assert (prod.get(path).status, prod.get(path).text) == (404, SITE["404.html"])
    assert prod.outputs()["routing"] == "pages"
    assert prod.up().changes == {}


def test_an_app_that_gets_a_second_page(prod: Project) -> None:
    """If the kind of site changes, the preview has a warning with the file that made the difference."""
    for name in ("about.html", "docs/index.html"):
        (prod.path / "www" / name).unlink()
    preview = prod.pulumi("preview", "--stack", "prod").output
    assert "Routing: single-page app; 404.html" in preview
    assert "With only 'index.html' it is a single-page app" in preview
    prod.up()
    for path in ("/users/jane.doe", "/items/v1.2", "/docs/"):
        assert (prod.get(path).status, prod.get(path).text) == (200, SITE["index.html"])
    assert (prod.get("/missing.js").status, prod.get("/missing.js").text) == (404, SITE["404.html"])
    for name in ("about.html", "docs/index.html"):
        prod.write(f"www/{name}", SITE[name])
    preview = prod.pulumi("preview", "--stack", "prod").output
    assert "With 'about.html' it has several pages" in preview
    assert "pulumi config set --stack prod website:routing spa" in preview


def test_spa(prod: Project) -> None:
    """Client-side routes get the app page with 200, missing files the 404 page, and folders their index document."""
    prod.config("website:routing", "spa")
    prod.up()
    for path in ("/", "/client/route", "/client/"):
        assert (prod.get(path).status, prod.get(path).text) == (200, SITE["index.html"])
    assert (prod.get("/missing.js").status, prod.get("/missing.js").text) == (404, SITE["404.html"])
    assert prod.get("/app.js").text == SITE["app.js"]
    assert prod.get("/LICENSE").text == SITE["LICENSE"]
    assert prod.get("/docs/").text == SITE["docs/index.html"]
    assert prod.get("/docs?a=b").headers["location"] == "/docs/?a=b"
    assert prod.up().changes == {}


def test_pages(prod: Project) -> None:
    """Pages have clean URLs, other URLs redirect there, and missing pages are a 404 with the site's page."""
    prod.config("website:routing", "pages")
    prod.up()
    assert "about/index.html" in prod.stored()
    assert "about.html" not in prod.stored()
    assert "404.html" in prod.stored()
    for path, file in (("/", "index.html"), ("/about", "about.html"), ("/docs", "docs/index.html")):
        assert (prod.get(path).status, prod.get(path).text) == (200, SITE[file])
    for path in ("/about/", "/about.html", "/about/index.html"):
        answer = prod.get(f"{path}?a=b&c=d%20e")
        assert (answer.status, answer.headers["location"]) == (301, "/about?a=b&c=d%20e")
    assert (prod.get("/nowhere").status, prod.get("/nowhere").text) == (404, SITE["404.html"])
    assert prod.get("/LICENSE").text == SITE["LICENSE"]
    assert prod.up().changes == {}


def test_a_changed_page_invalidates_its_urls(prod: Project) -> None:
    """With `pages` the invalidation has the page's clean URL."""
    prod.write("www/about.html", "<h1>about, again</h1>")
    prod.up()
    assert prod.invalidations()[-1] == ["/about", "/about/", "/about/index.html"]
    assert "again" in prod.get("/about").text


def test_two_files_of_one_url_are_refused(prod: Project) -> None:
    """The preview reports the conflict with both files."""
    prod.write("www/docs.html", "<h1>other docs</h1>")
    result = prod.pulumi("preview", "--stack", "prod", check=False)
    assert result.code != 0
    assert "'docs.html' and 'docs/index.html' would both have the URL /docs" in result.output
    (prod.path / "www/docs.html").unlink()


@pytest.mark.parametrize(
    ("mode", "routing", "double_slash", "body"),
    [("managed", "pages", 301, "<Code>NoSuchKey</Code>"), ("bulk", "spa", 200, "")],
)
def test_missing_files_without_error_responses(
    prod: Project, mode: str, routing: str, double_slash: int, body: str
) -> None:
    """Without error responses a missing file is a 404 of S3, or one without a body; no request lists the bucket."""
    prod.config("cloudfront:errorResponses", "[]")
    prod.config("website:routing", routing)
    prod.config("publish:mode", mode)
    prod.up()
    missing = prod.get("/missing.js")
    assert (missing.status, body in missing.text, bool(body) == bool(missing.text)) == (404, True, True)
    answers = {path: prod.get(path) for path in ("/", "//", "/?list-type=2&prefix=", "//?list-type=2&prefix=")}
    assert [answer.status for answer in answers.values()] == [200, double_slash, 200, double_slash]
    assert [path for path, answer in answers.items() if "ListBucketResult" in answer.text] == []


def test_back_to_errors(prod: Project) -> None:
    """With `errors` only a function without a router is left, and any path gets the root page, as in Amplify."""
    prod.unset("cloudfront:errorResponses", "publish:mode")
    prod.config("website:routing", "errors")
    prod.up()
    assert (prod.get("/client/route").status, prod.get("/client/route").text) == (200, SITE["index.html"])
    assert prod.get("/about.html").status == 200
    functions = prod.sandbox.cloudfront.list_functions()["FunctionList"].get("Items", [])
    # Each stage of a function is listed.
    (name,) = {one["Name"] for one in functions if prod.name in one["Name"]}
    code = prod.sandbox.cloudfront.get_function(Name=name, Stage="LIVE")["FunctionCode"].read().decode()
    assert code.endswith("return canonicalUri(request,state)||request}")
    policy = prod.sandbox.s3.get_bucket_policy(Bucket=prod.outputs()["bucketName"])["Policy"]
    assert [one["Action"] for one in json.loads(policy)["Statement"]] == ["s3:GetObject"]
