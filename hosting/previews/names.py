"""The names of a preview and of its base on their edge. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hosting.formats.labels import label_of

if TYPE_CHECKING:
    from hosting.config.load import Settings


def preview_name(settings: Settings) -> str:
    """Return the first label of the preview's host name; empty if the stack's name has no letter and no digit."""
    return label_of(settings.stack)


def base_name(settings: Settings) -> str:
    """Return the name of the preview whose files this one shares; empty if it is the base itself."""
    base = label_of(settings.previews.base or settings.deployments.branch)
    return "" if base == preview_name(settings) else base
