"""The next `pulumi up` finishes what a failed one left."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.e2e.gate import Gate

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
    # The engine deletes the object afterwards, and does not mind that it is gone.
    assert project.up().changes == {"updated": 2, "deleted": 1}
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


def test_a_release_whose_function_was_not_published_is_live_after_a_refresh(
    new_project: Callable[[str], Project], gate: Gate
) -> None:
    """PublishFunction is refused: the stage DEVELOPMENT has the new code, and a refresh does not take it for live."""
    project = new_project("prod")
    project.config("publish:mode", "bulk")
    published(project, gate, index="one")
    project.write("www/index.html", "two")
    gate.refused_path = "/publish"
    refused_up(project, gate)
    assert project.get("/").text == "one"
    project.up("--refresh")
    assert project.get("/").text == "two"
    assert project.up().changes == {}


def test_the_build_runs_once_for_each_up(new_project: Callable[[str], Project]) -> None:
    """Preview and update of one `pulumi up` share a build; each further `up` builds again; a preview alone builds."""
    project = new_project("dev")
    project.config("publish:directory", "out")
    project.config("publish:buildCommand", "mkdir -p out && echo page > out/index.html && echo . >> ../builds")
    builds = project.path.parent / "builds"

    def run(*command: str) -> int:
        project.pulumi(*command, "--stack", "dev")
        return len(builds.read_text().splitlines())

    assert run("preview") == 1
    assert run("up", "--yes") == 2
    assert run("up", "--yes") == 3
    # Of a preview by itself nothing is taken, however short a time ago it was.
    assert run("preview") == 4
    assert run("up", "--yes", "--skip-preview") == 5
    assert project.get("/").text == "page\n"


def test_pages_are_uploaded_after_assets_and_the_invalidation_is_last(new_project: Callable[[str], Project]) -> None:
    """The order of dependencies: publish marker, assets, pages, invalidation."""
    project = new_project("prod")
    project.up()
    by_name = {item["urn"].rpartition("::")[2]: item for item in project.state() if "$" in item["urn"]}
    assert by_name["site-publish-marker"]["urn"] in by_name["site-assets"]["dependencies"]
    assert by_name["site-assets"]["urn"] in by_name["site-pages"]["dependencies"]
    assert by_name["site-pages"]["urn"] in by_name["site-invalidation"]["dependencies"]
