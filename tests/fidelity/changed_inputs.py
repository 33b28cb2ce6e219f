"""Another valid value for each property that the stacks set."""

from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sandbox.providers.schema import Field, Fields

# The names of nested properties, without the positions in lists.
Path: TypeAlias = tuple[str, ...]

# Properties that are not changed, and why.
NOT_CHANGED = {
    "OriginAccessControl.signingProtocol": "has only one valid value",
}
# The values that a property of this name can get: the first that it does not have. Others follow from their type.
_VALUES: Mapping[str, tuple[object, ...]] = {
    "allowedMethods": (["GET", "HEAD"], ["GET", "HEAD", "OPTIONS"]),
    "cachedMethods": (["GET", "HEAD", "OPTIONS"],),
    "errorCode": (405,),
    "locations": (["CH"],),
    "originSslProtocols": (["TLSv1.1"],),
    "period": (600,),
    "responseCode": (404,),
    "validationMethod": ("EMAIL",),
}


def paths(fields: Fields, inputs: Mapping[str, Any]) -> Iterator[Path]:
    """Yield the path of each property that is set, once."""
    yield from dict.fromkeys(_paths(fields, inputs))


def _paths(fields: Fields, inputs: Mapping[str, Any]) -> Iterator[Path]:
    for name, value in inputs.items():
        inner = inner_fields(fields[name])
        if inner is None:
            yield (name,)
            continue
        for item in value if isinstance(value, list) else [value]:
            yield from ((name, *rest) for rest in _paths(inner, item))


def inner_fields(field: Field) -> Fields | None:
    """Return the fields of an object, or of the objects of a list; None for any other value."""
    return field.fields if field.item is None else field.item.fields


def changed(fields: Fields, inputs: Mapping[str, Any], path: Path) -> dict[str, Any]:
    """Return the inputs with another value of one property: in a list of objects, of the first that has it."""
    found = copy.deepcopy(dict(inputs))
    _change(fields, found, path)
    return found


def _change(fields: Fields, inputs: dict[str, Any], path: Path) -> bool:
    name, *rest = path
    if name not in inputs:
        return False
    if not rest:
        inputs[name] = _other(name, fields[name], inputs[name])
        return True
    value = inputs[name]
    inner = inner_fields(fields[name]) or {}
    return any(_change(inner, item, tuple(rest)) for item in (value if isinstance(value, list) else [value]))


def _other(name: str, field: Field, value: Any) -> Any:  # noqa: ANN401 - JSON
    candidates = _VALUES.get(name) or field.choices
    if candidates:
        return next(candidate for candidate in candidates if candidate != value)
    if isinstance(value, bool):
        return not value
    if isinstance(value, int | float):
        return value + 1
    if isinstance(value, list):
        return [f"{value[0]}x", *value[1:]]
    if isinstance(value, dict):
        first = next(iter(value))
        return {**value, first: f"{value[first]}x"}
    return _other_policy(value) if value.startswith("{") else f"{value}x"


def _other_policy(text: str) -> str:
    policy = json.loads(text)
    policy["Statement"][0]["Sid"] = "Changed"
    return json.dumps(policy)
