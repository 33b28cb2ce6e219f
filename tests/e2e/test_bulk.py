"""Bulk mode with the real engine: what visitors get while sites are published, rolled back, interrupted, switched."""

from __future__ import annotations

import itertools
import os
import re
import signal
import subprocess
import time
from typing import TYPE_CHECKING
from zlib import crc32

import pytest

from tests.e2e.compressed import check_compressed, write_compressed
from tests.e2e.harness import Poll, descendants, elsewhere, end, fetch

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.e2e.harness import Project

PAGES = 40


def write_version(project: Project, version: str) -> None:
    """Make every file of the site say ``version``, and its script have a name of its own."""
    for file in (project.path / "www").glob("app.*.js"):
        file.unlink()
    script = f"app.{crc32(version.encode()):08x}a1.js"
    project.write(f"www/{script}", f"script {version}")
    for path in ("index.html", "404.html", "style.css", *(f"pages/{n}.html" for n in range(PAGES))):
        project.write(f"www/{path}", f"{version} {script}")


def bulk(project: Project, version: str = "one") -> Project:
    """Give the project a site, in bulk mode, not yet deployed; unknown paths get the first page."""
    write_version(project, version)
    project.config("website:routing", "errors")
    project.config("publish:directory", "www")
    project.config("publish:mode", "bulk")
    return project


@pytest.fixture(scope="module")
def prod(new_project: Callable[[str], Project]) -> Project:
    """Return a deployed PROD stage in bulk mode."""
    project = bulk(new_project("prod"))
    project.up()
    return project


@pytest.fixture(scope="module")
def dev(new_project: Callable[[str], Project]) -> Project:
    """Return a deployed DEV stage in bulk mode."""
    project = bulk(new_project("dev"))
    write_compressed(project, "www")
    project.up()
    return project


def whole_site(project: Project) -> Callable[[], str | None]:
    """Return a check that visitors get one version, never an older one later, and never a page without its script.

    Every other time it asks an edge location with an empty cache, so that the bucket's content counts.
    """
    url = project.url()
    seen: list[str] = []
    rounds = itertools.count()

    def ask() -> str | None:
        at = elsewhere() if next(rounds) % 2 else None
        paths = ("/", "/style.css", "/pages/7.html", "/client/route", "/pages/39.html", "/")
        first, *between, last = [fetch(url, path, headers=at) for path in paths]
        if {answer.status for answer in (first, *between, last)} != {200}:
            return str([answer.status for answer in (first, *between, last)])
        if first.text == last.text and any(answer.text != first.text for answer in between):
            return str([answer.text for answer in (first, *between, last)])
        if last.text in seen[:-1]:
            return f"{last.text} after {seen[-1]}"
        if seen[-1:] != [last.text]:
            seen.append(last.text)
        script = fetch(url, f"/{first.text.split()[1]}", headers=at)
        return None if script.text.startswith("script") else f"{first.text}: {script.status}"

    return ask


def uploads(project: Project) -> dict[str, str]:
    """Return the ETag and time of each object but the records."""
    listed = project.sandbox.s3.list_objects_v2(Bucket=project.outputs()["bucketName"]).get("Contents", [])
    return {item["Key"]: f"{item['ETag']} {item['LastModified']}" for item in listed if "records/" not in item["Key"]}


def test_a_site_from_nothing(prod: Project) -> None:
    """One `pulumi up` publishes all files as one resource; every path is answered as in managed mode."""
    types = [resource["type"] for resource in prod.state()]
    assert types.count("pulumi-python:dynamic/hosting:Release") == 1
    assert "aws:s3/bucketObject:BucketObject" not in types
    assert prod.get("/").text.startswith("one")
    assert prod.get("/pages/3.html").headers["cache-control"] == "public, max-age=0, must-revalidate, s-maxage=86400"
    script = prod.get("/" + prod.get("/").text.split()[1])
    assert script.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert (prod.get("/no/such/page").status, prod.get("/no-such.png").status) == (200, 200)
    (release,) = prod.outputs()["releases"]
    assert release["digest"] == prod.outputs()["digest"]
    assert release["files"] == prod.outputs()["fileCount"] == PAGES + 4
    assert prod.up().changes == {}


def test_a_preview_counts_files_and_changes_nothing(prod: Project) -> None:
    """A preview counts files and bytes, and changes nothing in the bucket."""
    prod.write("www/pages/3.html", "12345")
    prod.write("www/new.txt", "1234567")
    before = uploads(prod)
    said = prod.pulumi("preview", "--stack", "prod").output
    assert "Release: 1 to add, 1 to change, 0 to remove, 12 bytes to send" in said
    assert uploads(prod) == before


