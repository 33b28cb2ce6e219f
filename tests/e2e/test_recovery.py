"""The next `pulumi up` finishes what a failed one left."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from tests.e2e.gate import Gate
from tests.e2e.harness import descendants, end

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.e2e.harness import Project, Sandbox


@pytest.fixture
def gate(sandbox: Sandbox) -> Iterator[Gate]:
    """Serve a gate for one test."""
    with Gate(sandbox.env["AWS_ENDPOINT_URL"]) as made:
        yield made


def published(project: Project, gate: Gate, **files: str) -> Project:
    """Publish pages to PROD through the gate, and return the project."""
    for name, text in files.items():
        project.write(f"www/{name}.html", text)
    project.config("publish:directory", "www")
    project.config("aws:endpoints", json.dumps([{"cloudfront": gate.url}]))
    project.up()
    return project


def refused_up(project: Project, gate: Gate) -> str:
    """Run an `up` whose invalidation is refused, and return its output."""
    gate.refuses = True
    failed = project.up(check=False)
    gate.refuses = False
    assert failed.code != 0
    return failed.output


def test_a_failed_invalidation_fails_the_update_and_is_made_by_the_next(
    new_project: Callable[[str], Project], gate: Gate
) -> None:
    """The update reports uploaded files and a stale edge; the next one invalidates exactly these files."""
    project = published(new_project("prod"), gate, index="home", about="one")
    project.write("www/about.html", "two")
    said = refused_up(project, gate)
    assert "AccessDenied" in said
    assert "Run `pulumi up` again" in said
    assert gate.refused == 1
    assert project.get("/about.html").text == "two"
    assert project.up().changes == {"updated": 1}
    assert project.invalidations()[-1] == ["/about", "/about.html"]
    assert project.up().changes == {}


def test_a_change_that_is_taken_back_after_a_failed_invalidation_is_invalidated(
    new_project: Callable[[str], Project], gate: Gate
) -> None:
    """A -> B, refused, -> A: the edge may have cached B, and a file that B removed is restored."""
    project = published(new_project("prod"), gate, index="home", about="one", old="old")
    project.write("www/about.html", "two")
    (project.path / "www/old.html").unlink()
    refused_up(project, gate)
    assert "old.html" not in project.stored()
    project.write("www/about.html", "one")
    project.write("www/old.html", "old")
    count = len(project.invalidations())
    assert "hosting:Invalidation" in project.pulumi("preview", "--diff", "--stack", "prod").output
    project.up()
    assert project.invalidations()[count:] == [["/*"]]
    assert (project.get("/about.html").text, project.get("/old.html").text) == ("one", "old")
    assert project.up("--refresh").changes == {}


def test_a_removed_file_is_deleted_before_the_invalidation(new_project: Callable[[str], Project], gate: Gate) -> None:
    """A request after the invalidation can't bring a removed file back into the cache."""
    project = published(new_project("prod"), gate, index="home", about="about", old="old")
    stored: list[list[str]] = []
    gate.before_invalidation = lambda: stored.append(project.stored())
    (project.path / "www/old.html").unlink()
    # The engine then removes the object from its state only.
    assert project.up().changes == {"updated": 3, "deleted": 1}
    assert stored == [["about.html", "index.html"]]
    assert project.invalidations()[-1] == ["/old", "/old.html"]
    assert project.up("--refresh").changes == {}


def test_bulk_files_that_are_taken_back_after_a_failed_publish_are_all_restored(
    new_project: Callable[[str], Project], gate: Gate
) -> None:
    """Without CloudFront, A -> B, refused half-way, -> A: one `pulumi up` gives A; the error did not deny the mix."""
    project = new_project("dev")
    files = {f"www/{name}": "one" for name in ("index.html", "style.css", "refused.html", "old.html")}
    for path, text in files.items():
        project.write(path, text)
    project.config("publish:directory", "www")
    project.config("publish:mode", "bulk")
    project.config("aws:endpoints", json.dumps([{"s3": gate.url}]))
    project.config("aws:s3UsePathStyle", "true")
    project.up()
    for path in ("www/index.html", "www/style.css", "www/refused.html", "www/new.css"):
        project.write(path, "two")
    gate.refused_path = "/refused.html"
    assert "The live site may be a mix of old and new files" in refused_up(project, gate)
    assert project.get("/style.css").text == "two"
    for path in ("www/index.html", "www/style.css", "www/refused.html"):
        project.write(path, "one")
    (project.path / "www/new.css").unlink()
    assert "the last publish did not finish" in project.pulumi("preview", "--stack", "dev").output
    project.up()
    seen = {f"www/{key}": project.get(f"/{key}").text for key in project.stored() if not key.startswith(".published/")}
    assert seen == files
    assert project.up().changes == {}


def test_rules_whose_function_was_not_published_are_live_after_a_refresh(
    new_project: Callable[[str], Project], gate: Gate
) -> None:
    """PublishFunction is refused: the stage DEVELOPMENT has the new code, and a refresh does not take it for live."""
    project = new_project("prod")
    published(project, gate, index="one")
    project.write("www/_redirects", "/old / 302\n")
    gate.refused_path = "/publish"
    refused_up(project, gate)
    assert project.get("/old").status != 302
    project.up("--refresh")
    assert project.get("/old").status == 302
    assert project.up().changes == {}


