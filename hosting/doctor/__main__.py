"""The command `python -m hosting.doctor`, which runs in the folder of Pulumi.yaml."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from hosting.command_line import exit_status
from hosting.deployments.cli import PulumiCli
from hosting.doctor.aws_clients import StackClients
from hosting.doctor.checks import Doctor
from hosting.doctor.lines import Line, as_json, as_text, exit_code
from hosting.doctor.name_servers import name_servers
from hosting.doctor.stack_reading import project_name, selected_stack


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m hosting.doctor", description="Check a stack and its AWS account; nothing is changed."
    )
    parser.add_argument("--stack", help="the stack; default: the selected one")
    parser.add_argument("--json", action="store_true", help="print JSON")
    return parser


def _run(arguments: argparse.Namespace, folder: Path) -> int:
    project, cli = project_name(folder), PulumiCli(folder)
    stack = arguments.stack or selected_stack(cli)
    lines: list[Line] = []
    for line in Doctor(cli, StackClients, name_servers).lines(project, stack, os.environ, sys.version_info[:3]):
        lines.append(line)
        if not arguments.json:
            sys.stdout.write(as_text([line]))
            sys.stdout.flush()
    if arguments.json:
        sys.stdout.write(f"{as_json(stack, lines)}\n")
    return exit_code(lines)


def main(argv: list[str] | None = None) -> int:
    """Run the checks; return 1 if one found an error."""
    arguments = _parser().parse_args(argv)
    return exit_status(lambda: _run(arguments, Path.cwd()))


if __name__ == "__main__":
    sys.exit(main())
