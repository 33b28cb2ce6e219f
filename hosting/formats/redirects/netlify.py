"""Rules as Netlify and Cloudflare write them: a line `/docs/* /documents/:splat 301`.

https://docs.netlify.com/manage/routing/redirects/redirect-options/
https://developers.cloudflare.com/pages/configuration/redirects/
"""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import accumulate, chain
from typing import TYPE_CHECKING

from hosting.formats.redirects.proxies import leads_to_a_server
from hosting.formats.redirects.rules import RuleError, Taken
from hosting.formats.redirects.syntax import EVERYTHING, Written, from_root, split_origin

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from hosting.formats.redirects.rules import Template

# A name has hyphens inside: `:post-slug` is one, `:year-:slug` are two.
_SOURCE = re.compile(r":([A-Za-z_]\w*(?:-\w+)*)|(\*)", re.ASCII)
# What looks like a placeholder of the target. In `/:b:/x` and `/wiki/Special:Search` a colon is a colon.
_PLACEHOLDER = re.compile(r"(?<!\w)(?::[A-Za-z_][\w-]*(?![\w:-])|\*)", re.ASCII)
_STATUS = re.compile(r"(\d{3})(!?)")
_PAIR = re.compile(r"([^=/:]+)=(.*)")
_DEFAULT = "301"
_FORWARD = "/*"


def read_line(where: str, words: Sequence[str]) -> Written:
    """Return the rule of a line.

    Raises:
        RuleError: it is not a rule.
    """
    source, *rest = words
    pairs, rest = _pairs(rest)
    target, rest = _target(source, rest)
    status = _STATUS.fullmatch(rest[0]) if rest else None
    origin, path = split_origin(source)
    parts = _template(path if origin[1] else from_root(path), target)
    query = tuple((name, _template(value, target)) for name, value in pairs.items())
    taken = [part.name for part in chain(parts, *(value for _, value in query)) if isinstance(part, Taken)]
    wanted = _target_template(target, taken)
    rule = Written(
        where=where,
        source=parts,
        target=wanted,
        status=status[1] if status else _DEFAULT,
        query=query,
        countries=_countries(rest[1:] if status else rest),
        either_slash=True,
        origin=origin,
        notes=tuple(_notes(source, parts, wanted)),
    )
    return _shadowed(rule, forced=bool(status and status[2]))


def _pairs(words: Sequence[str]) -> tuple[dict[str, str], list[str]]:
    """Return the conditions on the query, and the words after them."""
    pairs, rest = {}, [*words]
    while rest and (pair := _PAIR.fullmatch(rest[0])):
        pairs[pair[1]] = pair[2]
        rest.pop(0)
    return pairs, rest


def _target(source: str, words: list[str]) -> tuple[str, list[str]]:
    """Return the target, and the words after it. `/admin/* 200` has none: it is the same path."""
    if words and not _STATUS.fullmatch(words[0]):
        return words[0], words[1:]
    if words and words[0].startswith("2") and source.endswith(_FORWARD):
        return split_origin(source)[1].removesuffix(_FORWARD) + "/:splat", words
    raise RuleError("has no target: write '/from /to 301'")


def _template(text: str, target: str) -> Template:
    """Return the parts of a source with `*` and `:name`; the target shows where a name with a hyphen ends."""
    parts: list[str | Taken] = []
    end = 0
    for found in _SOURCE.finditer(text):
        name = found[2] or _name(found[1], target)
        inside_word = re.match(r"\w", text[found.start() - 1 : found.start()], re.ASCII) and not found[2]
        if inside_word and not _is_used(name, target):
            continue
        parts += [text[end : found.start()], Taken(name)]
        end = found.start() + (1 if found[2] else len(name) + 1)
    return tuple(part for part in (*parts, text[end:]) if part)


def _name(written: str, target: str) -> str:
    """Return the longest beginning of `year-archive` that the target uses; all of it if it uses none."""
    beginnings = [*accumulate(written.split("-"), lambda start, word: f"{start}-{word}")]
    return next((name for name in reversed(beginnings) if _is_used(name, target)), written)


def _is_used(name: str, target: str) -> bool:
    return re.search(rf":{re.escape(name)}(?!\w)", target, re.ASCII) is not None


def _target_template(text: str, names: Collection[str]) -> Template:
    """Return the parts of a target: the source's placeholders, `:splat` and `*` for its `*`, and text."""
    longest_first = sorted(("splat" if name == "*" else name for name in names), key=len, reverse=True)
    words = [rf":({re.escape(name)})(?!\w)" for name in longest_first] + ([r"(\*)"] if "*" in names else [])
    parts: list[str | Taken] = []
    end = 0
    for found in re.finditer("|".join(words), text, re.ASCII) if words else ():
        name = str(found[found.lastindex or 0])
        parts += [text[end : found.start()], Taken("*" if name == "splat" and "splat" not in names else name)]
        end = found.end()
    return tuple(part for part in (*parts, text[end:]) if part)


def _notes(source: str, parts: Template, target: Template) -> Iterator[str]:
    for part in target:
        found = _PLACEHOLDER.search(part) if isinstance(part, str) else None
        if found:
            yield f"has '{found[0]}' in its target as text: its source does not have that placeholder"
    if not source.startswith(("/", "http")) and isinstance(parts[0], str) and parts[0].startswith("/"):
        yield f"is read with a slash in front: '/{source}'"


def _shadowed(rule: Written, *, forced: bool) -> Written:
    """Return the rule, with files before it if it is one page for many paths, as `/* /index.html 200` is."""
    if leads_to_a_server("".join(part for part in rule.target if isinstance(part, str))):
        return rule
    constant = not any(isinstance(part, Taken) for part in rule.target)
    many = any(isinstance(part, Taken) for part in rule.source)
    if forced and rule.status == "404" and rule.source != EVERYTHING:
        raise RuleError("has the status 404!, which hides files: do not publish them instead")
    if forced or not (rule.status == "200" and constant and many):
        return rule
    if rule.source == EVERYTHING and not (rule.query or rule.countries or rule.origin[1]):
        return replace(rule, status="404-200")
    return replace(rule, not_for_files=True)


def _countries(conditions: Sequence[str]) -> tuple[str, ...]:
    countries: list[str] = []
    for condition in conditions:
        name, _, value = condition.partition("=")
        if name.lower() != "country" or not value:
            raise RuleError(f"has '{condition}', which is not supported: a status, or Country=de,fr")
        countries += value.split(",")
    return tuple(countries)
