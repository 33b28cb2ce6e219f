"""The resources of bulk mode: the release, and the routing to it at the edge."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pulumi

from hosting.cloudfront.distribution import ReleaseRouting
from hosting.edge.error_pages import page_key
from hosting.edge.site_routes import ROUTER, route_part
from hosting.providers.live import Live, LiveArgs
from hosting.providers.publish_marker import PublishMarker
from hosting.providers.release import Release, ReleaseArgs
from hosting.publish.bulk import layout
from hosting.publish.bulk.edge_piece import HEADER, edge_piece, room_beside
from hosting.publish.bulk.key_checks import check_keys
from hosting.publish.bulk.shared import RULES
from hosting.site.urns import dynamic_urn

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pulumi_aws.cloudfront import Distribution
    from pulumi_aws.s3 import Bucket

    from hosting.cloudfront.settings import ErrorResponse
    from hosting.config.load import Settings
    from hosting.edge.function_code import FunctionPart
    from hosting.edge.plan import EdgePlan
    from hosting.publish.staging.staged_tree import StagedTree
    from hosting.resource_names import ResourceNames


class Bulk:
    """Declares the resources of bulk mode, in the order of the calls of SiteResources."""

    def __init__(self, names: ResourceNames, settings: Settings, staged: StagedTree, edge: EdgePlan) -> None:
        """``edge`` is the edge plan without bulk mode."""
        self._names = names
        self._settings = settings
        self._staged = staged
        self._plan = edge
        # Before the first resource, as these may fail.
        if not self._pin:
            check_keys(staged.manifest, len(settings.publish.ignore))
        has_fallback = bool(edge.error_app_page)
        self._room = room_beside(edge.request_parts, has_fallback=has_fallback) if settings.cloudfront.enabled else 0

    @property
    def edge(self) -> EdgePlan:
        """The edge plan with bulk mode's keys of error pages, and without the router, which the release provides."""
        index = self._settings.website.index_document

        def moved(response: ErrorResponse) -> ErrorResponse:
            path = response.response_page_path
            if path is None:
                return response
            key = layout.error_page(page_key(path, index))
            return response.model_copy(update={"response_page_path": f"/{quote(key)}"})

        parts = self._plan.request_parts
        if self._route_choice():
            parts = tuple(part for part in parts if part.name != ROUTER)
        return replace(self._plan, error_responses=tuple(map(moved, self._plan.error_responses)), request_parts=parts)

    def publish_marker(self, opts: pulumi.ResourceOptions) -> PublishMarker:
        """Declare the publish marker, which changes if another release is to be published."""
        content = [self._staged.manifest.digest, ""] if not self._pin else ["", self._pin]
        return PublishMarker(self._names.logical("publish-marker"), content, opts)

    def release(self, bucket: Bucket, marker: PublishMarker, opts: pulumi.ResourceOptions) -> Release:
        """Declare the release: all files as one resource."""
        publish, manifest = self._settings.publish, self._staged.manifest
        name = self._names.logical("release")
        args = ReleaseArgs(
            bucket=bucket.bucket,
            atomic=self._settings.cloudfront.enabled,
            wanted="" if self._pin else manifest.digest,
            staging=self._staged.folder.as_posix(),
            files=manifest.file_count,
            bytes=manifest.total_bytes,
            hold=publish.releases,
            keep_assets_days=publish.keep_assets_days,
            max_remove=publish.max_remove,
            pin=self._pin,
            error_pages=self._error_pages(),
            fallback=self._plan.error_app_page,
            room=self._room,
            route_choice=self._route_choice(),
            rules=RULES,
            publish_marker=marker.marker,
            previous_publish_marker=marker.previous,
            urn=dynamic_urn("Release", name),
        )
        return Release(name, args, pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(deleted_with=bucket)))

    @property
    def _pin(self) -> str:
        """The digest prefix of the release to roll back to, "" for none."""
        return self._settings.publish.release or ""

    def _route_choice(self) -> str:
        """Return the route choice as JSON if the router depends on the release's files; else an empty string."""
        is_routed = self._settings.cloudfront.enabled and self._settings.website.routes_by_tree
        return json.dumps(asdict(self._plan.route_choice)) if is_routed else ""

    def release_routing(self, release: Release) -> ReleaseRouting:
        """Return the part of the edge function that routes to the release."""
        index = self._settings.website.index_document

        def parts(pointer: Mapping[str, Any]) -> list[FunctionPart]:
            routes = pointer.get("routes")
            return [*([route_part(json.loads(routes))] if routes else []), edge_piece(pointer, index)]

        return ReleaseRouting(release.pointer.apply(parts), HEADER)

    def live(self, bucket: Bucket, distribution: Distribution, release: Release, opts: pulumi.ResourceOptions) -> Live:
        """Declare the resource that finishes a publish; ``opts`` must depend on the distribution and its function."""
        publish = self._settings.publish
        args = LiveArgs(
            bucket=bucket.bucket,
            distribution_id=distribution.id,
            digest=release.digest,
            time=release.pointer.apply(lambda pointer: str(pointer["time"])),
            pages=release.pointer.apply(lambda pointer: str(pointer["pages"])),
            repaired=release.repaired,
            error_pages=self._error_pages(),
            always=publish.invalidate == "always",
            never=publish.invalidate == "never",
            wait=publish.invalidation_wait,
        )
        deleted_with = pulumi.ResourceOptions(deleted_with=bucket)
        return Live(self._names.logical("live"), args, pulumi.ResourceOptions.merge(opts, deleted_with))

    def _error_pages(self) -> list[str]:
        if not self._settings.cloudfront.enabled:
            return []
        index = self._settings.website.index_document
        paths = [response.response_page_path for response in self._plan.error_responses]
        return sorted({page_key(path, index) for path in paths if path})
