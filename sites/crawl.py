"""What a server answers: each path with its redirects, and each link of each page."""

from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from sites.links import links_of, resolve
from tests.e2e.harness import fetch

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tests.e2e.harness import Answer

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_MOST_HOPS = 6
_WORKERS = 6
OK = 200
# Not an HTTP status: the redirects do not end.
LOOP = 0
_HEADERS = {"Accept": "text/html,*/*;q=0.8", "User-Agent": "sites"}


@dataclass(frozen=True)
class Seen:
    """How a request ended.

    Attributes:
        status: of the last answer, `LOOP` if the redirects do not end.
        path: where it ended; with the query, if there is one.
        redirects: the statuses on the way.
        content_type: of the last answer.
        size: its bytes.
        digest: the hash of its body, see `digest_of`.
    """

    status: int
    path: str
    redirects: tuple[int, ...]
    content_type: str
    size: int
    digest: str


def digest_of(body: bytes, origins: Iterable[str]) -> str:
    """Return a hash of a body without the site's addresses: a server may write its own in its place."""
    for origin in origins:
        body = body.replace(origin.encode(), b"").replace(urlsplit(origin).netloc.encode(), b"")
    return hashlib.sha256(body).hexdigest()


@dataclass
class Crawl:
    """A server under observation.

    Attributes:
        url: where it answers.
        own: more origins whose links are the site's.
        seen: each path that was asked for.
        links: where each link leads, by the final path of its page and the link as it is written.
    """

    url: str
    own: tuple[str, ...] = ()
    seen: dict[str, Seen] = field(default_factory=dict)
    links: dict[str, dict[str, str]] = field(default_factory=dict)
    _documents: dict[str, dict[str, str]] = field(default_factory=dict)

    def ask(self, paths: Iterable[str]) -> None:
        """Ask for each path that was not asked for."""
        missing = [path for path in dict.fromkeys(paths) if path not in self.seen]
        with ThreadPoolExecutor(_WORKERS) as pool:
            self.seen.update(zip(missing, pool.map(self._one, missing), strict=True))

    def follow(self, starts: Sequence[str], most: int) -> None:
        """Go from page to page, beginning at `starts`, and note where each link leads; open at most `most` pages."""
        done: set[str] = set()
        waiting = list(starts)
        while waiting:
            self.ask(waiting)
            places = sorted({self.seen[path].path for path in waiting} - done)[: most - len(done)]
            done.update(places)
            self.links.update({place: self._documents.get(place, {}) for place in places})
            waiting = list(dict.fromkeys(target for place in places for target in self.links[place].values()))
        self._documents.clear()

    def _origins(self) -> tuple[str, ...]:
        return (self.url.rstrip("/"), *self.own)

    def _one(self, path: str) -> Seen:
        redirects: list[int] = []
        place = path
        while len(redirects) < _MOST_HOPS:
            answer = fetch(self.url, place, headers=_HEADERS)
            if answer.status not in _REDIRECTS:
                return self._finished(place, tuple(redirects), answer)
            redirects.append(answer.status)
            target = resolve(answer.headers.get("location", ""), urljoin(self.url, place), self._origins())
            if target is None:
                return Seen(answer.status, answer.headers.get("location", ""), tuple(redirects), "", 0, "")
            place = target
        return Seen(LOOP, place, tuple(redirects), "", 0, "")

    def _finished(self, place: str, redirects: tuple[int, ...], answer: Answer) -> Seen:
        kind = answer.headers.get("content-type", "")
        if answer.status == OK:
            self._documents[place] = self._targets(place, answer.body.decode(errors="replace"), kind)
        return Seen(answer.status, place, redirects, kind, len(answer.body), digest_of(answer.body, self._origins()))

    def _targets(self, place: str, body: str, kind: str) -> dict[str, str]:
        """Return the path on the site of each link of a document, by the link as it is written."""
        base, hrefs = links_of(body, kind)
        start = urljoin(urljoin(self.url, place), base)
        found = {href: resolve(href, start, self._origins()) for href in hrefs}
        return {href: target for href, target in found.items() if target is not None}
