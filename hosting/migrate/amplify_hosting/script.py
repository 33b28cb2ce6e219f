"""The build command made from Amplify's commands: one shell for all of them, which stops at the first error."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from hosting.migrate.amplify_hosting.folder_moves import in_one_shell, repository_of
from hosting.migrate.site_settings import relative

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
# A command without groups, pipes, redirections and substitutions outside of quotes.
_SIMPLE = re.compile(r"""(?:[^'"`\\|;&()<>#\n]|"[^"`\\]*"|'[^']*')+""")
_SEPARATORS = re.compile(r"(?:\s*(?:&&|;|\n))*\s*")
_SYSTEM_PACKAGES = re.compile(
    r"\b(yum|apt|apt-get|dnf|amazon-linux-extras)\s+(-\S+\s+)*(install|update|-y)\b"
    r"|\bsudo\s|\b(rm|mv|cp|ln|tar|unzip|curl|wget)\s[^;&|\n]*\s/(usr|opt|etc|bin)/"
)
_REFERENCE = re.compile(r"\$\{?([A-Za-z_]\w*)", re.ASCII)
# https://docs.aws.amazon.com/amplify/latest/userguide/ssr-environment-variables.html
_FILTER = re.compile(r"\b(?:env|printenv)\s*\|\s*[ef]?grep\b([^>;&\n]*)")
_FILTERED = re.compile(r"\b[A-Z][A-Z0-9_]*[A-Z0-9]\b")
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
        last: the folder in which the commands end; None if it is unknown.
    """

    text: str
    dropped: tuple[str, ...]
    notes: tuple[str, ...]
    last: Path | None


def build_script(commands: Sequence[str], folder: str, root: str, home: Path) -> Script:
    """Return the build command for Amplify's commands.

    Args:
        commands: the commands, in their order.
        folder: the folder in which they run, as seen from the program's folder.
        root: the folder of amplify.yml, as seen from the program's folder.
        home: the program's folder.
    """
    listed, dropped = _split(commands)
    kept, last = in_one_shell(listed, home / folder, home / root)
    runs = _without_comments(kept)
    text = "\n".join(runs)
    top = [_source_folder(home, root)] if "CODEBUILD_SRC_DIR" in text else []
    move = [*top, *([] if folder == "." else [f"cd {shlex.quote(folder)}"])]
    nvm = [_NVM_LINE] if _NVM.search(text) else []
    lines = [*nvm, *map(_line, kept)]
    is_short = not top and len(runs) == len(kept) == len(lines) == 1 and "\n" not in lines[0]
    joined = " && ".join([*move, lines[0].removesuffix(" || exit")]) if is_short else "\n".join([*move, *lines])
    return Script(
        text=joined if runs else "",
        dropped=tuple(dropped),
        notes=tuple(_notes(text, has_moved=kept != listed)),
        last=last,
    )


def _source_folder(home: Path, root: str) -> str:
    """Return the command that sets CODEBUILD_SRC_DIR to the repository's folder."""
    folder = (home / root).resolve()
    repository = repository_of(folder)
    place = root if repository == folder else relative(repository, home)
    return f'export CODEBUILD_SRC_DIR="$(cd {shlex.quote(place)} && pwd)"'


def _split(commands: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return the simple commands that other machines run too, and those of Amplify's build machine alone."""
    parts = [part for command in commands for part in _parts(command)]
    return (
        [part for part in parts if not _AMPLIFY_ONLY.match(part)],
        [part for part in parts if _AMPLIFY_ONLY.match(part)],
    )


def _without_comments(commands: Sequence[str]) -> list[str]:
    return [command for command in commands if not command.lstrip().startswith("#")]


def _parts(command: str) -> list[str]:
    """Return the simple commands of a list (`a && b`, `a; b`, lines); a command with groups or pipes is one."""
    parts = [part.strip() for part in _SIMPLE.findall(command) if part.strip()]
    is_list = _SEPARATORS.fullmatch(_SIMPLE.sub("", command)) is not None
    return parts if is_list and not any(_COMPOUND.match(part) for part in parts) else [command]


def _line(command: str) -> str:
    """Return the line of a command. `a && b` fails as a whole, but in a script only the last of a list ends it."""
    if "\n" in command or ("&&" not in command and not _NVM.search(command)) or _COMPOUND.match(command):
        return command
    return f"{command} || exit"


def _notes(text: str, *, has_moved: bool) -> list[str]:
    notes = []
    if has_moved:
        notes.append(
            "A `cd` is left out or changed: as it carries over, it would enter the same folder twice, or leave the "
            "repository."
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
            "The build installs packages of the system, or changes its folders, as on Amplify's machine: "
            "move these lines to the workflow that deploys, and install the packages on your own machine."
        )
    return notes


def variables_read(commands: Sequence[str]) -> tuple[str, ...]:
    """Return the variables that the commands read and do not set."""
    listed, _ = _split(commands)
    # A `cd` that is left out or changed loses its redirection, which may have a variable.
    kept, _ = in_one_shell(listed, Path(), Path())
    text = "\n".join(_without_comments(kept))
    assigned = {name for pair in _ASSIGNMENT.findall(text) for name in pair if name}
    filtered = _FILTERED.findall(" ".join(_FILTER.findall(text)))
    names = dict.fromkeys([*_REFERENCE.findall(text), *filtered])
    return tuple(name for name in names if name not in assigned | _OF_THE_SHELL and name != "CODEBUILD_SRC_DIR")
