"""The command-line interface of ``python -m hosting.migrate``."""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from hosting.config.load import PRODUCTION_STACK
from hosting.errors import HostingError
from hosting.migrate.kinds import KINDS
from hosting.migrate.migration import migrate
from hosting.migrate.request import Request

if TYPE_CHECKING:
    from collections.abc import Sequence

# https://www.pulumi.com/docs/iac/concepts/stacks/ has the characters.
_STACK = re.compile(r"[A-Za-z0-9_.-]{1,100}")


def main(arguments: Sequence[str]) -> int:
    """Run the command in the working directory, and return its exit status."""
    options = _parser().parse_args(arguments)
    request = Request(
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
        with_domains=options.with_domains,
        force=options.force,
    )
    try:
        print("\n".join(migrate(request, Path.cwd())))  # noqa: T201 - a command-line tool prints
    except HostingError as error:
        print(f"error: {error}", file=sys.stderr)  # noqa: T201 - a command-line tool prints
        return 1
    return 0


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
    parser.add_argument("--target", help="the target or site of a Firebase project")
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
