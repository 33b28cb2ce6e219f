"""The URLs that die."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hosting.review.result import URLS
from tests.unit.review.sites import SITE, Files, findings, page, reviewed

if TYPE_CHECKING:
    from pathlib import Path


def lost(folder: Path, before: Files, after: Files, *, old: str = "", new: str = "", **values: object) -> list[str]:
    """Return the URLs that die from one release to the next; ``old`` and ``new`` are their redirects."""
    _, record = reviewed(folder / "before", before, redirects=old, **values)
    result, _ = reviewed(folder / "after", after, record, redirects=new, **values)
    return findings(result, URLS)


def without(key: str, **added: str) -> Files:
    """Return the site without a file, and with others."""
    return {path: text for path, text in SITE.items() if path != key} | added


@pytest.mark.parametrize("mode", ["managed", "bulk"])
def test_an_unchanged_site_loses_nothing(tmp_path: Path, mode: str) -> None:
    """Neither does one whose files only have another content, or one with more files."""
    changed = {**SITE, "index.html": page("Welcome"), "new/index.html": page("New")}
    assert lost(tmp_path, SITE, SITE, publish_mode=mode) == []
    assert lost(tmp_path, SITE, changed, publish_mode=mode) == []


def test_a_removed_page_dies_once_with_all_of_its_forms(tmp_path: Path) -> None:
    """The first form is the one that visitors see."""
    (line,) = lost(tmp_path, SITE, without("about/index.html"), publish_mode="bulk")
    assert line == "/about/ will be 404 (so do /about/index.html, /about)"


@pytest.mark.parametrize(
    "moved",
    [
        {"us.html": SITE["about/index.html"]},
        {"us.html": page("About us", "other text")},
        {"us.html": page("Other", '<link rel=canonical href="https://www.example.com/about/">')},
    ],
)
def test_the_redirect_that_saves_a_url(tmp_path: Path, moved: Files) -> None:
    """A page has the same content, title or canonical link elsewhere; the redirect saves it."""
    before = {**SITE}
    if "canonical" in moved["us.html"]:
        before["about/index.html"] = page("About us", '<link rel=canonical href="https://www.example.com/about/">')
    _, record = reviewed(tmp_path / "before", before)
    result, _ = reviewed(tmp_path / "after", without("about/index.html", **moved), record)
    (finding,) = [each for each in result.findings if each.kind == URLS]
    assert finding.advice == "/about/ /us 301"
    assert lost(tmp_path, before, without("about/index.html", **moved), new="/about/ /us 301\n/about/* /us 301\n") == []


def test_without_cloudfront_no_redirect_saves_a_url(tmp_path: Path) -> None:
    """The S3 website has no redirects."""
    _, record = reviewed(tmp_path / "before", SITE, cloudfront_enabled="false")
    moved = without("about/index.html", **{"us.html": SITE["about/index.html"]})
    result, _ = reviewed(tmp_path / "after", moved, record, cloudfront_enabled="false")
    assert [each.advice for each in result.findings if each.kind == URLS] == [""]


def test_two_pages_with_the_same_title_save_nothing(tmp_path: Path) -> None:
    """Only the user can know which one it is."""
    _, record = reviewed(tmp_path / "before", {**SITE, "about/index.html": page("Same")})
    after = without("about/index.html", **{"a.html": page("Same", "1"), "b.html": page("Same", "2")})
    result, _ = reviewed(tmp_path / "after", after, record)
    assert [each.advice for each in result.findings if each.kind == URLS] == [""]


def test_files_die_too_but_hashed_ones_and_the_data_of_pages_do_not(tmp_path: Path) -> None:
    """A removed image dies; files with a hash in their name, error pages and a generator's data go with their page."""
    extra = {
        "photo.png": "photo",
        "feed.xml": "<rss/>",
        "app.0a1b2c3d4e.js": "1",
        "gone.html": page("Gone"),
        "gone.txt": "data",
        "page-data/gone/page-data.json": "{}",
    }
    found = lost(tmp_path, {**SITE, **extra}, without("404.html"), publish_mode="bulk")
    assert sorted(line.split()[0] for line in found) == ["/feed.xml", "/gone", "/photo.png"]


