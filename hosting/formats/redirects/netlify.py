"""Parses rules in the syntax of Netlify and Cloudflare: a line `/docs/* /documents/:splat 301`.

https://docs.netlify.com/manage/routing/redirects/redirect-options/
https://developers.cloudflare.com/pages/configuration/redirects/
"""

from __future__ import annotations

import re
from itertools import accumulate, chain
from typing import TYPE_CHECKING

from hosting.formats.redirects.rules import Placeholder, RuleError
from hosting.formats.redirects.syntax import EVERYTHING, ParsedRule, from_root, split_origin

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from hosting.formats.redirects.rules import Template

# A name may contain hyphens: `:post-slug` is one placeholder, `:year-:slug` are two.
_SOURCE = re.compile(r":([A-Za-z_]\w*(?:-\w+)*)|(\*)", re.ASCII)
# Text in a target that looks like a placeholder. The colons in `/:b:/x` and `/wiki/Special:Search` are just colons.
_PLACEHOLDER = re.compile(r"(?<!\w)(?::[A-Za-z_][\w-]*(?![\w:-])|\*)", re.ASCII)
_STATUS = re.compile(r"(\d{3})(!?)")
_PAIR = re.compile(r"([^=/:]+)=(.*)")
_DEFAULT_STATUS = "301"
_ALL_BELOW = "/*"


def read_line(where: str, words: Sequence[str]) -> ParsedRule:
    """Return the rule in a line.

    Raises:
        RuleError: it is not a rule.
    """
    source, (pairs, rest) = words[0], _pairs(words[1:])
    target, rest = _target(source, rest)
    status, is_forced, rest = _status(rest)
    origin, path = split_origin(source)
    source_template = _template(path if origin[1] else from_root(path), target)
    query = tuple((name, _template(value, target)) for name, value in pairs.items())
    target_template = _target_template(target, _names(source_template, *(value for _, value in query)))
    rule = ParsedRule(
        where=where,
        source=source_template,
        target=target_template,
        status=status,
        query=query,
        countries=_countries(rest),
        force=is_forced,
        ignores_trailing_slash=True,
        origin=origin,
        notes=tuple(_notes(source, source_template, target_template)),
    )
    if is_forced and rule.status == "404" and rule.source != EVERYTHING:
        raise RuleError("has the status 404!, which would hide files: do not publish them instead")
    return rule


def _names(*templates: Template) -> list[str]:
    return [part.name for part in chain(*templates) if isinstance(part, Placeholder)]


def _pairs(words: Sequence[str]) -> tuple[dict[str, str], list[str]]:
    """Return the query parameters, and the words after them."""
    pairs, rest = {}, [*words]
    while rest and (pair := _PAIR.fullmatch(rest[0])):
        pairs[pair[1]] = pair[2]
        rest.pop(0)
    return pairs, rest


def _target(source: str, words: list[str]) -> tuple[str, list[str]]:
    """Return the target, and the words after it. `/admin/* 200` has no target, so it is the same path."""
    if words and not _STATUS.fullmatch(words[0]):
        return words[0], words[1:]
    if words and words[0].startswith("2") and source.endswith(_ALL_BELOW):
        return split_origin(source)[1].removesuffix(_ALL_BELOW) + "/:splat", words
    raise RuleError("has no target: write '/from /to 301'")


def _status(words: list[str]) -> tuple[str, bool, list[str]]:
    """Return the status, whether it has a `!`, and the words after it."""
    found = _STATUS.fullmatch(words[0]) if words else None
    return (found[1], bool(found[2]), words[1:]) if found else (_DEFAULT_STATUS, False, words)


def _template(text: str, target: str) -> Template:
    """Return a source split into text, `*` and `:name`. The target decides where a name with a hyphen ends."""
    parts: list[str | Placeholder] = []
    end = 0
    for found in _SOURCE.finditer(text):
        name = found[2] or _name(found[1], target)
        inside_word = re.match(r"\w", text[found.start() - 1 : found.start()], re.ASCII) and not found[2]
        if inside_word and not _is_used(name, target):
            continue
        parts += [text[end : found.start()], Placeholder(name)]
        end = found.start() + (1 if found[2] else len(name) + 1)
    return tuple(part for part in (*parts, text[end:]) if part)


def _name(text: str, target: str) -> str:
    """Return the longest beginning of `year-archive` that the target uses, or all of it if the target uses none."""
    beginnings = [*accumulate(text.split("-"), lambda start, word: f"{start}-{word}")]
    return next((name for name in reversed(beginnings) if _is_used(name, target)), text)


def _is_used(name: str, target: str) -> bool:
    return re.search(rf":{re.escape(name)}(?!\w)", target, re.ASCII) is not None


def _target_template(text: str, names: Collection[str]) -> Template:
    """Return a target split into text and the source's placeholders; `:splat` and `*` stand for its `*`."""
    longest_first = sorted(("splat" if name == "*" else name for name in names), key=len, reverse=True)
    words = [rf":({re.escape(name)})(?!\w)" for name in longest_first] + ([r"(\*)"] if "*" in names else [])
    parts: list[str | Placeholder] = []
    end = 0
    for found in re.finditer("|".join(words), text, re.ASCII) if words else ():
        name = str(found[found.lastindex or 0])
        parts += [text[end : found.start()], Placeholder("*" if name == "splat" and "splat" not in names else name)]
        end = found.end()
    return tuple(part for part in (*parts, text[end:]) if part)


def _notes(text: str, source: Template, target: Template) -> Iterator[str]:
    for part in target:
        found = _PLACEHOLDER.search(part) if isinstance(part, str) else None
        if found:
            yield f"has '{found[0]}' in its target, which is used as text: its source does not have that placeholder"
    if not text.startswith(("/", "http")) and isinstance(source[0], str) and source[0].startswith("/"):
        yield f"is used with a leading slash: '/{text}'"


def _countries(conditions: Sequence[str]) -> tuple[str, ...]:
    countries: list[str] = []
    for condition in conditions:
        name, _, value = condition.partition("=")
        if name.lower() != "country" or not value:
            raise RuleError(f"has '{condition}', which is not supported: write a status, or Country=de,fr")
        countries += value.split(",")
    return tuple(countries)
