"""What to set so that a setting holds: its value with what is wrong in it put right, and all else as it was.

A setting that is a list or a map is mended whole. `pulumi config set --path` would do for one element, but only where
the value was set so: of one that was set as JSON it keeps nothing else.
"""

from __future__ import annotations

import difflib
import json
import re
from copy import deepcopy
from typing import TYPE_CHECKING, Any, get_args, get_origin

import yaml
from pydantic import BaseModel, ValidationError
from pydantic.alias_generators import to_camel

from hosting.errors import PLACEHOLDER
from hosting.setting_types import field_named, nearest, settings_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pydantic.fields import FieldInfo
    from pydantic_core import ErrorDetails

Path = tuple[str | int, ...]

_NEAR = 0.5
_LONGEST_READ = 20_000


def mended(model: type[BaseModel], given: Mapping[str, Any], key: str) -> Any:  # noqa: ANN401 - any setting's value
    """Return a value of ``key`` that holds beside the others of ``given``, as near as may be to the one there.

    Where something has to be thought of, ``PLACEHOLDER`` stands for it.
    """
    return _Mending(model, given, key).value()


def path_of(error: ErrorDetails) -> Path:
    """Return where an error is, in the config's own words."""
    location = error["loc"]
    about = error.get("ctx", {}).get("about")
    steps = (*location[:-1], about) if about else location
    if error["type"] == "extra_forbidden":
        return steps
    # pydantic names a default's field as Python does.
    return tuple(to_camel(step) if isinstance(step, str) else step for step in steps)


def around(model: type[BaseModel], path: Path) -> tuple[type[BaseModel], FieldInfo | None]:
    """Return the model that holds the last named key of ``path``, and that key's field (None: there is none)."""
    named = [step for step in path if isinstance(step, str)]
    for step in named[:-1]:
        field = field_named(model, step)
        model = (_model_in(field.annotation) if field else None) or model
    return model, field_named(model, named[-1])


def _model_in(annotation: Any) -> type[BaseModel] | None:  # noqa: ANN401 - an annotation may be anything
    """Return the model that ``annotation`` is, or holds as a tuple's element."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for argument in getattr(annotation, "__args__", ()):
        found = _model_in(argument)
        if found:
            return found
    return None


def _example_of(field: FieldInfo | None) -> Any:  # noqa: ANN401 - any setting's value
    """Return a value for a field; for a list, one element; ``PLACEHOLDER`` where there is no good guess."""
    return field.examples[0] if field and field.examples else PLACEHOLDER


def _is_list(field: FieldInfo | None) -> bool:
    """Whether the values of a field are lists."""
    return field is not None and get_origin(field.annotation) is tuple


def _listed(value: object) -> list[object]:
    """Return a value as the list that it was meant to be: `*.map, *.txt` are two, and so are two lines."""
    return [part.strip() for part in re.split(r"[,\n]", value)] if isinstance(value, str) else [value]


def _read(value: Any) -> Any:  # noqa: ANN401 - any setting's value
    """Return the list or map that a text is in YAML's looser words: with commas at the end, or without quotes."""
    if not (isinstance(value, str) and value.lstrip().startswith(("[", "{")) and len(value) < _LONGEST_READ):
        return value
    for end in ("", "]", "}]"):
        try:
            # Through JSON, which has no dates, and no keys but texts.
            found = json.loads(json.dumps(yaml.safe_load(f"{value}{end}")))
        except (yaml.YAMLError, RecursionError, ValueError, TypeError):
            continue
        return found if isinstance(found, list | dict) else value
    return value


def _in_place_of(error: ErrorDetails, field: FieldInfo | None) -> object:
    """Return what does no harm in place of a value that breaks a rule: the nearest that is allowed, or the default.

    Where that would be an invention, the user has to think of it.
    """
    context, got = error.get("ctx", {}), str(error["input"]).lower()
    if error["type"] == "literal_error" and field:
        options = [str(option) for option in get_args(field.annotation)]
        by_case = {option.lower(): option for option in options}
        ending = [option for option in options if got and option.lower().endswith(got)]
        near = difflib.get_close_matches(got, by_case, n=1, cutoff=_NEAR)
        return ending[0] if ending else by_case[near[0]] if near else field.default
    if "le" in context:
        return context["le"]
    has_default = field is not None and isinstance(field.default, bool | int) and not field.is_required()
    return field.default if field is not None and has_default else context.get("ge", PLACEHOLDER)


