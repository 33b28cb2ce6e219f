"""The previews of an edge, as its key-value store has them. Pure."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hosting.formats.labels import label_of
from hosting.publish.bulk.catalogue import CATALOGUE
from hosting.publish.bulk.pointer import POINTERS, stored_pointers

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

_DAY_S = 86_400


@dataclass(frozen=True)
class ListedPreview:
    """A preview.

    Attributes:
        name: the first label of its host name.
        owner: the stack that publishes it, as organization/project/stack.
        published: when it was published, in seconds since 1970.
        expires: when it expires, in seconds since 1970.
        is_branch: whether its name is that of its branch.
        text: the value of its pointer.
    """

    name: str
    owner: str
    published: int
    expires: int
    is_branch: bool
    text: str = ""

    @property
    def project(self) -> str:
        """The project of its stack."""
        return self.owner.split("/")[-2] if "/" in self.owner else ""


def listed_previews(items: Mapping[str, str]) -> list[ListedPreview]:
    """Return the previews by their names. ``items`` are the keys and values of the store."""
    found = []
    for name, pointer in stored_pointers(items).items():
        if pointer and pointer.metadata:
            metadata, text = pointer.metadata, items[f"{POINTERS}{name}"]
            found.append(
                ListedPreview(name, metadata.owner, pointer.live.time, metadata.expires, metadata.is_branch, text)
            )
    return found


def invalid_values(items: Mapping[str, str]) -> dict[str, str]:
    """Return the values of the store that should be pointers and are not, by the names of their previews."""
    return {name: items[f"{POINTERS}{name}"] for name, pointer in stored_pointers(items).items() if pointer is None}


def lines(previews: Iterable[ListedPreview], domain: str, now: float) -> Iterator[str]:
    """Yield a line for each preview: its address, its stack, the day of its last publish, and when it expires."""
    for one in previews:
        day = time.strftime("%Y-%m-%d", time.gmtime(one.published))
        left = int((one.expires - now) // _DAY_S)
        expiry = "expired" if one.expires <= now else "expires today" if left == 0 else f"expires in {left} days"
        yield f"https://{one.name}.{domain}  {one.owner}  published {day}  {expiry}"


def to_prune(
    previews: Iterable[ListedPreview], now: float, project: str, branches: Collection[str] | None
) -> Iterator[tuple[ListedPreview, str]]:
    """Yield the previews to remove, with the reason.

    Args:
        previews: the previews of the edge.
        now: the time, in seconds since 1970.
        project: the project whose branches count.
        branches: the branches of its repository; None if they do not count.
    """
    labels = {label_of(branch) for branch in branches or ()}
    for one in previews:
        if one.expires <= now:
            yield one, "expired"
        elif branches is not None and one.is_branch and one.project == project and one.name not in labels:
            yield one, "its branch is gone"


def without_pointer(records: Iterable[str], previews: Iterable[ListedPreview]) -> list[str]:
    """Return the names of removed previews of which something is left.

    Args:
        records: the keys of the records in the bucket, without their prefix.
        previews: the previews of the edge.
    """
    end = f"/{CATALOGUE}"
    names = {key.removesuffix(end) for key in records if key.endswith(end)}
    return sorted(names - {one.name for one in previews})
