"""The resources of managed mode: publish marker, synced folders, record of the bucket, and invalidation."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pulumi

from hosting.providers.invalidation import Invalidation, InvalidationArgs
from hosting.providers.publish_marker import PublishMarker
from hosting.providers.published_files import PublishedFiles, PublishedFilesArgs
from hosting.publish.managed.invalidation_paths import error_page_files
from hosting.publish.managed.synced_folders import publish_folder
from hosting.site.urns import dynamic_urn

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

    def publish_marker(self, opts: pulumi.ResourceOptions) -> PublishMarker:
        """Declare the publish marker; the files must depend on it."""
        entries = self._entries()
        content = [entries, self._fallbacks(), self._error_responses()]
        return PublishMarker(self._names.logical("publish-marker"), content, opts, paths=entries)

    def published_files(self, bucket: Bucket, marker: PublishMarker, opts: pulumi.ResourceOptions) -> PublishedFiles:
        """Declare the record of what is in the bucket; ``opts`` must depend on all files."""
        name = self._names.logical("published-files")
        args = PublishedFilesArgs(
            bucket=bucket.bucket,
            staging=self._staged.folder.as_posix(),
            publish_marker=marker.marker,
            previous_publish_marker=marker.previous,
            removals=marker.removals,
            entries=json.dumps(self._entries()),
            keep_assets_days=self._settings.publish.keep_assets_days,
            urn=dynamic_urn("PublishedFiles", name),
        )
        # If it is replaced, the replacement must find what the deletion has left, not the other way round.
        options = pulumi.ResourceOptions(deleted_with=bucket, delete_before_replace=True)
        return PublishedFiles(name, args, pulumi.ResourceOptions.merge(opts, options))

    def invalidation(
        self,
        distribution: Distribution,
        marker: PublishMarker,
        published: PublishedFiles,
        opts: pulumi.ResourceOptions,
    ) -> Invalidation | None:
        """Declare the invalidation, unless nothing is ever invalidated."""
        publish = self._settings.publish
        if publish.invalidate == "never":
            return None
        args = InvalidationArgs(
            distribution_id=distribution.id,
            publish_marker=marker.marker,
            previous_publish_marker=marker.previous,
            versions=published.versions,
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
