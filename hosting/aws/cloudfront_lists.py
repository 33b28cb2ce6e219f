"""Reads all pages of CloudFront's lists, most of which have no paginator in boto3."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator


def listed(method: Any, *, items: str, within: str = "", **arguments: Any) -> Iterator[dict[str, Any]]:  # noqa: ANN401 - boto3
    """Yield all items of a list.

    Args:
        method: the client's method.
        items: the key of the items.
        within: the key of the list that has them.
        arguments: the method's arguments.
    """
    marker: dict[str, str] = {}
    while True:
        answer = method(**arguments, **marker)
        page = answer.get(within, {}) if within else answer
        yield from page.get(items) or []
        following = page.get("NextMarker")
        if not following:
            return
        marker = {"Marker": following}
