"""The settings of s3deploy: the keys of .s3deploy.yml, and the flags in the project's scripts, which override them.

https://github.com/bep/s3deploy/blob/master/lib/config.go
"""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FILES = (".s3deploy.yml", ".s3deploy.yaml")
_SCRIPTS = (
    "package.json", "Makefile", "*.sh", "scripts/*.sh", "bin/*.sh", ".github/workflows/*.yml",
    ".github/workflows/*.yaml", ".gitlab-ci.yml", ".circleci/config.yml", ".travis.yml", "buildspec.yml",
)  # fmt: skip
# A double quote inside a command follows a space or `=`; another one ends a string of JSON or YAML.
_COMMAND = re.compile(
    r"""(?:^|[\s@/"'`;&|])s3deploy[ \t]+(-(?:\\\n|(?<=[ =])"[^"\n]*"|(?<=[ =])'[^'\n]*'|[^\n"'`;&|])*)"""
)
_SWITCHES = {"force", "public-access", "strip-index-html", "try", "v", "quiet", "V", "h"}
_REPEATED = {"distribution-id", "ignore", "skip-local-files", "skip-local-dirs"}
_LARGEST = 1_000_000


def read_flags(root: Path, content: dict[str, Any]) -> dict[str, Any]:
    """Return the settings by name. Those that may be repeated are lists; None is one that differs between commands."""
    given: dict[str, Any] = {}
    for command in _commands(root):
        for name, value in _parsed(command).items():
            if name in _REPEATED:
                given[name] = [*dict.fromkeys([*given.get(name, []), *value])]
            else:
                given[name] = value if given.get(name, value) == value else None
    return {name: value for name, value in content.items() if name != "routes"} | given


def _commands(root: Path) -> Iterator[str]:
    for pattern in _SCRIPTS:
        for file in sorted(root.glob(pattern)):
            if file.is_file():
                text = file.read_bytes()[:_LARGEST].decode("utf-8", "replace")
                yield from _COMMAND.findall(text)


def _parsed(command: str) -> dict[str, Any]:
    try:
        words = shlex.split(command.replace("\\\n", " "))
    except ValueError:
        return {}
    flags: dict[str, Any] = {}
    while words:
        word = words.pop(0)
        name, equals, value = word.lstrip("-").partition("=")
        if not word.startswith("-"):
            continue
        is_switch = name in _SWITCHES
        if not equals and not is_switch and words:
            value = words.pop(0)
        if name in _REPEATED:
            flags.setdefault(name, []).append(value)
        elif value or is_switch:
            flags[name] = value or True
    return flags
