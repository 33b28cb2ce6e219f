"""The part of the edge's function that leads each request to the live release."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from hosting.edge.error_pages import FILES_WITHOUT_EXTENSION_BYTES
from hosting.edge.function_code import MAX_BYTES, FunctionPart, as_javascript, compose, size_of
from hosting.publish.bulk import layout
from hosting.publish.bulk.planning import EXCEPTION_BYTES
from hosting.publish.bulk.pointer import Pointer
from hosting.publish.staging.generators import ADDITIONS
from hosting.publish.staging.hashed_names import EXCLUDED, FORM

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

# That the part sets: in the cache key of what may be in a slot, as what is missing there is answered with error pages.
HEADER = "x-release"
_STEP = 100
_HERE = Path(__file__).parent


def edge_piece(pointer: Mapping[str, Any], index_document: str) -> FunctionPart:
    """Return the part for the release that ``pointer``, an output of ``Release``, points at."""
    fallback = pointer["fallback"]
    data = {
        "index": _url(index_document),
        "slot": _prefix(layout.slot(str(pointer["slot"]))),
        "shared": _prefix(layout.shared(str(pointer["generation"]))),
        "mark": pointer["mark"],
        # Sorted: the engine passes maps in any order, and another order would be other code.
        "overlays": {name: list(paths) for name, paths in sorted(pointer["overlays"].items())},
        "fallback": fallback,
        "page": _url(fallback),
        "plain": list(pointer["plain"]),
    }
    code = (_HERE / "release.js").read_text(encoding="utf-8")
    for name, pattern in (("$FORM", FORM), ("$EXCLUDED", EXCLUDED), ("$ADDITIONS", ADDITIONS)):
        code = code.replace(name, _as_expression(pattern))
    # Last: what files are called may look like a name above.
    return FunctionPart("release", code.replace("$DATA", as_javascript(data)))


def _as_expression(pattern: str) -> str:
    """Return ``pattern`` as it stands between the slashes of a regular expression in JavaScript."""
    return pattern.replace("/", r"\/").replace(r"[^\/", "[^/")


def room_beside(parts: Sequence[FunctionPart], *, has_fallback: bool = True) -> int:
    """Return the bytes that a release's exceptions may take in a function that has ``parts`` too.

    ``has_fallback`` is whether the release itself may lead unknown paths to a page.

    Raises:
        EdgeError: there is no room for the release itself.
    """
    name = "0123456789abcdef"
    fallback, plain = ("x" * 40, ["x" * FILES_WITHOUT_EXTENSION_BYTES]) if has_fallback else ("", [])
    pointer = Pointer(name, name, "01234567-abcdef", "abcdef", "", {}, fallback, plain)
    code = compose([*parts, edge_piece(asdict(pointer), "x" * 40)])
    # In steps: a redirect more or less is no change of the release.
    return min(EXCEPTION_BYTES, (MAX_BYTES - size_of(code)) // _STEP * _STEP)


def _url(path: str) -> str:
    return "/" + quote(path)


def _prefix(prefix: str) -> str:
    return "/" + prefix.rstrip("/")
