"""How the edge serves a release, besides which files it has. It belongs to the release, so a rollback restores it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class ReleaseEdge:
    """The rules and pages of a release.

    Attributes:
        routing: ``tree``, ``pages`` or ``errors``: how release.js finds the file of a path.
        index_document: the name of the file that is a folder's page.
        root: the path of the file that is served for `/`.
        app_page: the path of the file that is served for unknown paths with status 200; empty without one.
        error_page: the path of the file that is served for all other unknown paths; empty without one.
        error_status: the status of the error page.
        kind: ``app`` or ``pages``, for the stack's output; empty without a router.
        tables: the heads of the rule tables, by the name of the function part that reads them.
        items: the keys and values of the rule tables in the key value store.
    """

    routing: str = "tree"
    index_document: str = "index.html"
    root: str = "index.html"
    app_page: str = ""
    error_page: str = ""
    error_status: int = 404
    kind: str = ""
    tables: Mapping[str, Any] = field(default_factory=dict)
    items: Mapping[str, str] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Return the fields as JSON objects."""
        return asdict(self)

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> ReleaseEdge:
        """Return what ``to_json`` returned."""
        return cls(**value)

    def to_text(self) -> str:
        """Return the fields as JSON with sorted keys, so that equal values are equal texts."""
        return json.dumps(self.to_json(), sort_keys=True, separators=(",", ":"))


def release_digest(files_digest: str, edge_text: str) -> str:
    """Return the digest of a release: a hash of the digest of its files, and of ``ReleaseEdge.to_text``."""
    return hashlib.sha256(f"{files_digest}\n{edge_text}".encode()).hexdigest()
