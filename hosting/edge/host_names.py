"""The redirect from the site's other names to its first, as a piece of the function at the edge."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from hosting.edge.function_code import piece_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hosting.domain.settings import DomainSettings
    from hosting.edge.function_code import Piece

_FILE = Path(__file__).parent / "javascript" / "domain.js"


def domain_pieces(settings: DomainSettings) -> Iterator[Piece]:
    """Yield the piece, where there is another name to lead away from."""
    if settings.redirect_aliases and settings.is_attached and len(settings.names) > 1:
        yield piece_of(_FILE, list(settings.names))
