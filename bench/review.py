"""The review of a site of 10,000 pages, beside one traversal of them by selectolax, and beside htmltest.

The goals are for the wall-clock time on two idle cores; the CPU of all processes also says something on a busy machine.
htmltest checks the same links, without a request to other hosts.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from selectolax.lexbor import LexborHTMLParser

from bench import pages, peers
from hosting.build import Run
from hosting.config.load import RawConfig, load_settings
from hosting.prepare import prepare
from hosting.publish.bulk import layout
from hosting.review.live import no_live_site
from hosting.review.record import ReleaseRecord
from hosting.review.request import review_request, write_request
from hosting.review.review import LiveSite
from hosting.review.run import record_of, run_review, staged_site

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from hosting.config.load import Settings

_GOALS = {"review, first": 20.0, "review, one page changed": 1.0, "review, nothing changed": 0.3}
_HTMLTEST_CONFIG = "DirectoryPath: site\nCheckExternal: false\nCheckInternalHash: false\nIgnoreAltEmpty: true\n"


class _Times(NamedTuple):
    """The times of one run."""

    seconds: float
    cpu: float


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="bench.review", description=__doc__)
    parser.add_argument("--pages", type=int, default=10_000)
    count = parser.parse_args().pages
    peers.install_htmltest()
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        os.chdir(folder)
        site = Path("site")
        pages.make(site, count)
        print(f"{count:,} pages with {sum(file.stat().st_size for file in site.rglob('*.html')):,} bytes\n")
        print(f"{'':28}{'seconds':>8}{'goal':>8}{'CPU':>8}{'x selectolax':>14}")
        peer = _measured(lambda: _traverse(site))
        _print("selectolax, one process", peer, peer)
        Path(".htmltest.yml").write_text(_HTMLTEST_CONFIG)
        _print("htmltest", _measured(_htmltest), peer)
        for name, found in _reviews(site):
            _print(name, found, peer)


def _reviews(site: Path) -> Iterator[tuple[str, _Times]]:
    settings = load_settings(RawConfig("prod", {"publish:mode": "bulk"}), {"AWS_REGION": "us-east-1"})
    folder = _stage(settings)
    yield "review, first", _measured(lambda: _review(folder, None))
    live = record_of(folder, staged_site(folder).digest)
    pages.change_one(site, "changed")
    _stage(settings)
    yield "review, one page changed", _measured(lambda: _review(folder, live))
    yield "review, nothing changed", _measured(lambda: _review(folder, live))


def _stage(settings: Settings) -> Path:
    prepared = prepare("site", settings, Run(Path.cwd(), preview=True, say=lambda _: None))
    write_request(prepared.staged.folder, review_request(settings, prepared.edge, layout.IN_PLACE_RECORDS))
    return prepared.staged.folder


def _review(folder: Path, live: bytes | None) -> None:
    record = ReleaseRecord.from_bytes(live) if live else None
    before = LiveSite(record, "the live release") if record else no_live_site("Nothing is live yet")
    run_review(staged_site(folder), before, lambda _done, _total: None)


def _traverse(site: Path) -> None:
    for file in site.rglob("*.html"):
        root = LexborHTMLParser(file.read_text()).root
        for _ in root.traverse() if root else ():
            pass


def _htmltest() -> None:
    subprocess.run([peers.HTMLTEST, "--log-level", "3"], check=True, stdout=subprocess.DEVNULL)


def _measured(work: Callable[[], object]) -> _Times:
    started, cpu = time.perf_counter(), _cpu()
    work()
    return _Times(time.perf_counter() - started, _cpu() - cpu)


def _cpu() -> float:
    """Return the processor time of this process and of those that it has waited for."""
    return sum(os.times()[:4])


def _print(name: str, found: _Times, peer: _Times) -> None:
    goal = f"{_GOALS[name]:.1f}" if name in _GOALS else ""
    print(f"{name:28}{found.seconds:8.2f}{goal:>8}{found.cpu:8.2f}{found.cpu / peer.cpu:14.2f}", flush=True)


if __name__ == "__main__":
    main()
