"""The build command made from Amplify's commands: one shell for all of them, which stops at the first error."""

from __future__ import annotations

import os.path
import re
import shlex
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

# Amplify's build machine has nvm: https://docs.aws.amazon.com/amplify/latest/userguide/custom-build-image.html
_NVM = re.compile(r"(?m)^\s*nvm\b|[;&|]\s*nvm\b")
_NVM_LINE = (
    'if [ -s "${NVM_DIR:-$HOME/.nvm}/nvm.sh" ]; then . "${NVM_DIR:-$HOME/.nvm}/nvm.sh" --no-use; '
    'else nvm() { echo "There is no nvm: node $(node --version) is used"; }; fi'
)
# Commands that exist only on Amplify's build machine, or that deploy the backend.
_AMPLIFY_ONLY = re.compile(r"^\s*(amplifyPush|envCache|initEnv|npx\s+(ampx|amplify)\s+(pipeline-deploy|sandbox))\b")
_COMPOUND = re.compile(r"^\s*(if|for|while|until|case|function|\{|\()\b|^\s*[({#]")
_MOVE = re.compile(r"\s*cd\s+(?:\./)?([\w@-][\w@./-]*?)/?\s*")
_UP = re.compile(r"\s*cd\s+((?:\.\./?)+)([\w@-][\w@./-]*)?\s*")
_BACK = re.compile(r"\bcd\s+(\.\.|-|/|~|\"|\$)|\bcd\s*$|\bpopd\b")
# The depth of a folder that is not known.
_UNKNOWN = 100
_PLAIN_LIST = re.compile(r"[^'\"`$\\|;()<>#{}\n]*")
_SYSTEM_PACKAGES = re.compile(r"\b(yum|apt|apt-get|dnf|amazon-linux-extras)\s+(-\S+\s+)*(install|update|-y)\b")
_REFERENCE = re.compile(r"\$\{?([A-Za-z_]\w*)", re.ASCII)
# `NAME=$NAME` sets nothing: people write it for variables of the app.
_ASSIGNMENT = re.compile(
    r"""(?:^|[\s;&(])(?:export\s+|local\s+|read\s+)?([A-Za-z_]\w*)=(?!["']?\$(?:\1\b|\{\1\})["']?(?:[\s;&]|$))"""
    r"|\bfor\s+([A-Za-z_]\w*)\s",
    re.ASCII,
)
# Variables of every shell, and those that common tools set.
_OF_THE_SHELL = frozenset(
    "HOME PATH PWD OLDPWD USER SHELL TMPDIR LANG RANDOM SECONDS LINENO HOSTNAME IFS NVM_DIR BASH_VERSION CI _".split()  # noqa: SIM905
)


@dataclass(frozen=True)
class Script:
    """A build command.

    Attributes:
        text: the command; empty if nothing is to be run.
        dropped: commands that exist only on Amplify's build machine.
        notes: sentences about commands that need something of the machine.
        reads: the variables that the commands read and do not set.
    """

    text: str
    dropped: tuple[str, ...]
    notes: tuple[str, ...]
    reads: tuple[str, ...]


def build_script(commands: Sequence[str], folder: str, root: str, entered: Sequence[str] = ()) -> Script:
    """Return the build command for Amplify's commands.

    Args:
        commands: the commands, in their order.
        folder: the folder in which they run, as seen from the program's folder.
        root: the repository's root, as seen from the program's folder.
        entered: folders that ``folder`` is, and does not have.
    """
    parts = [part for command in commands for part in _parts(command)]
    kept = [part for part in parts if not _AMPLIFY_ONLY.match(part)]
    repeated = _repeated_moves(kept, len(PurePosixPath(os.path.relpath(folder, root)).parts), entered)
    kept = [command for number, command in enumerate(kept) if number not in repeated]
    runs = [command for command in kept if not command.lstrip().startswith("#")]
    text = "\n".join(runs)
    top = [f'export CODEBUILD_SRC_DIR="$(cd {shlex.quote(root)} && pwd)"'] if "CODEBUILD_SRC_DIR" in text else []
    move = [*top, *([] if folder == "." else [f"cd {shlex.quote(folder)}"])]
    nvm = [_NVM_LINE] if _NVM.search(text) else []
    lines = [*nvm, *map(_line, kept)]
    is_short = not top and len(runs) == len(kept) == len(lines) == 1 and "\n" not in lines[0]
    joined = " && ".join([*move, lines[0].removesuffix(" || exit")]) if is_short else "\n".join([*move, *lines])
    return Script(
        text=joined if runs else "",
        dropped=tuple(part for part in parts if _AMPLIFY_ONLY.match(part)),
        notes=tuple(_notes(text, has_repeated=bool(repeated))),
        reads=tuple(_reads(text)),
    )


def _repeated_moves(commands: Sequence[str], depth: int, entered: Sequence[str]) -> set[int]:
    """Return the numbers of commands that change to a folder again, as if each phase began in the first one.

    Args:
        commands: the commands.
        depth: how many folders the first one is below the repository's root, which no command leaves.
        entered: names of the first folder.
    """
    inside = [*entered]
    repeated: set[int] = set()
    for number, command in enumerate(commands):
        found, up = _MOVE.fullmatch(command), _UP.fullmatch(command)
        if (found and found[1] in inside) or (up and up[1].count("..") > depth):
            repeated.add(number)
        elif found:
            inside.append(found[1])
            depth += len(PurePosixPath(found[1]).parts)
        elif _BACK.search(command):
            inside.clear()
            depth = depth - up[1].count("..") + len(PurePosixPath(up[2] or "").parts) if up else _UNKNOWN
    return repeated


def _parts(command: str) -> list[str]:
    """Return the commands of a list without quotes, variables or groups: `a && b`."""
    is_plain = _PLAIN_LIST.fullmatch(command) and "&" not in command.replace("&&", "")
    if "&&" not in command or not is_plain or _NVM.search(command) or _COMPOUND.match(command):
        return [command]
    return [part.strip() for part in command.split("&&") if part.strip()]


def _line(command: str) -> str:
    """Return the line of a command. `a && b` fails as a whole, but in a script only the last of a list ends it."""
    if "\n" in command or ("&&" not in command and not _NVM.search(command)) or _COMPOUND.match(command):
        return command
    return f"{command} || exit"


def _notes(text: str, *, has_repeated: bool) -> list[str]:
    notes = []
    if has_repeated:
        notes.append(
            "A `cd` is left out: as it carries over, it would enter the same folder twice, or leave the repository."
        )
    if _NVM.search(text):
        versions = re.findall(r"\bnvm[ \t]+(?:use|install)[ \t]+([\w./*-]+)", text)
        version = f" {versions[-1]}" if versions else ""
        notes.append(
            f"The build switches to Node{version} with nvm, where there is nvm. Write the version into .nvmrc, and "
            "into the workflow that deploys."
        )
    if _SYSTEM_PACKAGES.search(text):
        notes.append(
            "The build installs packages of the system, as on Amplify's machine (Amazon Linux): move these lines to "
            "the workflow that deploys, and install the packages on your own machine."
        )
    return notes


def _reads(text: str) -> list[str]:
    assigned = {name for pair in _ASSIGNMENT.findall(text) for name in pair if name}
    names = dict.fromkeys(_REFERENCE.findall(text))
    return [name for name in names if name not in assigned | _OF_THE_SHELL and name != "CODEBUILD_SRC_DIR"]
