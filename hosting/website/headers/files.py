"""Where headers are written: `customHttp.yml` as Amplify has it, `_headers` as Netlify has it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import yaml

from hosting.errors import EdgeError
from hosting.website.headers.rules import PLACEHOLDER, HeaderError, HeaderRule, checked

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

AMPLIFY_FILE = "customHttp.yml"
NETLIFY_FILE = "_headers"
_AMPLIFYS = "it is 'customHeaders:', a list of 'pattern' and 'headers', a list of 'key' and 'value'"


class Headers(NamedTuple):
    """The headers of a site.

    Attributes:
        rules: in the order of the file.
        file: where they are written, for people; empty if nowhere.
    """

    rules: tuple[HeaderRule, ...] = ()
    file: str = ""


def read_headers(folder: Path) -> Headers:
    """Return the headers of the file in the distribution folder.

    Raises:
        EdgeError: a header does not hold, with every one of them and its line; or both files are there.
    """
    found = [name for name in (AMPLIFY_FILE, NETLIFY_FILE) if (folder / name).is_file()]
    if len(found) > 1:
        raise EdgeError(f"Headers are in {' and in '.join(found)}; nothing was touched: remove one of them")
    for name in found:
        return Headers(_Reader(name).rules(_text(folder / name)), name)
    return Headers()


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise EdgeError(f"{file.name} can't be read ({error}); nothing was touched: mend it, or remove it") from error


class _Reader:
    """Reads one file and keeps the problems of all its lines."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._problems: list[str] = []

    def rules(self, text: str) -> tuple[HeaderRule, ...]:
        read = {AMPLIFY_FILE: self._amplify, NETLIFY_FILE: self._netlify}[self._name]
        rules = tuple(HeaderRule(pattern, headers) for pattern, headers in self._merged(read(text)) if headers)
        if self._problems:
            lines = "".join(f"\n  - {problem}" for problem in self._problems)
            raise EdgeError(f"The headers in {self._name} do not hold; nothing was touched:{lines}")
        return rules

    def _merged(self, found: Iterator[tuple[str, int, str, str]]) -> Iterator[tuple[str, dict[str, str]]]:
        """Yield each pattern with its headers; one that comes twice has both values, as HTTP lists them."""
        rules: dict[str, dict[str, str]] = {}
        for pattern, line, name, value in found:
            with_this = rules.setdefault(pattern, {})
            try:
                lower, sent = checked(name, value)
            except HeaderError as error:
                self._problem(line, str(error))
                continue
            with_this[lower] = f"{with_this[lower]}, {sent}" if lower in with_this else sent
        yield from rules.items()

    def _problem(self, line: int, what: str) -> None:
        self._problems.append(f"line {line} of {self._name} {what}")

    def _netlify(self, text: str) -> Iterator[tuple[str, int, str, str]]:
        pattern = ""
        for number, line in enumerate(text.splitlines(), 1):
            words = line.strip()
            if not words or words.startswith("#"):
                continue
            if not line[0].isspace():
                pattern = words
                self._check_pattern(number, words)
                continue
            name, colon, value = words.partition(":")
            if not pattern:
                self._problem(number, "has a header before any path")
            elif not colon:
                self._problem(number, f"is no header: no colon after '{words.split()[0]}'")
            elif (filled := self._filled_in(pattern, value)) is not None:
                self._problem(number, f"has '{filled}' of its path in a value: filling it in is not supported")
            else:
                yield pattern, number, name.strip(), value.strip()

    @staticmethod
    def _filled_in(pattern: str, value: str) -> str | None:
        """Return what Cloudflare would fill into a value, None if nothing; Netlify does no such thing.

        https://developers.cloudflare.com/pages/configuration/headers/#placeholders
        """
        names = {*PLACEHOLDER.findall(pattern), *([":splat"] if "*" in pattern else [])}
        return next((name for name in PLACEHOLDER.findall(value) if name in names), None)

    def _check_pattern(self, line: int, pattern: str) -> None:
        if not pattern.startswith("/") or " " in pattern:
            # Without what may be a header's value, and a password.
            path = pattern.partition(":")[0]
            self._problem(
                line, f"has the path '{path}', but one begins with '/' and has no space; headers are indented"
            )

    def _amplify(self, text: str) -> Iterator[tuple[str, int, str, str]]:
        try:
            root = yaml.compose(text, Loader=yaml.SafeLoader)
        except yaml.YAMLError as error:
            # Not the error's own text, which quotes the line: it may hold a password.
            mark = getattr(error, "problem_mark", None)
            where = f" (line {mark.line + 1})" if mark else ""
            raise EdgeError(f"{self._name} is no YAML{where}; nothing was touched: mend it, or remove it") from None
        for rule in self._items(self._entry(root, "customHeaders", 1)):
            line = rule.start_mark.line + 1
            pattern = self._scalar(self._entry(rule, "pattern", line), line)
            if pattern == "":
                self._problem(line, "has an empty pattern, which is no path's: '**' is all")
            for header in self._items(self._entry(rule, "headers", line)):
                place = header.start_mark.line + 1
                key = self._scalar(self._entry(header, "key", place), place)
                value = self._scalar(self._entry(header, "value", place), place)
                if pattern and key is not None and value is not None:
                    yield pattern, place, key, value

    def _entry(self, node: yaml.Node | None, key: str, line: int) -> yaml.Node | None:
        """Return the value of ``key`` in a map; without one, and if the map has others, that is a problem."""
        entries = node.value if isinstance(node, yaml.MappingNode) else []
        for name, value in entries:
            if name.value == key:
                found: yaml.Node = value
                return found
        self._problem(line, f"has no '{key}': {_AMPLIFYS}")
        return None

    def _items(self, node: yaml.Node | None) -> list[yaml.Node]:
        if isinstance(node, yaml.SequenceNode):
            items: list[yaml.Node] = node.value
            return items
        if node is not None:
            self._problem(node.start_mark.line + 1, f"is no list: {_AMPLIFYS}")
        return []

    def _scalar(self, node: yaml.Node | None, line: int) -> str | None:
        if isinstance(node, yaml.ScalarNode):
            return str(node.value)
        if node is not None:
            self._problem(line, f"is no text: {_AMPLIFYS}")
        return None
