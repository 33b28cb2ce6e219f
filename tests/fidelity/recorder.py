"""A pytest plugin that records what the stacks of tests/program declare, as JSON in the file of FIDELITY_STACKS.

The mocks return an ARN for every resource, so that the translation can find what refers to it.
"""

from __future__ import annotations

import json
import os
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.program import conftest, test_deployment_role

if TYPE_CHECKING:
    from collections.abc import Callable

    import pulumi

# The resources of each stack, with its mocks, which stay so that no other object gets their id.
_STACKS: dict[int, tuple[object, list[dict[str, Any]]]] = {}


def pytest_sessionstart() -> None:
    """Record every resource that the mocks of tests/program are given."""
    for mocks in (conftest.Cloud, test_deployment_role.Account):
        setattr(mocks, "new_resource", _recorded(mocks.new_resource))  # noqa: B010 - mypy refuses an assignment


def pytest_sessionfinish() -> None:
    """Write the stacks."""
    stacks = [resources for _, resources in _STACKS.values()]
    Path(os.environ["FIDELITY_STACKS"]).write_text(json.dumps(stacks))


def _recorded(original: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(original)
    def new_resource(self: object, args: pulumi.runtime.MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
        identifier, outputs = original(self, args)
        if args.typ.startswith("aws:"):
            outputs.setdefault("arn", f"arn:aws:mock:::{args.name}")
        entry = {"type": args.typ, "name": args.name, "provider": args.provider, "inputs": args.inputs}
        _STACKS.setdefault(id(self), (self, []))[1].append({**entry, "id": identifier, "outputs": outputs})
        return identifier, outputs

    return new_resource
