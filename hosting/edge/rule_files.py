"""The rules of a stack, from its settings and from the files in its distribution folder."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from hosting.errors import EdgeError
from hosting.formats.headers.files import HeaderRules, read_headers
from hosting.formats.redirects.files import AMPLIFY_FILE, read_redirects
from hosting.formats.redirects.rule_set import RedirectRules
from hosting.formats.rule_file import NamedFile

if TYPE_CHECKING:
    from hosting.config.load import Settings

# Tests of the rules, beside Pulumi.yaml.
EDGE_TESTS = "edge.test.yaml"
RULE_FILES = ("redirects.json", "_redirects", "customHttp.yml", "_headers")


@dataclass(frozen=True)
class Rules:
    """The rules of a stack.

    Attributes:
        redirects: redirects, rewrites and proxies.
        headers: response headers.
    """

    redirects: RedirectRules
    headers: HeaderRules


def read_rule_files(settings: Settings, folder: Path, project: Path | None = None) -> Rules:
    """Return the rules of the settings, of the files in the distribution ``folder``, and of the named files.

    Args:
        settings: the stack's settings.
        folder: the distribution folder.
        project: the folder of Pulumi.yaml, which the named files are relative to; by default the working directory.

    Raises:
        EdgeError: rules are invalid; the message has the problems of all files.
    """
    website = settings.website
    named = partial(_named_file, project or Path())
    problems = []
    redirects, headers = RedirectRules(), HeaderRules()
    try:
        file = named("redirectsFile", website.redirects_file)
        redirects = read_redirects([rule.model_dump() for rule in website.redirects], folder, file)
    except EdgeError as error:
        problems.append(str(error))
    try:
        headers = read_headers(folder, named("headersFile", website.headers_file), website.app_root)
    except EdgeError as error:
        problems.append(str(error))
    if problems:
        raise EdgeError("\n".join(problems))
    return Rules(redirects, headers)


def _named_file(project: Path, setting: str, name: str | None) -> NamedFile | None:
    """Return the file that a setting names; None without one.

    Raises:
        EdgeError: it is not a file.
    """
    if name is None:
        return None
    if not (project / name).is_file():
        raise EdgeError(
            f"'website:{setting}' names '{name}', which is not a file; nothing was deployed: "
            f"pulumi config set website:{setting} '<file>'"
        )
    return NamedFile(name, project / name)


def unpublished_files(rules: Rules) -> list[str]:
    """Return the names of the files in the distribution folder that are not published, whatever the patterns say."""
    return [
        EDGE_TESTS,
        *(name for name in RULE_FILES if name != AMPLIFY_FILE or not rules.redirects.publishes_amplify_file),
    ]
