"""The properties that a resource takes, their validation, and their defaults.

A `Field` describes one property. `problems` finds everything that the provider rejects before any request, and
`completed` adds the defaults. Values that are unknown until the real run are not checked.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from sandbox.providers.values import UNKNOWN, Asset, Properties

Fields: TypeAlias = "Mapping[str, Field]"
Kind: TypeAlias = Literal["string", "boolean", "integer", "number", "asset", "list", "map", "object"]
Failure: TypeAlias = tuple[str, str]

_PYTHON_TYPES: Mapping[Kind, tuple[type, ...]] = {
    "string": (str,),
    "boolean": (bool,),
    "integer": (int,),
    "number": (int, float),
    "asset": (Asset,),
    "list": (list,),
    "map": (dict,),
    "object": (dict,),
}


@dataclass(frozen=True, kw_only=True)
class Field:
    """One property of a resource.

    Attributes:
        kind: its type.
        required: whether the program must set it.
        default: its value if the program does not set it.
        replaces: whether a change needs a new resource.
        computed: whether AWS chooses a value if the program sets none; then a missing value makes no difference.
        is_name: whether it is the resource's own name, which an import reads back although AWS may choose it.
        unordered: whether the order of a list's items makes no difference.
        choices: the allowed values.
        low: the lowest number, or the least length.
        high: the highest number, or the greatest length.
        pattern: an expression for the whole text, and the message for a text that does not match.
        item: of a list or a map.
        fields: of an object.
        api: the name in AWS's API, unless it is the property's name with a capital.
    """

    kind: Kind = "string"
    required: bool = False
    default: str | bool | float | None = None
    replaces: bool = False
    computed: bool = False
    is_name: bool = False
    unordered: bool = False
    choices: tuple[str | int, ...] = ()
    low: int | None = None
    high: int | None = None
    pattern: tuple[str, str] | None = None
    item: "Field | None" = None
    fields: "Fields | None" = None
    api: str = ""


def string(**options: Any) -> Field:  # noqa: ANN401 - passes every option to Field
    """Return a string field."""
    return Field(kind="string", **options)


def boolean(**options: Any) -> Field:  # noqa: ANN401 - passes every option to Field
    """Return a boolean field."""
    return Field(kind="boolean", **options)


def integer(**options: Any) -> Field:  # noqa: ANN401 - passes every option to Field
    """Return an integer field; `low` and `high` bound its value."""
    return Field(kind="integer", **options)


def block(fields: Fields, **options: Any) -> Field:  # noqa: ANN401 - passes every option to Field
    """Return an object field with these fields."""
    return Field(kind="object", fields=fields, **options)


def list_of(item: Field, **options: Any) -> Field:  # noqa: ANN401 - passes every option to Field
    """Return a list field; `low` and `high` bound its length."""
    return Field(kind="list", item=item, **options)


def string_map(**options: Any) -> Field:  # noqa: ANN401 - passes every option to Field
    """Return a field for an object with any keys and string values."""
    return Field(kind="map", item=Field(), **options)


def problems(fields: Fields, given: Properties, prefix: str = "") -> Iterator[Failure]:
    """Yield the path and the reason of everything for which the provider rejects these properties."""
    for name in given:
        if name not in fields and not name.startswith("__"):
            yield f"{prefix}{name}", f"the sandbox's provider has no property '{name}' here"
    for name, field in fields.items():
        value = given.get(name)
        if value is not None:
            yield from _value_problems(field, value, f"{prefix}{name}")
        elif field.required:
            yield f"{prefix}{name}", f"Missing required argument: '{name}' is required, but no definition was found"


def _value_problems(field: Field, value: object, path: str) -> Iterator[Failure]:
    if value is UNKNOWN:
        return
    is_wrong_type = not isinstance(value, _PYTHON_TYPES[field.kind])
    if is_wrong_type or (isinstance(value, bool) and field.kind != "boolean"):
        yield path, f"expected type {field.kind}, got {_type_name(value)}"
        return
    yield from _bound_problems(field, value, path)
    if isinstance(value, list) and field.item:
        for index, item in enumerate(value):
            yield from _value_problems(field.item, item, f"{path}[{index}]")
    if isinstance(value, dict) and field.fields is not None:
        yield from problems(field.fields, value, f"{path}.")
    elif isinstance(value, dict) and field.item:
        for key, item in value.items():
            yield from _value_problems(field.item, item, f"{path}.{key}")


def _bound_problems(field: Field, value: object, path: str) -> Iterator[Failure]:
    if field.choices and value not in field.choices:
        expected = " ".join(f'"{choice}"' if isinstance(choice, str) else str(choice) for choice in field.choices)
        yield path, f"expected {path} to be one of [{expected}], got {value}"
    if field.pattern and isinstance(value, str) and not re.fullmatch(field.pattern[0], value):
        yield path, f'{field.pattern[1]}, got "{value}"'
    size = value if isinstance(value, int | float) else len(value) if isinstance(value, str | list) else None
    low, high = field.low, field.high
    if size is not None and ((low is not None and size < low) or (high is not None and size > high)):
        what = "" if isinstance(value, int | float) else "length of "
        yield path, f"expected {what}{path} to be in the range ({low} - {high}), got {size}"


def _type_name(value: object) -> str:
    return next((kind for kind, types in _PYTHON_TYPES.items() if type(value) in types), type(value).__name__)


def completed(fields: Fields, given: Properties) -> Properties:
    """Return the properties with defaults, in nested objects too."""
    filled = {name: value for name, value in given.items() if value is not None}
    for name, field in fields.items():
        if name in filled:
            filled[name] = _completed_value(field, filled[name])
        elif field.default is not None:
            filled[name] = field.default
    return filled


def _completed_value(field: Field, value: object) -> object:
    if isinstance(value, dict) and field.fields is not None:
        return completed(field.fields, value)
    if isinstance(value, list) and field.item:
        return [_completed_value(field.item, item) for item in value]
    return value
