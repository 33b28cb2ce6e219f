"""Asks every URL of the site again and again while a publish runs, at two edge locations."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple, Self

from tests.e2e.harness import Poll, elsewhere, fetch
from tests.faults.site_versions import Expected, is_hashed, urls

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from types import TracebackType

    from tests.e2e.harness import Answer
    from tests.faults.site_versions import SiteVersion

# It pauses for as long as several rounds take: the publish needs the processor, too.
_LEAST_PAUSE_S, _PAUSE_IN_ROUNDS = 0.5, 3
WARM = {"X-Sandbox-Location": "warm"}
_MOST_PROBLEMS = 5
_FOUND, _MISSING = 200, 404
# S3's for a missing file: 403 for a visitor that may not list the bucket.
_ERRORS = (403, _MISSING)


class Visit(NamedTuple):
    """A URL that was asked for, and the versions whose answer it was."""

    path: str
    answer: Answer | None
    versions: frozenset[str]

    @property
    def is_found(self) -> bool:
        """Whether a version has this file."""
        return self.answer is not None and self.answer.status == _FOUND and bool(self.versions)


def is_answer(answer: Answer, expected: Expected) -> bool:
    """Return whether a visitor got what was expected."""
    if (answer.status, answer.headers.get("location", "")) != (expected.status, expected.location):
        return False
    content_type = answer.headers.get("content-type", "").partition(";")[0]
    return bool(expected.location) or (answer.body == expected.body and content_type == expected.content_type)


def shown(answer: Answer | None) -> str:
    """Return the beginning of an answer for a message."""
    if answer is None:
        return "no answer"
    return f"{answer.status} {answer.headers.get('location', '')}{answer.body[:60]!r}"


class Poller:
    """Polls while its block runs.

    Attributes:
        problems: the first answers that no version has, and mixes of versions where only one is promised.
    """

    def __init__(
        self, url: str, versions: Sequence[SiteVersion], *, redirects: bool, atomic: bool, any_error: bool = False
    ) -> None:
        """Poll ``versions`` at ``url``.

        Args:
            url: the site's.
            versions: those that visitors may see.
            redirects: whether redirects are in force.
            atomic: whether visitors are promised one version at every moment.
            any_error: whether a missing file may get another error than 404, and another page.
        """
        self._url, self._versions = url, versions
        self._redirects, self._atomic, self._any_error = redirects, atomic, any_error
        # Assets with a hash are asked for like browsers do: when a page names them.
        self._paths = [path for path in urls(*versions, has_redirects=redirects) if not is_hashed(path[1:])]
        self.problems: list[str] = []
        self._poll = Poll(self.poll_once, least_pause_s=_LEAST_PAUSE_S, pause_in_rounds=_PAUSE_IN_ROUNDS)

    def __enter__(self) -> Self:
        self._poll.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._poll.__exit__(kind, error, trace)

    def poll_once(self) -> None:
        """Ask for every URL at both edge locations."""
        for location in (WARM, elsewhere()):
            self._round(location)

    def _round(self, location: Mapping[str, str]) -> None:
        # The first URL again at the end: if both answers are of one version, so are all between them.
        visits = [self._visit(path, location) for path in (*self._paths, self._paths[0])]
        found = [f"{path}: {shown(answer)}" for path, answer, versions in visits if not versions]
        if not found:
            found = [*(self._mixed(visits) if self._atomic else []), *self._missing_assets(visits[-1], location)]
        self.problems += found[: _MOST_PROBLEMS - len(self.problems)]

    def _visit(self, path: str, location: Mapping[str, str]) -> Visit:
        try:
            answer = fetch(self._url, path, headers=location)
        except OSError:
            return Visit(path, None, frozenset())
        return Visit(path, answer, frozenset(one.name for one in self._versions if self._is_of(answer, one, path)))

    def _is_of(self, answer: Answer, version: SiteVersion, path: str) -> bool:
        """Return whether an answer is a version's; error pages are published one by one, so any version's will do."""
        expected = version.expected(path, has_redirects=self._redirects)
        if self._any_error and expected.status == _MISSING:
            return answer.status in _ERRORS
        pages = [other.published["404.html"] for other in self._versions] if expected.status == _MISSING else []
        return any(is_answer(answer, one) for one in (expected, *(replace(expected, body=page) for page in pages)))

    def _missing_assets(self, home: Visit, location: Mapping[str, str]) -> list[str]:
        """Return the assets that the home page names and that do not exist while the page does."""
        versions = [version for version in self._versions if version.name in home.versions]
        assets = {f"/{path}" for version in versions for path in version.published if is_hashed(path)}
        missing = [visit for visit in (self._visit(path, location) for path in sorted(assets)) if not visit.is_found]
        # A publish may have ended since the page was asked for.
        is_live = bool(missing) and self._visit(home.path, location).versions == home.versions
        return [f"{path}: {shown(answer)} beside its page" for path, answer, _ in missing] if is_live else []

    def _mixed(self, visits: Sequence[Visit]) -> list[str]:
        first, last = visits[0].versions, visits[-1].versions
        if first != last or len(first) != 1:
            return []
        (version,) = first
        mixed = [visit for visit in visits if version not in visit.versions]
        return [f"{visit.path} is of {'/'.join(visit.versions)} beside {version}" for visit in mixed]
