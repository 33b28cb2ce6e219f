"""A redirect, rewrite or fallback, independent of the syntax of its file: what it matches, and its target.

`Rule` does the same as the JavaScript at the edge, and a test compares the two.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING
from urllib.parse import quote

from hosting.formats.paths import canonical_path, decode_query, without_trailing_slash

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

REWRITE = 200
REDIRECTS = (301, 302, 303, 307, 308)
# A target has the numbers of placeholders in braces, which no URL contains.
_NUMBER = re.compile(r"\{(\d)\}")
MAX_PLACEHOLDERS = 9
# Characters that would end a value in its place: a part of the path in a query, and a query's value in a path.
_ENDS_QUERY_VALUE = re.compile(r"[&+=#]")
_ENDS_PATH = re.compile(r"[?#]")
# Special characters of regular expressions in Python and JavaScript, and the slash, which delimits them in JavaScript.
_SPECIAL = re.compile(r"[.$()*+\\/|^?{}\[\]]")
_OPTIONAL_SLASH = r"\/?"


class RuleError(Exception):
    """An invalid rule. The message continues a sentence that begins with the rule's place, ``line 3 of _redirects``.

    Attributes:
        suggestion: valid values for parts of the rule, such as ``{"status": "301"}``; empty if no value is safe.
    """

    def __init__(self, message: str, **suggestion: str) -> None:
        self.suggestion = suggestion
        super().__init__(message)


@dataclass(frozen=True)
class Placeholder:
    """A placeholder for a part of the path or the query.

    Attributes:
        name: the name that the target uses; ``*`` matches the rest of the path, with slashes.
        skips_slash: whether a slash before the value is dropped, so that `/blog* /news/:splat` gives one slash.
    """

    name: str
    skips_slash: bool = False


Template = tuple["str | Placeholder", ...]


@dataclass(frozen=True)
class ViewerRequest:
    """The properties of a visitor's request that rules depend on.

    Attributes:
        path: the canonical path.
        query: the first value of each name, not decoded.
        country: two upper-case letters; None if unknown.
        host: the host name in lower case.
    """

    path: str
    query: Mapping[str, str]
    country: str | None = None
    host: str = ""


@dataclass(frozen=True)
class Rule:
    """A rule that runs at the edge.

    Attributes:
        where: the rule's place in messages, such as ``line 3 of _redirects``.
        source: the paths that it matches; empty if it has an ``expression``.
        target: the path or URL, with numbered placeholders, such as ``/a/{1}``.
        status: 301, 302, 303, 307, 308, or 200 for a rewrite.
        query: the required parameters: encoded name and decoded value; a value of None is a placeholder.
        countries: the rule applies only to these countries, if there are any.
        host: the rule applies only to this host, unless it is empty.
        force: whether the rule also applies to paths of published files.
        files: paths that the rule matches and that keep their file, as it has no ``force``; without trailing slashes,
            so the root is empty. A path that ends with a slash stands for all paths below it.
        not_for_files: whether the rule does not apply to paths with an extension.
        ignores_trailing_slash: whether the rule matches paths with and without a trailing slash.
        expression: a regular expression instead of ``source``, in the language that Python and JavaScript share.
        plain_http: whether the source begins with http://. CloudFront redirects http to https before any rule runs.
    """

    where: str
    source: Template
    target: str
    status: int
    query: tuple[tuple[str, str | None], ...] = ()
    countries: tuple[str, ...] = ()
    host: str = ""
    force: bool = True
    files: tuple[str, ...] = ()
    not_for_files: bool = False
    ignores_trailing_slash: bool = False
    expression: str = ""
    plain_http: bool = False

    def covers(self, other: Rule) -> bool:
        """Whether this rule matches every request that ``other`` matches, regardless of its own target."""
        other_query = dict(other.query)
        return (
            self.source_regex == other.source_regex
            and all(name in other_query and value in (None, other_query[name]) for name, value in self.query)
            and (not self.countries or {*self.countries} >= {*other.countries} != set())
            and self.host in ("", other.host)
            and (other.not_for_files or not self.not_for_files)
        )

    @cached_property
    def is_literal(self) -> bool:
        """Whether the source is a single path."""
        return not self.expression and all(isinstance(part, str) for part in self.source)

    @cached_property
    def matches_everything(self) -> bool:
        """Whether the rule matches every request."""
        return self.is_unconditional and not self._target_exclusion and self.source == ("/", Placeholder("*"))

    @cached_property
    def is_unconditional(self) -> bool:
        """Whether the rule depends only on the path."""
        return not (self.query or self.countries or self.host or self.not_for_files)

    @cached_property
    def literal(self) -> str:
        """The single path of the source, without a trailing slash if the rule ignores it."""
        path = canonical_path("".join(part for part in self.source if isinstance(part, str)))
        return without_trailing_slash(path) if self.ignores_trailing_slash else path

    @cached_property
    def first_folder(self) -> str:
        """The name of the first folder of all paths that the rule matches; empty if it is not fixed."""
        first = self.source[0] if self.source else ""
        folder, slash, _ = canonical_path(first)[1:].partition("/") if isinstance(first, str) else ("", "", "")
        return folder if slash else ""

    @cached_property
    def regex(self) -> str:
        """The paths that the rule matches, as a regular expression with the same meaning in Python and JavaScript."""
        return f"^{self._target_exclusion}{self.source_regex[1:]}" if self._target_exclusion else self.source_regex

    @cached_property
    def compiled_regex(self) -> re.Pattern[str]:
        """The compiled regular expression. It is kept here because `re` caches only 512."""
        return re.compile(self.regex, re.ASCII)

    @cached_property
    def source_regex(self) -> str:
        """The source as a regular expression."""
        regex = "".join(map(_regex_of, self.source))
        return self.expression or f"^{_with_optional_slash(regex) if self.ignores_trailing_slash else regex}$"

    @cached_property
    def _target_exclusion(self) -> str:
        """A negative lookahead for the paths that the redirect leads to; empty if the source does not match them.

        `/contact/* /contact` is not a loop at Netlify, where a file takes precedence over the rule, nor at Cloudflare,
        where the source does not match `/contact`. So a redirect does not apply to its own targets.
        """
        target = _ENDS_PATH.split(self.target)[0]
        is_constant = self.expression or self.is_literal
        if self.status == REWRITE or self.query or is_constant or not target.startswith("/"):
            return ""
        stem, rest = target, f"{_OPTIONAL_SLASH if self.ignores_trailing_slash else ''}$"
        if self.source[1:] == (Placeholder("*"),) and target.endswith("/{1}"):
            stem, rest = target.removesuffix("/{1}"), r"(?:\/|$)"
        path = canonical_path(stem)
        # The comparison of the first folders is fast, and enough for most rules.
        has_folder = self.first_folder in ("", path[1:].partition("/")[0])
        if "{" in stem or not has_folder or not re.match(self.source_regex, path):
            return ""
        return f"(?!{_escaped(without_trailing_slash(stem) if self.ignores_trailing_slash else stem)}{rest})"

    def match(self, path: str) -> tuple[str, ...] | None:
        """Return the path and the values of the placeholders in it; None if the rule does not match the path."""
        if self.is_literal:
            bare = without_trailing_slash(path) if self.ignores_trailing_slash else path
            return (path,) if self.literal == bare else None
        found = self.compiled_regex.search(path) if self.expression else self.compiled_regex.match(path)
        return (path, *found.groups("")) if found else None

    def keeps_file(self, path: str) -> bool:
        """Whether a path that the rule matches keeps its file. Then no later rule applies either, as on Netlify."""
        return path.removesuffix("/") in self._files or path.startswith(self._folders)

    @cached_property
    def _files(self) -> frozenset[str]:
        return frozenset(self.files)

    @cached_property
    def _folders(self) -> tuple[str, ...]:
        return tuple(file for file in self.files if file.endswith("/"))

    def target_for(self, request: ViewerRequest) -> str | None:
        """Return the target for a request; None if the rule does not match it."""
        if self.host and request.host != self.host:
            return None
        if self.countries and request.country not in self.countries:
            return None
        found = self.match(request.path)
        if found is None or (self.not_for_files and "." in request.path.rpartition("/")[2]):
            return None
        values = [*found]
        path_values = len(values)
        for name, value in self.query:
            if name not in request.query or value not in (None, decode_query(request.query[name])):
                return None
            if value is None:
                values.append(request.query[name])
        return _NUMBER.sub(lambda number: self._insert(number, values, path_values), self.target)

    def _insert(self, number: re.Match[str], values: Sequence[str], path_values: int) -> str:
        """Return the value for a number in the target. Characters that would end the path or the value are encoded."""
        value, is_from_path = values[int(number[1])], int(number[1]) < path_values
        is_in_query = "?" in self.target[: number.start()]
        if is_from_path and is_in_query:
            return _ENDS_QUERY_VALUE.sub(_encoded, value)
        if not (is_from_path or is_in_query):
            return _ENDS_PATH.sub(_encoded, value.replace("+", "%20"))
        return value

    @property
    def keeps_query(self) -> bool:
        """Whether a redirect keeps the visitor's query: it does unless the rule or its target has a query."""
        return not self.query and "?" not in self.target


