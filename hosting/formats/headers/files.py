"""Where headers are written: `customHttp.yml` as Amplify has it, `_headers` as Netlify has it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import yaml

from hosting.errors import EdgeError
from hosting.formats.headers.rules import PLACEHOLDER, HeaderError, HeaderRule, ServersOwnError, checked

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

AMPLIFY_FILE = "customHttp.yml"
NETLIFY_FILE = "_headers"
_FORM = "write 'customHeaders:', a list of 'pattern' and 'headers', which is a list of 'key' and 'value'"
_APPLICATIONS, _APP_ROOT = "applications", "appRoot"


class Headers(NamedTuple):
    """The headers of a site.

    Attributes:
        rules: in the order of the file.
        file: where they are written, for people; empty if nowhere.
        warnings: sentences about headers that are left out.
    """

    rules: tuple[HeaderRule, ...] = ()
    file: str = ""
    warnings: tuple[str, ...] = ()


def read_headers(folder: Path) -> Headers:
    """Return the headers of the file in the distribution folder.

    Raises:
        EdgeError: there are invalid headers, with each of them and its line; or both files exist.
    """
    found = [name for name in (AMPLIFY_FILE, NETLIFY_FILE) if (folder / name).is_file()]
    if len(found) > 1:
        raise EdgeError(f"Headers are in {' and in '.join(found)}; nothing was touched: remove one of them")
    for name in found:
        reader = _Reader(name, folder)
        return Headers(reader.rules(_text(folder / name)), name, tuple(reader.warnings))
    return Headers()


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise EdgeError(f"{file.name} can't be read ({error}); nothing was touched: fix it, or remove it") from error


class _Found(NamedTuple):
    """A header as it is written.

    Attributes:
        pattern: of its block.
        block: where its block begins, in the reader's own count.
        line: its own.
        name: its name.
        value: its value.
    """

    pattern: str
    block: int
    line: int
    name: str
    value: str


class _Block(NamedTuple):
    """A pattern with its headers.

    Attributes:
        pattern: as written.
        begin: where it begins.
        headers: value by lower-case name.
    """

    pattern: str
    begin: int
    headers: dict[str, str]


def _one_line(value: str) -> str:
    """Return a value that YAML folds or breaks (`value: >`) as one line."""
    return " ".join(line.strip() for line in value.strip().splitlines())


class _Reader:
    """Reads one file and collects the problems of all its lines."""

    def __init__(self, name: str, folder: Path) -> None:
        self._name = name
        self._folder = folder
        self._problems: list[str] = []
        self.warnings: list[str] = []

    def rules(self, text: str) -> tuple[HeaderRule, ...]:
        read = {AMPLIFY_FILE: self._amplify, NETLIFY_FILE: self._netlify}[self._name]
        rules = tuple(HeaderRule(block.pattern, block.headers) for block in self._blocks(read(text)) if block.headers)
        if self._problems:
            lines = "".join(f"\n  - {problem}" for problem in self._problems)
            raise EdgeError(f"The headers in {self._name} are invalid; nothing was touched:{lines}")
        return rules

    def _blocks(self, found: Iterator[_Found]) -> list[_Block]:
        """Return each pattern with its headers. A header that is twice in one block has both values, with a comma.

        A pattern that has a second block stays in both places: where two patterns match a path, the later one wins.
        """
        blocks: list[_Block] = []
        for one in found:
            if not blocks or blocks[-1].begin != one.block:
                blocks.append(_Block(one.pattern, one.block, {}))
            headers = blocks[-1].headers
            try:
                name, value = checked(one.name, one.value)
            except ServersOwnError as error:
                self.warnings.append(f"line {one.line} of {self._name} {error}")
            except HeaderError as error:
                self._problem(one.line, str(error))
            else:
                headers[name] = f"{headers[name]}, {value}" if name in headers else value
        return blocks

    def _problem(self, line: int, what: str) -> None:
        self._problems.append(f"line {line} of {self._name} {what}")

    def _netlify(self, text: str) -> Iterator[_Found]:
        """Yield the headers of each path. A path begins with a slash; indentation makes no difference."""
        pattern, block = "", 0
        for number, line in enumerate(text.splitlines(), 1):
            words = line.strip()
            if not words or words.startswith("#"):
                continue
            name, colon, value = words.partition(":")
            if words.startswith("/") or value.startswith("//"):
                pattern, block = words, number
                self._check_pattern(number, words)
            elif not pattern:
                self._problem(number, "has a header before any path")
            elif not colon:
                self._problem(number, f"is not a header: it has no colon after '{words.split()[0]}'")
            elif (filled := self._filled_in(pattern, value)) is not None:
                self._problem(number, f"has '{filled}' of its path in a value: filling it in is not supported")
            else:
                yield _Found(pattern, block, number, name.strip(), value.strip())

    @staticmethod
    def _filled_in(pattern: str, value: str) -> str | None:
        """Return what Cloudflare would fill into a value, None if nothing; Netlify does no such thing.

        https://developers.cloudflare.com/pages/configuration/headers/#placeholders
        """
        names = {*PLACEHOLDER.findall(pattern), *([":splat"] if "*" in pattern else [])}
        return next((name for name in PLACEHOLDER.findall(value) if name in names), None)

    def _check_pattern(self, line: int, pattern: str) -> None:
        # What follows a colon may be a header's value, and a password: it is not repeated.
        path = pattern.partition(":")[0]
        if not pattern.startswith("/"):
            self._problem(
                line, f"has a URL ('{path}:...') as its path: headers are for all hosts, write the path alone"
            )
        elif " " in pattern:
            self._problem(line, f"has the path '{path}', but a path has no space; headers are in lines of their own")

    def _amplify(self, text: str) -> Iterator[_Found]:
        try:
            root = yaml.compose(text, Loader=yaml.SafeLoader)
        except yaml.YAMLError as error:
            # Not the error's own text, which quotes the line: it may hold a password.
            mark = getattr(error, "problem_mark", None)
            where = f" (line {mark.line + 1})" if mark else ""
            raise EdgeError(f"{self._name} is not YAML{where}; nothing was touched: fix it, or remove it") from None
        for rule in self._items(self._entry(self._application(root), "customHeaders", 1)):
            line = rule.start_mark.line + 1
            pattern = self._scalar(self._entry(rule, "pattern", line), line)
            if pattern == "":
                self._problem(line, "has an empty pattern, which matches nothing: '**' matches all paths")
            for header in self._items(self._entry(rule, "headers", line)):
                place = header.start_mark.line + 1
                key = self._scalar(self._entry(header, "key", place), place)
                value = self._scalar(self._entry(header, "value", place), place)
                if pattern and key is not None and value is not None:
                    yield _Found(pattern, rule.start_mark.index, place, key.strip(), _one_line(value))

    def _application(self, root: yaml.Node | None) -> yaml.Node | None:
        """Return the map that has the headers: of a monorepo, that of its one application, or of this folder's."""
        entries = root.value if isinstance(root, yaml.MappingNode) else []
        listed = next((value for name, value in entries if name.value == _APPLICATIONS), None)
        if listed is None:
            return root
        apps = self._items(listed)
        roots = [str(self._scalar(self._entry(app, _APP_ROOT, 1), 1)) for app in apps] if len(apps) > 1 else []
        around = f"{self._folder.as_posix()}/"
        here = [app for app, name in zip(apps, roots, strict=False) if f"/{name.strip('/')}/" in around]
        if len(apps) > 1 and len(here) != 1:
            names = ", ".join(f"'{name}'" for name in roots)
            raise EdgeError(
                f"{self._name} has headers of several applications ({names}), and 'publish:directory' is in the folder "
                "of none or of more than one; nothing was touched: leave the one of this site in the file"
            )
        return next(iter(here or apps), None)

    def _entry(self, node: yaml.Node | None, key: str, line: int) -> yaml.Node | None:
        """Return the value of ``key`` in a map. If it is missing, that is a problem."""
        entries = node.value if isinstance(node, yaml.MappingNode) else []
        for name, value in entries:
            if name.value == key:
                found: yaml.Node = value
                return found
        self._problem(line, f"has no '{key}': {_FORM}")
        return None

    def _items(self, node: yaml.Node | None) -> list[yaml.Node]:
        if isinstance(node, yaml.SequenceNode):
            items: list[yaml.Node] = node.value
            return items
        if node is not None:
            self._problem(node.start_mark.line + 1, f"is not a list: {_FORM}")
        return []

    def _scalar(self, node: yaml.Node | None, line: int) -> str | None:
        if isinstance(node, yaml.ScalarNode):
            return str(node.value)
        if node is not None:
            self._problem(line, f"is not text: {_FORM}")
        return None
