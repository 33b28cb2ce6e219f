"""A push to a bare repository deploys what `python -m hosting.deployments connect` has connected."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from sandbox import lifecycle
from tests.e2e.harness import fetch
from tests.e2e.pulumi_cloud.service import ADMIN, ORGANIZATION, PulumiCloud
from tests.repository import REPOSITORY

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.e2e.harness import Project

SETTINGS = """\
  publish:directory: www
  publish:buildCommand: sh build.sh
  deployments:repository: acme/website
  deployments:paths: [www/**, "*.sh", Pulumi.*, "!www/drafts/**"]
  deployments:preRunCommands:
    - printf "%s" "$GREETING" > greeting.txt
    - cd "$(git rev-parse --show-toplevel)" && npm ci
  deployments:environment: {GREETING: hello}
"""
# An app whose build takes what npm installs: a package that is in the repository, so that nothing is downloaded.
APP = {
    "package.json": {"name": "shop", "dependencies": {"words": "file:words"}},
    "package-lock.json": {
        "name": "shop",
        "lockfileVersion": 3,
        "packages": {
            "": {"name": "shop", "dependencies": {"words": "file:words"}},
            "node_modules/words": {"resolved": "words", "link": True},
            "words": {"version": "1.0.0"},
        },
    },
    "words/package.json": {"name": "words", "version": "1.0.0", "word": "shop"},
}
BUILD = "cp greeting.txt www/ && cp node_modules/words/package.json www/words.json && test ! -e www/broken"
BRANCH = "new/shop"
IDENTITY = {
    f"GIT_{who}_{what}": value
    for who in ("AUTHOR", "COMMITTER")
    for what, value in (("NAME", "Ada"), ("EMAIL", "ada@example.com"))
}


@dataclass
class Work:
    """A clone of the app's repository, whose pushes are deployed.

    Attributes:
        project: the clone, and the sandbox that its stacks are deployed to.
    """

    project: Project

    def git(self, *arguments: str) -> str:
        """Run git in the clone; return its output, including the hook's."""
        done = subprocess.run(
            ["git", *arguments],
            cwd=self.project.path,
            env={**self.project.sandbox.env, **IDENTITY},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout
        return done.stdout

    def push(self, path: str, text: str, ref: str) -> str:
        """Change one file and push it to ``ref``."""
        self.project.write(path, text)
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", f"Change {path}")
        return self.git("push", "origin", f"HEAD:{ref}")

    def url(self, stack: str) -> str:
        """Return the URL of a stack's site."""
        return lifecycle.url(self.project.sandbox.home, f"{self.project.name}/{stack}")


@pytest.fixture(scope="module")
def work(new_project: Callable[[str], Project], tmp_path_factory: pytest.TempPathFactory) -> Work:
    """Connect the stacks `dev` and `pr` of a new project, and add the hook that deploys them to its repository."""
    project = new_project("dev")
    project.write("www/index.html", "<h1>one</h1>")
    project.write("build.sh", BUILD)
    for path, content in APP.items():
        project.write(path, json.dumps(content))
    project.write(".gitignore", ".hosting/\n__pycache__/\nnode_modules/\ngreeting.txt\n")
    project.write("Pulumi.dev.yaml", f"config:\n{SETTINGS}")
    project.write("Pulumi.pr.yaml", (REPOSITORY / "Pulumi.pr.yaml").read_text(encoding="utf-8") + SETTINGS)
    server = tmp_path_factory.mktemp("server")
    _serve(server, _connected(project), project)
    work = Work(project)
    work.git("init", "--quiet", "--initial-branch", "main")
    work.git("remote", "add", "origin", str(server / "website.git"))
    return work


def _connected(project: Project) -> dict[str, Any]:
    """Connect the stacks and create one for a branch, with the real CLI; return their settings in Pulumi Cloud."""
    with PulumiCloud() as cloud:
        env = {**project.sandbox.env, "PULUMI_BACKEND_URL": cloud.url, "PULUMI_ACCESS_TOKEN": ADMIN}
        deployments = [sys.executable, "-m", "hosting.deployments"]
        for stack in ("dev", "pr"):
            subprocess.run(
                ["pulumi", "stack", "init", f"{ORGANIZATION}/{stack}", "--no-select"],
                cwd=project.path,
                env=env,
                check=True,
            )
            subprocess.run([*deployments, "connect", "--stack", stack], cwd=project.path, env=env, check=True)
        subprocess.run([*deployments, "branch", BRANCH], cwd=project.path, env=env, check=True)
        assert cloud.complaints == []
        return {stack: cloud.stack(project.name, stack).settings for stack in ("dev", "pr", "new-shop")}


def _serve(server: Path, stacks: dict[str, Any], project: Project) -> None:
    """Create the bare repository and its hook."""
    bare, config = server / "website.git", server / "deployments.json"
    subprocess.run(["git", "init", "--quiet", "--bare", bare], check=True)
    subprocess.run(["git", "-C", bare, "config", "uploadpack.allowAnySHA1InWant", "true"], check=True)
    config.write_text(json.dumps({"repository": str(bare), "work": str(server), "stacks": stacks}), encoding="utf-8")
    hook = bare / "hooks" / "post-receive"
    exports = "".join(f"export {name}='{project.sandbox.env[name]}'\n" for name in ("PATH", "PULUMI_BACKEND_URL"))
    module = f"exec '{sys.executable}' -m tests.e2e.git_push.runner '{config}'"
    hook.write_text(f"#!/bin/sh\n{exports}export PYTHONPATH='{REPOSITORY}'\n{module}\n", encoding="utf-8")
    hook.chmod(0o755)
    assert os.access(hook, os.X_OK)


def test_push_to_the_branch_deploys_it(work: Work) -> None:
    """The first push builds and publishes the site, with packages of `npm ci` and a variable."""
    said = work.push("www/index.html", "<h1>first</h1>", "refs/heads/main")
    assert "deployments: dev is deployed" in said
    assert fetch(work.url("dev")).text == "<h1>first</h1>"
    assert fetch(work.url("dev"), "/greeting.txt").text == "hello"
    assert json.loads(fetch(work.url("dev"), "/words.json").text)["word"] == "shop"


def test_next_push_changes_the_site(work: Work) -> None:
    """Each further push is deployed."""
    said = work.push("www/index.html", "<h1>second</h1>", "refs/heads/main")
    assert "deployments: dev is deployed" in said
    assert fetch(work.url("dev")).text == "<h1>second</h1>"


def test_push_elsewhere_does_not(work: Work) -> None:
    """A push to another branch does not change the site."""
    said = work.push("www/index.html", "<h1>elsewhere</h1>", "refs/heads/feature")
    assert "no stack is deployed by this push to feature" in said
    assert fetch(work.url("dev")).text == "<h1>second</h1>"


def test_push_of_other_paths_does_not(work: Work) -> None:
    """Files that the path filters don't include, or exclude, deploy nothing."""
    work.git("reset", "--quiet", "--hard", "origin/main")
    for path in ("README.md", "www/drafts/idea.html"):
        said = work.push(path, "text", "refs/heads/main")
        assert "no stack is deployed by this push to main" in said


def test_failing_build_leaves_the_site_as_it_was(work: Work) -> None:
    """A push whose build fails deploys nothing; the next one that fixes it does."""
    said = work.push("www/broken", "", "refs/heads/main")
    assert "deployments: dev was not deployed" in said
    assert fetch(work.url("dev")).text == "<h1>second</h1>"
    assert fetch(work.url("dev"), "/drafts/idea.html").text == "<h1>second</h1>"
    work.git("rm", "--quiet", "www/broken")
    assert "deployments: dev is deployed" in work.push("www/index.html", "<h1>fixed</h1>", "refs/heads/main")
    assert fetch(work.url("dev")).text == "<h1>fixed</h1>"


def test_pull_request_gets_a_stack_of_its_own(work: Work) -> None:
    """A pull request has its own site, which each commit updates, and which is destroyed when it is closed."""
    sandbox = work.project.sandbox
    before = {bucket["Name"] for bucket in sandbox.s3.list_buckets()["Buckets"]}
    said = work.push("www/index.html", "<h1>proposal</h1>", "refs/pull/7/head")
    assert "deployments: pr-7 is deployed" in said
    assert fetch(work.url("pr-7")).text == "<h1>proposal</h1>"
    assert fetch(work.url("dev")).text == "<h1>fixed</h1>"
    work.push("www/index.html", "<h1>better</h1>", "refs/pull/7/head")
    assert fetch(work.url("pr-7")).text == "<h1>better</h1>"
    assert "deployments: pr-7 is gone" in work.git("push", "origin", ":refs/pull/7/head")
    assert {bucket["Name"] for bucket in sandbox.s3.list_buckets()["Buckets"]} == before
    assert "pr-7" not in work.project.pulumi("stack", "ls").output


def test_branch_has_a_site_until_it_is_removed(work: Work) -> None:
    """A push to a branch deploys the stack that `branch` connected, and `branch --remove` removes it."""
    sandbox = work.project.sandbox
    before = {bucket["Name"] for bucket in sandbox.s3.list_buckets()["Buckets"]}
    # Pulumi Cloud has the stack since `branch`; the state that this runner deploys to is another one.
    work.project.pulumi("stack", "init", "new-shop", "--no-select")
    said = work.push("www/index.html", "<h1>feature</h1>", f"refs/heads/{BRANCH}")
    assert "deployments: new-shop is deployed" in said
    assert "dev" not in said.partition("deployments: ")[2]
    assert fetch(work.url("new-shop")).text == "<h1>feature</h1>"
    remove = [sys.executable, "-m", "hosting.deployments", "branch", BRANCH, "--remove", "--yes"]
    subprocess.run(remove, cwd=work.project.path, env=dict(sandbox.env), check=True)
    assert {bucket["Name"] for bucket in sandbox.s3.list_buckets()["Buckets"]} == before
    assert not (work.project.path / "Pulumi.new-shop.yaml").exists()
