"""Chooses what a stack is by its settings: a site, a preview edge or a preview."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hosting.config.load import Settings
    from hosting.site.outputs import Outputs


def declare_stack(name: str, settings: Settings) -> Outputs:
    """Declare the component of a stack, and return its outputs. Only the module of that component is imported."""
    if settings.previews.domain is not None:
        from hosting.site.preview_edge import PreviewEdge  # noqa: PLC0415 - see above

        return PreviewEdge(name, settings=settings).outputs
    if settings.previews.edge is not None:
        from hosting.site.preview import Preview  # noqa: PLC0415 - see above

        return Preview(name, settings=settings).outputs
    from hosting.site.static_site import StaticSite  # noqa: PLC0415 - see above

    return StaticSite(name, settings=settings).outputs
