"""The report as text and as JSON. Pure."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hosting.plural import plural

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from hosting.verify.crawl import Result

_MOST_SHOWN = 20
_DIGEST_SHOWN = 12
# The edge location that answered:
# https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cloudfront-function-restrictions.html
_LOCATION = "x-amz-cf-pop"


@dataclass(frozen=True)
class Subject:
    """What was verified.

    Attributes:
        url: the site's address.
        stack: the stack; empty without one.
        digest: the digest of the files.
        notes: sentences about what was not checked.
    """

    url: str
    stack: str
    digest: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Report:
    """The results of all checks.

    Attributes:
        subject: what was verified.
        results: the results.
        seconds: how long it took.
    """

    subject: Subject
    results: Sequence[Result]
    seconds: float

    @property
    def wrong(self) -> list[Result]:
        """The results with differences."""
        return [result for result in self.results if result.differences]

    @property
    def late(self) -> list[Result]:
        """The results that were right only after the first request."""
        return [result for result in self.results if result.attempts > 1 and not result.differences]

    @property
    def locations(self) -> dict[str, int]:
        """The edge locations that answered, with the number of answers."""
        found = (result.answer.headers.get(_LOCATION) for result in self.results)
        return dict(Counter(location for location in found if location).most_common())

    @property
    def groups(self) -> dict[str, tuple[int, int]]:
        """The number of checks of each kind, and how many of them differ."""
        totals = Counter(result.check.kind for result in self.results)
        wrong = Counter(result.check.kind for result in self.wrong)
        return {kind: (count, wrong[kind]) for kind, count in totals.items()}

    @property
    def compressed(self) -> dict[str, tuple[int, int]]:
        """The number of requests for each encoding, and how many of the answers had it."""
        asked = [result for result in self.results if result.check.kind == "compressed"]
        totals = Counter(result.check.accept_encoding for result in asked)
        got = Counter(result.answer.headers.get("content-encoding") for result in asked)
        return {encoding: (count, got[encoding]) for encoding, count in totals.items()}

    def text(self) -> str:
        """Return the report for people."""
        return "\n".join(self._lines())

    def _lines(self) -> Iterator[str]:
        subject = self.subject
        of = f"stack {subject.stack}, " if subject.stack else ""
        yield f"{subject.url} ({of}digest {subject.digest[:_DIGEST_SHOWN]})"
        for kind, (count, wrong) in self.groups.items():
            yield f"  {kind:<14} {count:>6,}  {f'{wrong:,} wrong' if wrong else 'right'}{self._detail(kind)}"
        if self.locations:
            places = ", ".join(f"{place} ({count:,} answers)" for place, count in self.locations.items())
            yield f"Edge location: {places}"
        if self.late:
            yield f"{plural(len(self.late), 'answer was', 'answers were')} stale at first, and right when asked again"
        yield from (f"Note: {note}" for note in subject.notes)
        for result in self.wrong[:_MOST_SHOWN]:
            about = f" ({result.check.subject})" if result.check.subject else ""
            yield f"wrong: {result.check.url}{about}"
            yield from (f"  {difference}" for difference in result.differences)
        if len(self.wrong) > _MOST_SHOWN:
            yield f"and {len(self.wrong) - _MOST_SHOWN:,} more; --json lists all of them"
        yield self._summary()

    def _detail(self, kind: str) -> str:
        if kind != "compressed":
            return ""
        parts = [f"{encoding} {got} of {asked}" for encoding, (asked, got) in self.compressed.items()]
        return f" (came compressed: {', '.join(parts)})"

    def _summary(self) -> str:
        total, seconds = len(self.results), f"{self.seconds:.1f} s"
        if not self.wrong:
            return f"All {total:,} answers are right ({seconds})"
        return f"{len(self.wrong):,} of {total:,} answers are wrong ({seconds})"

    def json(self) -> str:
        """Return the report for programs."""
        subject = self.subject
        document = {
            "url": subject.url,
            "stack": subject.stack or None,
            "digest": subject.digest,
            "ok": not self.wrong,
            "seconds": round(self.seconds, 1),
            "edgeLocations": self.locations,
            "checks": {kind: {"count": count, "wrong": wrong} for kind, (count, wrong) in self.groups.items()},
            "compressed": {name: {"asked": asked, "got": got} for name, (asked, got) in self.compressed.items()},
            "late": [result.check.url for result in self.late],
            "wrong": [_as_json(result) for result in self.wrong],
            "notes": list(subject.notes),
        }
        return json.dumps(document, indent=2)


def _as_json(result: Result) -> dict[str, Any]:
    return {
        "url": result.check.url,
        "kind": result.check.kind,
        "subject": result.check.subject or None,
        "attempts": result.attempts,
        "differences": [difference._asdict() for difference in result.differences],
    }
