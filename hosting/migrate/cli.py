"""The command-line interface of ``python -m hosting.migrate``."""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from hosting.config.load import PRODUCTION_STACK
from hosting.errors import HostingError
from hosting.migrate.migration import Request, migrate

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
        environment=options.env,
        region=options.region,
        bucket_name=options.bucket_name,
        distribution_id=options.distribution_id,
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
        description="Reads an Amplify Gen1 project that hosts with S3 and CloudFront, and writes the config of a stack "
        "of this program: Pulumi.<stack>.yaml. Run it in the folder of Pulumi.yaml. It only reads files, and makes no "
        "calls to AWS. It lists the mapped settings, those without a counterpart and why, and how to keep the bucket "
        "and the distribution.",
        epilog="A setting that the stack's file already has with another value is not replaced without --force.",
    )
    parser.add_argument("path", type=Path, metavar="PATH", help="the Amplify project: the folder of amplify/")
    parser.add_argument("--stack", type=_stack, default=PRODUCTION_STACK, help="the stack (default: %(default)s)")
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
