"""The resources of the review: it runs before all that publishes, and its record is stored after that."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pulumi

from hosting.publish.bulk import layout
from hosting.publish.bulk.key_checks import check_reserved
from hosting.resource_names import COMPONENT
from hosting.review.record import preview_record_keys, record_keys
from hosting.review.request import review_digest, review_request, write_request
from hosting.site.urns import dynamic_urn

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hosting.config.load import Settings
    from hosting.deployments.trust import Stack
    from hosting.prepare import Prepared
    from hosting.providers.review import ReviewArgs
    from hosting.resource_names import ResourceNames


class SiteReview:
    """Declares the review of a site and its record."""

    def __init__(
        self, names: ResourceNames, settings: Settings, prepared: Prepared, stack: Stack, component: str = COMPONENT
    ) -> None:
        """Write the request beside the staged tree.

        Args:
            names: the names of the resources.
            settings: the stack's settings.
            prepared: the staged tree and the edge plan.
            stack: the stack.
            component: the type of the component that the review is a part of.

        Raises:
            PublishError: a file has the prefix of the records.
        """
        self._names, self._settings, self._staged, self._stack = names, settings, prepared.staged, stack
        self._component = component
        self._keys = record_keys(settings)
        self._digest = self._write_request(prepared) if settings.publish.publishes_folder else ""

    def _write_request(self, prepared: Prepared) -> str:
        staged, settings = prepared.staged, self._settings
        # Bulk mode checks the prefix of its releases itself.
        check_reserved(staged.manifest, len(settings.publish.ignore), (layout.IN_PLACE_RECORDS,))
        text = write_request(staged.folder, review_request(settings, prepared.edge, layout.IN_PLACE_RECORDS))
        return review_digest(staged.manifest.digest, text)

    def before(self, bucket: pulumi.Input[str], opts: pulumi.ResourceOptions) -> Sequence[pulumi.Resource]:
        """Declare the review; a rollback or a promotion has none, as its files are in a bucket.

        Args:
            bucket: the name of the stack's bucket, or of that of its preview edge.
            opts: the resource options.
        """
        if not self._digest:
            return []
        from hosting.providers.review import Review  # noqa: PLC0415 - few stacks turn it off

        args = self._args(bucket, "review", "Review", self._keys.compared)
        against = self._settings.review.against
        if against:
            bucket_name, region, keys = self._other_site(against, opts)
            args = replace(args, bucket=bucket_name, region=region, keys=keys)
        return [Review(self._names.logical("review"), args, opts)]

    def after(self, bucket: pulumi.Input[str], opts: pulumi.ResourceOptions) -> None:
        """Declare the record; ``opts`` must depend on all that publishes."""
        from hosting.providers.review import ReviewRecord  # noqa: PLC0415 - see above

        args = self._args(bucket, "review-record", "ReviewRecord", self._keys.own)
        ReviewRecord(self._names.logical("review-record"), args, opts)

    def _args(self, bucket: pulumi.Input[str], name: str, kind: str, keys: list[str]) -> ReviewArgs:
        from hosting.providers.review import ReviewArgs  # noqa: PLC0415 - see above

        return ReviewArgs(
            bucket=bucket,
            region="",
            keys=keys,
            name=self._keys.name,
            digest=self._digest,
            staging=self._staged.folder.as_posix(),
            stack=self._stack.name,
            urn=dynamic_urn(kind, self._names.logical(name), self._component),
        )

    def _other_site(
        self, stack: str, opts: pulumi.ResourceOptions
    ) -> tuple[pulumi.Output[str], pulumi.Output[str], pulumi.Output[list[str]]]:
        """Return another stack's bucket and its region, empty before it is deployed, and the keys of its record."""
        full_name = stack if "/" in stack else f"{self._stack.organization}/{self._stack.project}/{stack}"
        reference = pulumi.StackReference(self._names.logical("against"), full_name, opts)

        def output(key: str) -> pulumi.Output[str]:
            return reference.get_output(key).apply(lambda value: str(value or ""))

        site = self._keys.compared
        keys = output("previewName").apply(lambda preview: preview_record_keys(preview) if preview else site)
        return output("bucketName"), output("bucketRegion"), keys
