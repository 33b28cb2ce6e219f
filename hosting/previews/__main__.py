"""The command `python -m hosting.previews`, which runs in the folder of Pulumi.yaml."""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import yaml

from hosting.aws.key_value_store import open_store
from hosting.aws.key_value_store_errors import StoreError
from hosting.command_line import exit_status
from hosting.config.load import load_settings
from hosting.deployments.cli import PulumiCli, require_project, run
from hosting.deployments.stack import raw_config
from hosting.errors import HostingError
from hosting.previews.listing import invalid_values, lines, listed_previews
from hosting.previews.prune import Prune
from hosting.publish.s3.bucket import open_bucket
from hosting.publish.s3.errors import S3Error

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hosting.publish.bulk.store import Store
    from hosting.publish.s3.bucket import BucketClient


class _Edge(NamedTuple):
    """A deployed preview edge."""

    domain: str
    bucket: BucketClient
    store: Store


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m hosting.previews", description="The previews of an edge.")
    commands = parser.add_subparsers(dest="command", required=True)
    list_parser = commands.add_parser("list", help="list the previews, with their stacks and expiry")
    prune_parser = commands.add_parser("prune", help="remove expired previews, and what removed ones have left")
    for each in (list_parser, prune_parser):
        each.add_argument("--stack", required=True, help="the stack of the preview edge")
    prune_parser.add_argument("--branches", action="store_true", help="also those of this project whose branch is gone")
    prune_parser.add_argument("--invalid", action="store_true", help="also what is not a pointer, by its value")
    prune_parser.add_argument("--dry-run", action="store_true", help="only say what would be removed")
    return parser


def _read_edge(project: Path, stack: str) -> _Edge:
    require_project(project)
    cli = PulumiCli(project)
    outputs = json.loads(run(cli, stack, "stack", "output", "--json", "--stack", stack))
    if not outputs.get("storeArn"):
        raise HostingError(f"Stack '{stack}' is not a preview edge, or not deployed yet: pulumi up --stack {stack}")
    aws = load_settings(replace(raw_config(cli, stack), stack=stack.rpartition("/")[2]), os.environ).aws
    bucket = open_bucket(str(outputs["bucketName"]), replace(aws, region=str(outputs["bucketRegion"])))
    return _Edge(str(outputs["previewsDomain"]), bucket, open_store(str(outputs["storeArn"]), aws))


def _branches(project: Path) -> list[str]:
    git = shutil.which("git")
    command = [git or "git", "ls-remote", "--heads", "origin"]
    done = subprocess.run(command, cwd=project, capture_output=True, text=True, check=False) if git else None  # noqa: S603 - a fixed command
    if done is None or done.returncode != 0:
        reason = done.stderr.strip() if done else "git is not on PATH"
        raise HostingError(f"The branches of 'origin' can't be read ({reason}): run `git ls-remote --heads origin`")
    return [line.partition("refs/heads/")[2] for line in done.stdout.splitlines()]


def _print(line: str) -> None:
    sys.stdout.write(f"{line}\n")


def _project_name(project: Path) -> str:
    content = yaml.safe_load((project / "Pulumi.yaml").read_text(encoding="utf-8"))
    return str(content["name"])


def _list(edge: _Edge, items: Mapping[str, str]) -> None:
    previews = listed_previews(items)
    for line in lines(previews, edge.domain, time.time()) if previews else ["no previews"]:
        _print(line)


def _prune(edge: _Edge, arguments: argparse.Namespace, project: Path) -> None:
    branches = _branches(project) if arguments.branches else None
    prune = Prune(edge.bucket, edge.store, _print)
    prune.run(_project_name(project), branches, dry_run=arguments.dry_run, invalid=arguments.invalid)


def _check_values(items: Mapping[str, str], stack: str) -> None:
    """Check that each value that should be a pointer is one.

    Raises:
        HostingError: with those that are not.
    """
    names = ", ".join(repr(name) for name in invalid_values(items))
    if names:
        raise HostingError(
            f"The values of {names} in the key value store are not pointers that this version of the program writes. "
            "Until they are removed, nothing of removed previews is deleted. If no other version has written them: "
            f"python -m hosting.previews prune --invalid --stack {stack}"
        )


def _run(arguments: argparse.Namespace, project: Path) -> None:
    edge = _read_edge(project, arguments.stack)
    try:
        items = edge.store.list()
        if arguments.command == "list":
            _list(edge, items)
        else:
            _prune(edge, arguments, project)
        if arguments.command == "list" or not arguments.invalid:
            _check_values(items, arguments.stack)
    except (S3Error, StoreError) as error:
        raise HostingError(f"The preview edge can't be read or changed ({error}): run the command again") from error


def main(argv: list[str] | None = None) -> int:
    """Run one command; return the exit code."""
    arguments = _parser().parse_args(argv)
    return exit_status(lambda: _run(arguments, Path.cwd()))


if __name__ == "__main__":
    sys.exit(main())