def _encoded(found: re.Match[str]) -> str:
    return quote(found[0])


def _escaped(path: str) -> str:
    return _SPECIAL.sub(r"\\\g<0>", canonical_path(path))


def _regex_of(part: str | Placeholder) -> str:
    if isinstance(part, str):
        return _escaped(part)
    if part.name == "*":
        return f"{_OPTIONAL_SLASH if part.skips_slash else ''}(.*)"
    return "([^/]+)"


def _with_optional_slash(regex: str) -> str:
    """Return the expression for paths with and without a trailing slash: `/a/*` matches `/a`, with an empty rest."""
    rest = r"\/(.*)"
    if regex in (r"\/", rest, rf"\/{rest}"):
        return regex
    if regex.endswith(rest):
        return regex.removesuffix(rest) + r"(?:\/|$)(.*)"
    return regex if regex.endswith("(.*)") else regex.removesuffix(r"\/") + _OPTIONAL_SLASH


@dataclass(frozen=True)
class FallbackRule:
    """A rule for paths without a file: the page that is served for them.

    Attributes:
        where: the rule's place in messages.
        page: the path of the page.
        status: 200 or 404.
    """

    where: str
    page: str
    status: int


@dataclass(frozen=True)
class IgnoredRule:
    """A rule that has no effect here and is left out.

    Attributes:
        where: the rule's place in messages.
        reason: the rest of the sentence for the warning; empty if no warning is needed.
    """

    where: str
    reason: str = ""
