"""The `cd` commands of phases, as they have their effect in one shell that runs the commands of all phases.

Files repeat a `cd` in each phase, as if each began in the first folder. The repository's folders show what is meant.
"""

from __future__ import annotations

import os.path
import re
import shlex
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_MOVE = re.compile(
    r"""\s*(?P<verb>cd|pushd|popd)(?:\s+(?P<path>"[^"`]*"|'[^']*'|[^\s'"`|&;<>()\#]+))?"""
    r"(?:\s*\d?>\s*\S+)*(?:\s*\|\|\s*(?:(?P<optional>true|:)|exit(?:\s+\d+)?))?\s*"
)
_ANY_MOVE = re.compile(r"\b(cd|pushd|popd)\b")
# A group in parentheses has a shell of its own.
_GROUP = re.compile(r"\([^()]*\)")
_SOURCE = re.compile(r"\$(CODEBUILD_SRC_DIR\b|\{CODEBUILD_SRC_DIR\})")


def repository_of(folder: Path) -> Path:
    """Return the repository's folder, which has `.git`; the folder itself without one."""
    return next((one for one in (folder, *folder.parents) if (one / ".git").exists()), folder)


def in_one_shell(commands: Sequence[str], start: Path, root: Path) -> tuple[list[str], Path | None]:
    """Return the commands, with the `cd` that would fail left out or changed, and the folder in which they end.

    Args:
        commands: simple commands.
        start: the folder in which the first one runs.
        root: the folder of amplify.yml.
    """
    shell = _Shell(start, root)
    return [kept for kept in map(shell.run, commands) if kept is not None], shell.here


def _path(*parts: Path | str) -> Path:
    return Path(os.path.abspath(Path(*parts)))  # noqa: PTH100 - resolve() would follow links


class _Shell:
    """Where a shell is after each command; `here` is None if nothing shows it."""

    def __init__(self, start: Path, root: Path) -> None:
        self._start, self._root = _path(start), _path(root)
        self._repository = repository_of(self._root)
        self.here: Path | None = self._start
        self._previous: Path | None = None
        self._stack: list[Path | None] = []
        self._entered = {self._start}

    def run(self, command: str) -> str | None:
        """Return the command as it is to be run; None if it is left out."""
        found = _MOVE.fullmatch(command)
        if found is None:
            if _ANY_MOVE.search(_GROUP.sub("", command)):
                self._enter(None)
            return command
        verb, text = found["verb"], _SOURCE.sub(str(self._repository), (found["path"] or "").strip("\"'"))
        if verb == "popd":
            self._enter(self._stack.pop() if self._stack else None)
            return command
        target, here = self._target(text), self.here
        meant = self._meant(text, target)
        if meant is None or meant == target:
            is_skipped = meant is not None and bool(found["optional"]) and not self._exists(meant)
            self._push(verb, here if is_skipped else meant)
            return command
        self._push(verb, meant)
        if meant == here:
            return None if verb == "cd" else "pushd ."
        return f"{verb} {shlex.quote(os.path.relpath(meant, here))}"

    def _push(self, verb: str, folder: Path | None) -> None:
        if verb == "pushd":
            self._stack.append(self.here)
        self._enter(folder)

    def _enter(self, folder: Path | None) -> None:
        self._previous, self.here = self.here, folder
        if folder is not None:
            self._entered.add(folder)

    def _exists(self, folder: Path) -> bool:
        return folder in self._entered or folder.is_dir()

    def _is_inside(self, folder: Path) -> bool:
        return folder.is_relative_to(self._repository)

    def _target(self, text: str) -> Path | None:
        """Return the folder that a path leads to."""
        if text == "-":
            return self._previous
        if not text or text.startswith("~") or "$" in text:
            return None
        if self.here is None:
            return _path(text) if text.startswith("/") else None
        return _path(self.here, text)

    def _meant(self, text: str, target: Path | None) -> Path | None:
        """Return the folder that is meant: the target, or else the one that the path leads to from the first folder."""
        here = self.here
        if target is None or here is None or text == "-" or text.startswith("/") or not self._is_inside(here):
            return target
        leaves = not self._is_inside(target)
        if self._exists(target) and not leaves:
            return target
        for one in (_path(self._start, text), _path(self._root, text)):
            if self._is_inside(one) and self._exists(one):
                return one
        return here if leaves else target
