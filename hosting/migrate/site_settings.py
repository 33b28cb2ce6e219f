"""What the importers of all hosts add in the same way: the folder, the build, the rule files and the variables."""

from __future__ import annotations

import json
import os.path
import shlex
import textwrap
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hosting.formats.redirects import amplify, netlify
from hosting.migrate.accepted_rules import accepted_rules
from hosting.migrate.host_rules import HostRules, headers_text
from hosting.migrate.package_commands import with_packages
from hosting.migrate.published_root import root_patterns

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from pathlib import Path

    from hosting.migrate.findings import Findings

_REDIRECTS, _HEADERS = "website:redirectsFile", "website:headersFile"
_LARGEST_FOLDER = 10_000
_IGNORE = "publish:ignore"
_IN_ITS_OWN_FOLDER = (
    "it is this program's folder, which must not be published: move the program into a folder of its own, such as "
    "infra, and run this again there"
)


@dataclass
class SiteSettings:
    """Adds the settings of a site to findings.

    Attributes:
        findings: the findings.
        home: the program's folder.
        root: the folder of the project that builds the site.
        stack: the stack's name, which is in the names of the rule files.
        pages: the files that will be published; None if a build writes them.
    """

    findings: Findings
    home: Path
    root: Path
    stack: str
    pages: Collection[str] | None = None

    def add_directory(self, folder: Path, source: str, *, is_built: bool) -> None:
        """Add `publish:directory`, and CloudFront, as every one of these hosts has a network in front of the files.

        The root of the project, or a folder that contains the program, gets patterns of what must not be published.
        """
        self.findings.add_setting("cloudfront:enabled", True, "the host's network")  # noqa: FBT003 - a value, not a flag
        self.pages = None if is_built else _files(folder)
        target, home = folder.resolve(), self.home.resolve()
        if target == home:
            self.findings.add_gap(f"{source} '{folder.name}'", _IN_ITS_OWN_FOLDER)
            return
        self.findings.add_setting("publish:directory", relative(folder, self.home), source)
        own = self.findings.values.get(_IGNORE, [])
        patterns, notes = root_patterns(folder, self.root, home, own)
        self.findings.notes += notes
        if patterns != own:
            self.findings.add_setting(_IGNORE, patterns, "files that are not the site's")

    def add_command(self, command: str, folder: Path, source: str) -> None:
        """Add `publish:buildCommand`, which runs in a folder. One of several lines is a script."""
        text = with_packages(textwrap.dedent(command).strip(), folder)
        place = relative(folder, self.home)
        if place != ".":
            text = f"cd {shlex.quote(place)}{chr(10) if chr(10) in text else ' && '}{text}"
        self.findings.add_setting("publish:buildCommand", text, source)

    def add_rules(self, rules: HostRules, source: str) -> None:
        """Add the files of redirects, in Amplify's form, and of headers."""
        kept = accepted_rules(rules.redirects, amplify.read_rule, self.findings, self.pages)
        if kept:
            lines = ",\n  ".join(json.dumps(rule, ensure_ascii=False) for rule in kept)
            self.findings.add_file(_REDIRECTS, f"redirects.{self.stack}.json", f"[\n  {lines}\n]\n", source)
            self._note_proxies((str(rule["target"]), str(rule["status"])) for rule in kept)
        self.add_headers(rules, source)

    def add_redirect_lines(self, lines: Sequence[str], source: str) -> None:
        """Add a file of redirects in Netlify's form."""
        words = accepted_rules([line.split() for line in lines], netlify.read_line, self.findings, self.pages)
        if words:
            text = "\n".join([*(" ".join(line) for line in words), ""])
            self.findings.add_file(_REDIRECTS, f"redirects.{self.stack}.txt", text, source)
            # With `force`, a proxy hid files at Netlify too.
            self._note_proxies((word, "200") for line in words if "200" in line for word in line[1:])

    def _note_proxies(self, targets: Iterable[tuple[str, str]]) -> None:
        if any(status == "200" and target.startswith("https://") for target, status in targets):
            self.findings.notes.append(
                "A proxy answers for all its paths, also those of files. The preview names each file that one hides."
            )

    def add_headers(self, rules: HostRules, source: str) -> None:
        """Add the file of headers."""
        if rules.headers:
            self.findings.add_file(_HEADERS, f"headers.{self.stack}.txt", headers_text(rules.headers), source)

    def printed_by(self, parser: str, file: Path, *keys: str) -> str:
        """Return a command that prints a value of a JSON or TOML file; ``parser`` is `json` or `tomllib`."""
        keys_text = "".join(f"[{json.dumps(key)}]" for key in keys)
        code = f"import {parser}; print({parser}.load(open({json.dumps(relative(file, self.home))}, 'rb')){keys_text})"
        return shlex.join(["python", "-c", code])


def _files(folder: Path) -> list[str] | None:
    """Return the files of a folder; None if it does not exist, or has very many."""
    if not folder.is_dir():
        return None
    found: list[str] = []
    for parent, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if name not in ("node_modules", ".git")]
        found += [os.path.relpath(os.path.join(parent, name), folder).replace(os.sep, "/") for name in names]  # noqa: PTH118 - os.walk has texts
        if len(found) > _LARGEST_FOLDER:
            return None
    return found


def relative(target: Path, base: Path) -> str:
    """Return a path as seen from a folder, with slashes."""
    return os.path.relpath(target.resolve(), base.resolve()).replace(os.sep, "/")


def build_folder(root: Path, folder: Path) -> Path:
    """Return the folder that builds ``folder``: the nearest one around it with a package.json, else ``root``."""
    around = [parent for parent in folder.parents if parent == root or root in parent.parents]
    return next((parent for parent in around if (parent / "package.json").is_file()), root)