def test_another_form_of_a_page_is_the_same_page(tmp_path: Path) -> None:
    """`about.html` answers for `about/index.html`; only the URL of the file itself is gone."""
    after = without("about/index.html", **{"about.html": page("Other title")})
    assert lost(tmp_path, SITE, after, publish_mode="bulk") == ["/about/index.html will be 404"]


def test_another_page_under_the_same_url(tmp_path: Path) -> None:
    """A rule serves another file now; the same title means the same page."""
    new = "/about/ /staff/ 200!\n"
    other = {**SITE, "staff/index.html": page("Staff")}
    assert lost(tmp_path, SITE, other, new=new) == ["/about/ will get another page, /staff/index.html (so do /about)"]
    assert lost(tmp_path, SITE, {**SITE, "staff/index.html": page("About us")}, new=new) == []


def test_a_file_that_becomes_the_app_dies(tmp_path: Path) -> None:
    """The app's page answers in place of a page that is gone."""
    before = {"index.html": page("App"), "about/index.html": page("About us")}
    (line,) = lost(tmp_path, before, {"index.html": page("App")}, website_routing="spa")
    assert line.startswith("/about/ will get the app's page")


def test_a_password_closes_every_url(tmp_path: Path) -> None:
    """It is one finding beside the URLs that die otherwise, and only if the site that gets it is the live one."""
    password = {"access_username": "me", "access_password": "secret"}
    _, record = reviewed(tmp_path / "before", SITE)
    result, closed = reviewed(tmp_path / "after", without("team/index.html"), record, **password)
    assert findings(result, URLS) == [
        "/* will be 401, because visitors need a password",
        "/team/ will be 404 (so do /team/index.html, /team)",
    ]
    result, _ = reviewed(tmp_path / "again", SITE, closed, **password)
    assert findings(result, URLS) == []
    result, _ = reviewed(tmp_path / "other", SITE, record, review_against="prod", **password)
    assert findings(result, URLS) == []


def test_an_app_is_compared_by_its_files(tmp_path: Path) -> None:
    """Pages of an app can't be missed, as it answers all paths; that is said once."""
    before = {"index.html": page("App"), "photo.png": "photo"}
    _, record = reviewed(tmp_path / "before", before)
    result, _ = reviewed(tmp_path / "after", {"index.html": page("App")}, record)
    assert findings(result, URLS) == ["/photo.png will be 404"]
    assert any("single-page app" in note for note in result.notes)


def test_rules_of_the_live_site(tmp_path: Path) -> None:
    """A redirect that is gone dies, unless its path has another answer; a new loop is reported."""
    old = "/us /about/ 301\n/home / 301\n/out https://other.example/ 302\n/api/* https://api.example/:splat 200\n"
    new = "/home /about/ 301\n"
    assert lost(tmp_path, SITE, SITE, old=old, new=new, publish_mode="bulk") == [
        "/us will be 404; a rule of the live site serves it"
    ]


def test_rules_with_placeholders(tmp_path: Path) -> None:
    """Their paths are those of the pages to which they lead; a path that dies with its page is not one more mistake."""
    pages = {f"news/{number}/index.html": page(f"News {number}") for number in range(3)}
    old = "/blog/* /news/:splat 301\n/old/:a/:b /:b/:a/ 301\n/all/* / 301\n/q/* id=:id /:splat/:id 301\n"
    found = lost(tmp_path, {**SITE, **pages}, {**SITE, **pages}, old=old, publish_mode="bulk")
    assert found == [
        "/blog/0/ will be 404 (so do 2 other paths of the rule); a rule of the live site serves it",
        "/old/0/news will be 404 (so do 2 other paths of the rule); a rule of the live site serves it",
    ]
    gone = {path: text for path, text in pages.items() if "1" not in path}
    (line,) = lost(tmp_path, {**SITE, **pages}, {**SITE, **gone}, old=old, new=old, publish_mode="bulk")
    assert line.startswith("/news/1/ will be 404")
