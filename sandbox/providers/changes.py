"""What differs between two sets of properties, as the engine wants to be told it."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

from sandbox.providers.schema import Field, Fields, completed
from sandbox.providers.values import UNKNOWN, Asset, Properties

ChangeKind: TypeAlias = Literal["add", "delete", "update"]


@dataclass(frozen=True)
class Change:
    """One difference: `origins[0].domainName` was updated, and whether that takes a new resource."""

    path: str
    kind: ChangeKind
    replaces: bool = False


def differences(fields: Fields, old: Properties, new: Properties) -> list[Change]:
    """Every difference between the inputs of the last run and those of this one."""
    return [
        change
        for name, field in fields.items()
        if not (field.cloud_decides and new.get(name) is None)
        for change in _value_changes(field, old.get(name), new.get(name), name, replaces=field.replaces)
    ]


def same(field: Field, old: object, new: object) -> bool:
    """Whether two values mean the same to the cloud: nothing equals empty, and a set has no order."""
    return _canonical(field, old) == _canonical(field, new)


def refreshed_inputs(fields: Fields, old: Properties, state: Properties) -> Properties:
    """The inputs that would have led to `state`: the old ones wherever they mean the same.

    With no old inputs (an import) they are all of the state that isn't a default.
    """
    new = {}
    for name, field in fields.items():
        value = _without_foreign(field, state.get(name))
        if name in old and same(field, old[name], value):
            new[name] = old[name]
        elif name not in old and field.cloud_decides and (old or not field.is_name):
            continue
        elif value and _canonical(field, value) is not None:
            new[name] = value
    return completed(fields, new)


def _value_changes(field: Field, old: object, new: object, path: str, *, replaces: bool) -> Iterator[Change]:
    if new is not UNKNOWN and same(field, old, new):
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


def _without_foreign(field: Field, value: object) -> object:
    """The value with only those parts that are inputs."""
    if isinstance(value, dict) and field.fields is not None:
        inner = {name: _without_foreign(part, value.get(name)) for name, part in field.fields.items()}
        return {name: part for name, part in inner.items() if not _is_empty(part)}
    if isinstance(value, list) and field.item:
        return [_without_foreign(field.item, item) for item in value]
    return value
