"""The review of a whole site: links, weights, rules, what is known already, and what is ignored."""

from __future__ import annotations

import gzip
import sys
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

import brotli
import pytest

from hosting.answers.cloudfront_site import CloudFrontSite
from hosting.publish.staging.manifest import Manifest
from hosting.review import staged_files
from hosting.review.contents import Contents
from hosting.review.examine import Content, examine
from hosting.review.ignores import Ignores
from hosting.review.links import Links
from hosting.review.lost_urls import LostUrls
from hosting.review.record import ReleaseRecord
from hosting.review.result import FRAGMENTS, LINKS, MIXED_CONTENT, REDIRECTS, URLS, WEIGHT
from hosting.review.site import LOOP, AskedSite
from tests.unit.review.sites import SITE, findings, page, reviewed, staged_site

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from hosting.answers.expected import Expected, VisitorRequest
    from hosting.review.examine import Job, Options

ALL = {"fragments": "warn", "redirects": "warn", "mixedContent": "warn", "weight": "warn"}


def with_body(body: str) -> dict[str, str]:
    """Return the site with a first page that has this body."""
    return {**SITE, "index.html": page("Home", body)}


@pytest.mark.parametrize("stack", [{}, {"publish_mode": "bulk"}, {"cloudfront_enabled": "false"}])
def test_a_site_without_mistakes(tmp_path: Path, stack: dict[str, object]) -> None:
    """Nothing is found, with each mode, and with and without CloudFront."""
    files = {**SITE, "index.html": SITE["index.html"].replace("/about/", "/about/index.html")} if stack else SITE
    result, record = reviewed(tmp_path, files, publish_gate=ALL, **stack)
    assert result.findings == ()
    assert (result.totals.files, result.totals.pages, result.compared_with) == (6, 4, "")
    assert result.notes == ("Nothing is live yet",)
    assert ReleaseRecord.from_bytes(record.to_bytes()) == record


def test_a_link_in_a_layout_is_one_finding(tmp_path: Path) -> None:
    """It has the number of pages, and one of them; a page that visitors can open comes before an error page."""
    files = {path: text.replace("<title>", '<a href="/gone">x</a><title>') for path, text in SITE.items()}
    result, _ = reviewed(tmp_path, files)
    (finding,) = result.findings
    assert (finding.subject, finding.text, finding.page, finding.pages) == ("/gone", "is 404", "/", 4)


