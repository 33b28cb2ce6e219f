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

    preview = output("previewName")
    # Only bulk mode behind CloudFront has more than one release.
    has_releases = reference.get_output("releases").apply(bool)
    records = pulumi.Output.all(has_releases, preview).apply(lambda found: _records(*found))
    digest: pulumi.Input[str] = settings.promoted_digest
    if not digest:
        digest = pulumi.Output.all(output("digest"), preview).apply(lambda found: _live_digest(name, *found))
    return PromotedStack(name, digest, output("bucketName"), records)


def _records(has_releases: bool, preview: str) -> str:  # noqa: FBT001 - two outputs
    """Return the prefix of the catalogue: a preview has its own; empty without releases."""
    if not has_releases:
        return ""
    return f"{layout.RECORDS}{preview}/" if preview else layout.RECORDS


def _live_digest(stack: str, digest: str, preview: str) -> str:
    """Return the digest of the live release.

    Raises:
        RunError: the stack is a preview, which pull requests can change after the review.
    """
    if preview:
        raise pulumi.RunError(
            f"'publish:from' names the preview '{stack}', whose files may change after the review, so it needs the "
            f"digest of what was reviewed; nothing was deployed: pulumi config set --stack {pulumi.get_stack()} "
            f"publish:from '{stack}@{digest}'"
        )
    return digest
