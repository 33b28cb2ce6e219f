"""The resources of bulk mode: the release, and behind a distribution what leads visitors to it."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pulumi

from hosting.cloudfront.distribution import Leading
from hosting.edge.error_pages import page_key
from hosting.edge.site_routes import ROUTER, route_piece
from hosting.providers.live import Live, LiveArgs
from hosting.providers.release import Release, ReleaseArgs
from hosting.publish.bulk import layout
from hosting.publish.bulk.edge_piece import HEADER, edge_piece, room_beside
from hosting.publish.bulk.shared import RULES
from hosting.resource_names import COMPONENT

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pulumi_aws.cloudfront import Distribution
    from pulumi_aws.s3 import Bucket

    from hosting.cloudfront.settings import ErrorResponse
    from hosting.config.load import Settings
    from hosting.edge.function_code import Piece
    from hosting.edge.plan import EdgePlan
    from hosting.publish.staging.staged_tree import Staged
    from hosting.resource_names import ResourceNames

_TYPE = "pulumi-python:dynamic/hosting:Release"


class Bulk:
    """Declares what bulk mode needs, in the order that `site` asks for it."""

    def __init__(self, names: ResourceNames, settings: Settings, staged: Staged, edge: EdgePlan) -> None:
        """``edge`` is the plan of the same site without bulk mode."""
        self._names = names
        self._settings = settings
        self._staged = staged
        self._plan = edge
        # Here, as it may fail: nothing is touched before.
        has_fallback = bool(edge.unknown_page)
        self._room = room_beside(edge.requests, has_fallback=has_fallback) if settings.cloudfront.enabled else 0

    @property
    def edge(self) -> EdgePlan:
        """The plan with the error pages where they are in bulk mode, without the router that the release brings."""
        index = self._settings.website.index_document

        def moved(response: ErrorResponse) -> ErrorResponse:
            path = response.response_page_path
            if path is None:
                return response
            key = layout.error_page(page_key(path, index))
            return response.model_copy(update={"response_page_path": f"/{quote(key)}"})

        requests = self._plan.requests
        if self._route_choice():
            requests = tuple(piece for piece in requests if piece.name != ROUTER)
        return replace(self._plan, error_responses=tuple(map(moved, self._plan.error_responses)), requests=requests)

    def release(self, bucket: Bucket, opts: pulumi.ResourceOptions) -> Release:
        """Declare the site's files."""
        publish, manifest = self._settings.publish, self._staged.manifest
        name = self._names.logical("release")
        args = ReleaseArgs(
            bucket=bucket.bucket,
            atomic=self._settings.cloudfront.enabled,
            wanted="" if publish.release else manifest.digest,
            staging=self._staged.folder.as_posix(),
            files=manifest.file_count,
            bytes=manifest.total_bytes,
            hold=publish.releases,
            keep_assets_days=publish.keep_assets_days,
            max_remove=publish.max_remove,
            pin=publish.release or "",
            allow_gap=publish.allow_gap,
            error_pages=self._error_pages(),
            fallback=self._plan.unknown_page,
            room=self._room,
            route_choice=self._route_choice(),
            rules=RULES,
            # The component's own URN is an output that waits for all its children, this one among them.
            urn=f"urn:pulumi:{pulumi.get_stack()}::{pulumi.get_project()}::{COMPONENT}${_TYPE}::{name}",
        )
        return Release(name, args, pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(deleted_with=bucket)))

    def _route_choice(self) -> str:
        """Return the choice if the router goes by the tree: the release's own, which may be an earlier one."""
        is_routed = self._settings.cloudfront.enabled and self._settings.website.routes_by_tree
        return json.dumps(asdict(self._plan.route_choice)) if is_routed else ""

    def leading(self, release: Release) -> Leading:
        """Return what the function at the edge does for the release."""
        index = self._settings.website.index_document

        def pieces(pointer: Mapping[str, Any]) -> list[Piece]:
            routes = pointer.get("routes")
            return [*([route_piece(json.loads(routes))] if routes else []), edge_piece(pointer, index)]

        return Leading(release.pointer.apply(pieces), HEADER)

    def live(self, bucket: Bucket, distribution: Distribution, release: Release, opts: pulumi.ResourceOptions) -> Live:
        """Declare the end of a publish; ``opts`` wait for the distribution and its function."""
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
        return Live(
            self._names.logical("live"),
            args,
            pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(deleted_with=bucket)),
        )

    def _error_pages(self) -> list[str]:
        if not self._settings.cloudfront.enabled:
            return []
        index = self._settings.website.index_document
        paths = [response.response_page_path for response in self._plan.error_responses]
        return sorted({page_key(path, index) for path in paths if path})
