"""The edge cache across publishes, as visitors of one edge location see it."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest

from tests.e2e.harness import elsewhere

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.e2e.harness import Answer, Project

SCRIPT = "assets/app.1a2b3c4d.js"
# What another hand changes of the objects behind some URLs; None for a deletion.
DRIFT: dict[str, dict[str, Any] | None] = {
    "/docs/index.html": {"Body": b"by hand"},
    f"/{SCRIPT}": {"ContentType": "text/plain"},
    "/index.html": {"CacheControl": "public, max-age=600"},
    "/style.css": None,
}
HIT, MISS = "Hit from cloudfront", "Miss from cloudfront"
# Names that browsers, generators, S3 and CloudFront encode differently; one exists in both of Unicode's forms.
ODD_NAMES = (
    *("a@b;c.css", "runtime~main.js", "star*.txt", "c++ notes.txt", "what's-new (a).html", "tags/c++/index.html"),
    *("100%.txt", "a%20b.txt", "$&=:,!.txt", 'quo"te?#.txt', "end.", "blank.txt ", "caf\u00e9.txt", "cafe\u0301.txt"),
)
# What Python's quote(), JavaScript's encodeURIComponent and its encodeURI leave as it is.
UNENCODED = ("/", "/-_.!~*'()", "/-_.!~*'();:@&=+$,")


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
    return live(with_odd_names(new_project("prod"), "one"), "managed")


@pytest.fixture(scope="module")
def bulk(new_project: Callable[[str], Project]) -> Project:
    """Return a deployed PROD stage in bulk mode."""
    return live(with_odd_names(new_project("prod"), "one"), "bulk")


def with_odd_names(project: Project, version: str) -> Project:
    """Write a version of the files with odd names, and return the project."""
    for name in ODD_NAMES:
        project.write(f"www/{name}", f"{name} {version}")
    return project


def odd_paths() -> dict[str, set[str]]:
    """Return the spellings of each odd file's URL."""
    urls = {name: f"/{name}".removesuffix("index.html") for name in ODD_NAMES}
    return {name: {quote(url, safe=safe) for safe in UNENCODED} for name, url in urls.items()}


def odd_answers(project: Project) -> dict[str, set[tuple[int, str]]]:
    """Return the status and the body of each odd file, with any spelling of its URL."""
    answers = {name: [project.get(path) for path in sorted(paths)] for name, paths in odd_paths().items()}
    return {name: {(answer.status, answer.text) for answer in found} for name, found in answers.items()}


def expected_answers(version: str) -> dict[str, set[tuple[int, str]]]:
    """Return what `odd_answers` returns if all files have this version."""
    return {name: {(200, f"{name} {version}")} for name in ODD_NAMES}


def visit(project: Project, *paths: str) -> list[str]:
    """Request each path twice, and return the `X-Cache` headers of the second responses."""
    for path in paths:
        project.get(path)
    return [project.get(path).headers["x-cache"] for path in paths]


def test_a_publish_invalidates_what_changed_and_nothing_else(managed: Project) -> None:
    """In managed mode changed files are new at once, and the others stay cached."""
    paths = ("/", "/docs/index.html", "/gone.html", "/style.css", f"/{SCRIPT}")
    assert visit(managed, *paths) == [HIT] * len(paths)
    managed.write("www/docs/index.html", "docs/index two")
    (managed.path / "www/gone.html").unlink()
    managed.up()
    changed = managed.get("/docs/index.html")
    assert (changed.text, changed.headers["x-cache"]) == ("docs/index two", MISS)
    assert managed.get("/gone.html").status == 404
    assert visit(managed, "/style.css", f"/{SCRIPT}") == [HIT, HIT]


def test_dev_serves_odd_names(new_project: Callable[[str], Project]) -> None:
    """Without CloudFront, too, each spelling of an odd name is that file; a warning names the two forms."""
    project = new_project("dev")
    project.config("publish:directory", "www")
    output = with_odd_names(project, "one").up().output
    assert odd_answers(project) == expected_answers("one")
    assert "'cafe\u0301.txt' is published twice" in output


