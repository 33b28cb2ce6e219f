"""What a publish is asked for."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hosting.edge.route_choice import RouteChoice
from hosting.errors import PublishError
from hosting.publish.staging.manifest import Manifest
from hosting.publish.staging.staged_tree import MANIFEST, staged_path

if TYPE_CHECKING:
    from collections.abc import Mapping

_DAY_S = 86_400


@dataclass(frozen=True)
class Wanted:
    """What a publish is asked for.

    Attributes:
        digest: of the staged tree; "" when a release is pinned.
        folder: the staged tree, relative to the project.
        releases: how many to hold.
        keep_s: how long to keep shared files that no release needs, in seconds.
        max_remove: how much of the site it may remove, in percent.
        pin: the digest's prefix of the release to go back to.
        error_pages: the site's files that CloudFront answers errors with.
        fallback: the one that it answers every unknown path with, as if that were the page; "" without one.
        room: what a release's exceptions may take of the function, in bytes.
        route_choice: what the settings choose of the release's routes; None without the router that goes by the tree.
    """

    digest: str
    folder: Path
    releases: int
    keep_s: float
    max_remove: int
    pin: str
    error_pages: tuple[str, ...]
    fallback: str
    room: int
    route_choice: RouteChoice | None = None

    @classmethod
    def of(cls, props: Mapping[str, Any]) -> Wanted:
        """Return what the inputs of a ``Release`` ask for."""
        return cls(
            digest=str(props["wanted"]),
            folder=Path(props["staging"]),
            releases=int(props["hold"]),
            keep_s=float(props["keep_assets_days"]) * _DAY_S,
            max_remove=int(props["max_remove"]),
            pin=str(props["pin"]),
            error_pages=tuple(props["error_pages"]),
            fallback=str(props["fallback"]),
            room=int(props["room"]),
            route_choice=RouteChoice(**json.loads(props["route_choice"])) if props.get("route_choice") else None,
        )

    def manifest(self) -> Manifest:
        """Return the staged tree's manifest.

        Raises:
            PublishError: it is not that of the digest.
        """
        return _staged(self.folder / MANIFEST, self.digest)

    def file(self, path: str) -> Path:
        """Return where the staged file ``path`` is."""
        return self.folder / staged_path(path)


@lru_cache(maxsize=1)
def _staged(file: Path, digest: str) -> Manifest:
    """Return the staged manifest; the preview of an update and the update itself want the same one."""
    try:
        manifest = Manifest.from_json(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise PublishError(f"{file} can't be read ({error.strerror}): run pulumi up again") from error
    if manifest.digest != digest:
        raise PublishError(f"{file} was staged anew since this pulumi up began: run it again")
    return manifest
