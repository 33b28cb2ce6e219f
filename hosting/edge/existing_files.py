"""Rules without ``force`` do not apply to paths of published files. Which paths these are is known before the publish.

So the function at the edge needs no list of all files: each such rule has a list of the files that it matches. Most
rules match none, as they are for pages that have moved.
"""

from __future__ import annotations

import posixpath
from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

from hosting.edge.redirects import is_long_list
from hosting.formats.paths import key_path
from hosting.formats.redirects.proxies import Proxy

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from hosting.formats.redirects.rule_set import RedirectRules
    from hosting.formats.redirects.rules import Rule

_PAGE = ".html"


def with_existing_files(redirects: RedirectRules, keys: Collection[str], index_document: str) -> RedirectRules:
    """Return the rules, each without ``force`` with the paths of files that it leaves alone.

    A rule for a single path that is a file is left out, with a warning.
    """
    if all(rule.force or isinstance(rule, Proxy) for rule in redirects.rules):
        return redirects
    paths = _FilePaths(keys, index_document)
    rules: list[Rule] = []
    warnings: list[str] = []
    for rule in redirects.rules:
        found = [] if rule.force or isinstance(rule, Proxy) else paths.matched_by(rule)
        if found and rule.is_literal and rule.is_unconditional:
            warnings.append(f"{rule.where} has no effect: '{rule.literal}' is a file, which comes first; {_how(rule)}")
            continue
        files = _listed(found) if found else ()
        warnings += [_not_below(rule, folder) for folder in files if folder.endswith("/")]
        rules.append(replace(rule, files=files))
    return replace(redirects, rules=tuple(rules), warnings=(*redirects.warnings, *warnings))


def _how(rule: Rule) -> str:
    """Return how a rule is written that applies to files, too."""
    form = f"'{rule.status}!'" if rule.ignores_trailing_slash else '"force": true'
    return f"write {form} for the rule to come first"


def _not_below(rule: Rule, folder: str) -> str:
    return f"{rule.where} does not apply below '{folder}', which has too many files to list; {_how(rule)}"


class _FilePaths:
    """The paths of all files, and of their pages without an extension or the index document's name."""

    def __init__(self, keys: Iterable[str], index_document: str) -> None:
        self._all = {path for key in keys for path in _paths(key, index_document)}
        self._by_folder: dict[str, list[str]] = defaultdict(list)
        for path in sorted(self._all):
            self._by_folder[path[1:].partition("/")[0]].append(path)

    def matched_by(self, rule: Rule) -> list[str]:
        """Return the paths that a rule matches, without those to which it never applies."""
        if rule.is_literal:
            return [rule.literal] if rule.literal.removesuffix("/") in self._all else []
        paths = self._by_folder.get(rule.first_folder, ()) if rule.first_folder else sorted(self._all)
        matched = (path for path in paths if rule.match(path) or rule.match(f"{path}/"))
        return [path for path in matched if not (rule.not_for_files and "." in path.rpartition("/")[2])]


def _paths(key: str, index_document: str) -> Iterator[str]:
    path = key_path(key)
    yield path
    if key == index_document or key.endswith(f"/{index_document}"):
        yield path.removesuffix(key_path(index_document))
    elif key.endswith(_PAGE):
        yield path.removesuffix(_PAGE)


def _listed(paths: list[str]) -> tuple[str, ...]:
    """Return the paths; if they are many, folders in place of their files, largest first.

    No folder stands for all of them. Without folders for enough files, each path is listed, and is an entry of its own
    at the edge.
    """
    listed = set(paths)
    scope = posixpath.join(posixpath.commonpath([f"{path}/" for path in paths]), "")
    while is_long_list(listed):
        folders: dict[str, set[str]] = defaultdict(set)
        for path in listed:
            folder = _folder(path.removesuffix("/"))
            if len(folder) > len(scope):
                folders[folder].add(path)
        if not folders:
            return tuple(sorted(paths))
        largest = max(folders, key=lambda folder: (_size(folders[folder]) - len(folder), folder))
        listed = {path for path in listed if not path.startswith(largest)} | {largest}
    return tuple(sorted(listed))


def _folder(path: str) -> str:
    return path.rpartition("/")[0] + "/"


def _size(paths: Collection[str]) -> int:
    return sum(map(len, paths))