class _Mending:
    """Puts right one error of one setting after the other, until there is none."""

    def __init__(self, model: type[BaseModel], given: Mapping[str, Any], key: str) -> None:
        self._model = model
        self._key = key
        self._values = dict(deepcopy(dict(given)))

    def value(self) -> Any:  # noqa: ANN401 - any setting's value
        seen: set[str] = set()
        while (errors := [one for one in self._errors() if not self._is_left(one)]) and repr(self._values) not in seen:
            seen.add(repr(self._values))
            # Misspelt keys first: what is missing may be there under another name.
            self._put_right(min(errors, key=lambda error: error["type"] != "extra_forbidden"))
        return self._values.get(self._key, PLACEHOLDER)

    def _errors(self) -> list[ErrorDetails]:
        """Return the errors of the setting alone."""
        try:
            self._model.model_validate(self._values)
        except ValidationError as error:
            return [one for one in error.errors() if path_of(one)[0] == self._key]
        return []

    def _is_left(self, error: ErrorDetails) -> bool:
        """Whether an error is about what the user has to think of."""
        try:
            return PLACEHOLDER in repr(self._at(path_of(error)))
        except (KeyError, IndexError, TypeError):
            return False

    def _put_right(self, error: ErrorDetails) -> None:
        path = path_of(error)
        parent, field = around(self._model, path)
        mend = error.get("ctx", {}).get("mend")
        if error["type"] == "extra_forbidden":
            self._rename(path, settings_of(parent))
        elif mend is not None:
            self._set(path, mend)
        elif error["type"] == "missing" or error.get("ctx", {}).get("about"):
            self._set(path, [_example_of(field)] if _is_list(field) else _example_of(field))
        elif _is_list(field) and not isinstance(path[-1], int):
            self._put_list_right(path, error, _example_of(field))
        else:
            self._set(path, PLACEHOLDER if isinstance(path[-1], int) else _in_place_of(error, field))

    def _rename(self, path: Path, known: Iterable[str]) -> None:
        holder = self._at(path[:-1])
        value = holder.pop(path[-1])
        meant = nearest(str(path[-1]), known)
        if meant is not None:
            holder.setdefault(meant, value)

    def _put_list_right(self, path: Path, error: ErrorDetails, example: object) -> None:
        value = self._at(path)
        read = _read(value)
        if error["type"] == "too_short":
            self._set(path, [example])
        elif error["type"] == "too_long":
            self._set(path, value[: error["ctx"]["max_length"]])
        elif read is not value:
            self._set(path, read)
        elif isinstance(value, list):
            self._drop_the_first_that(error, path, value)
        elif isinstance(value, dict) and isinstance(example, dict):
            self._set(path, [value])
        elif not self._holds(path, _listed(value)):
            self._set(path, PLACEHOLDER)

    def _holds(self, path: Path, value: object) -> bool:
        """Set a value, and tell whether it has no error."""
        self._set(path, value)
        return not any(path_of(error)[: len(path)] == path for error in self._errors())

    def _drop_the_first_that(self, error: ErrorDetails, path: Path, value: list[Any]) -> None:
        """Drop the first element with which the list, up to there, has the error."""

        def has_it(length: int) -> bool:
            self._set(path, value[:length])
            return any((one["type"], path_of(one)) == (error["type"], path) for one in self._errors())

        first = next((length for length in range(1, len(value)) if has_it(length)), len(value))
        self._set(path, [*value[: first - 1], *value[first:]])

    def _at(self, path: Path) -> Any:  # noqa: ANN401 - any part of a setting
        found: Any = self._values
        for step in path:
            found = found[step]
        return found

    def _set(self, path: Path, value: object) -> None:
        self._at(path[:-1])[path[-1]] = value