def test_one_changed_file_is_one_upload(prod: Project) -> None:
    """One changed file is one new object, and no other object changes."""
    write_version(prod, "one")
    (prod.path / "www/new.txt").unlink()
    prod.write("www/pages/3.html", "changed")
    before = uploads(prod)
    prod.up()
    after = uploads(prod)
    (added,) = after.keys() - before.keys()
    assert added.endswith("/pages/3.html")
    assert {key for key in before if after.get(key) != before[key]} == set()
    assert prod.get("/pages/3.html").text == "changed"


def test_visitors_get_the_old_site_or_the_new_one(prod: Project) -> None:
    """Over small and large publishes, no poll gets a mix, or a page without its script."""
    write_version(prod, "two")
    prod.up()
    for version in ("three", "four"):
        write_version(prod, version)
        for n in range(120):
            prod.write(f"www/more/a-page-with-a-rather-long-name-{n}.html", version)
        with Poll(whole_site(prod)) as poll:
            prod.up()
        assert poll.rounds > 3
        assert poll.misses == []
        assert prod.get("/").text.startswith(version)


def test_a_rollback_uploads_nothing(prod: Project) -> None:
    """Files of an earlier publish, and `publish:release`, make that release live again without an upload."""
    write_version(prod, "three")
    for n in range(120):
        prod.write(f"www/more/a-page-with-a-rather-long-name-{n}.html", "three")
    releases = prod.outputs()["releases"]
    before = uploads(prod)
    with Poll(whole_site(prod)) as poll:
        said = prod.up().output
    assert poll.misses == []
    assert ", 0 bytes to send (back to release " in said
    assert uploads(prod).items() <= before.items()
    assert prod.get("/").text.startswith("three")
    assert prod.outputs()["digest"] == releases[1]["digest"]
    prod.config("publish:release", releases[0]["digest"][:8])
    prod.config("publish:directory", "not/there")
    prod.up()
    assert prod.get("/").text.startswith("four")
    status, report = prod.verify()
    assert (status, report["wrong"]) == (0, [])
    assert report["checks"]["files"]["count"] == releases[0]["files"]
    assert uploads(prod).items() <= before.items()
    prod.config("publish:release", "0123456789")
    refused = prod.up(check=False)
    assert refused.code != 0
    assert all(release["digest"][:12] in refused.output for release in releases)
    prod.unset("publish:release")
    prod.config("publish:directory", "www")


def test_refresh_restores_changed_objects(prod: Project) -> None:
    """`pulumi up --refresh` finds changed objects of the live release, and restores them."""
    prod.up()
    bucket, s3 = prod.outputs()["bucketName"], prod.sandbox.s3
    key = next(key for key in uploads(prod) if key.endswith("/pages/5.html"))
    keys = [key for key in uploads(prod) if key.endswith(("/pages/5.html", "/style.css"))]
    assert key in keys
    for one in keys:
        s3.put_object(Bucket=bucket, Key=one, Body=b"by hand")
    assert prod.get("/pages/5.html").text == "by hand"
    prod.up("--refresh")
    assert prod.get("/pages/5.html").text.startswith("three")
    assert prod.up("--refresh").changes == {}


def test_a_publish_that_is_killed_leaves_the_site_and_the_next_one_goes_on(prod: Project) -> None:
    """A publish that is killed changes nothing for visitors; the next one does not upload its objects again."""
    write_version(prod, "killed")
    for n in range(3000):
        prod.write(f"www/many/a-page-with-a-rather-long-name-{n}.html", f"killed {n}")
    bucket, s3 = prod.outputs()["bucketName"], prod.sandbox.s3

    def arrived() -> set[str]:
        pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=".release/o/")
        return {item["Key"] for page in pages for item in page.get("Contents", []) if "/many/" in item["Key"]}

    with Poll(whole_site(prod)) as poll:
        with subprocess.Popen(
            ["pulumi", "up", "--yes", "--skip-preview", "--stack", "prod", "--non-interactive"],
            cwd=prod.path,
            env=dict(prod.sandbox.env),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        ) as up:
            while len(arrived()) < 300:
                assert up.poll() is None
                time.sleep(0.05)
            plugins = descendants(up.pid)
            os.killpg(up.pid, signal.SIGKILL)
        # The dynamic provider outlives a killed engine, and would complete the uploads on a busy machine.
        end(plugins)
        kept = arrived()
        assert len(kept) < 3000
        prod.cancel_killed()
        said = prod.up().output
    assert poll.misses == []
    assert prod.get("/many/a-page-with-a-rather-long-name-2999.html").text == "killed 2999"
    # The second publish uses what the first one had uploaded.
    sent = re.search(r"Release: .* (\d+) bytes to send", said)
    assert sent is not None
    assert int(sent[1]) < sum(len(f"killed {n}") for n in range(3000)) - 300 * len("killed 0")
    assert arrived() >= kept


