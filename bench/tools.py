"""The tools under measurement: each publishes a tree to a target of its own on the same emulated S3."""

from __future__ import annotations

import itertools
import shutil
import sys
from typing import TYPE_CHECKING, Protocol

from bench.measure import Measured, run
from bench.peers import AWS, HERE, S3DEPLOY
from tests.e2e.harness import Project, copy_program

if TYPE_CHECKING:
    from pathlib import Path

    from tests.e2e.harness import Sandbox

_NUMBERS = itertools.count(1)


class Tool(Protocol):
    """One way to publish.

    Attributes:
        name: what the table calls it.
        tree: the folder that it publishes.
    """

    name: str
    tree: Path

    def publish(self) -> Measured:
        """Publish the tree once."""

    def end(self) -> None:
        """Remove the target."""


class Command:
    """A command-line tool that publishes to a bucket."""

    def __init__(self, name: str, sandbox: Sandbox, tree: Path) -> None:
        self.name = name
        self.tree = tree
        self._sandbox = sandbox
        self._bucket = f"bench-{name.split(maxsplit=1)[0]}-{next(_NUMBERS)}"
        sandbox.s3.create_bucket(Bucket=self._bucket)

    def publish(self) -> Measured:
        """Publish the tree once."""
        endpoint = self._sandbox.env["AWS_ENDPOINT_URL"]
        commands: dict[str, list[str | Path]] = {
            "s3deploy": [
                *(S3DEPLOY, "-bucket", self._bucket, "-source", self.tree, "-region", "us-east-1", "-quiet"),
                *("-key", "test", "-secret", "test", "-endpoint-url", endpoint),
            ],
            "aws s3 sync": [
                *(AWS, "s3", "sync", self.tree, f"s3://{self._bucket}", "--delete", "--no-progress", "--quiet"),
                *("--endpoint-url", endpoint),
            ],
            # The fastest settings found on this kind of machine.
            "rclone": [
                *("rclone", "sync", self.tree, f":s3:{self._bucket}", "--checksum", "--fast-list", "--quiet"),
                *("--transfers", "32", "--checkers", "32", "--config", "/dev/null", "--s3-provider", "Other"),
                *("--s3-endpoint", endpoint, "--s3-access-key-id", "test", "--s3-secret-access-key", "test"),
            ],
        }
        # rclone does not start with this variable, and needs no certificates: the cloud is at an http address.
        env = {name: value for name, value in self._sandbox.env.items() if name != "AWS_CA_BUNDLE"}
        return run(commands[self.name], self.tree, env)

    def end(self) -> None:
        """Remove the bucket's objects, so that the next measurement has as small a cloud to work with."""
        for page in self._sandbox.s3.get_paginator("list_objects_v2").paginate(Bucket=self._bucket):
            keys = [{"Key": item["Key"]} for item in page.get("Contents", [])]
            if keys:
                self._sandbox.s3.delete_objects(Bucket=self._bucket, Delete={"Objects": keys})  # type: ignore[typeddict-item]  # plain dicts do


class Pulumi:
    """`pulumi up` of a project of its own."""

    def __init__(self, name: str, sandbox: Sandbox, place: Path, tree: Path) -> None:
        self.name = name
        self.tree = tree
        number = next(_NUMBERS)
        stack = "prod" if "bulk" in name else "dev"
        self._project = Project(sandbox, place / f"bench{number}", f"bench{number}", stack)
        if name == "bare synced folder":
            self._bare(tree)
        else:
            self._ours(tree)

    def _ours(self, tree: Path) -> None:
        copy_program(self._project.path, self._project.name)
        self._project.pulumi("stack", "init", self._project.stack)
        # The tree is one for all tools; `site` here is a link to it.
        shutil.rmtree(self._project.path / "site")
        (self._project.path / "site").symlink_to(tree)
        # No other tool reads the pages before it publishes them.
        self._project.config("publish:gate", '{"urls": "off", "links": "off"}')
        if "bulk" in self.name:
            self._project.config("publish:mode", "bulk")

    def _bare(self, tree: Path) -> None:
        shutil.copytree(HERE / "bare", self._project.path)
        settings = self._project.path / "Pulumi.yaml"
        settings.write_text(settings.read_text().replace("name: bare", f"name: {self._project.name}"))
        staging = self._project.path / ".hosting" / "staging" / "dev"
        self.tree = staging
        # Split as managed mode splits it.
        for file in tree.rglob("*"):
            if file.is_file():
                target = staging / ("pages" if file.suffix == ".html" else "assets") / file.relative_to(tree)
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(file, target)
        self._project.pulumi("stack", "init", self._project.stack)

    def publish(self) -> Measured:
        """Run `pulumi up`."""
        command = ["pulumi", "up", "--yes", "--skip-preview", "--non-interactive", "--stack", self._project.stack]
        return run(command, self._project.path, self._project.sandbox.env)

    def end(self) -> None:
        """Destroy the stack."""
        self._project.pulumi("destroy", "--yes", "--stack", self._project.stack)
        shutil.rmtree(self._project.path)


class Staging:
    """Scanning, staging and hashing alone, in a process that has started already."""

    name = "staging + hashing"

    def __init__(self, sandbox: Sandbox, place: Path, tree: Path) -> None:
        self.tree = tree
        self._env = sandbox.env
        self._place = place / f"staging{next(_NUMBERS)}"
        self._place.mkdir()
        (self._place / "site").symlink_to(tree)

    def publish(self) -> Measured:
        """Stage the tree once; the time is what it says itself, without Python's own start."""
        seconds = self._place / "seconds"
        whole = run(
            [sys.executable, "-m", "bench.staging", seconds], self._place, {**self._env, "PYTHONPATH": str(HERE.parent)}
        )
        return Measured(float(seconds.read_text()), whole.memory, whole.memory)

    def end(self) -> None:
        """Remove the staged tree."""
        shutil.rmtree(self._place)
