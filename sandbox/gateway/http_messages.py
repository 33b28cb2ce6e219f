"""The requests and responses that the gateway's modules share, and the pages that it makes itself."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from http import HTTPStatus
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from urllib3 import HTTPHeaderDict

Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Request:
    """A request.

    Attributes:
        method: the HTTP method.
        target: path and query, as they were sent.
        headers: by name, in any case.
        body: the bytes.
    """

    method: str
    target: str
    headers: HTTPHeaderDict
    body: bytes = b""

    @property
    def path(self) -> str:
        """The percent-encoded path, without the query."""
        return self.target.partition("?")[0]

    def selected_headers(self, *names: str) -> dict[str, str]:
        """Return those of the named headers that the request has."""
        return {name: self.headers[name] for name in names if name in self.headers}


@dataclass(frozen=True)
class Response:
    """A response.

    Attributes:
        status: the code.
        headers: names and values.
        body: what a GET gets; the server does not send it for HEAD.
    """

    status: int
    headers: Headers
    body: Iterable[bytes] = ()


def page(status: int, content_type: str, text: str, headers: Headers = ()) -> Response:
    """Return a response with a whole page."""
    body = text.encode()
    content_headers = (("Content-Type", content_type), ("Content-Length", str(len(body))))
    return Response(status, (*headers, *content_headers), (body,))


def plain_text(status: int, text: str) -> Response:
    """Return a response with a plain text message for the developer."""
    return page(status, "text/plain; charset=utf-8", text, (("Cache-Control", "no-store"),))


def error_page(status: int, details: Mapping[str, str], document_error: Mapping[str, str] | None = None) -> str:
    """Return the HTML of a website endpoint's error.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/CustomErrorDocSupport.html shows the page.

    Args:
        status: the code.
        details: what the page lists.
        document_error: why the custom error document cannot be shown instead.
    """
    title = f"{status} {HTTPStatus(status).phrase}"
    extra = ""
    if document_error is not None:
        extra = "<h3>An Error Occurred While Attempting to Retrieve a Custom Error Document</h3>\n"
        extra += _list(document_error)
    head = f"<html>\n<head><title>{title}</title></head>\n<body>\n<h1>{title}</h1>\n"
    return f"{head}{_list(details)}{extra}<hr/>\n</body>\n</html>\n"


def _list(details: Mapping[str, str]) -> str:
    items = "".join(f"<li>{escape(name)}: {escape(value)}</li>\n" for name, value in details.items())
    return f"<ul>\n{items}</ul>\n"
