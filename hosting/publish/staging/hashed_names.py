"""Finds the published files with the hash of their content in their names: browsers may keep those for a year."""

from __future__ import annotations

import re
from collections import defaultdict
from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING

from hosting.publish.staging.generators import (
    ADDITIONS,
    EVERY_FILE,
    EVIDENT_CODE,
    EXCLUSIONS,
    FEWEST_EVIDENT,
    LIKELY_FILE,
    NAMING_RULES,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from hosting.publish.staging.generators import NamingRule


def hashed_names(paths: Iterable[str]) -> frozenset[str]:
    """Return those of a site's ``paths`` whose names have the hash of the content in them.

    For most files, the name is evidence enough. Some names could be words (``CDakota2``, ``DARKMODE``): whether they
    count depends on the other files in the folder.
    """
    bare = {path: text for path in paths if not _EXCLUDED.fullmatch(text := _without_additions(path))}
    hashed = {path for path, text in bare.items() if _CERTAIN.fullmatch(text)}
    # Except for ``certain`` patterns, no generator's hash has only small letters.
    ambiguous = {path: text for path, text in bare.items() if _CAPITAL_OR_DIGIT.search(text)}
    for alike in _ALIKE:
        hashed.update(_likely(alike, ambiguous))
    hashed.update(_in_hashed_folders(bare))
    return frozenset(hashed)


def _without_additions(path: str) -> str:
    """Return ``path`` with nothing between the hash and the extension, and nothing after that."""
    additions = _ADDITIONS.search(path, max(0, path.find(".", path.rfind("/"))))
    return path[: additions.start()] + additions[1] if additions else path


def _certain_paths() -> str:
    """Return the regular expression of all paths that are certain, whatever the other files are."""
    return "|".join(
        f"{above}(?:{'|'.join(f'{rule.folder}{rule.certain}' for rule in alike)})"
        for above, alike in groupby(NAMING_RULES, key=attrgetter("above"))
    )


def _with_likely(rule: NamingRule) -> re.Pattern[str]:
    return re.compile(f"(?P<folder>{rule.above}{rule.folder})(?:(?P<certain>{rule.certain})|{rule.likely})", re.ASCII)


_ADDITIONS = re.compile(rf"{ADDITIONS}\Z", re.ASCII)
_EXCLUDED = re.compile("|".join(one.pattern for one in EXCLUSIONS), re.ASCII | re.IGNORECASE)
_CERTAIN = re.compile(_certain_paths(), re.ASCII)
_CAPITAL_OR_DIGIT = re.compile(r"[A-Z\d]", re.ASCII)
_ALIKE = tuple(_with_likely(rule) for rule in NAMING_RULES if rule.likely)
_EVERY_FILE, _EVIDENT_CODE, _LIKELY_FILE = (
    re.compile(pattern, re.ASCII) for pattern in (EVERY_FILE, EVIDENT_CODE, LIKELY_FILE)
)


def _likely(alike: re.Pattern[str], bare: Mapping[str, str]) -> Iterator[str]:
    """Yield the ambiguous paths in folders with at least as many certain ones."""
    groups: defaultdict[str, tuple[list[str], list[str]]] = defaultdict(lambda: ([], []))
    for path, text in bare.items():
        if found := alike.fullmatch(text):
            groups[found["folder"]][found["certain"] is not None].append(path)
    for ambiguous, certain in groups.values():
        if len(certain) >= len(ambiguous):
            yield from ambiguous


def _in_hashed_folders(bare: Mapping[str, str]) -> Iterator[str]:
    """Yield the paths in folders where every name has the form of a hashed one, and some are evidently hashed."""
    folders: defaultdict[str, dict[str, str]] = defaultdict(dict)
    for path, text in bare.items():
        folder, _, name = text.rpartition("/")
        folders[folder][path] = name
    for names in folders.values():
        if all(map(_EVERY_FILE.fullmatch, names.values())):
            evident = sum(_EVIDENT_CODE.fullmatch(name) is not None for name in names.values())
            if evident >= FEWEST_EVIDENT:
                yield from (path for path, name in names.items() if _LIKELY_FILE.fullmatch(name))
