"""The review with the real engine: what a preview says, what the gate refuses, and the record of what is live."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.e2e.harness import Project

PAGE = '<title>{title}</title><a href="/">Home</a><a href="/about/">About</a>{more}'


def write_page(project: Project, path: str, title: str, more: str = "") -> None:
    """Write a page with two links and ``more``."""
    project.write(f"www/{path}", PAGE.format(title=title, more=more))


def with_site(project: Project, mode: str) -> Project:
    """Give the project a small site, not yet deployed, with the review on."""
    write_page(project, "index.html", "Home")
    write_page(project, "about/index.html", "About us")
    write_page(project, "404.html", "Not found")
    project.config("publish:directory", "www")
    project.config("publish:mode", mode)
    project.config("publish:gate", "{}")
    return project


def record_key(project: Project) -> list[str]:
    """Return the keys of the records in the bucket."""
    return [key for key in project.stored() if key.endswith("review.json.gz")]


@pytest.mark.parametrize(
    ("stack", "mode", "key"),
    [
        ("dev", "managed", ".published/review.json.gz"),
        ("prod", "bulk", ".release/records/review.json.gz"),
    ],
)
def test_a_renamed_page_is_reported_and_refused(
    new_project: Callable[[str], Project], stack: str, mode: str, key: str
) -> None:
    """The preview names the URL that dies, the pages that link to it and what saves it; `error` refuses the publish."""
    project = with_site(new_project(stack), mode)
    first = project.pulumi("preview", "--stack", stack).output
    assert "Review of 3 pages with" in first
    assert "Nothing is live yet" in first
    assert "warning" not in first
    assert "The bucket has no record of the live release" in project.up().output
    assert record_key(project) == [key]
    assert project.get(f"/{key}").status in (403, 404)
    assert "Review of" not in project.up().output
    write_page(project, "about-us/index.html", "About us")
    (project.path / "www/about/index.html").unlink()
    preview = project.pulumi("preview", "--stack", stack).output
    assert "1 URL of the live site dies" in preview
    advice = "; /about/ /about-us/ 301" if stack == "prod" else ""
    assert re.search(rf"/about/ will be 404.*\) \(linked on 3 pages, such as /\){advice}\n", preview)
    assert "1 link target" not in preview
    assert re.search(r"This publish: \$0\.\d+", preview)
    project.config("publish:gate", '{"urls": "error"}')
    refused = project.up(check=False)
    assert refused.code != 0
    assert "'publish:gate' refuses this publish; nothing was published" in refused.output
    assert f"pulumi config set --stack {stack} --path publish:gate.urls warn" in refused.output
    assert "Traceback" not in refused.output
    assert project.get("/about/").status == 200
    check_command(project)
    project.config("publish:gate", "{}")
    # The preloaded Python is no descendant of the CLI, by which a provider knows that preview and update are one run.
    plain = {"PULUMI_PYTHON_CMD": sys.executable}
    preview, update = project.pulumi("up", "--yes", "--stack", stack, env=plain).output.split("\nUpdating ")
    assert "1 URL of the live site dies" in preview
    assert "Review of" not in update
    project.pulumi("destroy", "--yes", "--stack", stack)


def check_command(project: Project) -> None:
    """Run the command: its JSON has the same findings and the costs, and so has the HTML page."""
    command = [sys.executable, "-m", "hosting.review", "--stack", project.stack, "--json", "--html", "report.html"]
    command += ["--traffic", "100GB,5M"]
    done = subprocess.run(
        command, cwd=project.path, env=dict(project.sandbox.env), capture_output=True, text=True, check=False
    )
    assert done.returncode == 1, done.stderr
    report: dict[str, Any] = json.loads(done.stdout)
    assert [(each["kind"], each["subject"], each["pages"]) for each in report["findings"]] == [("urls", "/about/", 3)]
    publish, month = report["costs"]
    writes = {"dev": "each file once, and a list", "prod": "each file once, the catalogue and the manifest"}
    assert publish["lines"][0]["assumption"].startswith(writes[project.stack])
    assert month["title"].startswith("A month with 100 GB and 5,000,000 requests")
    page = (project.path / "report.html").read_text()
    for text in (
        f"Review of {project.stack}",
        "<code><bdi>/about/</bdi></code>",
        month["title"],
        "Weight of each page",
    ):
        assert text in page
