"""The differences between two sets of properties, as the engine expects them."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

from sandbox.providers.schema import Field, Fields, completed
from sandbox.providers.values import UNKNOWN, Asset, Properties

ChangeKind: TypeAlias = Literal["add", "delete", "update"]


@dataclass(frozen=True)
class Change:
    """One difference.

    Attributes:
        path: such as `origins[0].domainName`.
        kind: what happened to the property.
        replaces: whether the change needs a new resource.
    """

    path: str
    kind: ChangeKind
    replaces: bool = False


def differences(fields: Fields, old: Properties, new: Properties) -> list[Change]:
    """Return every difference between the inputs of the last run and those of this one."""
    return [
        change
        for name, field in fields.items()
        if not (field.computed and new.get(name) is None)
        for change in _value_changes(field, old.get(name), new.get(name), name, replaces=field.replaces)
    ]


def equivalent(field: Field, old: object, new: object) -> bool:
    """Return whether two values mean the same: nothing equals empty, and a set has no order."""
    return _canonical(field, old) == _canonical(field, new)


def refreshed_inputs(fields: Fields, old: Properties, state: Properties) -> Properties:
    """Return the inputs that would have led to `state`: the old ones where they mean the same.

    Without old inputs (an import) they are the parts of the state that are not defaults.
    """
    new = {}
    for name, field in fields.items():
        value = _without_outputs(field, state.get(name))
        if name in old and equivalent(field, old[name], value):
            new[name] = old[name]
        elif name not in old and field.computed and (old or not field.is_name):
            continue
        elif value and _canonical(field, value) is not None:
            new[name] = value
    return completed(fields, new)


def _value_changes(field: Field, old: object, new: object, path: str, *, replaces: bool) -> Iterator[Change]:
    # Terraform's SDK has no other value for a boolean that an API does not return.
    if old is None and field.default is False:
        old = False
    if new is not UNKNOWN and equivalent(field, old, new):
        return
    if isinstance(old, dict) and isinstance(new, dict):
        for key in sorted({*old, *new}):
            inner = (field.fields or {}).get(key) or field.item or Field()
            yield from _value_changes(inner, old.get(key), new.get(key), f"{path}.{key}", replaces=replaces)
    elif isinstance(old, list) and isinstance(new, list) and field.item and not field.unordered:
        for index in range(max(len(old), len(new))):
            before, after = (items[index] if index < len(items) else None for items in (old, new))
            yield from _value_changes(field.item, before, after, f"{path}[{index}]", replaces=replaces)
    else:
        kind: ChangeKind = "add" if _is_empty(old) else "delete" if _is_empty(new) else "update"
        yield Change(path, kind, replaces)


def _canonical(field: Field, value: object) -> object:
    inner = field.item or Field()
    found: object = value
    if isinstance(value, Asset):
        found = ("asset", value.hash)
    elif isinstance(value, dict):
        parts = {key: _canonical((field.fields or {}).get(key) or inner, item) for key, item in value.items()}
        found = {key: part for key, part in parts.items() if part is not None}
    elif isinstance(value, list):
        items = [_canonical(inner, item) for item in value]
        found = sorted(items, key=_sort_key) if field.unordered else items
    return None if _is_empty(found) else found


def _sort_key(item: object) -> str:
    return json.dumps(item, sort_keys=True, default=str)


def _is_empty(value: object) -> bool:
    return value is None or value in ("", [], {})


def _without_outputs(field: Field, value: object) -> object:
    """Return the value with only the parts that are inputs."""
    if isinstance(value, dict) and field.fields is not None:
        inner = {name: _without_outputs(part, value.get(name)) for name, part in field.fields.items()}
        return {name: part for name, part in inner.items() if not _is_empty(part)}
    if isinstance(value, list) and field.item:
        return [_without_outputs(field.item, item) for item in value]
    return value
