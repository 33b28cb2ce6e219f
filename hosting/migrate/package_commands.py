"""The commands of a project's packages, which hosts have on the path of the build command.

https://docs.netlify.com/build/configure-builds/manage-dependencies/, https://vercel.com/docs/builds/configure-a-build
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from hosting.migrate.site_build import packages_of
from hosting.migrate.site_generators import generators

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

_FIRST_WORD = re.compile(r"(?:^|&&|\|\|?|[;\n(])\s*(?:[A-Za-z_]\w*=\S*\s+)*([\w@./-]+)")
_MOVE = re.compile(r"(?:^|&&|\|\|?|[;\n(])\s*(?:cd|pushd)\b")
_PATH = 'export PATH="$PWD/node_modules/.bin:$PATH"'


def with_packages(command: str, folder: Path) -> str:
    """Return a command that finds the commands of the packages in its folder, if it uses one without `npx`."""
    commands = (one.command.removeprefix("npx ").partition(" ")[0] for one in generators() if one.packages)
    names = {name.rpartition("/")[2] for name in (*commands, *packages_of(folder))}
    if names.isdisjoint(_FIRST_WORD.findall(command)):
        return command
    return f"{_PATH}{chr(10) if chr(10) in command else ' && '}{command}"


def in_sequence(commands: Sequence[str]) -> str:
    """Return one command for several that the host runs each in the project's folder: `cd` does not carry over."""
    first = [f"({one})" if _MOVE.search(one) else one for one in commands[:-1]]
    return " && ".join([*first, *commands[-1:]])
