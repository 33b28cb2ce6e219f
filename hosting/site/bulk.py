"""The resources of bulk mode: the release, and the functions that route requests to it."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

import pulumi

from hosting.providers.managed_cleanup import ManagedCleanup
from hosting.providers.publish_marker import PublishMarker
from hosting.providers.release import Release
from hosting.providers.release_args import ReleaseArgs
from hosting.publish.bulk.key_checks import check_keys
from hosting.publish.bulk.release_edge import ReleaseEdge, release_digest
from hosting.publish.bulk.release_function import (
    distribution_errors,
    release_edge,
    release_functions,
    unsupported_pages,
)
from hosting.publish.bulk.request import EDGE_FILE
from hosting.resource_names import COMPONENT, PREVIEW_COMPONENT
from hosting.site.urns import dynamic_urn

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hosting.config.load import Settings
    from hosting.edge.plan import EdgePlan
    from hosting.publish.bulk.release_function import ReleaseFunctions
    from hosting.publish.staging.staged_tree import StagedTree
    from hosting.resource_names import ResourceNames
    from hosting.site.promoted import PromotedStack


class Bulk:
    """Declares the resources of bulk mode, in the order of the calls of SiteResources."""

    def __init__(
        self,
        names: ResourceNames,
        settings: Settings,
        staged: StagedTree,
        edge: EdgePlan,
        promoted: PromotedStack | None = None,
    ) -> None:
        """``edge`` is the edge plan of the staged tree; ``promoted`` is the stack whose release is published."""
        self._promoted = promoted
        self._names = names
        self._settings = settings
        self._staged = staged
        self._plan = edge
        # Before the first resource, as this may fail.
        if not self._rollback_to:
            check_keys(staged.manifest, len(settings.publish.ignore))
        self._edge_text = self._staged_edge().to_text()

    @cached_property
    def _functions(self) -> ReleaseFunctions:
        return release_functions(self._plan)

    def _staged_edge(self) -> ReleaseEdge:
        if not self._settings.cloudfront.enabled:
            return ReleaseEdge()
        return release_edge(self._plan, self._functions.tables, self._settings.website.routing)

    @property
    def edge(self) -> EdgePlan:
        """The edge plan with the functions of bulk mode, which route to the release."""
        return replace(
            self._plan,
            request_parts=self._functions.request_parts,
            response_parts=self._functions.response_parts,
            error_responses=distribution_errors(self._plan),
        )

    @property
    def warnings(self) -> list[str]:
        """Sentences for the user about settings that bulk mode does not support."""
        codes = unsupported_pages(self._plan) if self._settings.cloudfront.enabled else []
        return [
            f"'cloudfront:errorResponses' has a page for status {code}, which bulk mode does not serve: CloudFront "
            "answers with its own page. To serve yours: pulumi config set publish:mode managed"
            for code in codes
        ]

    def publish_marker(self, opts: pulumi.ResourceOptions) -> PublishMarker:
        """Declare the publish marker, which changes if another release is to be published."""
        names = [self._digest, self._rollback_to]
        content = pulumi.Output.all(*names) if self._promoted else names
        return PublishMarker(self._names.logical("publish-marker"), content, opts)

    def release(
        self,
        bucket: pulumi.Input[str],
        store: pulumi.Input[str],
        marker: PublishMarker,
        opts: pulumi.ResourceOptions,
        preview: Mapping[str, pulumi.Input[object]] | None = None,
    ) -> Release:
        """Declare the release: all files as one resource.

        Args:
            bucket: the bucket's name.
            store: the ARN of the key-value store whose pointer switches visitors to it; empty without a distribution.
            marker: the publish marker.
            opts: the resource options.
            preview: the preview that it is for; None for a site.
        """
        publish, manifest = self._settings.publish, self._staged.manifest
        if self._settings.cloudfront.enabled and publish.publishes_folder:
            self._staged.folder.mkdir(parents=True, exist_ok=True)
            (self._staged.folder / EDGE_FILE).write_text(self._edge_text, encoding="utf-8")
        name = self._names.logical("release")
        args = ReleaseArgs(
            bucket=bucket,
            store=store,
            release_digest=self._digest,
            files_digest=manifest.digest if publish.publishes_folder else "",
            staging=self._staged.folder.as_posix(),
            files=manifest.file_count,
            bytes=manifest.total_bytes,
            releases_kept=publish.releases,
            keep_assets_days=publish.keep_assets_days,
            max_remove=publish.max_remove,
            rollback_to=self._rollback_to,
            source_stack=self._promoted.name if self._promoted else "",
            source_bucket=self._promoted.bucket if self._promoted else "",
            source_records=self._promoted.records if self._promoted else "",
            publish_marker=marker.marker,
            previous_publish_marker=marker.previous,
            removals=marker.removals,
            urn=dynamic_urn("Release", name, PREVIEW_COMPONENT if preview else COMPONENT),
            preview=preview,
        )
        return Release(name, args, opts)

    def managed_cleanup(
        self, bucket: pulumi.Input[str], marker: PublishMarker, opts: pulumi.ResourceOptions
    ) -> ManagedCleanup:
        """Declare the removal of managed mode's files; ``opts`` must depend on what routes visitors to the release."""
        return ManagedCleanup(self._names.logical("managed-cleanup"), bucket, marker.removals, opts)

    @property
    def _rollback_to(self) -> str:
        """The first digits of the digest of the release to roll back to; empty for none."""
        return self._settings.publish.release or ""

    @property
    def _digest(self) -> pulumi.Input[str]:
        """The digest of the staged files and rules, or of the promoted release; empty for a rollback."""
        if self._promoted:
            return self._promoted.digest
        if self._rollback_to:
            return ""
        digest = self._staged.manifest.digest
        return release_digest(digest, self._edge_text) if self._settings.cloudfront.enabled else digest
