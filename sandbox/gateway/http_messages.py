"""What comes in and what goes out: the two shapes that the door's modules share."""

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
    """One visitor's request; `target` is the path and query as sent, `headers` looks names up in any case."""

    method: str
    target: str
    headers: HTTPHeaderDict
    body: bytes = b""

    @property
    def path(self) -> str:
        """The percent-encoded path, without the query."""
        return self.target.partition("?")[0]

    def carried(self, *names: str) -> dict[str, str]:
        """Those of the named headers that the visitor sent."""
        return {name: self.headers[name] for name in names if name in self.headers}


@dataclass(frozen=True)
class Answer:
    """One response; `body` is what a GET would get, the server leaves it out for HEAD."""

    status: int
    headers: Headers
    body: Iterable[bytes] = ()


def page(status: int, content_type: str, text: str, headers: Headers = ()) -> Answer:
    """Return a whole page made by the door itself."""
    body = text.encode()
    own = (("Content-Type", content_type), ("Content-Length", str(len(body))))
    return Answer(status, (*headers, *own), (body,))


def plain(status: int, text: str) -> Answer:
    """Return a plain text page for the person at the browser."""
    return page(status, "text/plain; charset=utf-8", text, (("Cache-Control", "no-store"),))


def error_page(status: int, facts: Mapping[str, str], trouble: Mapping[str, str] | None = None) -> str:
    """Return the HTML that a website endpoint shows for an error.

    Shape: https://docs.aws.amazon.com/AmazonS3/latest/userguide/CustomErrorDocSupport.html
    `trouble` tells why the custom error document could not be shown instead.
    """
    title = f"{status} {HTTPStatus(status).phrase}"
    extra = ""
    if trouble is not None:
        extra = f"<h3>An Error Occurred While Attempting to Retrieve a Custom Error Document</h3>\n{_facts(trouble)}"
    head = f"<html>\n<head><title>{title}</title></head>\n<body>\n<h1>{title}</h1>\n"
    return f"{head}{_facts(facts)}{extra}<hr/>\n</body>\n</html>\n"


def _facts(facts: Mapping[str, str]) -> str:
    lines = "".join(f"<li>{escape(name)}: {escape(value)}</li>\n" for name, value in facts.items())
    return f"<ul>\n{lines}</ul>\n"