def test_every_spelling_is_fresh_after_a_publish(managed: Project) -> None:
    """All spellings of an odd name share one cache entry, and a publish removes that and no other file's."""
    assert odd_answers(managed) == expected_answers("one")
    spellings = [path for paths in odd_paths().values() for path in paths]
    managed.get("/style.css")
    assert {managed.get(path).headers["x-cache"] for path in spellings} == {HIT}
    managed.config("publish:invalidationMaxPaths", "100")
    with_odd_names(managed, "two").up()
    assert odd_answers(managed) == expected_answers("two")
    assert managed.get("/style.css").headers["x-cache"] == HIT
    sent = managed.invalidations()[-1]
    assert {"/runtime*", "/star*", "/c%2B%2B%20notes.txt", "/tags/c%2B%2B", "/what's-new%20(a)"} <= {*sent}


def test_without_an_invalidation_pages_stay_cached(managed: Project) -> None:
    """With `publish:invalidate never` only an edge location without the cached page has the new one."""
    assert managed.get("/docs/index.html").text == "docs/index two"
    managed.config("publish:invalidate", "never")
    managed.write("www/docs/index.html", "docs/index three")
    managed.up()
    assert managed.get("/docs/index.html").text == "docs/index two"
    assert managed.get("/docs/index.html", headers=elsewhere()).text == "docs/index three"
    managed.config("publish:invalidate", "auto")
    managed.up()
    assert managed.get("/docs/index.html").text == "docs/index three"


@pytest.mark.parametrize("mode", ["managed", "bulk"])
def test_a_refresh_restores_and_invalidates_changed_objects(mode: str, request: pytest.FixtureRequest) -> None:
    """`up --refresh` repairs objects with other bytes, type or Cache-Control, and missing ones, also at the edge."""
    project: Project = request.getfixturevalue(mode)
    project.write("www/docs/index.html", "docs/index four")
    project.write("www/style.css", "style four")
    project.up()
    before = {path: project.get(path, headers=elsewhere()) for path in DRIFT}
    # S3's times have a resolution of one second.
    time.sleep(1.1)
    bucket, s3 = project.outputs()["bucketName"], project.sandbox.s3
    listed = s3.list_objects_v2(Bucket=bucket)["Contents"]
    for path, changes in DRIFT.items():
        # In bulk mode, each publish that changed the file has written an object.
        versions = [item for item in listed if f"/{item['Key']}".endswith(path)]
        key = max(versions, key=lambda item: (-len(item["Key"]), item["LastModified"]))["Key"]
        if changes is None:
            s3.delete_object(Bucket=bucket, Key=key)
            continue
        found = s3.get_object(Bucket=bucket, Key=key)
        kept = {"ContentType": found["ContentType"], "CacheControl": found["CacheControl"]}
        s3.put_object(Bucket=bucket, Key=key, **{"Body": found["Body"].read(), **kept, **changes})
    at = elsewhere()
    visited = {path: project.get(path, headers=at) for path in DRIFT}
    assert [path for path in DRIFT if is_same(visited[path], before[path])] == []
    project.up("--refresh")
    repaired = {path: project.get(path, headers=at) for path in DRIFT}
    assert [path for path in DRIFT if not is_same(repaired[path], before[path])] == []
    assert project.up("--refresh").changes == {}


def is_same(one: Answer, other: Answer) -> bool:
    """Return whether two answers have the same status, bytes, type and Cache-Control."""
    names = ("content-type", "cache-control")
    return (one.status, one.body, *map(one.headers.get, names)) == (
        other.status,
        other.body,
        *map(other.headers.get, names),
    )


def test_the_edge_obeys_the_times_to_live(managed: Project) -> None:
    """With `cloudfront:minTtl`, `defaultTtl` and `maxTtl` 0 nothing is cached."""
    for key in ("minTtl", "defaultTtl", "maxTtl"):
        managed.config(f"cloudfront:{key}", "0")
    managed.up()
    at = elsewhere()
    assert [managed.get("/style.css", headers=at).headers["x-cache"] for _ in range(2)] == [MISS, MISS]


