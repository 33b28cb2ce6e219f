"""Reads redirect rules: from `website:redirects`, from Amplify's `redirects.json`, or from Netlify's `_redirects`."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

from hosting.errors import EdgeError
from hosting.formats.redirects import amplify, netlify
from hosting.formats.redirects.conversion import convert_rule
from hosting.formats.redirects.rule_set import RedirectRules, redirect_rules
from hosting.formats.redirects.rules import RuleError
from hosting.formats.rule_file import read_rule_file

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from hosting.formats.redirects.rules import FallbackRule, IgnoredRule, Rule
    from hosting.formats.redirects.syntax import ParsedRule
    from hosting.formats.rule_file import NamedFile

__all__ = ["AMPLIFY_FILE", "NETLIFY_FILE", "check_amplify_rule", "is_published", "read_redirects", "redirects_error"]

AMPLIFY_FILE = "redirects.json"
NETLIFY_FILE = "_redirects"
SETTING = "website:redirects"
# A backslash that is not a JSON escape: Amplify's own examples have `\\.`.
_ESCAPE = re.compile(r'\\(["\\/bfnrtu])?')
_BLANK = re.compile(r"[\s,]*")
_COMMENT = re.compile(r"(^|\s)#.*")


class _RuleSource(NamedTuple):
    """The setting or a file: its name, its rules with their places, and the function that parses a rule."""

    name: str
    items: Iterable[tuple[str, Any]]
    parse: Callable[[str, Any], ParsedRule]


def read_redirects(
    setting: Iterable[Mapping[str, object]], folder: Path, named: NamedFile | None = None
) -> RedirectRules:
    """Return the rules of the setting, then of the file in the distribution folder, then of the named file.

    Raises:
        EdgeError: rules are invalid, each with its line; or the folder has both files.
    """
    publishes_amplify_file = is_published(folder)
    in_folder = list(_folder_sources(folder, has_amplify_file=not publishes_amplify_file))
    if len(in_folder) > 1:
        raise EdgeError(
            f"Redirects are in {AMPLIFY_FILE} and in {NETLIFY_FILE}; nothing was deployed: remove one of them, or name "
            "it outside of the distribution folder: pulumi config set website:redirectsFile <file>"
        )
    rules = _converted([*_setting_source(list(setting)), *in_folder, *_named_source(named)])
    if not publishes_amplify_file:
        return rules
    warning = f"{AMPLIFY_FILE} is published as a file: it is not a list, so it has no redirects for Amplify Hosting"
    return replace(rules, warnings=(*rules.warnings, warning), publishes_amplify_file=True)


def is_published(folder: Path) -> bool:
    """Whether `redirects.json` is not a list of rules but a file of the site, as jekyll-redirect-from writes one."""
    file = folder / AMPLIFY_FILE
    try:
        return file.is_file() and not isinstance(_parsed_json(AMPLIFY_FILE, read_rule_file(file)), list)
    except EdgeError:
        return False


def _setting_source(setting: list[Mapping[str, object]]) -> Iterator[_RuleSource]:
    if setting:
        items = ((f"'{SETTING}[{index}]'", rule) for index, rule in enumerate(setting))
        yield _RuleSource(SETTING, items, amplify.read_rule)


def _folder_sources(folder: Path, *, has_amplify_file: bool) -> Iterator[_RuleSource]:
    if has_amplify_file and (folder / AMPLIFY_FILE).is_file():
        yield _amplify_source(AMPLIFY_FILE, folder / AMPLIFY_FILE)
    if (folder / NETLIFY_FILE).is_file():
        yield _netlify_source(NETLIFY_FILE, folder / NETLIFY_FILE)


def _named_source(named: NamedFile | None) -> Iterator[_RuleSource]:
    """Yield the rules of the file that `website:redirectsFile` names. A JSON file has Amplify's syntax."""
    if named is not None:
        is_amplify = named.path.suffix.lower() == ".json"
        yield (_amplify_source if is_amplify else _netlify_source)(named.name, named.path)


def _amplify_source(name: str, file: Path) -> _RuleSource:
    text = read_rule_file(file)
    if not isinstance(_parsed_json(name, text), list):
        raise EdgeError(f'{name} is not a list of rules; nothing was deployed: write [{{"source": ..., ...}}]')
    return _RuleSource(name, _elements(name, text), amplify.read_rule)


def _netlify_source(name: str, file: Path) -> _RuleSource:
    return _RuleSource(name, _lines(name, read_rule_file(file)), netlify.read_line)


def check_amplify_rule(rule: Mapping[str, object]) -> None:
    """Check a rule in Amplify's syntax.

    Raises:
        RuleError: the rule is invalid, or the edge does not support it.
    """
    convert_rule(amplify.read_rule("", rule))


def _converted(sources: Sequence[_RuleSource]) -> RedirectRules:
    rules: list[Rule | FallbackRule | IgnoredRule] = []
    notes: list[str] = []
    problems = []
    for source in sources:
        for where, item in source.items:
            try:
                parsed = source.parse(where, item)
                rules.append(convert_rule(parsed))
                notes += [f"{where} {note}" for note in parsed.notes]
            except RuleError as error:
                problems.append(f"{where} {error}")
    name = " and in ".join(source.name for source in sources)
    if problems:
        raise redirects_error(name, problems)
    return redirect_rules(name, rules, notes)


def redirects_error(name: str, problems: Iterable[str]) -> EdgeError:
    """Return the error for invalid rules."""
    lines = "".join(f"\n  - {problem}" for problem in problems)
    return EdgeError(f"The redirects in {name} are invalid; nothing was deployed:{lines}")


def _parsed_json(name: str, text: str) -> object:
    try:
        return json.loads(_with_valid_escapes(text))
    except (ValueError, RecursionError) as error:
        raise EdgeError(f"{name} is not valid JSON ({error}); nothing was deployed: fix it") from error


def _with_valid_escapes(text: str) -> str:
    return _ESCAPE.sub(lambda found: found[0] if found[1] else r"\\", text)


def _elements(name: str, text: str) -> Iterator[tuple[str, Any]]:
    """Yield each element of a JSON list, after the line on which it begins."""
    text = _with_valid_escapes(text)
    decoder = json.JSONDecoder()
    line, counted = 1, 0
    position = _after_blank(text, text.index("[") + 1)
    while text[position] != "]":
        line, counted = line + text.count("\n", counted, position), position
        value, end = decoder.raw_decode(text, position)
        yield f"line {line} of {name}", value
        position = _after_blank(text, end)


def _after_blank(text: str, start: int) -> int:
    found = _BLANK.match(text, start)
    return found.end() if found else start


def _lines(name: str, text: str) -> Iterator[tuple[str, list[str]]]:
    for number, line in enumerate(text.splitlines(), 1):
        words = _COMMENT.sub("", line).split()
        if words:
            yield f"line {number} of {name}", words