def test_the_build_runs_once_for_each_up(new_project: Callable[[str], Project]) -> None:
    """Preview and update of one `pulumi up` share a build; each further `up` builds again; a preview alone builds."""
    project = new_project("dev")
    project.config("publish:directory", "out")
    project.config("publish:buildCommand", "mkdir -p out && echo page > out/index.html && echo . >> ../builds")
    builds = project.path.parent / "builds"

    def run(*command: str) -> int:
        # The program finds the run of the CLI among its parent processes, so it must not be a fork.
        project.pulumi(*command, "--stack", "dev", env={"PULUMI_PYTHON_CMD": sys.executable})
        return len(builds.read_text().splitlines())

    assert run("preview") == 1
    # Nothing of a separate preview is used, however recent it is.
    assert run("up", "--yes") == 2
    assert run("up", "--yes", "--skip-preview") == 3
    assert project.get("/").text == "page\n"


SCRIPT = "app.0a1b2c3d.js"
# The second and the third file would have aliases that are the logical names of `logo.svg` and `index.html`.
NAMES = ("logo.svg", "site-assets-logo.svg", "site-pages-index.html")


@pytest.fixture(scope="module")
def styled(new_project: Callable[[str], Project]) -> Project:
    """Return a PROD stage in managed mode with many stylesheets."""
    project = new_project("prod")
    for name in ("index.html", SCRIPT, *NAMES):
        project.write(f"www/{name}", name)
    write_styles(project, "one")
    project.config("publish:directory", "www")
    project.up()
    return project


def write_styles(project: Project, text: str) -> None:
    """Write the stylesheets."""
    for number in range(30):
        project.write(f"www/{number}.css", text)


def stored_text(project: Project) -> dict[str, str]:
    """Return the content of each object in the project's bucket."""
    s3, bucket = project.sandbox.s3, project.outputs()["bucketName"]
    return {key: s3.get_object(Bucket=bucket, Key=key)["Body"].read().decode() for key in project.stored()}


def test_pages_are_uploaded_after_assets_and_the_invalidation_is_last(styled: Project) -> None:
    """The order of dependencies: publish marker, assets, pages, the record of the bucket, invalidation."""
    by_name = {item["urn"].rpartition("::")[2]: item for item in styled.state() if "$" in item["urn"]}
    assert by_name["site-publish-marker"]["urn"] in by_name["site-assets"]["dependencies"]
    assert by_name["site-assets"]["urn"] in by_name["site-pages"]["dependencies"]
    assert by_name["site-pages"]["urn"] in by_name["site-published-files"]["dependencies"]
    assert by_name["site-published-files"]["urn"] in by_name["site-invalidation"]["dependencies"]


def test_a_publish_that_is_killed_and_reverted_leaves_nothing(styled: Project) -> None:
    """A -> B, killed while files are on their way, -> A: the bucket and the edge have A, whatever the state says."""
    before, bucket = stored_text(styled), styled.outputs()["bucketName"]
    assert before.keys() >= {*NAMES, "index.html"}
    write_styles(styled, "two")
    styled.write("www/0new.css", "two")

    def is_under_way() -> bool:
        listed = styled.sandbox.s3.list_objects_v2(Bucket=bucket, Prefix="0new.css")
        return listed["KeyCount"] > 0

    kill_up(styled, is_under_way)
    assert "two" in stored_text(styled).values()
    write_styles(styled, "one")
    (styled.path / "www/0new.css").unlink()
    styled.up()
    assert stored_text(styled) == before
    assert styled.invalidations()[-1] == ["/*"]


def kill_up(project: Project, is_time: Callable[[], bool]) -> None:
    """Run `pulumi up`, and kill it with all its processes when ``is_time``."""
    command = ["pulumi", "up", "--yes", "--skip-preview", "--stack", project.stack, "--non-interactive"]
    quiet = subprocess.DEVNULL
    with subprocess.Popen(
        command, cwd=project.path, env=dict(project.sandbox.env), stdout=quiet, stderr=quiet, start_new_session=True
    ) as up:
        while not is_time():
            assert up.poll() is None
            time.sleep(0.02)
        plugins = descendants(up.pid)
        os.killpg(up.pid, signal.SIGKILL)
    # The SDK's launcher of dynamic providers outlives a killed engine.
    end(plugins)
    project.cancel_killed()


def test_a_replaced_object_stays_and_a_removed_asset_waits_for_open_pages(styled: Project) -> None:
    """`--replace` and `state taint` keep an object; a removed file with a hashed name stays for its days."""
    urns = {item["urn"].rpartition("::")[2]: item["urn"] for item in styled.state() if "BucketObject" in item["type"]}
    styled.pulumi("state", "taint", "--yes", "--stack", "prod", urns["site-assets-1.css"])
    (styled.path / f"www/{SCRIPT}").unlink()
    (styled.path / "www/2.css").unlink()
    styled.up("--replace", urns["site-assets-0.css"])
    assert {"0.css", "1.css", SCRIPT} <= set(styled.stored())
    assert "2.css" not in styled.stored()
    # A removed file that is retained is not drift.
    assert styled.up("--refresh").changes == {}
    styled.config("publish:keepAssetsDays", "0")
    styled.up()
    assert SCRIPT not in styled.stored()
    assert styled.invalidations()[-1] == [f"/{SCRIPT}"]
