"""A stack's state, as `pulumi stack export` prints it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from hosting.resource_names import COMPONENT

if TYPE_CHECKING:
    from collections.abc import Mapping

DISTRIBUTION = "aws:cloudfront/distribution:Distribution"
FUNCTION = "aws:cloudfront/function:Function"
ACCESS_CONTROL = "aws:cloudfront/originAccessControl:OriginAccessControl"
REQUEST_POLICY = "aws:cloudfront/originRequestPolicy:OriginRequestPolicy"
KEY_VALUE_STORE = "aws:cloudfront/keyValueStore:KeyValueStore"
CERTIFICATE = "aws:acm/certificate:Certificate"
BUCKET = "aws:s3/bucket:Bucket"
ROLE = "aws:iam/role:Role"
OIDC_PROVIDER = "aws:iam/openIdConnectProvider:OpenIdConnectProvider"
PROVIDER = "pulumi:providers:aws"


@dataclass(frozen=True)
class StateResource:
    """A resource of the state.

    Attributes:
        kind: its type, such as ``aws:s3/bucket:Bucket``.
        urn: its URN.
        id: its ID in AWS; empty for a component.
        outputs: its properties.
    """

    kind: str
    urn: str
    id: str = ""
    outputs: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class StackState:
    """What the checks need of a state.

    Attributes:
        resources: the resources.
        pending: the operations that a killed `pulumi up` did not finish, such as ``creating site-distribution``.
    """

    resources: tuple[StateResource, ...] = ()
    pending: tuple[str, ...] = ()

    def of(self, kind: str) -> tuple[StateResource, ...]:
        """Return the resources of a type."""
        return tuple(resource for resource in self.resources if resource.kind == kind)

    def ids(self, kind: str) -> frozenset[str]:
        """Return the IDs of the resources of a type."""
        return frozenset(resource.id for resource in self.of(kind))

    def component(self) -> StateResource | None:
        """Return the site's component, which is the parent of all other resources; None without one."""
        return next(iter(self.of(COMPONENT)), None)


def parse_state(exported: str) -> StackState:
    """Return the state that `pulumi stack export` has printed."""
    deployment = json.loads(exported).get("deployment") or {}
    resources = tuple(
        StateResource(each["type"], each["urn"], str(each.get("id", "")), each.get("outputs") or {})
        for each in deployment.get("resources") or []
    )
    pending = tuple(
        f"{each['type']} {each['resource']['urn'].rpartition('::')[2]}"
        for each in deployment.get("pending_operations") or []
    )
    return StackState(resources, pending)
