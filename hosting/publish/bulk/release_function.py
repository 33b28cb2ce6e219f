"""The functions at the edge in bulk mode. Their code depends on no file and no rule of the site."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from hosting.cloudfront.settings import ErrorResponse
from hosting.edge.error_pages import MISSING_FILE_STATUSES, NOT_FOUND, OK, page_key
from hosting.edge.function_code import FunctionPart, fill, javascript
from hosting.edge.password import password_salt
from hosting.edge.redirects import stored_redirects
from hosting.edge.route_choice import FILE_TYPES
from hosting.publish.bulk.pointer import SITE_KEY
from hosting.publish.bulk.release_edge import ReleaseEdge
from hosting.publish.bulk.release_headers import headers_table
from hosting.publish.bulk.table import ALPHABET

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hosting.edge.plan import EdgePlan
    from hosting.edge.rule_tables import RuleTable

# In the code of a preview edge's function, in place of the hash of a password that is generated with the resources.
PASSWORD_HASH = "$PASSWORD_HASH"  # noqa: S105 - the text in its place
_NOINDEX = FunctionPart(
    "noindex", "function noindex(request, response) { response.headers['x-robots-tag'] = { value: 'noindex' }; }"
)
_BAD_REQUEST = 400
_HERE = Path(__file__).parent


@dataclass(frozen=True)
class ReleaseFunctions:
    """What runs at the edge in bulk mode.

    Attributes:
        request_parts: the parts of the viewer-request function.
        response_parts: the parts of the viewer-response function.
        tables: the rule tables of the release.
    """

    request_parts: tuple[FunctionPart, ...]
    response_parts: tuple[FunctionPart, ...]
    tables: tuple[RuleTable, ...]


def release_functions(edge: EdgePlan) -> ReleaseFunctions:
    """Return the functions for a stack, and the tables with the rules of its release.

    Raises:
        EdgeError: the rules for one path or folder are too large for a value of the store.
    """
    redirects = stored_redirects(edge.redirect_rules)
    tables = [redirects.table] if edge.redirect_rules else []
    if edge.header_rules:
        tables.append(headers_table(edge.header_rules, edge.routes))
    code = _code("release", "releaseSite", key=f"'{SITE_KEY}'") + redirects.part.code + javascript("canonicalUri")
    return ReleaseFunctions(
        request_parts=(*edge.request_parts, FunctionPart("release", code, uses_store=True)),
        response_parts=(_response_part(key=f"'{SITE_KEY}'"),),
        tables=tuple(tables),
    )


def preview_functions(domain: str, password: str = PASSWORD_HASH) -> ReleaseFunctions:
    """Return the functions of a preview edge.

    Args:
        domain: the domain below which the previews are.
        password: the hash of the edge's password, or the text in its place; empty without one.
    """
    values = {"$SALT": password_salt(domain), PASSWORD_HASH: password}
    redirects, own = stored_redirects(()).part, _preview_key(domain)
    code = fill(_code("releasePreview", "release", key="previewKey(request)"), values) + own + redirects.code
    return ReleaseFunctions(
        request_parts=(FunctionPart("preview", code + javascript("canonicalUri"), uses_store=True),),
        # The last part: a header rule of the site must not replace the header.
        response_parts=(_response_part(key="previewKey(request)", own=own), _NOINDEX),
        tables=(),
    )


def _response_part(key: str, own: str = "") -> FunctionPart:
    return FunctionPart("releaseResponse", _code("releaseResponse", key=key) + own, uses_store=True)


def _code(*names: str, key: str) -> str:
    """Return the code of a part, with that which all parts need. ``key`` is the expression for the pointer's key."""
    values = {"$KEY": key, "$ALPHABET": ALPHABET, "$TYPES": f"/{'/'.join(sorted(FILE_TYPES))}/"}
    return "".join(fill(_text(name), values) for name in (*names, "releaseFiles"))


def _preview_key(domain: str) -> str:
    return fill(_text("previewKey"), {"$DOMAIN": f".{domain}"})


def _text(name: str) -> str:
    return (_HERE / f"{name}.js").read_text(encoding="utf-8")


def release_edge(edge: EdgePlan, tables: Sequence[RuleTable], routing: str) -> ReleaseEdge:
    """Return how the edge serves the staged files.

    Args:
        edge: the edge plan of the staged files.
        tables: their rule tables.
        routing: `website:routing`.
    """
    routes, error = edge.routes, _missing_page(edge.error_responses)
    error_page = page_key(error.response_page_path or "", routes.index_document) if error else ""
    is_app = error is not None and error.response_code == OK
    return ReleaseEdge(
        routing=routing if routing in ("pages", "errors") else "tree",
        index_document=routes.index_document,
        root=routes.root,
        app_page=error_page if is_app else routes.app_page,
        error_page="" if is_app else error_page,
        error_status=error.response_code or NOT_FOUND if error and not is_app else NOT_FOUND,
        kind=routes.kind if routing == "auto" else "",
        tables={table.name: dict(table.head) for table in tables},
        items={key: value for table in tables for key, value in table.items.items()},
    )


def _missing_page(errors: Sequence[ErrorResponse]) -> ErrorResponse | None:
    """Return the response with a page for missing files; that for 404 comes first."""
    found = {error.error_code: error for error in errors if error.response_page_path}
    return next((found[code] for code in reversed(MISSING_FILE_STATUSES) if code in found), None)


def distribution_errors(edge: EdgePlan) -> tuple[ErrorResponse, ...]:
    """Return the distribution's error responses. None has a page: the function serves those for missing files."""
    if not edge.proxies:
        return ()
    return tuple(
        ErrorResponse(errorCode=error.error_code, cachingMinTtl=error.caching_min_ttl) for error in edge.error_responses
    )


def unsupported_pages(edge: EdgePlan) -> list[int]:
    """Return the status codes whose pages bulk mode does not serve."""
    codes = {error.error_code for error in edge.error_responses if error.response_page_path}
    return sorted(codes - {*MISSING_FILE_STATUSES, _BAD_REQUEST})
