"""Pull requests, also those of forks, get a preview by the template's workflows for GitHub."""

from __future__ import annotations

import json
import shutil
import stat
import subprocess
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import boto3
import pytest
import yaml

from tests.e2e.aws_calls.operations import Operation
from tests.e2e.aws_calls.policy import is_allowed, right_of
from tests.e2e.aws_calls.recorder import Recorder
from tests.e2e.git_push.workflows import Run, runner_tools
from tests.e2e.harness import elsewhere, fetch
from tests.e2e.test_deployments_role import ACCOUNT
from tests.e2e.test_git_push import IDENTITY
from tests.repository import REPOSITORY
from tests.unit.pull_requests.conftest import Repository, make_repository

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from tests.e2e.harness import Answer, Project

WORKFLOWS = REPOSITORY / "template/.github/workflows"
BUILD = "mkdir -p dist && cp -R src/. dist/ && env > dist/env.txt"
DOMAIN = "pull-requests.example"
EDGE = {
    "previews:domain": DOMAIN,
    "previews:public": "true",
    "domain:zone": DOMAIN,
    "deployments:createRole": "true",
    "deployments:runsOn": "github-actions",
    "deployments:repository": "acme/website",
}
TEMPLATE = {"publish:directory": "dist", "publish:buildCommand": BUILD}
# What the fork changes: the program that is run, the config that is used, and the build.
HOSTILE = {
    "Pulumi.pr.yaml": "config:\n  previews:edge: {}\n  publish:directory: dist\n"
    f"  publish:buildCommand: {BUILD} && echo evil > dist/evil.txt\n  website:indexDocument: evil.html\n",
    "__main__.py": "raise SystemExit('the program of the fork was run')\n",
    "src/__main__.py": "raise SystemExit('the program of the artifact was run')\n",
}


