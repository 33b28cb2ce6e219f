"""What all hosts' importers add in the same way: the folder, the build and the rule files."""

from __future__ import annotations

import json
import os.path
import shlex
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from hosting.migrate.host_rules import HostRules, headers_text

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from hosting.migrate.findings import Findings

_SET_DIRECTORY = "pulumi config set publish:directory <folder>"


@dataclass
class HostImport:
    """The result of an importer.

    Attributes:
        findings: the settings and gaps.
        home: the program's folder.
        stack: the stack's name.
        files: the rule files to write in ``home``: name to text.
        variables: the variables of the build.
        guesses: sentences about values that no file of the host has.
    """

    findings: Findings
    home: Path
    stack: str
    files: dict[str, str] = field(default_factory=dict)
    variables: dict[str, str] = field(default_factory=dict)
    guesses: list[str] = field(default_factory=list)

    def add_directory(self, folder: Path, source: str) -> None:
        """Add `publish:directory`."""
        self.findings.add_setting("publish:directory", relative(folder, self.home), source)

    def add_command(self, command: str, folder: Path, source: str) -> None:
        """Add `publish:buildCommand`, which runs in a folder. One of several lines is a script."""
        text = command.strip()
        place = relative(folder, self.home)
        if place != ".":
            text = f"cd {shlex.quote(place)}{chr(10) if chr(10) in text else ' && '}{text}"
        self.findings.add_setting("publish:buildCommand", text, source)

    def add_rules(self, rules: HostRules, file: str) -> None:
        """Add the rule files."""
        if rules.redirects:
            lines = ",\n  ".join(json.dumps(rule, ensure_ascii=False) for rule in rules.redirects)
            self._add_file("website:redirectsFile", f"redirects.{self.stack}.json", f"[\n  {lines}\n]\n", file)
        self.add_headers(rules, file)

    def add_redirect_lines(self, lines: list[str], file: str) -> None:
        """Add a file of redirects in Netlify's syntax."""
        if lines:
            self._add_file("website:redirectsFile", f"redirects.{self.stack}.txt", "\n".join([*lines, ""]), file)

    def add_headers(self, rules: HostRules, file: str) -> None:
        """Add the file of headers."""
        if rules.headers:
            self._add_file("website:headersFile", f"headers.{self.stack}.txt", headers_text(rules.headers), file)

    def _add_file(self, key: str, name: str, text: str, source: str) -> None:
        self.files[name] = text
        self.findings.add_setting(key, name, source)

    def add_unknown_keys(self, prefix: str, values: Mapping[str, object], reasons: Mapping[str, str]) -> None:
        """Add a gap for each key without a counterpart; an empty reason is for keys that are handled elsewhere."""
        for key in values:
            reason = reasons.get(key, "this program has no setting for it")
            if reason:
                self.findings.add_gap(f"{prefix}{key}", reason)


def relative(target: Path, base: Path) -> str:
    """Return a path as seen from a folder, with slashes."""
    return os.path.relpath(target.resolve(), base.resolve()).replace(os.sep, "/")


def build_folder(root: Path, folder: Path) -> Path:
    """Return the folder that builds ``folder``: the nearest one around it with a package.json, else ``root``."""
    around = [parent for parent in folder.parents if parent == root or root in parent.parents]
    return next((parent for parent in around if (parent / "package.json").is_file()), root)
