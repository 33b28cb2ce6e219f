"""What stays at the edge over a publish, and what does not: visitors of one edge location, which keeps what it had."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from tests.e2e.harness import elsewhere

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.e2e.harness import Project

SCRIPT = "assets/app.1a2b3c4d.js"
HIT, MISS = "Hit from cloudfront", "Miss from cloudfront"


def live(project: Project, mode: str) -> Project:
    """Deploy a site of a few files, and return the project."""
    project.write(f"www/{SCRIPT}", "script")
    project.write("www/style.css", "style")
    for page in ("index", "docs/index", "gone"):
        project.write(f"www/{page}.html", f"{page} one")
    project.config("publish:directory", "www")
    project.config("publish:mode", mode)
    project.up()
    return project


@pytest.fixture(scope="module")
def managed(new_project: Callable[[str], Project]) -> Project:
    """Return a deployed PROD stage in managed mode."""
    return live(new_project("prod"), "managed")


@pytest.fixture(scope="module")
def bulk(new_project: Callable[[str], Project]) -> Project:
    """Return a deployed PROD stage in bulk mode."""
    return live(new_project("prod"), "bulk")


def visit(project: Project, *paths: str) -> list[str]:
    """Ask for paths, twice each, and return where the second answers came from."""
    for path in paths:
        project.get(path)
    return [project.get(path).headers["x-cache"] for path in paths]


def test_a_publish_invalidates_what_changed_and_nothing_else(managed: Project) -> None:
    """In managed mode visitors get what changed at once, and the rest from the edge."""
    paths = ("/", "/docs/index.html", "/gone.html", "/style.css", f"/{SCRIPT}")
    assert visit(managed, *paths) == [HIT] * len(paths)
    managed.write("www/docs/index.html", "docs/index two")
    (managed.path / "www/gone.html").unlink()
    managed.up()
    changed = managed.get("/docs/index.html")
    assert (changed.text, changed.headers["x-cache"]) == ("docs/index two", MISS)
    assert managed.get("/gone.html").status == 404
    assert visit(managed, "/style.css", f"/{SCRIPT}") == [HIT, HIT]


def test_without_an_invalidation_the_edge_has_what_it_had(managed: Project) -> None:
    """`publish:invalidate never` is what it says: only an edge location that was not asked before has the new page."""
    assert managed.get("/docs/index.html").text == "docs/index two"
    managed.config("publish:invalidate", "never")
    managed.write("www/docs/index.html", "docs/index three")
    managed.up()
    assert managed.get("/docs/index.html").text == "docs/index two"
    assert managed.get("/docs/index.html", headers=elsewhere()).text == "docs/index three"
    managed.config("publish:invalidate", "auto")
    managed.up()
    assert managed.get("/docs/index.html").text == "docs/index three"


def test_what_another_hand_changed_leaves_the_edge_with_a_refresh(managed: Project) -> None:
    """`pulumi up --refresh` puts the objects back, and invalidates what visitors may have got meanwhile."""
    bucket = managed.outputs()["bucketName"]
    managed.write("www/docs/index.html", "docs/index four")
    managed.up()
    # S3 tells times to the second.
    time.sleep(1.1)
    managed.sandbox.s3.put_object(Bucket=bucket, Key="docs/index.html", Body=b"by hand", ContentType="text/html")
    managed.sandbox.s3.delete_object(Bucket=bucket, Key="style.css")
    assert managed.get("/docs/index.html").text == "by hand"
    assert managed.get("/style.css").status == 404
    managed.up("--refresh")
    assert managed.get("/docs/index.html").text == "docs/index four"
    assert managed.get("/style.css").text == "style"
    assert managed.up("--refresh").changes == {}


def test_the_edge_obeys_the_times_to_live(managed: Project) -> None:
    """With `cloudfront:minTtl`, `defaultTtl` and `maxTtl` 0 each visitor's answer is the origin's."""
    for key in ("minTtl", "defaultTtl", "maxTtl"):
        managed.config(f"cloudfront:{key}", "0")
    managed.up()
    at = elsewhere()
    assert [managed.get("/style.css", headers=at).headers["x-cache"] for _ in range(2)] == [MISS, MISS]


def test_a_release_needs_no_invalidation_and_leaves_the_assets_warm(bulk: Project) -> None:
    """In bulk mode pages are new at once, a script with a hashed name stays at the edge, and nothing is invalidated."""
    assert visit(bulk, "/", "/docs/index.html", f"/{SCRIPT}") == [HIT, HIT, HIT]
    before = bulk.invalidations()
    bulk.write("www/docs/index.html", "docs/index two")
    bulk.up()
    assert bulk.get("/docs/index.html").text == "docs/index two"
    assert bulk.get(f"/{SCRIPT}").headers["x-cache"] == HIT
    assert bulk.invalidations() == before


def test_what_the_edge_has_of_an_earlier_release_does_not_come_back(bulk: Project) -> None:
    """Over more publishes than are held, and back to content of before, each release is seen as it is."""
    before = bulk.invalidations()
    for version in ("three", "four", "two", "five", "three", "two"):
        bulk.write("www/docs/index.html", f"docs/index {version}")
        bulk.write("www/style.css", f"style {version}")
        bulk.up()
        assert bulk.get("/docs/index.html").text == f"docs/index {version}"
        assert bulk.get("/style.css").text == f"style {version}"
    assert visit(bulk, "/docs/index.html", "/style.css", f"/{SCRIPT}") == [HIT, HIT, HIT]
    assert bulk.invalidations() == before


def test_an_asset_that_kept_its_name_is_invalidated(bulk: Project) -> None:
    """A name that only looks hashed is not a stale file: the edge forgets the one script whose bytes did change."""
    bulk.write(f"www/{SCRIPT}", "other script")
    bulk.up()
    assert bulk.get(f"/{SCRIPT}").text == "other script"


PATHS = (
    *("/", "/index.html", "/about", "/about/", "/about.html", "/docs", "/docs/", "/docs/index.html", "/docs/guide"),
    *("/docs/guide.html", "/docs/guide/", "/new", "/new.html", "/new/", "/a%20b%2B%C3%A4.html", "/a%20b%2B%C3%A4"),
    *("/one(1)@2,3.html", "/one(1)@2,3"),
    *("/404.html", "/no/such/page", "/no-such.png", "/style.css", f"/{SCRIPT}"),
)


def answers(project: Project, at: dict[str, str] | None = None) -> dict[str, tuple[int, str, str | None]]:
    """Return status, body and target of each path's answer, at an edge location."""
    found = {path: project.get(path, headers=at) for path in PATHS}
    return {path: (one.status, one.text, one.headers.get("location")) for path, one in found.items()}


