"""The stack whose release is promoted, as its outputs describe it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import pulumi

from hosting.publish.bulk import layout

if TYPE_CHECKING:
    from hosting.deployments.trust import Stack
    from hosting.publish.settings import PublishSettings
    from hosting.resource_names import ResourceNames


class PromotedStack(NamedTuple):
    """A stack whose release is promoted. What the stack does not have is empty.

    Attributes:
        name: its name, as `publish:from` has it.
        digest: the digest of the release.
        bucket: its bucket.
        records: the prefix of its catalogue and manifests.
    """

    name: str
    digest: pulumi.Input[str]
    bucket: pulumi.Output[str]
    records: pulumi.Output[str]


def promoted_stack(
    names: ResourceNames, settings: PublishSettings, current: Stack, opts: pulumi.ResourceOptions
) -> PromotedStack | None:
    """Return the stack in `publish:from`; None without the setting.

    Args:
        names: the names of the resources.
        settings: the stack's `publish:` settings.
        current: the stack itself; another one without an organization and a project has the same.
        opts: the options of the reference.
    """
    name = settings.promoted_stack
    if not name:
        return None
    full_name = name if "/" in name else f"{current.organization}/{current.project}/{name}"
    reference = pulumi.StackReference(names.logical("promoted"), full_name, opts)

    def output(key: str) -> pulumi.Output[str]:
        return reference.get_output(key).apply(lambda value: str(value or ""))

    # Only bulk mode behind CloudFront has more than one release.
    records = reference.get_output("releases").apply(lambda releases: layout.RECORDS if releases else "")
    return PromotedStack(name, settings.promoted_digest or output("digest"), output("bucketName"), records)
