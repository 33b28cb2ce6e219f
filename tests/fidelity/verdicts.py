"""What a provider makes of a change: nothing, an update, or a replacement."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from sandbox.providers.aws.catalogue import RESOURCES
from sandbox.providers.changes import differences
from sandbox.providers.schema import completed
from tests.fidelity.changed_inputs import Path, changed
from tests.fidelity.translation import Block, terraform_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

Verdict: TypeAlias = Literal["nothing", "update", "replacement"]


def sandbox_verdict(token: str, inputs: Mapping[str, Any], path: Path) -> Verdict:
    """Return what the sandbox's provider makes of another value of a property."""
    fields = RESOURCES[token].fields
    old = completed(fields, dict(inputs))
    found = differences(fields, old, completed(fields, changed(fields, old, path)))
    return _verdict(bool(found), any(change.replaces for change in found))


def terraform_verdict(change: Mapping[str, Any], path: Path) -> Verdict:
    """Return what Terraform's provider makes of it; `path` has Terraform's names."""
    before, after = (sorted(_values(change[side] or {}, path)) for side in ("before", "after"))
    unknown = any(json.loads(value) is True for value in _values(change.get("after_unknown") or {}, path))
    replaced = [tuple(str(part) for part in one if isinstance(part, str)) for one in change.get("replace_paths", [])]
    return _verdict(before != after or unknown, any(_are_related(one, path) for one in replaced))


def terraform_path(kind: str, path: Path, block: Block) -> Path:
    """Return a property's path with Terraform's names; empty if Terraform has no such property."""
    found: list[str] = []
    for name in path:
        terraform = terraform_name(kind, name, block)
        if terraform is None:
            return ()
        found.append(terraform)
        block = block.get("block_types", {}).get(terraform, {}).get("block", {})
    return tuple(found)


def _verdict(is_changed: bool, is_replaced: bool) -> Verdict:  # noqa: FBT001 - two answers in one
    return ("replacement" if is_replaced else "update") if is_changed else "nothing"


def _values(value: Any, path: Path) -> Iterator[str]:  # noqa: ANN401 - JSON
    """Yield each value under a path, in whichever item of a list, as JSON."""
    if isinstance(value, list) and path:
        for item in value:
            yield from _values(item, path)
    elif path and isinstance(value, dict):
        if path[0] in value:
            yield from _values(value[path[0]], path[1:])
    else:
        yield json.dumps(_canonical(value), sort_keys=True)


def _canonical(value: Any) -> Any:  # noqa: ANN401 - JSON
    """Return a value without what makes no difference: how the JSON of a policy is written."""
    if isinstance(value, str) and re.match(r'\s*\{"', value):
        return json.loads(value)
    return value


def _are_related(one: Path, other: Path) -> bool:
    return one[: len(other)] == other[: len(one)]
