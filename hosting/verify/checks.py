"""A check: a request, and the answers that are right for it. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import TypeVar

    from hosting.answers.expected import Expected

    T = TypeVar("T")

IDENTITY = "identity"
# The hosts of a site on this machine.
LOOPBACK = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True)
class Check:
    """A request, and the answers that are right for it.

    Attributes:
        kind: the group in the report, such as ``files``.
        url: the absolute URL.
        expected: the right answers; differences are reported against the first.
        subject: what the URL stands for, if the URL does not say it.
        accept_encoding: the header's value.
        is_anonymous: whether the site's password is left out.
        follows_redirects: whether redirects on the same host are followed.
        method: the method.
        headers: request headers by lower-case name, which replace the client's.
    """

    kind: str
    url: str
    expected: tuple[Expected, ...]
    subject: str = ""
    accept_encoding: str = IDENTITY
    is_anonymous: bool = False
    follows_redirects: bool = False
    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def needs_body(self) -> bool:
        """Whether texts are expected in the body."""
        return any(expected.contains for expected in self.expected)


def origin_of(url: str) -> str:
    """Return the scheme, host and port of a URL, in lower case."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}".lower()


def sample(items: Sequence[T], count: int) -> list[T]:
    """Return at most ``count`` of the items, evenly spread."""
    if len(items) <= count:
        return list(items)
    return [items[index * len(items) // count] for index in range(count)]
