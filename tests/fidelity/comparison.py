"""The comparison of both providers: the configuration, each changed property, and the differences that are known."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sandbox.providers.aws.catalogue import RESOURCES
from tests.fidelity.changed_inputs import NOT_CHANGED, changed, paths
from tests.fidelity.terraform import alias
from tests.fidelity.translation import (
    REPLACED,
    ZONE,
    body,
    is_aws,
    label,
    references,
    region,
    terraform_type,
)
from tests.fidelity.verdicts import sandbox_verdict, terraform_path, terraform_verdict

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tests.fidelity.changed_inputs import Path
    from tests.fidelity.translation import Block, Resource

# Properties of which the providers make something else of a change, and why the sandbox is right all the same.
KNOWN: Mapping[str, str] = {}


@dataclass
class Comparison:
    """The stacks, and what Terraform makes of them.

    Attributes:
        stacks: the stacks, each with its resources.
        schema: Terraform's types, each with its block.
        changes: the resource, by its address, on which each property is changed.
    """

    stacks: list[Sequence[Resource]]
    schema: Mapping[str, Block]
    changes: dict[tuple[str, Path], tuple[str, Resource]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for number, resource in self._resources():
            inputs = {name: value for name, value in resource["inputs"].items() if value is not None}
            for path in paths(RESOURCES[resource["type"]].fields, inputs):
                address = f"{terraform_type(resource['type'])}.{label(number, resource['name'])}"
                self.changes.setdefault((resource["type"], path), (address, resource))

    def resources(self, *, is_changed: bool) -> dict[str, dict[str, Any]]:
        """Return Terraform's resources, with each property changed on one resource or without changes."""
        found: dict[str, dict[str, Any]] = {}
        for number, stack in enumerate(self.stacks):
            texts = references(number, [one for one in stack if is_aws(one)])
            if any(one["inputs"].get("zoneId") == ZONE for one in stack):
                zone = {"name": "example.com", "provider": f"aws.{alias('us-east-1')}"}
                found.setdefault("aws_route53_zone", {})[label(number, "zone")] = zone
            for resource in filter(is_aws, stack):
                kind, name = terraform_type(resource["type"]), label(number, resource["name"])
                declared = self._changed(f"{kind}.{name}", resource) if is_changed else resource
                provider = {"provider": f"aws.{alias(region(stack, resource))}"}
                found.setdefault(kind, {})[name] = {**body(number, declared, self.schema[kind], texts), **provider}
        return found

    def differences(self, plan: list[dict[str, Any]]) -> Iterator[tuple[str, str, str]]:
        """Yield each property of which the providers do not make the same, with what they make of its change."""
        changes = {change["address"]: change["change"] for change in plan}
        for (token, path), (address, resource) in self.changes.items():
            real = terraform_path(terraform_type(token), path, self.schema[terraform_type(token)])
            if real and not self.reason(token, path):
                verdicts = terraform_verdict(changes[address], real), sandbox_verdict(token, resource["inputs"], path)
                if verdicts[0] != verdicts[1]:
                    yield (property_name(token, path), *verdicts)

    def reason(self, token: str, path: Path) -> str:
        """Return why a property is not compared; "" if it is."""
        kind = terraform_type(token)
        real = terraform_path(kind, path, self.schema[kind])
        if not real:
            return "Terraform's provider of this version has no such property"
        return NOT_CHANGED.get(property_name(token, path)) or REPLACED.get(f"{kind}.{'.'.join(real)}", (None, ""))[1]

    def _changed(self, address: str, resource: Resource) -> Resource:
        fields = RESOURCES[resource["type"]].fields
        inputs = dict(resource["inputs"])
        for (token, path), (changed_address, _) in self.changes.items():
            if changed_address == address and not self.reason(token, path):
                inputs = changed(fields, inputs, path)
        return {**resource, "inputs": inputs}

    def _resources(self) -> Iterator[tuple[int, Resource]]:
        for number, stack in enumerate(self.stacks):
            yield from ((number, resource) for resource in stack if is_aws(resource))


def property_name(token: str, path: Path) -> str:
    """Return a property's name for people: `Distribution.origins.domainName`."""
    return ".".join((token.rpartition(":")[2], *path))


def load_schema(text: str) -> dict[str, Block]:
    """Return the blocks in what `terraform providers schema -json` prints."""
    (provider,) = json.loads(text)["provider_schemas"].values()
    return {kind: found["block"] for kind, found in provider["resource_schemas"].items()}