@pytest.mark.parametrize(
    ("body", "kind", "found"),
    [
        ('<a href="/About/">x</a>', LINKS, ["/About/ is 404"]),
        ('<a href="/one">x</a>', REDIRECTS, ["/one needs 2 redirects"]),
        ('<a href="/two">x</a>', LINKS, []),
        ('<a href="/outside">x</a><a href="/api/x">y</a>', LINKS, []),
        ('<a href="/q?id=7">x</a>', LINKS, []),
        ('<a href="/q?id=8">x</a>', LINKS, ["/q?id=8 is 404"]),
        ('<img src="http://x.example/a.png">', MIXED_CONTENT, ["http://x.example/a.png is requested over http"]),
        ('<a href="/about/#no">x</a><a href="/logo.png#no">x</a>', FRAGMENTS,
         ["/about/#no leads to a part that the page does not have: #no"]),
        ('<a href="/about/#/x">x</a><a href="/about/#Top">x</a><a href="/about/#:~:text=x">x</a>', FRAGMENTS, []),
        ('<a href="/about/#!x">x</a><a href="/about/#">x</a><a href="/about/#no:~:text=x">x</a>', FRAGMENTS,
         ["/about/#no:~:text=x leads to a part that the page does not have: #no:~:text=x"]),
        ('<a href="/part/#%C3%A4">x</a><a href="/part/#a%20b">x</a>', FRAGMENTS, []),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_link(tmp_path: Path, body: str, kind: str, found: list[str]) -> None:
    """Each mistake is of one kind."""
    redirects = "/one /two 301\n/two /about/ 301\n/outside https://x.example/ 302\n/q id=7 /about/ 301\n"
    redirects += "/api/* https://api.example/:splat 200\n"
    files = {**with_body(body), "part/index.html": page("Part", '<p id="ä"><p id="a%20b">')}
    result, _ = reviewed(tmp_path, files, redirects=redirects, publish_gate=ALL, publish_mode="bulk")
    assert findings(result, kind) == found


def test_a_link_in_another_case_names_the_address(tmp_path: Path) -> None:
    """The file system of the developer's machine may not care; S3 does."""
    result, _ = reviewed(tmp_path, with_body('<a href="/About/">x</a>'))
    assert [each.advice for each in result.findings] == ["the address is /about/"]


def test_production_names_in_another_stage(tmp_path: Path) -> None:
    """With `review:hosts`, canonical links and the sitemap of production are links inside of the site on DEV, too."""
    files = with_body('<link rel=canonical href="https://www.example.com/gone/">')
    files["sitemap.xml"] = "<urlset><url><loc>https://www.example.com/never/</loc></url></urlset>"
    result, record = reviewed(tmp_path, files, cloudfront_enabled="false")
    assert findings(result, LINKS) == ["/gone/ is 404", "/never/ is 404"]
    assert record.pages["index.html"].canonical == "/gone/"
    result, _ = reviewed(tmp_path, files, cloudfront_enabled="false", review_hosts=[])
    assert findings(result, LINKS) == []


def test_a_page_for_unknown_paths_works_at_each_depth(tmp_path: Path) -> None:
    """Its relative links have to work from three depths, also those of 200.html; another page has one path."""
    files = {**SITE, "404.html": page("Not found", '<a href="about/">x</a>')}
    found = ["/not/about/ is 404", "/not/found/about/ is 404"]
    result, _ = reviewed(tmp_path, files)
    assert sorted(findings(result, LINKS)) == found
    app = {**SITE, "200.html": page("App", '<script src="app.js"></script>'), "app.js": "1"}
    result, _ = reviewed(tmp_path, app)
    assert sorted(findings(result, LINKS)) == ["/not/app.js is 404", "/not/found/app.js is 404"]


def test_each_url_is_asked_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the number of links and pages that lead to it; and again only if there are other files or rules."""
    asked: Counter[str] = Counter()
    answer_to = CloudFrontSite.answer_to

    def counted(site: CloudFrontSite, sent: VisitorRequest) -> Expected | None:
        asked[sent.path] += 1
        return answer_to(site, sent)

    monkeypatch.setattr(CloudFrontSite, "answer_to", counted)
    links = '<a href="/gone">1</a><img src="/gone"><a href="/about/">2</a><a href="about/">3</a>'
    files = {path: text + links for path, text in SITE.items()}
    reviewed(tmp_path, files)
    assert asked["/gone"] == 1
    assert set(asked.values()) == {1}
    asked.clear()
    reviewed(tmp_path, {**files, "index.html": f"{files['index.html']}<a href='/new'>5</a>"})
    assert asked == {"/new": 1, "/new/": 1}
    reviewed(tmp_path, {**files, "gone/index.html": "x"})
    assert asked["/gone"] == 1


def test_a_redirect_to_nothing_is_found(tmp_path: Path) -> None:
    """Even if nothing links to it; rules with a placeholder have no path that could be asked for."""
    redirects = "/old /gone 301\n/older /about/ 301\n/x/* /gone/:splat 301\n/never /gone 301\n"
    ignore = [{"link": "/never", "reason": "later"}]
    result, _ = reviewed(tmp_path, SITE, redirects=redirects, publish_mode="bulk", review_ignore=ignore)
    assert findings(result, LINKS) == ["/old leads to a page that is 404 (line 1 of _redirects)"]


def test_redirects_that_work_are_counted(tmp_path: Path) -> None:
    """A link that works only by one redirect is no mistake."""
    result, _ = reviewed(tmp_path, with_body('<a href="/about">x</a>'))
    assert "1 link target works only by a redirect" in result.notes


def test_a_finding_of_the_live_release_is_not_new(tmp_path: Path) -> None:
    """Findings that exist already come after new ones, and a fixed one is gone."""
    _, record = reviewed(tmp_path / "before", with_body('<a href="/gone">x</a><a href="/fixed">x</a>'))
    body = '<a href="/gone">x</a><a href="/new">x</a>'
    result, _ = reviewed(tmp_path / "after", with_body(body), record)
    assert [(each.subject, each.is_new) for each in result.findings] == [("/new", True), ("/gone", False)]
    assert result.compared_with == "the live release"


def test_ignored_findings(tmp_path: Path) -> None:
    """By link, by page or by both; an entry that matches nothing is reported."""
    ignore = [
        {"link": "/api/*", "reason": "a server of ours"},
        {"page": "/about/*", "reason": "archive"},
        {"link": "/gone", "page": "/", "reason": "later"},
        {"link": "/never", "reason": "no"},
        {"link": "/team/", "reason": "merged"},
    ]
    files = {**with_body('<a href="/api/x">1</a><a href="/gone">2</a>')}
    files["about/index.html"] = page("About us", '<a href="/other">3</a>')
    _, record = reviewed(tmp_path / "before", {**files, "gone2.html": page("x")}, publish_mode="bulk")
    files.pop("team/index.html")
    result, _ = reviewed(tmp_path / "after", files, record, review_ignore=ignore, publish_mode="bulk")
    assert [each.subject for each in result.findings] == ["/gone2"]
    assert [note for note in result.notes if "ignore" in note] == [
        "'review:ignore[3]' (/never) matches nothing: remove it from the list"
    ]


@pytest.mark.parametrize(
    ("gate", "kind"),
    [({}, URLS), ({"links": "error"}, LINKS), ({"urls": "error", "links": "error"}, URLS), ({"urls": "off"}, LINKS)],
)
def test_a_removed_page_is_one_finding(tmp_path: Path, gate: dict[str, str], kind: str) -> None:
    """It has all paths, and the pages that link to any of them; the stricter of both levels counts."""
    files = {
        **SITE,
        "index.html": page("Home", '<a href="/about">1</a>'),
        "x.html": page("X", '<a href="/about/">2</a>'),
    }
    files["team/index.html"] = page("Team", '<a href="/old">3</a><a href="/about/">4</a>')
    stack = {"publish_mode": "bulk", "redirects": "/old /about/ 301\n", "publish_gate": gate}
    _, record = reviewed(tmp_path / "before", files, **stack)
    del files["about/index.html"]
    result, record = reviewed(tmp_path / "after", files, record, **stack)
    (finding,) = result.findings
    assert (finding.kind, finding.subject, finding.page, finding.pages) == (kind, "/about/", "/", 3)
    assert finding.text == "will be 404 (so do /about/index.html, /about)"
    again, _ = reviewed(tmp_path / "after", files, record, **stack)
    assert not any(each.is_new for each in again.findings)


def test_weights_and_the_budget(tmp_path: Path) -> None:
    """A page is as heavy as all that it requests; the heaviest page that exceeds the budget is named."""
    body = '<link rel=stylesheet href="/style.css"><img src="/logo.png"><img src="/logo.png"><script src="/no.js">'
    files = with_body(body)
    budget = {"page": "5 kB", "image": "4 kB", "script": "1 kB"}
    _, record = reviewed(tmp_path / "before", files)
    result, _ = reviewed(tmp_path / "after", files, record, publish_budget=budget, publish_gate=ALL)
    weights = {each.page: each for each in result.weights}
    assert weights["/"].now.requests == 3
    assert weights["/"].now == weights["/"].before
    assert weights["/team/"].now.requests == 1
    assert [(each.subject, each.text, each.pages) for each in result.findings if each.kind == WEIGHT] == [
        ("/", "sends 5.2 kB, more than 5.0 kB", 2),
        ("/about/", "sends 5.0 kB of images, more than 4.0 kB", 2),
    ]


def test_what_changes_besides_the_files(tmp_path: Path) -> None:
    """Redirects, headers, Cache-Control, access and routing, by meaning and not by line."""
    redirects = "/a /about/ 301\n/b /team/ 301\n/c/* /about/:splat 301\n"
    headers = "/*\n  X-Frame-Options: DENY\n  X-Old: 1\n"
    _, record = reviewed(tmp_path / "before", SITE, redirects=redirects, headers=headers)
    redirects = "/b /about/ 302\n/d /team/ 301\n/c/*  /about/:splat 301\n"
    headers = "/*\n  X-Frame-Options: SAMEORIGIN\n  X-New: 1\n"
    password = {"access_username": "me", "access_password": "secret"}
    result, _ = reviewed(
        tmp_path / "after", SITE, record, redirects=redirects, headers=headers, website_routing="mpa", **password
    )
    assert result.rule_changes == (
        "A password is required from now on",
        "website:routing: auto -> mpa",
        "1 redirect is new: /d /team/ 301",
        "1 redirect is gone: /a /about/ 301",
        "1 redirect leads elsewhere: /b /team/ 301, now /about/ 302",
        "3 headers change: `/*`: x-old 1 is gone; `/*`: x-frame-options DENY -> SAMEORIGIN; `/*`: x-new 1 is new",
    )


def test_the_conditions_of_redirects(tmp_path: Path) -> None:
    """They are part of the line, by which two rules for one path differ."""
    _, record = reviewed(tmp_path / "before", SITE)
    redirects = "/shop /about/ 302 Country=de,at\n/shop id=7 /team/ 302\n/find q=:q /f/:q 302\n/shop / 302\n"
    redirects += "https://www.example.com/x/* /y/:splat 301\n"
    names = {"domain_names": ["www.example.com"], "domain_zone": "example.com"}
    result, _ = reviewed(tmp_path / "after", SITE, record, redirects=redirects, **names)
    what, _, lines = result.rule_changes[0].partition(": ")
    assert what == "5 redirects are new"
    assert lines.split("; ") == [
        "/shop /about/ 302 Country=AT,DE",
        "/shop id=7 /team/ 302",
        "/find q=:q /f/:q 302",
        "/shop / 302",
        "https://www.example.com/x/* /y/:splat 301",
    ]


def test_new_redirects_that_are_never_used(tmp_path: Path) -> None:
    """They are counted beside the new ones; one that was never used before is not repeated."""
    used, unused = "/a /about/ 301\n", "/a /team/ 301\n"
    _, record = reviewed(tmp_path / "before", SITE, redirects=used + unused)
    more = "/b /about/ 301\n/b /team/ 301\n/a / 302\n"
    result, record = reviewed(tmp_path / "after", SITE, record, redirects=used + unused + more)
    assert result.rule_changes == (
        "1 redirect is new: /b /about/ 301",
        "2 new redirects are never used, because an earlier one matches: /b /team/ 301; /a / 302",
    )
    assert ReleaseRecord.from_bytes(record.to_bytes()) == record


def test_unchanged_rules_are_not_reported(tmp_path: Path) -> None:
    """The order of headers and other white space make no difference."""
    _, record = reviewed(tmp_path / "before", SITE, headers="/*\n  X-A: 1\n  X-B: 2\n")
    result, _ = reviewed(tmp_path / "after", SITE, record, headers="/*\n  X-B: 2\n  X-A: 1\n")
    assert result.rule_changes == ()


def test_cloudfront_the_index_document_and_cache_control(tmp_path: Path) -> None:
    """Each is named with its old and its new value; many changes of a kind are counted."""
    many = "".join(f"/r{number} /about/ 301\n" for number in range(7))
    _, record = reviewed(tmp_path / "before", SITE, cloudfront_enabled="false", website_errorDocument="404.html")
    record = replace(record, files=tuple((*row[:4], None, row[5]) for row in record.files))
    result, _ = reviewed(tmp_path / "after", SITE, record, redirects=many)
    assert "CloudFront is put in front of the bucket" in result.rule_changes
    assert "The page for unknown paths: 404.html -> /404.html (404)" in result.rule_changes
    assert "Cache-Control of 6 files: none -> no-cache" in result.rule_changes
    assert any(
        change.startswith("7 redirects are new: /r0") and change.endswith(", ...") for change in result.rule_changes
    )
    _, record = reviewed(tmp_path / "before", SITE, access_username="me", access_password="secret")
    back, _ = reviewed(tmp_path / "after", SITE, record, cloudfront_enabled="false")
    assert back.rule_changes[:2] == ("No password is required any more", "CloudFront is removed")


def test_an_app_names_its_page(tmp_path: Path) -> None:
    """An app answers unknown paths with its page; one that becomes a site of pages does so no more."""
    _, record = reviewed(tmp_path / "before", {"index.html": page("App")})
    result, _ = reviewed(tmp_path / "after", SITE, record)
    assert "The page for unknown paths: index.html (200) -> /404.html (404)" in result.rule_changes
    _, record = reviewed(tmp_path / "before", SITE, website_routing="mpa", cloudfront_errorResponses=[])
    result, _ = reviewed(tmp_path / "after", SITE, record)
    assert "The page for unknown paths: none -> /404.html (404)" in result.rule_changes


def test_a_damaged_record_is_none(tmp_path: Path) -> None:
    """So is one of another version."""
    _, record = reviewed(tmp_path, SITE)
    data = gzip.decompress(record.to_bytes())
    assert ReleaseRecord.from_bytes(b"no gzip") is None
    assert ReleaseRecord.from_bytes(gzip.compress(data.replace(b'"version":1', b'"version":2', 1))) is None
    assert ReleaseRecord.from_bytes(gzip.compress(b'{"version":1,"record":{}}')) is None


def test_a_site_with_endless_redirects(tmp_path: Path) -> None:
    """The edge plan refuses most of them; the others are followed as far as a browser does."""
    _, record = reviewed(tmp_path, SITE, redirects="/a /about/ 301\n")
    first = record.rules.redirects[0]
    rules = (replace(first, target="/b"), replace(first, source=("/b",), target="/a"))
    site = AskedSite(record.manifest, replace(record.rules, redirects=rules))
    assert site.outcome("/a").status == LOOP
    contents = Contents()
    contents.add("index.html", "", ["/"], Content(links=["a/a"]))
    assert [each.text for each in Links(site, contents, Ignores(())).findings()] == ["redirects in an endless loop"]
    before, pages = AskedSite(record.manifest, record.rules), record.pages
    lost = [each.finding.text for each in LostUrls(before, site, pages, Contents()).lost()]
    assert lost == ["redirects in an endless loop; a rule of the live site serves it"]


def test_the_next_review_reads_only_what_has_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The cache has what the other files contain; a removed file is not asked for any more."""
    reviewed(tmp_path, {**SITE, "gone.html": page("x", '<a href="/no">x</a>')})
    read: list[str] = []

    def examined(jobs: Sequence[Job], options: Options, _: object) -> list[tuple[Job, Content]]:
        read.extend(job.key for job in jobs)
        return [(job, examine(job, options)) for job in jobs]

    monkeypatch.setattr(staged_files, "read_files", examined)
    result, _ = reviewed(tmp_path, {**SITE, "about/index.html": page("About us", "new")})
    assert (read, result.findings) == (["about/index.html"], ())
    read.clear()
    newer = {**SITE, "about/index.html": page("About us", "newer")}
    # A few bytes are not worth writing the cache.
    for most_bytes, expected in ((1_000, ["about/index.html"]), (0, ["about/index.html"]), (0, [])):
        monkeypatch.setattr(staged_files, "_READ_AGAIN_BYTES", most_bytes)
        reviewed(tmp_path, newer)
        assert read == expected
        read.clear()


ENCODINGS = [{"pattern": "zipped.html", "value": "gzip"}, {"pattern": "small.html", "value": "br"}]


def compressed(text: str) -> dict[str, str | bytes]:
    """Return the site with two compressed pages."""
    return {**SITE, "zipped.html": gzip.compress(text.encode()), "small.html": brotli.compress(text.encode())}


def test_pages_that_are_published_compressed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Their links are read; without the package for Brotli its pages are named, until the package is installed."""
    files = compressed(page("Zipped", '<a href="/gone">x</a>'))
    result, record = reviewed(tmp_path, files, publish_contentEncoding=ENCODINGS, publish_mode="bulk")
    assert [(each.subject, each.pages) for each in result.findings] == [("/gone", 2)]
    assert record.pages["zipped.html"].title == "Zipped"
    assert record.pages["zipped.html"].weight.bytes == len(files["zipped.html"])
    monkeypatch.setitem(sys.modules, "brotli", None)
    monkeypatch.setattr(staged_files, "has_brotli", lambda: False)
    result, _ = reviewed(tmp_path, files, publish_contentEncoding=ENCODINGS, publish_mode="bulk")
    assert [(each.subject, each.pages) for each in result.findings] == [("/gone", 1)]
    note = "Not read: /small, because they are compressed with Brotli, which needs: pip install brotli"
    assert note in result.notes
    monkeypatch.undo()
    result, _ = reviewed(tmp_path, files, publish_contentEncoding=ENCODINGS, publish_mode="bulk")
    assert result.notes == ("Nothing is live yet",)


def test_pages_that_cannot_be_read_are_named(tmp_path: Path) -> None:
    """Each reason is one note, with the first pages; they are published all the same."""
    deep = "<div>" * 30_000
    damaged = {f"packed/{number}.html": "no Brotli" for number in range(7)}
    files = {**SITE, "deep.html": page("Deep", deep), **damaged}
    encoding = [{"pattern": "/packed/*", "value": "br"}]
    result, _ = reviewed(tmp_path, files, publish_mode="bulk", publish_contentEncoding=encoding)
    shown = ", ".join(f"/packed/{number}" for number in range(5))
    assert result.notes[1:] == (
        "Not read: /deep, because they have more than 512 elements inside each other",
        f"Not read: {shown} and 2 more, because their content is not what their Content-Encoding br says",
    )


def test_another_content_type_is_another_content(tmp_path: Path) -> None:
    """The same bytes are read again if they are served as something else."""
    staged = staged_site(tmp_path, {"index.html": page("Home", '<a href="/gone">x</a>')}, {})
    (entry,) = staged.manifest.entries
    for content_type, links in (("text/plain", None), ("text/html", 1), ("text/css", 0)):
        site = AskedSite(Manifest((replace(entry, content_type=content_type),)), staged.request.rules)
        contents = staged_files.staged_contents(staged.folder, site, staged.request, lambda _done, _total: None)
        staged_files.keep_contents(staged.folder, site, staged.request, contents)
        assert (len(contents.rows["index.html"].links) if contents.rows else None) == links


def test_ignored_weights_and_urls_of_a_page(tmp_path: Path) -> None:
    """A page's entry is for its weight and for its URL that dies, too."""
    ignore = [{"page": "/about/", "reason": "a gallery"}, {"page": "/team/*", "reason": "gone"}]
    _, record = reviewed(tmp_path / "before", SITE)
    files = {path: text for path, text in SITE.items() if path != "team/index.html"}
    budget = {"image": "4 kB"}
    result, _ = reviewed(tmp_path / "after", files, record, publish_budget=budget, review_ignore=ignore)
    assert result.findings == ()
    assert not [note for note in result.notes if "ignore" in note]


def test_an_asset_that_gets_the_apps_page(tmp_path: Path) -> None:
    """It is a broken link, although the status is 200; a route of the app is not, also in a frame."""
    body = '<iframe src="/gone"></iframe><a href="/no.pdf">x</a><a href="/route">x</a><a href="/v1.2">x</a>'
    page_200 = {"errorCode": 403, "responseCode": 200, "responsePagePath": "/index.html"}
    result, _ = reviewed(tmp_path, with_body(body), website_routing="errors", cloudfront_errorResponses=[page_200])
    assert findings(result, LINKS) == ["/no.pdf gets the app's page"]
