"""`make sites`: build real sites, publish each, and compare what is served with each generator's own server."""

from __future__ import annotations

import argparse
import json
import re
import sys
import tempfile
import time
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from sandbox import lifecycle
from sandbox.environment import Home
from sites import report
from sites.build import build
from sites.catalogue import SITES
from sites.compare import compare
from sites.crawl import Crawl, digest_of
from sites.probes import Tree, files_of, forms, missing, samples
from sites.publish import PublishFailedError, publish
from sites.report import Row
from sites.servers import serving
from sites.site import HERE
from sites.tools import PLACE, SkippedError
from tests.e2e.harness import Sandbox

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sites.build import Built
    from sites.publish import Mode
    from sites.site import Site

_MODES: tuple[Mode, ...] = ("managed", "bulk")
# Documents whose links are followed: enough for every site but one with tens of thousands of pages.
_MOST_FOLLOWED = 300
_DOCS = HERE.parent / "docs" / "generators.md"
_TABLE = re.compile(r"(<!-- table.*?-->\n).*?(<!-- end of table -->)", re.DOTALL)


@dataclass(frozen=True)
class Publishing:
    """How the sites are published.

    Attributes:
        sandbox: the local cloud.
        place: a folder for the copies of the program.
        modes: the publish modes.
        settings: settings to try out.
    """

    sandbox: Sandbox
    place: Path
    modes: Sequence[Mode]
    settings: Mapping[str, str]


def main(arguments: Sequence[str] | None = None) -> int:
    """Build, publish, crawl and compare the sites that the arguments name; return the exit code."""
    chosen = _parsed(arguments)
    sites = [site for site in SITES if not chosen.sites or site.name in chosen.sites]
    if chosen.own:
        for site in sites:
            for _, tree, own in _own(site):
                print(report.answers(own, [*samples(tree), *missing(tree)]), flush=True)
        return 0
    with tempfile.TemporaryDirectory(prefix="sites-") as folder:
        home = Home(Path(folder) / "home")
        settings = dict(pair.split("=", 1) for pair in chosen.set)
        try:
            publishing = Publishing(Sandbox(home, lifecycle.start(home)), Path(folder), chosen.modes, settings)
            rows = [row for site in sites for row in _rows(site, publishing)]
        finally:
            lifecycle.down(home)
    print("\n" + report.table(rows))
    if chosen.docs and rows:
        _write_docs(report.summary(rows))
    return report.exit_code(rows)


def _parsed(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="sites", description=__doc__)
    names = [site.name for site in SITES]
    parser.add_argument("sites", nargs="*", metavar="SITE", help=f"all by default: {', '.join(names)}")
    parser.add_argument("--own", action="store_true", help="only build the sites and show their own servers' answers")
    parser.add_argument("--docs", action="store_true", help=f"write the table to {_DOCS.name} too")
    parser.add_argument("--modes", nargs="*", choices=_MODES, default=_MODES)
    parser.add_argument("--set", nargs="*", default=[], metavar="KEY=VALUE", help="settings to try out")
    chosen = parser.parse_args(arguments)
    unknown = sorted(set(chosen.sites) - set(names))
    if unknown:
        parser.error(f"no site is called {', '.join(unknown)}; there are {', '.join(names)}")
    return chosen


def _rows(site: Site, publishing: Publishing) -> Iterator[Row]:
    """Yield the site's row for each mode; none if it can't be built here."""
    for built, tree, own in _own(site):
        for mode in publishing.modes:
            if mode == "bulk" or not site.bulk_only:
                row = _row(built, tree, own, (mode, publishing))
                print(report.details(row), flush=True)
                yield row


def _own(site: Site) -> Iterator[tuple[Built, Tree, Crawl]]:
    """Yield the site as it is built and as its own server shows it; nothing if it can't be built here."""
    try:
        built = build(site)
        tree = _tree(built)
        print(f"{site.name}: built in {built.seconds:.0f} s, {len(tree.files)} files", flush=True)
        with serving(built) as url:
            own = _crawled(site, url, tree, "own")
    except SkippedError as error:
        print(f"{site.name}: skipped: {error}", flush=True)
        return
    yield built, tree, own


def _tree(built: Built) -> Tree:
    addresses = _own_addresses(built.site)
    return Tree({path: digest_of((built.tree / path).read_bytes(), addresses) for path in built.files()})


def _own_addresses(site: Site) -> tuple[str, ...]:
    return (site.url,) if site.url else ()


def _row(built: Built, tree: Tree, own: Crawl, how: tuple[Mode, Publishing]) -> Row:
    """Publish the site, and compare it."""
    site, (mode, publishing) = built.site, how
    facts = (site.name, site.generator, built.tools.version, site.form, mode)
    row = Row(*facts, files=len(tree.files), pages=len(tree.pages))
    try:
        url, recognised = publish(built, mode, publishing.sandbox, publishing.place, publishing.settings)
    except PublishFailedError as error:
        return replace(row, problem=str(error))
    edge = _crawled(site, url, tree, mode)
    return replace(row, recognised=recognised, found=compare(tree, own, edge))


def _crawled(site: Site, url: str, tree: Tree, name: str) -> Crawl:
    """Ask a server for everything, and keep its answers."""
    crawl = Crawl(url, _own_addresses(site))
    started = time.monotonic()
    crawl.follow(["/", "/sitemap.xml"], _MOST_FOLLOWED)
    crawl.ask([*files_of(tree, site.sample), *forms(tree, site.sample), *missing(tree)])
    print(f"  {len(crawl.seen):,} requests in {time.monotonic() - started:.0f} s", flush=True)
    _keep(crawl, site, name)
    return crawl


def _write_docs(summary: str) -> None:
    """Replace the table of the documentation."""
    _DOCS.write_text(_TABLE.sub(lambda match: f"{match[1]}{summary}\n{match[2]}", _DOCS.read_text()))


def _keep(crawl: Crawl, site: Site, name: str) -> None:
    """Write what a server answered to the site's folder."""
    seen = {path: asdict(answer) for path, answer in sorted(crawl.seen.items())}
    (PLACE / site.name / f"{name}.json").write_text(json.dumps(seen, indent=1))


if __name__ == "__main__":
    sys.exit(main())
