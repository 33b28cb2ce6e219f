"""Suggest a valid value for an invalid setting: the one given, with as little changed as possible.

A list or map is suggested as a whole: `pulumi config set --path` on one of its elements discards the others of a value
that was set as JSON.
"""

from __future__ import annotations

import re
from copy import deepcopy
from typing import TYPE_CHECKING, Any, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic.alias_generators import to_camel

from hosting.errors import PLACEHOLDER
from hosting.setting_types import field_named, nearest, setting_keys

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic.fields import FieldInfo
    from pydantic_core import ErrorDetails

KeyPath = tuple[str | int, ...]

# A fix may uncover another error: a renamed key has its value checked, and then the rules between settings.
_MOST_ROUNDS = 10


def suggest(model: type[BaseModel], given: Mapping[str, Any], key: str) -> Any:  # noqa: ANN401 - any setting's value
    """Return a value of ``key`` that is valid beside the others of ``given``.

    If there is no safe value, it is ``PLACEHOLDER``, or contains it.
    """
    values = deepcopy(dict(given))
    for _ in range(_MOST_ROUNDS):
        errors = [error for error in _errors(model, values, key) if not _has_placeholder(values, error)]
        if not errors:
            return values.get(key, PLACEHOLDER)
        # Misspelt keys first: a missing key may exist under another name.
        for error in [one for one in errors if one["type"] == "extra_forbidden"] or errors:
            _fix(model, values, error)
    return PLACEHOLDER


def path_of(error: ErrorDetails) -> KeyPath:
    """Return the path of the key that an error is about, as the config spells it."""
    location = error["loc"]
    about = error.get("ctx", {}).get("about")
    path = (*location[:-1], about) if about else location
    if error["type"] == "extra_forbidden":
        return path
    # pydantic uses Python's name in errors about a default value.
    return (to_camel(str(path[0])), *path[1:])


def field_at(model: type[BaseModel], path: KeyPath) -> tuple[type[BaseModel], FieldInfo | None]:
    """Return the model that has the last named key of ``path``, and the key's field; None for an unknown key."""
    named = [step for step in path if isinstance(step, str)]
    for step in named[:-1]:
        field = field_named(model, step)
        model = (model_in(field.annotation) if field else None) or model
    return model, field_named(model, named[-1])


def model_in(annotation: object) -> type[BaseModel] | None:
    """Return the model that ``annotation`` is, or contains as an option or as the element of a list."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next(filter(None, map(model_in, get_args(annotation))), None)


def _errors(model: type[BaseModel], values: Mapping[str, Any], key: str) -> list[ErrorDetails]:
    """Return the errors about ``key`` alone."""
    try:
        model.model_validate(values)
    except ValidationError as error:
        return [one for one in error.errors() if path_of(one)[0] == key]
    return []


def _has_placeholder(values: Any, error: ErrorDetails) -> bool:  # noqa: ANN401 - JSON
    """Return whether the value that an error is about, or a part of it, is left to the user."""
    try:
        return PLACEHOLDER in repr(_value_at(values, path_of(error)))
    except KeyError:
        return False


def _value_at(values: Any, path: KeyPath) -> Any:  # noqa: ANN401 - JSON
    for step in path:
        values = values[step]
    return values


def _fix(model: type[BaseModel], values: Any, error: ErrorDetails) -> None:  # noqa: ANN401 - JSON
    """Replace or rename what an error is about."""
    *outer, last = path_of(error)
    holder = _value_at(values, tuple(outer))
    section, field = field_at(model, (*outer, last))
    if error["type"] != "extra_forbidden":
        holder[last] = _replacement(error, field, is_element=isinstance(last, int))
        return
    value, meant = holder.pop(last), nearest(str(last), setting_keys(section))
    if meant is not None:
        holder.setdefault(meant, value)


def _replacement(error: ErrorDetails, field: FieldInfo | None, *, is_element: bool) -> object:
    """Return a value to put in the place of an invalid or missing one."""
    context = error.get("ctx", {})
    if context.get("suggestion") is not None:
        return context["suggestion"]
    is_list = field is not None and get_origin(field.annotation) is tuple and not is_element
    if error["type"] in ("missing", "too_short") or context.get("about"):
        example = field.examples[0] if field and field.examples else PLACEHOLDER
        return [example] if is_list else example
    if field is None or is_element:
        return PLACEHOLDER
    if error["type"] == "tuple_type":
        return _as_list(error["input"], holds_maps=_holds_maps(field.annotation))
    return PLACEHOLDER if is_list else _nearest_value(error, field)


def _holds_maps(annotation: object) -> bool:
    element = get_args(annotation)[0]
    return get_origin(element) is dict or model_in(element) is not None


def is_broken_json(value: object) -> bool:
    """Return whether a text was meant as JSON, which could not be decoded."""
    return isinstance(value, str) and value.lstrip().startswith(("[", "{"))


def _as_list(value: object, *, holds_maps: bool) -> object:
    """Return a list for a value that is not one: `*.map, *.txt` are two elements, and so are two lines."""
    if isinstance(value, dict) != holds_maps or is_broken_json(value):
        return PLACEHOLDER
    if not isinstance(value, str):
        return [value]
    return [part.strip() for part in re.split(r"[,\n]", value) if part.strip()]


def _nearest_value(error: ErrorDetails, field: FieldInfo) -> object:
    """Return the nearest value that the field allows, or its default."""
    context, got = error.get("ctx", {}), str(error["input"]).lower()
    if error["type"] == "literal_error":
        options = {str(option).lower(): option for option in get_args(field.annotation)}
        ending = [option for option in options if got and option.endswith(got)]
        option = next(iter(ending), None) or nearest(got, options)
        return options[option] if option is not None else field.default
    if "le" in context:
        return context["le"]
    if isinstance(field.default, bool | int):
        return field.default
    return context.get("ge", PLACEHOLDER)
