"""The two servers side by side: every difference that is not intended. Pure."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from sites.differences import INTENDED, Aspect, Case

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sites.crawl import Crawl, Seen
    from sites.probes import Tree

Fault = Literal["broken link", "wrong page", "soft 404", "wrong type", "other"]
_OK = 200
_FAILED = 400


@dataclass
class Findings:
    """What the comparison found.

    Attributes:
        links: how many links of pages were compared.
        requests: how many paths were.
        faults: a sentence for each difference that is not intended.
        intended: how often each intended difference was seen.
    """

    links: int = 0
    requests: int = 0
    faults: dict[Fault, list[str]] = field(default_factory=dict)
    intended: Counter[str] = field(default_factory=Counter)

    def count(self, fault: Fault) -> int:
        """Return how many faults of a kind there are."""
        return len(self.faults.get(fault, []))

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong."""
        return not any(self.faults.values())


def compare(tree: Tree, own: Crawl, edge: Crawl) -> Findings:
    """Compare every path that both were asked for, and every link of every page."""
    found = Findings()
    for path in sorted(own.seen.keys() & edge.seen.keys()):
        found.requests += 1
        _add(found, _judged(Case(path, tree.kind(path), tree, own.seen[path], edge.seen[path]), found.intended))
    _compare_links(tree, own, edge, found)
    return found


def _compare_links(tree: Tree, own: Crawl, edge: Crawl, found: Findings) -> None:
    """Compare where the links of each page lead that a visitor reaches; a page may have another address here."""
    there, here = _by_page(tree, own), _by_page(tree, edge)
    lost = sorted(page for page in there.keys() - here.keys() if page in tree.files and page.endswith(".html"))
    _add(found, [("other", f"{page}: no link leads there any more") for page in lost])
    for page, links in here.items():
        for href, targets in links.items():
            found.links += 1
            expected = there.get(page, {}).get(href, set())
            for path in sorted(targets - expected):
                _add(found, _of_link(tree, path, edge.seen[path], [own.seen[other] for other in sorted(expected)]))


def _by_page(tree: Tree, crawl: Crawl) -> dict[str, dict[str, set[str]]]:
    """Return where the links of each page lead, from any of its addresses."""
    found: dict[str, dict[str, set[str]]] = {}
    for place, links in crawl.links.items():
        page = found.setdefault(tree.file(place) or place, {})
        for href, target in links.items():
            page.setdefault(href, set()).add(target)
    return found


def _of_link(tree: Tree, path: str, edge: Seen, own: Sequence[Seen]) -> list[tuple[Fault, str]]:
    """Return the faults of a link, none if it leads to what one of the own server's links leads to."""
    if not own:
        return (
            []
            if edge.status == _OK
            else [("broken link", f"{path}: status {edge.status}, not linked on the own server")]
        )
    judged = [_judged(Case(path, tree.kind(path), tree, seen, edge), Counter()) for seen in own]
    return min(judged, key=len)


def _judged(case: Case, intended: Counter[str]) -> list[tuple[Fault, str]]:
    """Return the faults of one request, and count its intended differences."""
    faults = []
    for aspect in _different(case.own, case.edge):
        reason = next((row.name for row in INTENDED if row.aspect == aspect and row.allows(case)), None)
        if reason is None:
            faults.append((_fault(aspect, case), _sentence(aspect, case)))
        else:
            intended[reason] += 1
    return faults


def _different(own: Seen, edge: Seen) -> list[Aspect]:
    """Return what is different; two answers of different status have nothing else to compare."""
    if own.status != edge.status:
        return ["status"]
    pairs: tuple[tuple[Aspect, object, object], ...] = (
        ("address", own.path, edge.path),
        ("redirects", own.redirects, edge.redirects),
        ("bytes", own.digest, edge.digest),
        ("type", own.content_type, edge.content_type),
    )
    # The same address after other redirects is compared by the redirects, another address by itself.
    moved = own.path != edge.path
    return [aspect for aspect, here, there in pairs if here != there and not (moved and aspect == "redirects")]


def _fault(aspect: Aspect, case: Case) -> Fault:
    if aspect == "status" and case.edge.status == _OK and case.kind.startswith("missing"):
        return "soft 404"
    if aspect == "status" and (case.edge.status >= _FAILED or case.edge.status == 0) and case.own.status == _OK:
        return "broken link"
    by_aspect: dict[Aspect, Fault] = {"bytes": "wrong page", "type": "wrong type"}
    return by_aspect.get(aspect, "other")


def _sentence(aspect: Aspect, case: Case) -> str:
    def shown(seen: Seen) -> str:
        values = {
            "status": f"{seen.status} at {seen.path}",
            "address": seen.path,
            "redirects": f"{seen.redirects} to {seen.path}",
            "bytes": f"{seen.size} bytes {seen.digest[:8]}",
            "type": seen.content_type,
        }
        return values[aspect]

    return f"{case.path} ({case.kind}): {aspect} {shown(case.edge)}, own server {shown(case.own)}"


def _add(found: Findings, faults: Iterable[tuple[Fault, str]]) -> None:
    for fault, sentence in faults:
        found.faults.setdefault(fault, []).append(sentence)
