"""Where rules are written: `website:redirects`, `redirects.json` as Amplify has it, `_redirects` as Netlify has it."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from itertools import chain
from typing import TYPE_CHECKING, Any, NamedTuple

from hosting.errors import EdgeError
from hosting.section import PLACEHOLDER
from hosting.website.redirects.proxies import leads_to_a_server, proxies_in
from hosting.website.redirects.rules import Fallback, Rule, RuleError, Taken
from hosting.website.redirects.syntax import (
    Written,
    amplify_template,
    netlify_target,
    netlify_template,
    rule_of,
    split_query,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from hosting.website.redirects.proxies import Proxy
    from hosting.website.redirects.rules import Template

AMPLIFY_FILE = "redirects.json"
NETLIFY_FILE = "_redirects"
SETTING = "website:redirects"
_KEYS = {"source", "target", "status", "condition"}
_CONDITION = re.compile(r"<([A-Za-z]{2})>|([A-Za-z]{2})")
_STATUS = re.compile(r"(\d{3})(!?)")
_PAIR = re.compile(r"([^=/:]+)=(.*)")
_NETLIFY_DEFAULT = "301"


@dataclass(frozen=True)
class RuleTable:
    """The rules of a site, in their order.

    Attributes:
        rules: that the edge runs.
        fallbacks: for what is missing.
        name: where they were written, for people; empty if nowhere.
    """

    rules: tuple[Rule, ...] = ()
    fallbacks: tuple[Fallback, ...] = ()
    name: str = ""

    @property
    def proxies(self) -> tuple[Proxy, ...]:
        """Those of the rules whose paths another server answers."""
        return proxies_in(self.rules)


class _Place(NamedTuple):
    name: str
    items: Iterable[tuple[str, Any]]
    read: Callable[[str, Any], Written]


def read_rules(setting: Iterable[Mapping[str, object]], folder: Path) -> RuleTable:
    """Return the rules of the setting, or of the file in the distribution folder.

    Raises:
        EdgeError: rules do not hold, with every one of them and its line; or there is more than one place of them.
    """
    places = list(_places(list(setting), folder))
    if len(places) > 1:
        names = " and in ".join(place.name for place in places)
        raise EdgeError(
            f"Redirects are in {names}; nothing was touched: keep them in one place: remove a file, or "
            "pulumi config rm website:redirects"
        )
    return _table(places[0]) if places else RuleTable()


def _places(setting: list[Mapping[str, object]], folder: Path) -> Iterator[_Place]:
    if setting:
        yield _Place(SETTING, ((f"'{SETTING}[{index}]'", rule) for index, rule in enumerate(setting)), _amplify)
    if (folder / AMPLIFY_FILE).is_file():
        yield _Place(AMPLIFY_FILE, _elements(_text(folder / AMPLIFY_FILE)), _amplify)
    if (folder / NETLIFY_FILE).is_file():
        yield _Place(NETLIFY_FILE, _lines(_text(folder / NETLIFY_FILE)), _netlify)


def amplify_table(rules: Iterable[tuple[str, Mapping[str, object]]]) -> RuleTable:
    """Return rules as Amplify writes them, each after where it stands.

    Raises:
        RuleError: one is none, or none that the edge can do.
    """
    return _sorted(SETTING, [rule_of(_amplify(where, rule)) for where, rule in rules])


def _table(place: _Place) -> RuleTable:
    rules: list[Rule | Fallback] = []
    problems = []
    for where, item in place.items:
        try:
            rules.append(rule_of(place.read(where, item)))
        except RuleError as error:
            problems.append(f"{where} {error}")
    if problems:
        raise rules_refused(place.name, problems)
    return _sorted(place.name, rules)


def _sorted(name: str, rules: Sequence[Rule | Fallback]) -> RuleTable:
    plain = tuple(rule for rule in rules if isinstance(rule, Rule))
    return RuleTable(plain, tuple(rule for rule in rules if isinstance(rule, Fallback)), name)


def rules_refused(name: str, problems: Iterable[str]) -> EdgeError:
    """Return the error of rules that do not hold."""
    lines = "".join(f"\n  - {problem}" for problem in problems)
    return EdgeError(f"The redirects in {name} do not hold; nothing was touched:{lines}")


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise EdgeError(f"{file.name} can't be read ({error}); nothing was touched: mend it, or remove it") from error


def _elements(text: str) -> Iterator[tuple[str, Any]]:
    """Yield each element of a JSON list with the line that it begins on."""
    try:
        if not isinstance(json.loads(text), list):
            raise EdgeError(
                f"{AMPLIFY_FILE} is no list of rules; nothing was touched: write it as Amplify does, or rename it"
            )
    except ValueError as error:
        raise EdgeError(f"{AMPLIFY_FILE} is no JSON ({error}); nothing was touched: mend it") from error
    blank = re.compile(r"[\s,]*")
    decoder = json.JSONDecoder()
    position = _end(blank, text, text.index("[") + 1)
    while text[position] != "]":
        value, end = decoder.raw_decode(text, position)
        yield f"line {text.count(chr(10), 0, position) + 1} of {AMPLIFY_FILE}", value
        position = _end(blank, text, end)


def _end(pattern: re.Pattern[str], text: str, start: int) -> int:
    found = pattern.match(text, start)
    return found.end() if found else start


def _amplify(where: str, rule: Any) -> Written:  # noqa: ANN401 - whatever JSON holds
    if not isinstance(rule, dict) or not {"source", "target"} <= set(rule) <= _KEYS:
        raise RuleError("is no rule: it has 'source' and 'target', and may have 'status' and 'condition'")
    source, target, status = rule["source"], rule["target"], str(rule.get("status") or "302")
    if not (isinstance(source, str) and source and isinstance(target, str) and target):
        raise RuleError("has a source or a target that is no text")
    path, query = ("", ()) if source.startswith("</") else split_query(source)
    parts = amplify_template(path or source)
    wanted = amplify_template(target)
    if re.fullmatch(r"(?i)https?://[^/]+/?", path):
        # Amplify goes on to the same path: https://docs.aws.amazon.com/amplify/latest/userguide/redirect-rewrite-examples.html
        parts = (f"{path.rstrip('/')}/", Taken("*"))
        if re.fullmatch(r"[^?#<]+", target):
            wanted = (*amplify_template(target.rstrip("/") + "/"), Taken("*"))
    return Written(where, parts, wanted, status, query, _amplify_countries(rule.get("condition")))


def _amplify_countries(condition: object) -> tuple[str, ...]:
    if condition in (None, ""):
        return ()
    found = _CONDITION.fullmatch(condition.strip()) if isinstance(condition, str) else None
    if found is None:
        raise RuleError(f"has the condition '{condition}', which is no country such as <US>", condition=PLACEHOLDER)
    return (found[1] or found[2],)


def _lines(text: str) -> Iterator[tuple[str, list[str]]]:
    for number, line in enumerate(text.splitlines(), 1):
        words = re.sub(r"(^|\s)#.*", "", line).split()
        if words:
            yield f"line {number} of {NETLIFY_FILE}", words


def _netlify(where: str, words: list[str]) -> Written:
    source, query, target, rest = _fields(words)
    status, forced = _NETLIFY_DEFAULT, False
    if rest and (found := _STATUS.fullmatch(rest[0])):
        status, forced = found[1], bool(found[2])
        rest.pop(0)
    taken = [part.name for part in (*source, *chain.from_iterable(query.values())) if isinstance(part, Taken)]
    rule = Written(
        where=where,
        source=source,
        target=netlify_target(target, {"splat" if name == "*" else name for name in taken}),
        status=status,
        query=tuple(query.items()),
        countries=_netlify_countries(rest),
        either_slash=True,
    )
    return _shadowed(rule, forced=forced)


def _fields(words: list[str]) -> tuple[Template, dict[str, Template], str, list[str]]:
    """Return a line's source, its conditions on the query, its target, and what comes after that."""
    source, *rest = words
    query = {}
    while rest and (pair := _PAIR.fullmatch(rest[0])):
        query[pair[1]] = netlify_template(pair[2])
        rest.pop(0)
    if not rest:
        raise RuleError("has no target: it is 'from to [status]'")
    return netlify_template(source), query, rest[0], rest[1:]


def _shadowed(rule: Written, *, forced: bool) -> Written:
    """Return the rule, with files before it if it is one page for many paths: `/* /index.html 200` is for no script."""
    if leads_to_a_server("".join(part for part in rule.target if isinstance(part, str))):
        return rule
    constant = not any(isinstance(part, Taken) for part in rule.target)
    many = any(isinstance(part, Taken) for part in rule.source)
    if forced or not (rule.status == "200" and constant and many):
        return rule
    if rule.source == ("/", Taken("*")) and not rule.query and not rule.countries:
        return Written(rule.where, rule.source, rule.target, "404-200")
    return replace(rule, not_for_files=True)


def _netlify_countries(conditions: list[str]) -> tuple[str, ...]:
    countries: list[str] = []
    for condition in conditions:
        name, _, value = condition.partition("=")
        if name.lower() != "country" or not value:
            raise RuleError(f"has '{condition}', which is not supported: a status, or Country=de,fr")
        countries += value.split(",")
    return tuple(countries)
