"""`python -m sandbox`: the sandbox's commands."""

from __future__ import annotations

import argparse
import sys

from sandbox import lifecycle
from sandbox.environment import current_home
from sandbox.errors import SandboxError


def main() -> int:
    """Run one command; a SandboxError is one line on stderr and exit code 1."""
    options = _parser().parse_args()
    home = current_home()
    try:
        match options.command:
            case "needs":
                lifecycle.require_tools()
            case "prepare":
                lifecycle.prepare()
            case "up":
                lifecycle.up(home, options.stacks or lifecycle.DEFAULT_STACKS)
            case "down":
                lifecycle.down(home)
            case "url":
                print(lifecycle.url(home, options.stack))
            case "status":
                return 0 if lifecycle.status(home) else 1
    except SandboxError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\ninterrupted", file=sys.stderr)
        return 130
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m sandbox", description="Run the real `pulumi up` in a local cloud, without an AWS account."
    )
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("needs", help="check that Node, and the CLI or Go, are installed")
    commands.add_parser("prepare", help="build the Pulumi CLI and install the AWS emulator, without starting anything")
    up = commands.add_parser("up", help="start what is not running, deploy stacks, and print their URLs")
    up.add_argument("stacks", nargs="*", metavar="STACK", help="default: dev prod")
    commands.add_parser("down", help="stop the sandbox; its data stays")
    commands.add_parser("url", help="print the local URL of a stack's site").add_argument("stack")
    commands.add_parser("status", help="print what is running, and all URLs; exit code 1 unless all of it runs")
    return parser


if __name__ == "__main__":
    sys.exit(main())
