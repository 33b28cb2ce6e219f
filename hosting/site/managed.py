"""The resources of managed mode: the synced folders, and the invalidation of what changed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pulumi

from hosting.providers.invalidation import Invalidation, InvalidationArgs
from hosting.providers.publish_marker import PublishMarker
from hosting.publish.managed.invalidation_paths import error_page_files
from hosting.publish.managed.synced_folders import publish_folder

if TYPE_CHECKING:
    from pulumi_aws.cloudfront import Distribution
    from pulumi_aws.s3 import Bucket

    from hosting.config.load import Settings
    from hosting.edge.plan import EdgePlan
    from hosting.publish.staging.staged_tree import StagedTree
    from hosting.resource_names import ResourceNames


class Managed:
    """Declares the resources of managed mode, in the order of the calls of SiteResources."""

    def __init__(self, names: ResourceNames, settings: Settings, staged: StagedTree, edge: EdgePlan) -> None:
        self._names, self._settings, self._staged, self._edge = names, settings, staged, edge

    def files(self, bucket: Bucket, opts: pulumi.ResourceOptions) -> pulumi.Resource:
        """Declare the synced folders; return that of the pages, which comes after the assets that they refer to."""
        staged, names = self._staged, self._names
        assets = publish_folder(names.logical("assets"), staged.assets, bucket, staged.manifest, opts)
        last = pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(depends_on=[assets]))
        return publish_folder(names.logical("pages"), staged.pages, bucket, staged.manifest, last)

    def publish_marker(self, opts: pulumi.ResourceOptions) -> PublishMarker | None:
        """Declare the publish marker, unless nothing is ever invalidated."""
        if self._settings.publish.invalidate == "never":
            return None
        content = [self._entries(), self._fallbacks(), self._error_responses()]
        return PublishMarker(self._names.logical("publish-marker"), content, opts)

    def invalidation(
        self, bucket: Bucket, distribution: Distribution, marker: PublishMarker, opts: pulumi.ResourceOptions
    ) -> Invalidation:
        """Declare the invalidation; ``opts`` must depend on all files."""
        publish = self._settings.publish
        args = InvalidationArgs(
            distribution_id=distribution.id,
            bucket=bucket.bucket,
            staging=self._staged.folder.as_posix(),
            publish_marker=marker.marker,
            previous_publish_marker=marker.previous,
            entries=self._entries(),
            index_document=self._settings.website.index_document,
            fallbacks=self._fallbacks(),
            error_responses=self._error_responses(),
            max_paths=publish.invalidation_max_paths,
            always=publish.invalidate == "always",
            wait=publish.invalidation_wait,
        )
        return Invalidation(self._names.logical("invalidation"), args, opts)

    def _entries(self) -> dict[str, str]:
        return {entry.path: entry.fingerprint for entry in self._staged.manifest.entries}

    def _fallbacks(self) -> list[str]:
        pages = [response.response_page_path for response in self._edge.error_responses]
        files = set(error_page_files(pages, self._settings.website.index_document))
        return sorted(files | ({self._edge.routes.app_page} - {""}))

    def _error_responses(self) -> str:
        """Return the index document and the error responses, as JSON."""
        errors = [response.model_dump(mode="json") for response in self._edge.error_responses]
        return json.dumps([self._settings.website.index_document, errors])
