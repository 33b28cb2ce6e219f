"""Where rules are written: `website:redirects`, `redirects.json` as Amplify has it, `_redirects` as Netlify has it."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

from hosting.errors import EdgeError
from hosting.formats.redirects import amplify, netlify
from hosting.formats.redirects.rules import RuleError
from hosting.formats.redirects.syntax import rule_of
from hosting.formats.redirects.table import RuleTable, table_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path

    from hosting.formats.redirects.rules import Fallback, Ignored, Rule
    from hosting.formats.redirects.syntax import Written

__all__ = ["AMPLIFY_FILE", "NETLIFY_FILE", "RuleTable", "amplify_table", "is_published", "read_rules", "rules_refused"]

AMPLIFY_FILE = "redirects.json"
NETLIFY_FILE = "_redirects"
SETTING = "website:redirects"
# A backslash that JSON has no escape for: Amplify's own examples have `\\.` in them.
_ESCAPE = re.compile(r'\\(["\\/bfnrtu])?')
_BLANK = re.compile(r"[\s,]*")
_COMMENT = re.compile(r"(^|\s)#.*")


class _Place(NamedTuple):
    name: str
    items: Iterable[tuple[str, Any]]
    read: Callable[[str, Any], Written]


def read_rules(setting: Iterable[Mapping[str, object]], folder: Path) -> RuleTable:
    """Return the rules of the setting, or of the file in the distribution folder.

    Raises:
        EdgeError: there are invalid rules, with each of them and its line; or rules are in more than one place.
    """
    places = list(_places(list(setting), folder))
    if len(places) > 1:
        names = " and in ".join(place.name for place in places)
        raise EdgeError(
            f"Redirects are in {names}; nothing was touched: keep them in one place: remove a file, or "
            "pulumi config rm website:redirects"
        )
    table = _table(places[0]) if places else RuleTable()
    if is_published(folder):
        note = f"{AMPLIFY_FILE} is published as a file: it is not a list, so it holds no redirects for Amplify Hosting"
        table = replace(table, warnings=(*table.warnings, note))
    return table


def is_published(folder: Path) -> bool:
    """Whether `redirects.json` is a file of the site, as jekyll-redirect-from writes one: rules are a list."""
    file = folder / AMPLIFY_FILE
    try:
        return file.is_file() and not isinstance(_parsed(_text(file)), list)
    except EdgeError:
        return False


def _places(setting: list[Mapping[str, object]], folder: Path) -> Iterator[_Place]:
    if setting:
        items = ((f"'{SETTING}[{index}]'", rule) for index, rule in enumerate(setting))
        yield _Place(SETTING, items, amplify.read_rule)
    if (folder / AMPLIFY_FILE).is_file() and not is_published(folder):
        yield _Place(AMPLIFY_FILE, _elements(_text(folder / AMPLIFY_FILE)), amplify.read_rule)
    if (folder / NETLIFY_FILE).is_file():
        yield _Place(NETLIFY_FILE, _lines(_text(folder / NETLIFY_FILE)), netlify.read_line)


def amplify_table(rules: Iterable[tuple[str, Mapping[str, object]]]) -> RuleTable:
    """Return rules as Amplify writes them, each after its place.

    Raises:
        RuleError: one is invalid, or the edge can't do it.
    """
    return table_of(SETTING, [rule_of(amplify.read_rule(where, rule)) for where, rule in rules])


def _table(place: _Place) -> RuleTable:
    rules: list[Rule | Fallback | Ignored] = []
    notes: list[str] = []
    problems = []
    for where, item in place.items:
        try:
            written = place.read(where, item)
            rules.append(rule_of(written))
            notes += [f"{where} {note}" for note in written.notes]
        except RuleError as error:
            problems.append(f"{where} {error}")
    if problems:
        raise rules_refused(place.name, problems)
    return table_of(place.name, rules, notes)


def rules_refused(name: str, problems: Iterable[str]) -> EdgeError:
    """Return the error of invalid rules."""
    lines = "".join(f"\n  - {problem}" for problem in problems)
    return EdgeError(f"The redirects in {name} are invalid; nothing was touched:{lines}")


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise EdgeError(f"{file.name} can't be read ({error}); nothing was touched: fix it, or remove it") from error


def _parsed(text: str) -> object:
    try:
        return json.loads(_with_escapes(text))
    except (ValueError, RecursionError) as error:
        raise EdgeError(f"{AMPLIFY_FILE} is not JSON ({error}); nothing was touched: fix it") from error


def _with_escapes(text: str) -> str:
    return _ESCAPE.sub(lambda found: found[0] if found[1] else r"\\", text)


def _elements(text: str) -> Iterator[tuple[str, Any]]:
    """Yield each element of a JSON list with the line that it begins on."""
    _parsed(text)
    text = _with_escapes(text)
    decoder = json.JSONDecoder()
    line, counted = 1, 0
    position = _after_blank(text, text.index("[") + 1)
    while text[position] != "]":
        line, counted = line + text.count("\n", counted, position), position
        value, end = decoder.raw_decode(text, position)
        yield f"line {line} of {AMPLIFY_FILE}", value
        position = _after_blank(text, end)


def _after_blank(text: str, start: int) -> int:
    found = _BLANK.match(text, start)
    return found.end() if found else start


def _lines(text: str) -> Iterator[tuple[str, list[str]]]:
    for number, line in enumerate(text.splitlines(), 1):
        words = _COMMENT.sub("", line).split()
        if words:
            yield f"line {number} of {NETLIFY_FILE}", words
