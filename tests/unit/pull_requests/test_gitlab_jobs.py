"""The jobs in .gitlab-ci.yml around the comment: their scripts are run, with a GitLab on loopback."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from hosting.pull_requests.comments import MARKER
from hosting.pull_requests.gitlab import TOKEN_VARIABLE
from hosting.pull_requests.merge_requests import PUBLISHING_JOB, REVIEW_FILE, URL_FILE
from hosting.review.result import ReviewResult
from hosting.review.run import RESULT_FILE
from tests.repository import REPOSITORY
from tests.unit.pull_requests.gitlab_server import TOKEN, running_gitlab

if TYPE_CHECKING:
    from pathlib import Path

COMMENTING_JOB = "preview-comment"
FOLDER = "infra"


class _Loader(yaml.SafeLoader):
    """Knows GitLab's tag `!reference`: https://docs.gitlab.com/ci/yaml/yaml_optimization/#reference-tags."""


def _reference(loader: yaml.SafeLoader, node: yaml.SequenceNode) -> tuple[str, ...]:
    return tuple(loader.construct_sequence(node))


_Loader.add_constructor("!reference", _reference)


def jobs() -> dict[str, Any]:
    """Return the content of the template's file."""
    text = (REPOSITORY / "template/.gitlab-ci.yml").read_text()
    found: dict[str, Any] = yaml.load(text, _Loader)  # noqa: S506 - a SafeLoader with one tag more
    return found


def run(lines: list[str], folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a job's script as the runner's bash does, with a `git` and a `pip` of the tests."""
    remote = f"clone main {folder}/remote"
    programs = {
        # It clones the default branch, which has the project in a folder.
        "git": f'[ "$1 $6 $7" = "{remote}" ] && mkdir -p "$8/{FOLDER}" && >"$8/{FOLDER}/Pulumi.yaml"',
        "pip": '[ "$*" = "install -r requirements.txt" ]',
        "python": f'exec "{sys.executable}" "$@"',
    }
    (folder / "bin").mkdir(exist_ok=True)
    for name, script in programs.items():
        (folder / "bin" / name).write_text(f"#!/bin/sh\n{script}\n")
        (folder / "bin" / name).chmod(0o755)
    env = {"PATH": f"{folder}/bin:{os.environ['PATH']}", "PYTHONPATH": str(REPOSITORY), "PROJECT_FOLDER": FOLDER}
    script = "\n".join(["set -eo pipefail", *lines])
    return subprocess.run(
        ["bash", "-c", script],
        cwd=folder,
        env={**env, "TMPDIR": str(folder), **variables},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_comments_job_gets_nothing_that_the_publishing_job_has_made() -> None:
    """No checkout, cache, file or variable of the merge request's code; the publishing job has another environment."""
    both = jobs()
    job = both[COMMENTING_JOB]
    assert (job["extends"], list(both[".image"])) == (".image", ["image"])
    assert job["variables"]["GIT_STRATEGY"] == "none"
    assert job["needs"] == [{"job": PUBLISHING_JOB, "artifacts": False}]
    assert job["cache"] == []
    assert job["environment"] == {"name": "preview-comment", "action": "access"}
    assert both[PUBLISHING_JOB]["environment"]["name"] == "preview/$CI_MERGE_REQUEST_IID"
    assert both[PUBLISHING_JOB]["artifacts"]["paths"] == [URL_FILE, REVIEW_FILE]
    assert both[PUBLISHING_JOB]["artifacts"]["when"] == job["rules"][0]["when"] == "always"


def test_without_a_token_the_log_says_which_variable_to_set(tmp_path: Path) -> None:
    """It is one sentence, and nothing else happens."""
    done = run(jobs()[COMMENTING_JOB]["script"], tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.count("\n") == 1
    assert f"set the CI/CD variable {TOKEN_VARIABLE}" in done.stdout


@pytest.mark.parametrize("token", [TOKEN, "glpat-expired"])
def test_with_a_token_the_job_comments(tmp_path: Path, token: str) -> None:
    """It runs the command of the default branch's program; no log has the token."""
    with running_gitlab() as gitlab:
        gitlab.artifacts[URL_FILE] = b"PREVIEW_URL=https://pr-7.example-previews.com\n"
        variables = {"CI_API_V4_URL": gitlab.url, "CI_PROJECT_ID": "42", "CI_PIPELINE_ID": "900", TOKEN_VARIABLE: token}
        git = {"CI_DEFAULT_BRANCH": "main", "CI_REPOSITORY_URL": f"{tmp_path}/remote", "CI_MERGE_REQUEST_IID": "7"}
        done = run(jobs()[COMMENTING_JOB]["script"], tmp_path, **variables, **git)
    if token == TOKEN:
        assert done.stdout == "Merge request 7 has the comment about its preview\n"
        assert gitlab.bodies() == [f"{MARKER}\nPreview of ccccccc: https://pr-7.example-previews.com"]
    else:
        assert done.returncode == 1
        assert done.stderr.startswith("error: GitLab's API refused a request with HTTP 401: set the CI/CD variable")
    assert token not in done.stdout + done.stderr


def test_the_publishing_job_leaves_its_review(tmp_path: Path) -> None:
    """Also if its script has failed, or has ended before there was one."""
    reference, *lines = jobs()[PUBLISHING_JOB]["after_script"]
    assert reference == (".pulumi", "after_script")
    assert run(lines, tmp_path, PREVIEW_STACK="pr-7").returncode == 0
    staging = tmp_path / FOLDER / ".hosting/staging/pr-7"
    staging.mkdir(parents=True)
    (staging / RESULT_FILE).write_bytes(b"[]\n" + ReviewResult(digest="d").to_json())
    assert run(lines, tmp_path, PREVIEW_STACK="pr-7").returncode == 0
    assert (tmp_path / REVIEW_FILE).read_bytes() == (staging / RESULT_FILE).read_bytes()