@dataclass
class Work:
    """A repository with the workflows, and its pull request 7 of a fork.

    Attributes:
        project: a clone with the stack of the preview edge, and the sandbox that previews are published to.
        github: GitHub.
        server: a folder for the bare repository and the workspaces.
        tools: the environment of a runner.
        recorder: records the calls to AWS.
    """

    project: Project
    github: Repository
    server: Path
    tools: Mapping[str, str]
    recorder: Recorder

    def git(self, *arguments: str) -> str:
        """Run git in the clone."""
        env = {**self.project.sandbox.env, **IDENTITY}
        done = subprocess.run(
            ["git", *arguments], cwd=self.project.path, env=env, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def push(self, files: Mapping[str, str]) -> str:
        """Push a commit to the pull request; return it."""
        for path, text in files.items():
            self.project.write(path, text)
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", "Change")
        self.git("push", "--quiet", "--force", "origin", "HEAD:refs/pull/7/head")
        commit = self.git("rev-parse", "HEAD")
        self.github.open(7, commit)
        return commit

    def build(self, commit: str, action: str = "synchronize") -> Run:
        """Run the workflow of the pull request: with neither variables nor secrets."""
        event = {"action": action, "pull_request": {"number": 7, "head": {"sha": commit}}}
        run = Run(self.server / "website.git", self.server / "build", "pull_request", event, {}, {}, self.tools)
        assert run.run(WORKFLOWS / "preview.yml") == "success", run.text
        return run

    def publish(self, commit: str, artifact: Path | None) -> Run:
        """Run the workflow that follows, with what the other one has uploaded."""
        if artifact is not None:
            shutil.copy(artifact, self.github.folder / "5.zip")
        self.github.change(artifacts={"9": [{"id": 5, "name": "site"}]})
        head = {"id": 2, "owner": {"login": "mallory"}}
        run = {"id": 9, "event": "pull_request", "conclusion": "success", "head_sha": commit, "head_branch": "fix"}
        event: dict[str, Any] = {"workflow_run": {**run, "head_repository": head}}
        env = {**self.project.sandbox.env, **self.recorder.env}
        made = Run(
            self.server / "website.git",
            self.server / "publish",
            "workflow_run",
            event,
            {"PREVIEW_ROLE_ARN": "arn", "PREVIEW_BACKEND_URL": self.state},
            {**env, "PATH": f"{self.tools['PATH']}:{env['PATH']}"},
            {**self.tools, **self.github.env, "PATH": self.tools["PATH"]},
            {"PREVIEW_PASSPHRASE": env.get("PULUMI_CONFIG_PASSPHRASE", "")},
        )
        made.run(WORKFLOWS / "preview-publish.yml")
        return made

    @property
    def state(self) -> str:
        """The backend of the previews' state, which is the edge's bucket."""
        return f"s3://{self.project.outputs()['bucketName']}?use_path_style=true"

    def get(self, path: str = "/") -> Answer:
        """Ask for a page of the preview, as a visitor at any location."""
        return fetch(self.project.url(), path, headers={"Host": f"pr-7.{DOMAIN}", **elsewhere()})

    def site(self, path: str = "/") -> str:
        """Return what visitors of the preview get."""
        return self.get(path).text


@pytest.fixture(scope="module")
def work(new_project: Callable[[str], Project], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Work]:
    """Deploy a preview edge with its role, and push a project with the template's workflows to a bare repository."""
    project = new_project("previews")
    server, github = tmp_path_factory.mktemp("server"), tmp_path_factory.mktemp("github")
    for command in (
        ("init", "--quiet", "--bare", "--initial-branch", "main"),
        ("config", "uploadpack.allowAnySHA1InWant", "true"),
    ):
        (server / "website.git").mkdir(exist_ok=True)
        subprocess.run(["git", *command], cwd=server / "website.git", check=True)
    made = make_repository(github)
    edge = _edge(project)
    project.write("Pulumi.pr.yaml", yaml.safe_dump({"config": {**TEMPLATE, "previews:edge": edge}}))
    project.write("src/index.html", "<h1>main</h1>")
    project.write(".gitignore", ".hosting/\n__pycache__/\ndist/\n")
    with Recorder(project.sandbox.env["AWS_ENDPOINT_URL"]) as recorder:
        work = Work(project, made, server, runner_tools(server / "bin", made.bin), recorder)
        work.git("init", "--quiet", "--initial-branch", "main")
        work.git("remote", "add", "origin", str(server / "website.git"))
        work.git("add", "--all")
        work.git("commit", "--quiet", "--message", "Begin")
        work.git("push", "--quiet", "origin", "HEAD:refs/heads/main")
        yield work
        assert recorder.unknown == []


def _edge(project: Project) -> dict[str, Any]:
    """Deploy the edge, and return its outputs as `previews:edge` has them."""
    env = project.sandbox.env
    session = boto3.Session("test", "test", region_name=env["AWS_REGION"])
    route53 = session.client("route53", endpoint_url=env["AWS_ENDPOINT_URL"])
    route53.create_hosted_zone(Name=DOMAIN, CallerReference=DOMAIN)
    for key, value in EDGE.items():
        project.config(key, value)
    project.up()
    outputs = project.outputs()
    names = ("previewsDomain", "bucketName", "bucketRegion", "storeArn", "previewsMaxDays")
    return {name: outputs[name] for name in names}


def test_a_forks_pull_request_is_live_by_the_base_branchs_program(work: Work) -> None:
    """Its files are published with the program and the settings of the base branch; the build has no credentials."""
    commit = work.push({**HOSTILE, "src/index.html": "<h1>proposal</h1>"})
    built = work.build(commit)
    secrets = [name for name in work.project.sandbox.env if name.startswith(("AWS_", "PULUMI_"))]
    with zipfile.ZipFile(built.artifacts["site"]) as archive:
        env = archive.read("env.txt").decode()
    assert [name for name in secrets if f"{name}=" in env] == []
    published = work.publish(commit, built.artifacts["site"])
    assert published.results == {"publish": "success", "sweep": "success"}, published.text
    assert "of the fork was run" not in published.text
    assert (work.site(), work.site("/evil.txt")) == ("<h1>proposal</h1>", "evil\n")
    (comment,) = work.github.comments(7)
    assert comment.startswith(f"Preview of {commit[:7]}: https://pr-7.{DOMAIN}\n\n**Review** of 1 page with 0 links")


def test_the_next_commit_changes_the_preview_and_its_comment(work: Work) -> None:
    """There is one comment, which names the last commit; an older run that ends later publishes nothing."""
    before = work.git("rev-parse", "HEAD")
    commit = work.push({"src/index.html": "<h1>better</h1>"})
    published = work.publish(commit, work.build(commit).artifacts["site"])
    assert (published.results["publish"], work.site()) == ("success", "<h1>better</h1>")
    late = work.publish(before, None)
    assert "There is nothing to publish" in late.text
    assert work.site() == "<h1>better</h1>"
    (comment,) = work.github.comments(7)
    assert commit[:7] in comment


def test_a_hostile_artifact_is_refused(work: Work, tmp_path: Path) -> None:
    """A path out of the folder or a link stops the publish before there are credentials; the preview stays."""
    commit = work.git("rev-parse", "HEAD")
    link = zipfile.ZipInfo("passwd")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    entries: list[tuple[str | zipfile.ZipInfo, str]] = [("../../Pulumi.pr.yaml", "config: {}"), (link, "/etc/passwd")]
    for number, (entry, text) in enumerate(entries):
        artifact = tmp_path / f"{number}.zip"
        with zipfile.ZipFile(artifact, "w") as archive:
            archive.writestr("index.html", "<h1>hostile</h1>")
            archive.writestr(entry, text)
        refused = work.publish(commit, artifact)
        assert refused.results["publish"] == "failure"
        assert "error: The artifact of the pull request has " in refused.text
        assert "Traceback" not in refused.text
        config = yaml.safe_load((work.server / "publish/publish/Pulumi.pr.yaml").read_text())["config"]
        assert config.keys() == {*TEMPLATE, "previews:edge"}
        assert work.site() == "<h1>better</h1>"


def test_a_closed_pull_request_has_no_preview(work: Work) -> None:
    """The end of the workflow for its closing removes the stack, and the comment says so."""
    commit = work.git("rev-parse", "HEAD")
    work.github.close(7)
    built = work.build(commit, "closed")
    assert built.results == {"build": "skipped", "closed": "success"}
    gone = work.publish(commit, None)
    assert gone.results == {"publish": "success", "sweep": "success"}, gone.text
    assert work.github.comments(7) == ["The preview is gone."]
    stacks = json.loads(work.project.pulumi("stack", "ls", "--json", env={"PULUMI_BACKEND_URL": work.state}).output)
    assert (stacks, work.get().status) == ([], 404)


def test_the_role_of_previews_has_the_rights_for_it(work: Work) -> None:
    """All calls of the workflows, with those for the state, are allowed; nothing in production would be."""
    session = boto3.Session("test", "test", region_name=work.project.sandbox.env["AWS_REGION"])
    iam = session.client("iam", endpoint_url=work.project.sandbox.env["AWS_ENDPOINT_URL"])
    role = work.project.outputs()["deploymentRoleArn"].rpartition("/")[2]
    (name,) = iam.list_role_policies(RoleName=role)["PolicyNames"]
    policy: Any = iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
    calls = work.recorder.operations
    assert {right_of(call) for call in calls if not is_allowed(policy, call, ACCOUNT)} == set()
    assert {"s3:PutObject", "s3:DeleteObject", "cloudfront-keyvaluestore:UpdateKeys"} <= set(map(right_of, calls))
    other = {"Bucket": "production", "Key": ".release/records/index"}
    for call in (
        Operation("s3", "PutObject", other),
        Operation("s3", "GetObject", other),
        Operation("s3", "PutBucketPolicy", {"Bucket": work.project.outputs()["bucketName"]}),
        Operation("cloudfront", "UpdateDistribution", {"Id": work.project.outputs()["distributionId"]}),
        Operation("cloudfront-keyvaluestore", "UpdateKeys", {"KvsARN": "arn:aws:cloudfront::1:key-value-store/other"}),
        Operation("iam", "PutRolePolicy", {"RoleName": role}),
    ):
        assert not is_allowed(policy, call, ACCOUNT), call