@pytest.mark.parametrize("routing", ["errors", "auto", "pages"])
@pytest.mark.parametrize("mode", ["managed", "bulk"])
def test_the_edge_is_never_behind(new_project: Callable[[str], Project], mode: str, routing: str) -> None:
    """Whatever a publish changes, adds or removes, a location that had every path answers as one that had none.

    But for what docs/publishing.md says of bulk mode, where the first page is the error page: a missing file with an
    extension has the one of before for `cachingMinTtl`.
    """
    late = {"/no-such.png", "/docs/guide.html"} if (mode, routing) == ("bulk", "errors") else set()
    project = new_project("prod")
    project.write("www/404.html", "404 one")
    project.write("www/about.html", "about one")
    project.write("www/docs/guide.html", "guide one")
    project.write("www/a b+ä.html", "name one")
    project.write("www/one(1)@2,3.html", "sign one")
    project.config("website:routing", routing)
    live(project, mode)
    changes: tuple[dict[str, str | None], ...] = (
        {"about.html": "about two", "docs/index.html": "docs two", "style.css": "style two"},
        {"a b+ä.html": "name two", "one(1)@2,3.html": "sign two"},
        {"docs/guide.html": None, "new.html": "new one"},
        {"index.html": "index two"},
        {"404.html": "404 two"},
    )
    for change in changes:
        before = answers(project)
        for name, text in change.items():
            if text is None:
                (project.path / "www" / name).unlink()
            else:
                project.write(f"www/{name}", text)
        project.up()
        after = answers(project)
        assert {path for path, one in answers(project, elsewhere()).items() if one != after[path]} <= late
        assert after != before
