"""Reports the lines of a project's `_redirects` and `_headers` that this program refuses, or that lead nowhere.

The build copies both files to the published folder, where this program reads them. The importer does not change them.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from hosting.errors import EdgeError
from hosting.formats.headers.files import read_headers
from hosting.formats.redirects.conversion import convert_rule
from hosting.formats.redirects.netlify import read_line
from hosting.formats.redirects.rules import RuleError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from hosting.migrate.findings import Findings

_REDIRECTS, _HEADERS = "_redirects", "_headers"
# Folders that generators copy to the published one.
_STATIC = (".", "public", "static", "src", "assets", "docs/public", "docs/static")
_COMMENT = re.compile(r"(^|\s)#.*")
_AT_NETLIFY = "/.netlify/"


def report_rule_files(base: Path, folder: Path, findings: Findings) -> None:
    """Add a gap for each line that has to change."""
    for file, name in rule_files(base, folder, _STATIC):
        problems = _redirect_problems(file) if file.name == _REDIRECTS else _header_problems(file.parent)
        for where, problem in problems:
            findings.add_gap(f"{name}{where}", f"{problem}: change the file, or the preview refuses it")
        findings.notes.append(f"{name} stays as it is: it is read from the published folder.")


def rule_files(base: Path, folder: Path, copied: Sequence[str]) -> Iterator[tuple[Path, Path]]:
    """Yield the rule files of the published ``folder`` and of the ``copied`` ones, with their names below ``base``."""
    for place in dict.fromkeys([folder, *(base / name for name in copied)]):
        for file in (place / _REDIRECTS, place / _HEADERS):
            if file.is_file():
                yield file, file.relative_to(base) if base in file.parents else file


def _redirect_problems(file: Path) -> Iterator[tuple[str, str]]:
    for number, line in enumerate(file.read_text(encoding="utf-8-sig", errors="replace").splitlines(), 1):
        words = _COMMENT.sub("", line).split()
        if any(word.startswith(_AT_NETLIFY) for word in words):
            yield f" line {number}", "leads to Netlify's functions, which stay there"
        elif words:
            try:
                convert_rule(read_line("", words))
            except RuleError as error:
                yield f" line {number}", str(error)


def _header_problems(folder: Path) -> Iterator[tuple[str, str]]:
    try:
        read_headers(folder)
    except EdgeError as error:
        for line in str(error).splitlines()[1:] or [str(error)]:
            yield "", line.strip().removeprefix("- ")
