"""The rules of a stack: those of its settings, and those of the files in its distribution folder. Read once per run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hosting.errors import EdgeError
from hosting.formats.headers.files import Headers, read_headers
from hosting.formats.redirects.files import AMPLIFY_FILE, is_published, read_rules
from hosting.formats.redirects.table import RuleTable

if TYPE_CHECKING:
    from pathlib import Path

    from hosting.config.load import Settings

RULE_FILES = ("redirects.json", "_redirects", "customHttp.yml", "_headers")


@dataclass(frozen=True)
class Rules:
    """The rules of a stack.

    Attributes:
        redirects: redirects, rewrites and proxies.
        headers: headers of responses.
    """

    redirects: RuleTable
    headers: Headers


def read_rule_files(settings: Settings, folder: Path) -> Rules:
    """Return the rules of the settings and of the files in the distribution ``folder``.

    Raises:
        EdgeError: rules are invalid, with the problems of all files.
    """
    problems = []
    redirects, headers = RuleTable(), Headers()
    try:
        redirects = read_rules([rule.model_dump() for rule in settings.website.redirects], folder)
    except EdgeError as error:
        problems.append(str(error))
    try:
        headers = read_headers(folder)
    except EdgeError as error:
        problems.append(str(error))
    if problems:
        raise EdgeError("\n".join(problems))
    return Rules(redirects, headers)


def unpublished_files(folder: Path) -> list[str]:
    """Return the names of the rule files in the distribution ``folder``, which are read and not published."""
    return [name for name in RULE_FILES if name != AMPLIFY_FILE or not is_published(folder)]
