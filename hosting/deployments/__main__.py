"""The command `python -m hosting.deployments`, which runs in the folder of Pulumi.yaml."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from hosting.command_line import exit_status
from hosting.deployments import branches
from hosting.deployments.cli import PulumiCli, require_project
from hosting.deployments.commands import connect, status
from hosting.deployments.settings import TEMPLATE


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m hosting.deployments", description="Deploy on git push.")
    commands = parser.add_subparsers(dest="command", required=True)
    connect_parser = commands.add_parser("connect", help="make Pulumi Cloud deploy the stack by its config")
    connect_parser.add_argument("--stack", required=True)
    connect_parser.add_argument("--dry-run", action="store_true", help="only show the command, with secrets hidden")
    status_parser = commands.add_parser("status", help="list the differences between the config and Pulumi Cloud")
    status_parser.add_argument("--stack", required=True)
    branch_parser = commands.add_parser("branch", help="create a site for a branch, or remove it")
    branch_parser.add_argument("branch")
    branch_parser.add_argument("--template", default=TEMPLATE, help="the stack whose config is copied")
    branch_parser.add_argument("--remove", action="store_true", help="destroy the branch's site and remove its stack")
    branch_parser.add_argument("--yes", action="store_true", help="remove without confirmation")
    return parser


def _print(line: str) -> None:
    sys.stdout.write(f"{line}\n")


def _run(arguments: argparse.Namespace, project: Path) -> None:
    require_project(project)
    cli = PulumiCli(project)
    if arguments.command == "connect":
        connect(cli, arguments.stack, _print, dry_run=arguments.dry_run)
    elif arguments.command == "status":
        status(cli, arguments.stack, _print)
    elif arguments.remove:
        branches.remove(cli, arguments.branch, arguments.template, yes=arguments.yes)
    else:
        edge = branches.preview_edge(project)
        branches.add(cli, arguments.branch, arguments.template, _print, edge=edge)


def main(argv: list[str] | None = None) -> int:
    """Run one command; return the exit code."""
    arguments = _parser().parse_args(argv)
    return exit_status(lambda: _run(arguments, Path.cwd()))


if __name__ == "__main__":
    sys.exit(main())