def test_state_does_not_grow_with_the_site(prod: Project) -> None:
    """3,000 more files do not make the stack's state larger."""
    exported = prod.pulumi("stack", "export", "--stack", "prod").output
    assert prod.outputs()["fileCount"] > 3000
    assert "/many/" not in exported
    assert len(exported) < 200_000


def test_too_much_removal_is_refused(prod: Project) -> None:
    """A publish that removes most of the site is refused, unless `publish:maxRemove` allows it."""
    write_version(prod, "small")
    for folder in ("many", "more"):
        for file in (prod.path / "www" / folder).iterdir():
            file.unlink()
    refused = prod.up(check=False)
    assert refused.code != 0
    assert "pulumi config set --stack prod publish:maxRemove 99" in refused.output
    assert prod.get("/").text.startswith("killed")
    prod.config("publish:maxRemove", "99")
    prod.up()
    assert prod.get("/").text.startswith("small")


def test_switching_modes_on_a_live_site_loses_no_visitor(prod: Project) -> None:
    """From bulk to managed mode and back, visitors always get the site, and no object of the other mode is left."""
    for mode in ("managed", "bulk"):
        prod.config("publish:mode", mode)
        with Poll(whole_site(prod)) as poll:
            prod.up()
        assert poll.rounds > 3
        assert poll.misses == []
        other = [key for key in uploads(prod) if key.startswith(".release/") is (mode == "managed")]
        assert other == []
        assert prod.up().changes == {}


def test_destroy_leaves_nothing(prod: Project) -> None:
    """The bucket is deleted, and the state is empty."""
    bucket = prod.outputs()["bucketName"]
    prod.pulumi("destroy", "--yes", "--skip-preview", "--stack", "prod")
    assert bucket not in {found["Name"] for found in prod.sandbox.s3.list_buckets()["Buckets"]}
    assert prod.state() == []


def test_in_place_without_cloudfront(dev: Project) -> None:
    """DEV has its files where S3's website looks for them, and hides its records from visitors."""
    assert dev.get("/").text.startswith("one")
    check_compressed(dev, "www")
    assert dev.get("/no/such/page").status == 404
    records = [key for key in dev.stored() if key.startswith(".published/")]
    assert records
    assert {dev.get(f"/{key}").status for key in records} == {403}
    dev.write("www/pages/3.html", "changed")
    (dev.path / "www/pages/4.html").unlink()
    dev.up()
    assert dev.get("/pages/3.html").text == "changed"
    assert "pages/4.html" not in dev.stored()
    dev.sandbox.s3.delete_object(Bucket=dev.outputs()["bucketName"], Key="style.css")
    dev.up("--refresh")
    assert dev.get("/style.css").text.startswith("one")
    assert dev.up().changes == {}


def test_cloudfront_comes_and_goes_in_bulk_mode(dev: Project) -> None:
    """With CloudFront added and removed, visitors get the same page at every moment."""
    write_version(dev, "one")
    dev.up()
    text = dev.get("/pages/7.html").text
    url = dev.url()

    def ask() -> str | None:
        answer = fetch(url, "/pages/7.html", headers=elsewhere())
        return None if answer.text == text else f"{answer.status} {answer.text[:60]}"

    for enabled in ("true", "false"):
        dev.config("cloudfront:enabled", enabled)
        with Poll(ask) as poll:
            dev.up()
        assert poll.rounds > 3
        assert poll.misses == []
        other = [key for key in uploads(dev) if key.startswith(".release/") is (enabled == "false")]
        assert other == []


def test_switching_to_bulk_without_cloudfront_loses_no_visitor(new_project: Callable[[str], Project]) -> None:
    """Both modes have the same keys: each file is replaced, and those of managed mode alone are deleted at the end."""
    project = bulk(new_project("dev"))
    project.config("publish:mode", "managed")
    project.up()
    write_version(project, "two")
    project.up()
    before = project.stored()
    write_version(project, "three")
    project.config("publish:mode", "bulk")
    url = project.url()

    def ask() -> str | None:
        answers = [fetch(url, path, headers=elsewhere()) for path in ("/", "/style.css", "/pages/7.html")]
        return next(
            (f"{one.status} {one.text[:60]}" for one in answers if not one.text.startswith(("two", "three"))), None
        )

    with Poll(ask) as poll:
        project.up()
    assert poll.rounds > 3
    assert poll.misses == []
    assert project.get("/").text.startswith("three")
    www = project.path / "www"
    published = {path for path in project.stored() if not path.startswith(".published/")}
    assert published == {path.relative_to(www).as_posix() for path in www.rglob("*") if path.is_file()}
    # The scripts of both earlier versions.
    assert len(set(before) - published) == 2
    assert {"aws:s3/bucketObject:BucketObject", "pulumi-python:dynamic/hosting:PublishedFiles"}.isdisjoint(
        resource["type"] for resource in project.state()
    )
    assert project.up().changes == {}
