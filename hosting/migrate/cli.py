"""The command-line interface of ``python -m hosting.migrate``."""

from __future__ import annotations

import argparse
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hosting.command_line import exit_status
from hosting.config.load import PRODUCTION_STACK
from hosting.migrate.kinds import KINDS
from hosting.migrate.migration import migrate
from hosting.migrate.request import Request
from hosting.migrate.stackfile import read_yaml

if TYPE_CHECKING:
    from collections.abc import Sequence

# https://www.pulumi.com/docs/iac/concepts/stacks/ has the characters.
_STACK = re.compile(r"[A-Za-z0-9_.-]{1,100}")


def main(arguments: Sequence[str]) -> int:
    """Run the command in the working directory, and return its exit status."""
    options = _parser().parse_args(arguments)
    return exit_status(lambda: _migrate(options))


def _migrate(options: argparse.Namespace) -> None:
    app = _app(options)
    print("\n".join(migrate(_request(options, app), Path.cwd())))  # noqa: T201 - a command-line tool prints
    if options.app:
        print(f"\n'{options.app}' holds secrets: do not commit it.")  # noqa: T201 - a command-line tool prints


def _app(options: argparse.Namespace) -> dict[str, Any]:
    """Return the Amplify app: from files with the AWS CLI's output, or from AWS.

    Raises:
        HostingError: a file is invalid, or AWS refuses a request.
    """
    if options.app_id:
        from hosting.aws.amplify_app import read_app  # noqa: PLC0415 - loads boto3

        return read_app(options.app_id, options.region, os.environ)
    files = {name: getattr(options, name) for name in ("app", "branches", "domains")}
    given = {name: file for name, file in files.items() if file is not None}
    answers = {name: read_yaml(file) for name, file in given.items()}
    return {**answers, "sources": {name: str(file) for name, file in given.items()}} if given else {}


def _request(options: argparse.Namespace, app: dict[str, Any]) -> Request:
    return Request(
        path=options.path,
        stack=options.stack,
        kind=options.kind,
        branch=options.branch,
        environment=options.env,
        region=options.region,
        bucket_name=options.bucket_name,
        distribution_id=options.distribution_id,
        app_root=options.app_root,
        target=options.target,
        app=app,
        with_domains=options.with_domains,
        force=options.force,
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m hosting.migrate",
        description="Reads a project of another host, and writes the config of a stack of this program: "
        "Pulumi.<stack>.yaml and rule files. Run it in the folder of Pulumi.yaml. It lists the mapped settings, those "
        "without a counterpart and why, and the next commands.",
        epilog="A setting that the stack's file already has with another value is not replaced without --force.",
    )
    parser.add_argument("path", type=Path, metavar="PATH", help="the project's folder")
    parser.add_argument("--stack", type=_stack, default=PRODUCTION_STACK, help="the stack (default: %(default)s)")
    names = [kind.name for kind in KINDS]
    parser.add_argument("--from", dest="kind", choices=names, help="the host, if the project has files of several")
    parser.add_argument("--branch", help="the branch that the stack deploys, if the host has settings by branch")
    parser.add_argument("--app-root", metavar="FOLDER", help="the application of a monorepo")
    parser.add_argument("--target", metavar="NAME", help="the site, if the project has several")
    amplify = parser.add_argument_group("Amplify Hosting", "An app's settings in AWS, by its id or from files.")
    amplify.add_argument("--app-id", metavar="ID", help="the app's id: AWS is asked with your credentials")
    amplify.add_argument("--app", type=Path, metavar="FILE", help="output of aws amplify get-app: holds secrets")
    amplify.add_argument("--branches", type=Path, metavar="FILE", help="output of aws amplify list-branches")
    amplify.add_argument("--domains", type=Path, metavar="FILE", help="output of list-domain-associations")
    parser.add_argument("--with-domains", action="store_true", help="write the host names, too")
    parser.add_argument("--env", help="Amplify's environment, if the project has several")
    parser.add_argument("--region", help="the bucket's region, if no file has it")
    parser.add_argument("--bucket-name", metavar="NAME", help="the bucket's name, if no file has it")
    parser.add_argument("--distribution-id", metavar="ID", help="the distribution's id, if no file has it")
    parser.add_argument("--force", action="store_true", help="replace existing settings and files")
    return parser


def _stack(name: str) -> str:
    if not _STACK.fullmatch(name):
        raise argparse.ArgumentTypeError(
            f"'{name}' is not a stack name: use letters, digits, '-', '_' and '.', such as prod"
        )
    return name
