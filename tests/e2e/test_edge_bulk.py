"""The edge in bulk mode: rules, routers and headers work as in managed mode."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.e2e.compressed import check_compressed, write_compressed

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.e2e.harness import Project

SITE = {
    "index.html": "<h1>home</h1>",
    "404.html": "<h1>not here</h1>",
    "about.html": "<h1>about</h1>",
    "docs/index.html": "<h1>docs</h1>",
    "app.0a1b2c3d.js": "console.log('app')",
    "LICENSE": "do what you like",
    "_redirects": "/home / 301\n/rewritten /about.html 200\n",
    "_headers": "/*\n  X-Frame-Options: DENY\n/docs\n  X-Docs: yes\n",
}


@pytest.fixture(scope="module")
def prod(new_project: Callable[[str], Project]) -> Project:
    """Return a PROD stack in bulk mode for the tests of this module, which run in order."""
    project = new_project("prod")
    for path, text in SITE.items():
        project.write(f"www/{path}", text)
    project.config("publish:directory", "www")
    project.config("publish:mode", "bulk")
    write_compressed(project, "www")
    return project


def test_pages_redirects_and_headers(prod: Project) -> None:
    """Clean URLs, redirects, rewrites, headers and the 404 page work as in managed mode."""
    prod.config("website:routing", "pages")
    prod.up()
    for path, file in (("/", "index.html"), ("/about", "about.html"), ("/docs", "docs/index.html")):
        assert (prod.get(path).status, prod.get(path).text) == (200, SITE[file])
    assert (prod.get("/about.html").status, prod.get("/about.html").headers["location"]) == (301, "/about")
    assert prod.get("/home").headers["location"] == "/"
    assert prod.get("/rewritten").text == SITE["about.html"]
    assert prod.get("/LICENSE").text == SITE["LICENSE"]
    assert prod.get("/app.0a1b2c3d.js").text == SITE["app.0a1b2c3d.js"]
    assert (prod.get("/nowhere").status, prod.get("/nowhere").text) == (404, SITE["404.html"])
    assert prod.get("/docs").headers["x-docs"] == "yes"
    assert prod.get("/app.0a1b2c3d.js").headers["x-frame-options"] == "DENY"
    assert prod.get("/_redirects").status == 404
    assert prod.up().changes == {}


def test_compressed_files(prod: Project) -> None:
    """Files that were compressed before the publish have their encoding."""
    check_compressed(prod, "www")


def test_spa_and_a_new_release(prod: Project) -> None:
    """Client-side routes get the app page of the live release, also after the next release."""
    prod.config("website:routing", "spa")
    for text in (SITE["index.html"], "<h1>home, again</h1>"):
        prod.write("www/index.html", text)
        prod.up()
        assert (prod.get("/client/route").status, prod.get("/client/route").text) == (200, text)
    assert (prod.get("/missing.js").status, prod.get("/missing.js").text) == (404, SITE["404.html"])
    assert prod.get("/LICENSE").text == SITE["LICENSE"]


def test_unknown_paths_with_routing_errors(prod: Project) -> None:
    """With `errors` the release's function serves the app page, with the headers of the file."""
    prod.config("website:routing", "errors")
    prod.up()
    answer = prod.get("/client/route")
    assert (answer.status, answer.text) == (200, "<h1>home, again</h1>")
    assert answer.headers["x-frame-options"] == "DENY"
    assert prod.get("/docs/index.html").headers["x-docs"] == "yes"
    assert prod.get("/LICENSE").text == SITE["LICENSE"]


def test_a_rollback_has_the_routes_of_its_own_tree(prod: Project) -> None:
    """A rollback serves pages in the form of the old release, although the current files have another form."""
    prod.unset("website:routing")
    prod.up()
    earlier = prod.outputs()["digest"]
    assert prod.get("/about").text == SITE["about.html"]
    (prod.path / "www/about.html").unlink()
    (prod.path / "www/_redirects").unlink()
    prod.write("www/about/index.html", "<h1>about, in a folder</h1>")
    prod.up()
    assert prod.get("/about").headers["location"] == "/about/"
    prod.config("publish:release", earlier)
    prod.up()
    assert (prod.get("/about").status, prod.get("/about").text) == (200, SITE["about.html"])
    assert prod.get("/about/").headers["location"] == "/about"
    prod.unset("publish:release")
    prod.up()
    assert prod.get("/about/").text == "<h1>about, in a folder</h1>"


def test_access(prod: Project) -> None:
    """The password is checked before the release is served."""
    prod.config("access:username", "preview")
    prod.config("access:password", "correct-horse", "--secret")
    prod.up()
    assert prod.get("/").status == 401
    assert prod.get("/", headers={"Authorization": "Basic cHJldmlldzpjb3JyZWN0LWhvcnNl"}).status == 200
