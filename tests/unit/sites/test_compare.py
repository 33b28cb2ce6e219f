from __future__ import annotations

from dataclasses import replace

import pytest

from sites.compare import Findings, compare
from sites.crawl import Crawl, Seen
from sites.differences import INTENDED
from sites.probes import Tree
from sites.report import Row, answers, details, exit_code, summary, table

TREE = Tree({"index.html": "a", "about.html": "a", "docs/index.html": "a", "app.js": "s"})
PAGE = Seen(200, "/", (), "text/html; charset=utf-8", 10, "a")
MISSING = Seen(404, "/nothing", (), "text/html; charset=utf-8", 10, "m")


def crawl(**seen: Seen) -> Crawl:
    """Return a server that was asked for one path."""
    return Crawl("http://127.0.0.1:1/", seen={f"/{path.replace('_', '/')}": answer for path, answer in seen.items()})


@pytest.mark.parametrize(
    ("path", "own", "edge", "fault"),
    [
        ("about", PAGE, replace(PAGE, status=404), "broken link"),
        ("about", PAGE, replace(PAGE, status=0), "broken link"),
        ("about", PAGE, replace(PAGE, digest="b"), "wrong page"),
        ("nothing", MISSING, PAGE, "soft 404"),
        ("about", PAGE, replace(PAGE, content_type="text/plain"), "wrong type"),
        ("nothing", MISSING, replace(MISSING, status=403), "other"),
        ("about.html", replace(PAGE, path="/about"), replace(PAGE, path="/docs/"), "other"),
        ("about", replace(PAGE, redirects=(302,)), replace(PAGE, redirects=(302, 302)), "other"),
    ],
)
def test_faults(path: str, own: Seen, edge: Seen, fault: str) -> None:
    """Each difference that is not intended is one fault of its kind."""
    found = compare(TREE, crawl(**{path: own}), crawl(**{path: edge}))
    assert {name: len(sentences) for name, sentences in found.faults.items()} == {fault: 1}
    assert not found.ok


CASES = {
    "missing asset": ("nothing.js", PAGE, MISSING),
    "more forms": ("about_", MISSING, PAGE),
    "permanent redirect": ("docs", replace(PAGE, redirects=(302,)), replace(PAGE, redirects=(301,))),
    "redirect to the file's form": (
        "docs",
        replace(PAGE, path="/docs"),
        replace(PAGE, path="/docs/", redirects=(301,)),
    ),
    "a file's path is the file": ("about.html", replace(PAGE, path="/about"), replace(PAGE, path="/about.html")),
    "redirect before a 404": ("nothing_", replace(MISSING, path="/nothing/"), MISSING),
    "other name": ("docs.html", PAGE, MISSING),
    "the built file": ("about", replace(PAGE, digest="script added"), PAGE),
    "page of the 404": ("nothing", MISSING, replace(MISSING, digest="b")),
    "type of the 404": ("nothing", MISSING, replace(MISSING, content_type="application/xml")),
    "charset": ("about", PAGE, replace(PAGE, content_type="text/html")),
    "name of the type": (
        "app.js",
        replace(PAGE, content_type="application/javascript; charset=UTF-8"),
        replace(PAGE, content_type="text/javascript; charset=utf-8"),
    ),
}


@pytest.mark.parametrize("difference", INTENDED, ids=lambda difference: difference.name)
def test_intended_differences(difference: object) -> None:
    """Each row of the table allows its case, and no other row is needed for it."""
    name = difference.name  # type: ignore[attr-defined]  # pytest's ids want an untyped parameter
    path, own, edge = CASES[name]
    found = compare(TREE, crawl(**{path: own}), crawl(**{path: edge}))
    assert found.ok
    assert dict(found.intended) == {name: 1}


def linked(href: str, target: str, answer: Seen, place: str = "/docs/") -> Crawl:
    """Return a server with one page that has one link."""
    return Crawl("http://127.0.0.1:1/", seen={target: answer}, links={place: {href: target}})


def test_links_of_a_page_at_another_address() -> None:
    """A relative link is compared with where the own server's link of the same page leads."""
    own = linked("b", "/docs/b", PAGE)
    assert compare(TREE, own, linked("b", "/docs/b", PAGE, "/docs")).ok
    assert compare(TREE, own, linked("b", "/b", replace(PAGE, status=404), "/docs")).count("broken link") == 1
    assert compare(TREE, own, linked("b", "/about", replace(PAGE, digest="b"), "/docs")).count("wrong page") == 1


def test_links_that_the_own_server_does_not_show() -> None:
    """A server for development may leave links out of a page: they have to lead somewhere all the same."""
    own = linked("b", "/about", PAGE)
    assert compare(TREE, own, linked("c", "/docs/c", PAGE)).ok
    assert compare(TREE, own, linked("c", "/docs/c", MISSING)).count("broken link") == 1


def test_a_page_that_no_link_leads_to_any_more() -> None:
    """A page that the own server's visitors reach is reached here too."""
    found = compare(TREE, linked("b", "/about", PAGE), Crawl("http://127.0.0.1:1/"))
    assert (found.links, found.faults) == (0, {"other": ["docs/index.html: no link leads there any more"]})


def test_the_table_and_its_details() -> None:
    """The table has a row for each site and mode, and the details name what is wrong."""
    found = compare(TREE, crawl(about=PAGE), crawl(about=replace(PAGE, digest="b")))
    row = Row("a", "Generator", "1.0", "slash", "bulk", files=4, pages=3, recognised="pages", found=found)
    assert table([row]).splitlines()[2].split("|")[9:-1] == [
        f" {n}{' ' * w}" for n, w in ((0, 12), (1, 11), (0, 9), (0, 11), (0, 5))
    ]
    assert "wrong page: /about (form): bytes" in details(row)
    managed = replace(row, mode="managed", found=None)
    assert "| pages | bulk: 1 of 1 wrong, managed: not published |" in summary([row, managed])
    failed = replace(row, found=None, problem="`pulumi up` failed")
    assert (failed.ok, details(failed)) == (False, "a, bulk: `pulumi up` failed")


def test_answers_of_a_server() -> None:
    """Each line has the redirects, where they ended, and the answer there."""
    server = crawl(docs=replace(PAGE, path="/docs/", redirects=(301,)))
    assert answers(server, ["/docs"]).split() == [
        "/docs",
        "301",
        "->",
        "/docs/",
        "200",
        "text/html;",
        "charset=utf-8",
        "10",
    ]


def test_no_site_at_all_is_a_failure() -> None:
    """A run in which every site was skipped has shown nothing; one wrong site is a failure too."""
    right = Row("a", "Generator", "1.0", "slash", "bulk", found=Findings())
    assert [exit_code(rows) for rows in ([], [right], [right, replace(right, found=None)])] == [1, 0, 1]
