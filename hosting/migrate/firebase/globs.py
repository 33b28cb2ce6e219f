"""Reads a `source` of firebase.json: a glob with extglob, or with `:name` and `:name*`.

https://firebase.google.com/docs/hosting/full-config#glob_pattern_matching. `*` is within one name of the path, `**` is
any folders. A glob without its leading slash has one: `sw.js` is `/sw.js`
(https://github.com/firebase/superstatic/blob/master/src/utils/slasher.ts). `:name*` is any number of folders. Without
one the slash before it is missing too, as in path-to-regexp: `/docs/:path*` is also for `/docs`
(https://github.com/firebase/superstatic/blob/master/src/middleware/redirects.js).
"""

from __future__ import annotations

import re
from itertools import accumulate, count, product
from typing import TYPE_CHECKING

from hosting.migrate.path_patterns import (
    MOST_ALTERNATIVES,
    REST,
    SEGMENT,
    Hole,
    NotExpressibleError,
    Parts,
    PathPattern,
)
from hosting.migrate.regex_forms import joined

if TYPE_CHECKING:
    from collections.abc import Iterator

_BRACES = re.compile(r"\{([^{}]*,[^{}]*)\}")
_TOKEN = re.compile(
    r"""
    (?P<group>[@+*?!]\([^()]*\))
    |(?P<nested>[@+*?!]\()
    |(?P<name>(?P<slash>/?):(?P<id>[A-Za-z_]\w*)(?P<rest>\*?))
    |(?P<deep>(?<=/)\*\*/\*(?![*(]))
    |(?P<folders>(?<=/)\*\*/)
    |(?P<stars>\*+(?!\())
    |(?P<one>\?)
    |(?P<set>\[[^\]/]+\])
    |(?P<parenthesis>[()])
    |(?P<text>\\.|.)
    """,
    re.VERBOSE | re.DOTALL,
)
_KINDS = ("group", "nested", "name", "deep", "folders", "stars", "one", "set", "parenthesis", "text")
# A group without a group in it, and its first choice.
_FIRST_CHOICE = re.compile(r"[@+*?]\(([^()|]*)(?:\|[^()]*)?\)")
# More groups in groups than anybody writes.
_DEEPEST = 5


class _Form:
    """One alternative of a part of a glob."""

    def __init__(self, parts: Parts, values: dict[str, Parts] | None = None) -> None:
        self.parts = parts
        self.values = values or {}


def glob_patterns(source: str) -> list[PathPattern]:
    """Return the alternatives of a glob; of one that begins with `!`, those that it excludes.

    Raises:
        NotExpressibleError: it has too many alternatives, or a negated group.
    """
    numbers = count(1)
    patterns: list[PathPattern] = []
    for glob in without_braces(source.removeprefix("!")):
        patterns += _patterns(_with_slash(glob), numbers)
        if len(patterns) > MOST_ALTERNATIVES:
            raise NotExpressibleError(f"has more than {MOST_ALTERNATIVES} alternatives")
    return patterns


def is_negated(source: str) -> bool:
    """Whether a glob is for all paths but those that it names."""
    return source.startswith("!")


def _with_slash(glob: str) -> str:
    return "/" + re.sub("/{2,}", "/", glob.removeprefix("./")).lstrip("/")


def without_braces(glob: str) -> list[str]:
    """Return `a.js` and `a.css` for `a.{js,css}`."""
    done, open_ones = [], [glob]
    while open_ones:
        found = _BRACES.search(one := open_ones.pop(0))
        if found is None:
            done.append(one)
        else:
            open_ones = [
                one[: found.start()] + choice + one[found.end() :] for choice in found[1].split(",")
            ] + open_ones
        if len(done) + len(open_ones) > MOST_ALTERNATIVES:
            raise NotExpressibleError(f"has more than {MOST_ALTERNATIVES} alternatives")
    return done


def _patterns(glob: str, numbers: Iterator[int]) -> list[PathPattern]:
    forms = [_Form(())]
    for found in _TOKEN.finditer(glob):
        following = _forms(found, numbers, is_last=found.end() == len(glob))
        forms = [_Form((*a.parts, *b.parts), {**a.values, **b.values}) for a, b in product(forms, following)]
        if len(forms) > MOST_ALTERNATIVES:
            raise NotExpressibleError(f"has more than {MOST_ALTERNATIVES} alternatives")
    return [PathPattern(joined(form.parts), form.values) for form in forms]


def _forms(found: re.Match[str], numbers: Iterator[int], *, is_last: bool) -> list[_Form]:
    """Return the alternatives of a token."""
    kind = next(name for name in _KINDS if found[name] is not None)
    if kind == "parenthesis":
        raise NotExpressibleError("has a parenthesis without '@' before it, which Firebase compares as text")
    if kind in ("group", "nested"):
        return _group_forms(found)
    if kind == "text":
        return [_Form((found["text"][-1],))]
    hole = Hole(next(numbers), _expression(kind, found, is_last=is_last))
    if kind == "folders":
        return [_Form(()), _Form((hole, "/"))]
    if kind == "stars" and _may_be_empty(found):
        return [_Form((hole,)), _Form(())]
    return _named_forms(found, hole) if kind == "name" else [_Form((hole,))]


def _named_forms(found: re.Match[str], hole: Hole) -> list[_Form]:
    """Return the alternatives of a name. `:name*` may have no value if it is between slashes."""
    form = _Form((found["slash"], hole), {found["id"]: (hole,)})
    is_optional = found["slash"] and found["rest"] and found.string[found.end() :][:1] in ("", "/")
    return [_Form((), {found["id"]: ()}), form] if is_optional else [form]


def _may_be_empty(found: re.Match[str]) -> bool:
    """Whether stars are at the end of a name that has more than them: `/a**` is also for `/a`."""
    return found.string[found.start() - 1] != "/" and found.string[found.end() :][:1] in ("", "/")


def _expression(kind: str, found: re.Match[str], *, is_last: bool) -> str:
    """Return the regular expression of a wildcard."""
    if kind in ("one", "set"):
        return "[^/]" if kind == "one" else found["set"].replace("[!", "[^", 1)
    is_any_path = len(found["stars"] or "") > 1 and found.string[found.start() - 1] == "/" and is_last
    return REST if kind in ("deep", "folders") or found["rest"] or is_any_path else SEGMENT


def _group_forms(found: re.Match[str]) -> list[_Form]:
    """Return the alternatives of `@(a|b)`. `+(a|b)` is nearly always written for one of them, as in `*.+(js|css)`."""
    group = found["group"] or ""
    kind, choices = group[:1], group[2:-1].split("|")
    if kind in ("", "!") or any(re.search(r"[*?\[\]]", choice) for choice in choices):
        raise NotExpressibleError(_reason(found.string, found.start()))
    optional = [_Form(())] if kind in "?*" else []
    return [*optional, *(_Form((choice,)) for choice in choices)]


def _reason(glob: str, start: int) -> str:
    """Return why the group at a place has no rule, and what to write in its place."""
    depths = accumulate({"(": 1, ")": -1}.get(char, 0) for char in glob[start + 1 :])
    end = next((place for place, depth in enumerate(depths, start + 2) if depth == 0), None)
    if end is None:
        return "has a parenthesis without its end"
    group = glob[start:end]
    if "!(" in group:
        return f"has '{group}', which is for all names but some: write an entry for each name that it is for"
    example = glob
    for _ in range(_DEEPEST):
        example = _FIRST_CHOICE.sub(r"\1", example)
    such_as = "" if "(" in example else f", such as '{example}'"
    return f"has '{group}', which is not a list of names or extensions: write an entry for each of its choices{such_as}"
