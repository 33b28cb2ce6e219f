"""Reads header rules: from Amplify's `customHttp.yml`, or from Netlify's `_headers`."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import yaml

from hosting.errors import EdgeError
from hosting.formats.headers.rules import PATH_PLACEHOLDER, HeaderError, HeaderRule, ServerHeaderError, check_header
from hosting.formats.rule_file import NamedFile, read_rule_file

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

AMPLIFY_FILE = "customHttp.yml"
NETLIFY_FILE = "_headers"
_FORM = "write 'customHeaders:', a list of 'pattern' and 'headers', which is a list of 'key' and 'value'"
# The endings of files in Amplify's form.
_YAML = (".yml", ".yaml")
_APPLICATIONS, _APP_ROOT = "applications", "appRoot"


class HeaderRules(NamedTuple):
    """The header rules of a site.

    Attributes:
        rules: the rules in the order of the file.
        file: the name of the file; empty without a file.
        warnings: sentences about headers that are ignored.
    """

    rules: tuple[HeaderRule, ...] = ()
    file: str = ""
    warnings: tuple[str, ...] = ()


def read_headers(folder: Path, named: NamedFile | None = None, app_root: str | None = None) -> HeaderRules:
    """Return the header rules of the file in the distribution folder, and of the named file.

    The rules of the named file come first, so that those in the folder win: the later rule for a header does.

    Args:
        folder: the distribution folder.
        named: the file that `website:headersFile` names.
        app_root: the application of a monorepo whose headers count; without it, the one around the folder.

    Raises:
        EdgeError: headers are invalid, each with its line; or the folder has both files.
    """
    found = [NamedFile(name, folder / name) for name in (AMPLIFY_FILE, NETLIFY_FILE) if (folder / name).is_file()]
    if len(found) > 1:
        raise EdgeError(
            f"Headers are in {AMPLIFY_FILE} and in {NETLIFY_FILE}; nothing was deployed: remove one, or name it "
            "outside of the distribution folder: pulumi config set website:headersFile <file>"
        )
    files = [*([named] if named else []), *found]
    readers = [_Reader(file.name, folder, app_root) for file in files]
    rules = [rule for file, reader in zip(files, readers, strict=True) for rule in reader.rules(file.path)]
    warnings = tuple(warning for reader in readers for warning in reader.warnings)
    return HeaderRules(tuple(rules), " and in ".join(file.name for file in files), warnings)


class _HeaderLine(NamedTuple):
    """A header in the file.

    Attributes:
        pattern: the pattern of its block.
        block: the start of its block, which identifies the block.
        line: the line of the header.
        name: the name, not checked.
        value: the value, not checked.
    """

    pattern: str
    block: int
    line: int
    name: str
    value: str


class _Block(NamedTuple):
    """A pattern with its headers.

    Attributes:
        pattern: the path pattern.
        start: the start of the block, which identifies it.
        headers: values by lower-case name.
    """

    pattern: str
    start: int
    headers: dict[str, str]


def _one_line(value: str) -> str:
    """Return a value of several lines in YAML (`value: >`) as one line."""
    return " ".join(line.strip() for line in value.strip().splitlines())


class _Reader:
    """Reads one file, and collects the problems of all its lines."""

    def __init__(self, name: str, folder: Path, app_root: str | None) -> None:
        self._name = name
        self._folder = folder
        self._app_root = app_root
        self._problems: list[str] = []
        self.warnings: list[str] = []

    def rules(self, file: Path) -> tuple[HeaderRule, ...]:
        read = self._amplify if file.suffix.lower() in _YAML else self._netlify
        blocks = self._blocks(read(read_rule_file(file)))
        rules = tuple(HeaderRule(block.pattern, block.headers) for block in blocks if block.headers)
        if self._problems:
            lines = "".join(f"\n  - {problem}" for problem in self._problems)
            raise EdgeError(f"The headers in {self._name} are invalid; nothing was deployed:{lines}")
        return rules

    def _blocks(self, lines: Iterator[_HeaderLine]) -> list[_Block]:
        """Return the blocks. A header that is twice in a block gets both values, separated by a comma.

        Two blocks with the same pattern are not merged: for a path that both match, the later one takes precedence.
        """
        blocks: list[_Block] = []
        for line in lines:
            if not blocks or blocks[-1].start != line.block:
                blocks.append(_Block(line.pattern, line.block, {}))
            headers = blocks[-1].headers
            try:
                name, value = check_header(line.name, line.value)
            except ServerHeaderError as error:
                self.warnings.append(f"line {line.line} of {self._name} {error}")
            except HeaderError as error:
                self._problem(line.line, str(error))
            else:
                headers[name] = f"{headers[name]}, {value}" if name in headers else value
        return blocks

    def _problem(self, line: int, what: str) -> None:
        self._problems.append(f"line {line} of {self._name} {what}")

    def _netlify(self, text: str) -> Iterator[_HeaderLine]:
        """Yield the headers of each path. A path begins with a slash; indentation is ignored."""
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
            elif (placeholder := self._placeholder_in(pattern, value)) is not None:
                self._problem(number, f"has the placeholder '{placeholder}' in a value, which is not supported")
            else:
                yield _HeaderLine(pattern, block, number, name.strip(), value.strip())

    @staticmethod
    def _placeholder_in(pattern: str, value: str) -> str | None:
        """Return a placeholder that Cloudflare would replace in a value; or None. Netlify replaces none.

        https://developers.cloudflare.com/pages/configuration/headers/#placeholders
        """
        names = {*PATH_PLACEHOLDER.findall(pattern), *([":splat"] if "*" in pattern else [])}
        return next((name for name in PATH_PLACEHOLDER.findall(value) if name in names), None)

    def _check_pattern(self, line: int, pattern: str) -> None:
        # The text after a colon is not repeated: it may be a header's value, and a password.
        path = pattern.partition(":")[0]
        if not pattern.startswith("/"):
            self._problem(
                line, f"has a URL ('{path}:...') instead of a path: headers apply to all hosts, so write only the path"
            )
        elif " " in pattern:
            self._problem(line, f"has the path '{path}' with a space: write each header on its own line")

    def _amplify(self, text: str) -> Iterator[_HeaderLine]:
        try:
            root = yaml.compose(text, Loader=yaml.SafeLoader)
        except yaml.YAMLError as error:
            # Without the error's text, which quotes the line: it may contain a password.
            mark = getattr(error, "problem_mark", None)
            where = f" (line {mark.line + 1})" if mark else ""
            raise EdgeError(
                f"{self._name} is not valid YAML{where}; nothing was deployed: fix it, or remove it"
            ) from None
        for rule in self._items(self._entry(self._application(root), "customHeaders", 1)):
            line = rule.start_mark.line + 1
            pattern = self._scalar(self._entry(rule, "pattern", line), line)
            if pattern == "":
                self._problem(line, "has an empty pattern, which matches no path: write '**' for all paths")
            for header in self._items(self._entry(rule, "headers", line)):
                place = header.start_mark.line + 1
                key = self._scalar(self._entry(header, "key", place), place)
                value = self._scalar(self._entry(header, "value", place), place)
                if pattern and key is not None and value is not None:
                    yield _HeaderLine(pattern, rule.start_mark.index, place, key.strip(), _one_line(value))

    def _application(self, root: yaml.Node | None) -> yaml.Node | None:
        """Return the map with the headers: of a monorepo, that of its only application, or of this folder's."""
        entries = root.value if isinstance(root, yaml.MappingNode) else []
        listed = next((value for name, value in entries if name.value == _APPLICATIONS), None)
        if listed is None:
            return root
        apps = self._items(listed)
        if len(apps) == 1 and self._app_root is None:
            return apps[0]
        roots = [str(self._scalar(self._entry(app, _APP_ROOT, 1), 1)) for app in apps]
        here = [app for app, name in zip(apps, roots, strict=True) if self._is_this(name.strip("/"))]
        if apps and len(here) != 1:
            names = ", ".join(f"'{name}'" for name in roots)
            reason = (
                "'publish:directory' is in the folder of none or of more than one"
                if self._app_root is None
                else f"'website:appRoot' is '{self._app_root}'"
            )
            raise EdgeError(
                f"{self._name} has headers of several applications ({names}), and {reason}; nothing was deployed: "
                "pulumi config set website:appRoot '<one of them>'"
            )
        return next(iter(here), None)

    def _is_this(self, root: str) -> bool:
        """Return whether an application is the site's, by `website:appRoot` or by the distribution folder."""
        if self._app_root is not None:
            return root == self._app_root.strip("/")
        return f"/{root}/" in f"{self._folder.as_posix()}/"

    def _entry(self, node: yaml.Node | None, key: str, line: int) -> yaml.Node | None:
        """Return the value of ``key`` in a map, and report a problem if the key is missing."""
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
