"""Reads `edge.test.yaml`, and reports all of its problems with their lines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import yaml
from pydantic import ValidationError

from hosting.edge.rule_files import EDGE_TESTS
from hosting.edge_tests.edge_test import EdgeTest, Expectation, RequestOfTest, WrittenTest
from hosting.errors import EdgeError
from hosting.formats.rule_file import read_rule_file
from hosting.setting_types import Section, nearest, setting_keys

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from pydantic_core import ErrorDetails

_RULES = {
    "missing": "is missing",
    "literal_error": "must be {expected}",
    "tuple_type": "must be a list",
    "dict_type": "must be a map",
    "model_type": "must be a map",
    "model_attributes_type": "must be a map",
}
# pydantic's name for the key, and not the value, of a map.
_KEY = "[key]"


class _TestFile(Section):
    """The whole file."""

    tests: tuple[WrittenTest, ...]


# The models of the maps that are not the whole file, by the key that has them.
_MODELS: dict[str, type[Section]] = {"tests": WrittenTest, "request": RequestOfTest, "expect": Expectation}


def read_edge_tests(project: Path) -> tuple[EdgeTest, ...]:
    """Return the tests of a project; none without the file.

    Raises:
        EdgeError: the file can't be read, or is invalid.
    """
    file = project / EDGE_TESTS
    return parse_edge_tests(read_rule_file(file)) if file.is_file() else ()


def parse_edge_tests(text: str) -> tuple[EdgeTest, ...]:
    """Return the tests in the text of the file.

    Raises:
        EdgeError: it is invalid; the message has every problem with its line.
    """
    root, value = _parsed(text)
    if root is None:
        return ()
    repeated = list(_repeated_keys(root))
    if repeated:
        raise _invalid(repeated)
    try:
        written = _TestFile.model_validate(value).tests
    except ValidationError as error:
        raise _invalid(_problems(root, error.errors())) from None
    nodes = _at(root, ("tests",)).value
    return tuple(EdgeTest(_line(node), **dict(test)) for node, test in zip(nodes, written, strict=True))


def _invalid(problems: Iterable[str]) -> EdgeError:
    listed = "".join(f"\n  - {problem}" for problem in problems)
    return EdgeError(f"{EDGE_TESTS} is invalid; nothing was deployed (docs/edge-tests.md has its keys):{listed}")


def _parsed(text: str) -> tuple[yaml.Node | None, Any]:
    """Return the YAML as nodes, which have lines, and as values, which are texts, lists and maps.

    Every scalar stays a text: in YAML's own types the country NO is false.
    """
    try:
        loader = yaml.BaseLoader(text)
        root = loader.get_single_node()
        return root, None if root is None else loader.construct_document(root)
    except (yaml.YAMLError, RecursionError) as error:
        mark, problem = getattr(error, "problem_mark", None), getattr(error, "problem", None)
        where = f"line {mark.line + 1} of {EDGE_TESTS}" if mark else EDGE_TESTS
        reason = f" ({problem})" if problem else ""
        raise EdgeError(f"{where} is not valid YAML{reason}; nothing was deployed: fix it, or remove it") from None


def _repeated_keys(node: yaml.Node) -> Iterator[str]:
    """Yield the problems of keys that a map has twice; YAML's parser takes the last one."""
    names: set[str] = set()
    for key, value in node.value if isinstance(node, yaml.MappingNode) else []:
        if key.value in names:
            yield f"line {_line(key)}: '{key.value}' is in the same map twice"
        names.add(key.value)
        yield from _repeated_keys(value)
    for item in node.value if isinstance(node, yaml.SequenceNode) else []:
        yield from _repeated_keys(item)


def _line(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 1


def _problems(root: yaml.Node, errors: Sequence[ErrorDetails]) -> Iterator[str]:
    """Yield a sentence for each error; a key that is missing under its own name may be misspelt."""
    located = [(tuple(step for step in error["loc"] if step != _KEY), error) for error in errors]
    meant = {at: _meant(at) for at, error in located if error["type"] == "extra_forbidden"}
    misspelt = {(*at[:-1], name) for at, name in meant.items()}
    for at, error in located:
        if at in meant:
            rule = f"is not a key here (did you mean '{meant[at]}'?)" if meant[at] else "is not a key here"
        elif error["type"] == "missing" and at in misspelt:
            continue
        else:
            rule = _RULES.get(error["type"], error["msg"]).format(**error.get("ctx", {}))
        element = "an element of " if at and isinstance(at[-1], int) else ""
        yield f"line {_line(_at(root, at))}: {element}'{_key(at)}' {rule}"


def _meant(location: Sequence[str | int]) -> str | None:
    return nearest(str(location[-1]), setting_keys(_model_at(location)))


def _key(location: Sequence[str | int]) -> str:
    """Return the key of a test without the list of all tests: ``request.path``."""
    names = [step for step in location if isinstance(step, str)]
    return ".".join(names[1:] or names) or EDGE_TESTS


def _at(root: yaml.Node, location: Sequence[str | int]) -> yaml.Node:
    """Return the node at a location, or the nearest one around it."""
    node = root
    for step in location:
        if isinstance(node, yaml.SequenceNode) and isinstance(step, int):
            node = node.value[step]
            continue
        entries = node.value if isinstance(node, yaml.MappingNode) else []
        found = next((value for key, value in entries if key.value == step), None)
        if found is None:
            break
        node = found
    return node


def _model_at(location: Sequence[str | int]) -> type[Section]:
    """Return the model of the map that has the key at a location."""
    names = [step for step in location[:-1] if isinstance(step, str)]
    return _MODELS[names[-1]] if names else _TestFile