def test_a_release_needs_no_invalidation_and_leaves_the_assets_warm(bulk: Project) -> None:
    """In bulk mode pages are new at once, a script with a hashed name stays cached, and nothing is invalidated."""
    assert visit(bulk, "/", "/docs/index.html", f"/{SCRIPT}") == [HIT, HIT, HIT]
    before = bulk.invalidations()
    bulk.write("www/docs/index.html", "docs/index two")
    bulk.up()
    assert bulk.get("/docs/index.html").text == "docs/index two"
    assert bulk.get(f"/{SCRIPT}").headers["x-cache"] == HIT
    assert bulk.invalidations() == before


def test_cached_files_of_earlier_releases_are_not_served(bulk: Project) -> None:
    """Each of many releases is served with its own content, also if earlier content comes back.

    A script that changes without another hash in its name is a new object, too.
    """
    before = bulk.invalidations()
    for version in ("three", "two", "three"):
        bulk.write("www/docs/index.html", f"docs/index {version}")
        bulk.write("www/style.css", f"style {version}")
        bulk.write(f"www/{SCRIPT}", f"script {version}")
        bulk.up()
        assert bulk.get("/docs/index.html").text == f"docs/index {version}"
        assert bulk.get("/style.css").text == f"style {version}"
        assert bulk.get(f"/{SCRIPT}").text == f"script {version}"
    assert visit(bulk, "/docs/index.html", "/style.css", f"/{SCRIPT}") == [HIT, HIT, HIT]
    assert bulk.invalidations() == before


def test_every_spelling_is_of_the_live_release(bulk: Project) -> None:
    """In bulk mode, too, each spelling of an odd name is the same file, and new after a publish."""
    assert odd_answers(bulk) == expected_answers("one")
    with_odd_names(bulk, "two").up()
    assert odd_answers(bulk) == expected_answers("two")


PATHS = (
    *("/", "/index.html", "/about", "/about/", "/about.html", "/docs", "/docs/", "/docs/index.html", "/docs/guide"),
    *("/docs/guide.html", "/docs/guide/", "/new", "/new.html", "/new/", "/a%20b%2B%C3%A4.html", "/a%20b%2B%C3%A4"),
    *("/one(1)@2,3.html", "/one(1)@2,3"),
    *("/404.html", "/no/such/page", "/no-such.png", "/style.css", f"/{SCRIPT}"),
)


def answers(project: Project, at: dict[str, str] | None = None) -> dict[str, tuple[int, str, str | None]]:
    """Return status, body and redirect target of each path, at an edge location."""
    found = {path: project.get(path, headers=at) for path in PATHS}
    return {path: (one.status, one.text, one.headers.get("location")) for path, one in found.items()}


# For this site `auto` is `pages`.
@pytest.mark.parametrize(("mode", "routing"), [("managed", "auto"), ("bulk", "auto"), ("bulk", "errors")])
def test_the_edge_has_no_stale_files(new_project: Callable[[str], Project], mode: str, routing: str) -> None:
    """After any publish a location with a full cache answers as one with an empty cache, also for unknown paths.

    In bulk mode the error page has a key of its own, so `cachingMinTtl` has no effect on it.
    """
    project = new_project("prod")
    project.write("www/404.html", "404 one")
    project.write("www/about.html", "about one")
    project.write("www/docs/guide.html", "guide one")
    project.write("www/a b+ä.html", "name one")
    project.write("www/one(1)@2,3.html", "sign one")
    project.config("website:routing", routing)
    if (mode, routing) == ("bulk", "auto"):
        page = {"errorCode": 404, "responseCode": 404, "responsePagePath": "/404.html", "cachingMinTtl": 300}
        project.config("cloudfront:errorResponses", json.dumps([page]))
    live(project, mode)
    # More URLs than `publish:invalidationMaxPaths` invalidate everything, as the error page does.
    changes: tuple[dict[str, str | None], ...] = (
        {"about.html": "about two", "a b+ä.html": "name two", "one(1)@2,3.html": "sign two", "index.html": "index two"},
        {"docs/guide.html": None, "new.html": "new one", "docs/index.html": "docs two", "style.css": "style two"},
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
        assert answers(project, elsewhere()) == after
        assert after != before
