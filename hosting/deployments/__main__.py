"""`python -m hosting.deployments`: run in the folder with Pulumi.yaml."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from hosting.deployments import branches
from hosting.deployments.cli import DeploymentsError, InstalledCli
from hosting.deployments.commands import connect, status
from hosting.errors import HostingError


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m hosting.deployments", description="Deploy on git push.")
    commands = parser.add_subparsers(dest="command", required=True)
    connecting = commands.add_parser("connect", help="make Pulumi Cloud deploy the stack as its config says")
    connecting.add_argument("--stack", required=True)
    connecting.add_argument("--dry-run", action="store_true", help="only show the command, secrets hidden")
    telling = commands.add_parser("status", help="tell in what the config and what is connected differ")
    telling.add_argument("--stack", required=True)
    branching = commands.add_parser("branch", help="give a branch a site of its own, or take it away")
    branching.add_argument("branch")
    branching.add_argument("--template", default=branches.TEMPLATE, help="the stack to copy the config of")
    branching.add_argument("--remove", action="store_true", help="destroy the branch's site, remove its stack")
    branching.add_argument("--yes", action="store_true", help="remove without asking")
    return parser


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")


def _run(arguments: argparse.Namespace, project: Path) -> None:
    if not (project / "Pulumi.yaml").is_file():
        raise DeploymentsError(f"There is no Pulumi.yaml in {project}: cd to the project's folder")
    cli = InstalledCli(project)
    if arguments.command == "connect":
        connect(cli, arguments.stack, _say, dry_run=arguments.dry_run)
    elif arguments.command == "status":
        status(cli, arguments.stack, _say)
    elif arguments.remove:
        branches.remove(cli, arguments.branch, arguments.template, yes=arguments.yes)
    else:
        branches.add(cli, arguments.branch, arguments.template, _say)


def main(argv: list[str] | None = None) -> int:
    """Run one command; return the exit code."""
    try:
        _run(_parser().parse_args(argv), Path.cwd())
    except HostingError as error:
        sys.stderr.write(f"error: {error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
