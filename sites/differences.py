"""The intended differences: where the program answers otherwise than a generator's own server, and why. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal
from urllib.parse import unquote

if TYPE_CHECKING:
    from collections.abc import Callable

    from sites.crawl import Seen
    from sites.probes import Kind, Tree

Aspect = Literal["status", "address", "redirects", "bytes", "type"]
_OK = 200
_FAILED = 400
_MOVED = 301
_NOT_FOUND = 404
# What an own server calls a file, and what the program does.
_TYPES = frozenset(
    {
        ("application/javascript", "text/javascript"),
        # A source map, of which Python's server does not know the type.
        ("application/octet-stream", "application/json"),
    }
)


@dataclass(frozen=True)
class Case:
    """One request to both servers.

    Attributes:
        path: what was asked for.
        kind: what the path is about.
        tree: the site's files.
        own: what the generator's own server answered.
        edge: what the program's distribution answered.
    """

    path: str
    kind: Kind
    tree: Tree
    own: Seen
    edge: Seen


@dataclass(frozen=True)
class Difference:
    """One kind of intended difference.

    Attributes:
        name: short, for the report.
        aspect: what of the answer is different.
        reason: why that is intended.
        allows: whether a case is of this kind.
    """

    name: str
    aspect: Aspect
    reason: str
    allows: Callable[[Case], bool]


def _media_type(kind: str) -> str:
    return kind.partition(";")[0].strip().lower()


def _is_same_page(case: Case) -> bool:
    return case.tree.file(case.own.path) == case.tree.file(case.edge.path) != ""


def _is_built_file(case: Case) -> bool:
    name = unquote(case.path.partition("?")[0]).lstrip("/")
    return case.edge.digest == case.tree.files.get(case.tree.file(case.path) or name)


INTENDED = (
    Difference(
        "missing asset",
        "status",
        "What has a file's extension and does not exist is a 404: a script can't be the app's page.",
        lambda case: case.kind == "missing asset" and (case.own.status, case.edge.status) == (_OK, _NOT_FOUND),
    ),
    Difference(
        "more forms",
        "status",
        "Each form of a page's address leads to the page; several own servers answer one form alone.",
        lambda case: case.kind in ("form", "other name") and case.own.status >= _FAILED and case.edge.status == _OK,
    ),
    Difference(
        "other name",
        "status",
        "`/docs.html` does not exist beside `docs/index.html`; some own servers drop the ending and look again.",
        lambda case: case.kind == "other name" and (case.own.status, case.edge.status) == (_OK, _NOT_FOUND),
    ),
    Difference(
        "permanent redirect",
        "redirects",
        "A redirect to the other form is a 301, which search engines remember; own servers send 302, 307 or 308.",
        lambda case: set(case.edge.redirects) == {_MOVED} and case.own.redirects != (),
    ),
    Difference(
        "redirect to the file's form",
        "address",
        "A page has one address, the one of its file's form: relative links then work as on the generator's own pages.",
        lambda case: (
            case.kind in ("form", "other name") and _is_same_page(case) and case.tree.is_address(case.edge.path)
        ),
    ),
    Difference(
        "a file's path is the file",
        "address",
        "A path that is a file is that file at once; some own servers redirect to a form without the ending.",
        lambda case: case.kind in ("page", "asset") and case.edge.path == case.path,
    ),
    Difference(
        "redirect before a 404",
        "address",
        "The function at the edge knows forms, not files, so an unknown path may be redirected before its 404.",
        lambda case: case.kind.startswith("missing") and case.edge.status == _NOT_FOUND,
    ),
    Difference(
        "page of the 404",
        "bytes",
        "A 404 shows the site's `404.html` or, without one, S3's message; an own server may have a page of its own.",
        lambda case: case.own.status == case.edge.status == _NOT_FOUND,
    ),
    Difference(
        "the built file",
        "bytes",
        "What is published is what was built; a server for development adds its script, or renders the file again.",
        lambda case: _is_built_file(case) and case.own.digest not in case.tree.files.values(),
    ),
    Difference(
        "type of the 404",
        "type",
        "The type is that of the page shown.",
        lambda case: case.own.status == case.edge.status == _NOT_FOUND,
    ),
    Difference(
        "charset",
        "type",
        "Text is UTF-8 and says so; own servers leave it out of some types.",
        lambda case: _media_type(case.own.content_type) == _media_type(case.edge.content_type),
    ),
    Difference(
        "name of the type",
        "type",
        "The types are those that IANA lists now, `text/javascript` above all.",
        lambda case: (_media_type(case.own.content_type), _media_type(case.edge.content_type)) in _TYPES,
    ),
)
