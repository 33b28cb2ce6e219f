"""The checks of a site: which URLs are asked for, and what is right."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from hosting.answers.file_urls import file_urls, path_of_key
from hosting.answers.s3_website import S3Website
from hosting.edge.rule_files import read_rule_files
from hosting.formats.gitignore import IgnoreRules
from hosting.publish.staging.manifest import Manifest
from hosting.verify.bucket_checks import bucket_checks
from hosting.verify.checks import origin_of, sample
from hosting.verify.closed_checks import closed_checks, ignored_files
from hosting.verify.published import Published
from hosting.verify.site_checks import (
    address_checks,
    compression_checks,
    file_checks,
    manifest_checks,
    other_form_checks,
    password_checks,
    rule_checks,
    unknown_path_checks,
)
from hosting.verify.stack_checks import StackChecks, stack_checks
from tests.unit.verify.sites import PAGES, URL, manifest_of, settings_of, site_of, stack_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from hosting.answers.cloudfront_site import CloudFrontSite
    from hosting.verify.checks import Check


def paths(checks: Iterable[Check]) -> list[str]:
    """Return the paths of checks."""
    return [check.url.removeprefix(URL) for check in checks]


def statuses(checks: Iterable[Check]) -> dict[str, int]:
    """Return the first right status of each path."""
    return {check.url.removeprefix(URL): check.expected[0].status for check in checks}


@pytest.fixture
def site(tmp_path: Path) -> CloudFrontSite:
    """Return a site with a redirect, a shadowed page, and rules that no single path asks for."""
    rules = "/old /docs/ 301\n/style.css /new.css 302!\n/blog/* /news/:splat 301\n"
    rules += "/q id=:id /x/:id 301\n/de /d 302 Country=de\n"
    return site_of(tmp_path, settings_of(), redirects=rules)


def test_each_file_has_the_url_that_serves_it(site: CloudFrontSite) -> None:
    """Pages have their canonical form, names are encoded, and a file that a rule shadows has none."""
    urls = file_urls(site, "index.html")
    assert [file.path for file in urls.served] == [
        *("/404.html", "/LICENSE", "/a%2Bb%20c.txt", "/about", "/docs/api", "/docs/", "/", "/v1.2/"),
        "/~it's%20(1),%20@x.txt",
    ]
    assert urls.hidden == ("style.css",)
    assert paths(file_checks(site, urls)) == [file.path for file in urls.served]


def test_pages_are_asked_for_by_their_other_forms(site: CloudFrontSite) -> None:
    """Each form is a redirect to the canonical one, or the file itself."""
    found = statuses(other_form_checks(site, file_urls(site, "index.html"), "index.html"))
    assert found["/docs"] == found["/about/"] == 301
    assert found["/docs/index.html"] == found["/about.html"] == 200
    assert "/docs/" not in found


def test_a_rule_for_one_path_is_asked_for(site: CloudFrontSite) -> None:
    """Rules with a placeholder, a query or a country are left out."""
    assert statuses(rule_checks(site, site.rules.redirects)) == {"/old": 301, "/style.css": 302}


def test_unknown_paths(tmp_path: Path, site: CloudFrontSite) -> None:
    """Four forms of a path that no file has; a proxy's paths have no right answer."""
    assert statuses(unknown_path_checks(site, "x")) == {"/x": 301, "/x/": 404, "/x.html": 404, "/x/x.js": 404}
    proxied = site_of(tmp_path, settings_of(), redirects="/x/* https://api.example/:splat 200\n")
    assert paths(unknown_path_checks(proxied, "x")) == ["/x.html"]


def test_some_files_are_asked_for_compressed(tmp_path: Path) -> None:
    """Only types and sizes that CloudFront compresses, once for each encoding."""
    site = site_of(tmp_path, settings_of(), {**PAGES, "photo.png": "x" * 2_000})
    checks = list(compression_checks(site, file_urls(site, "index.html"), ["gzip", "br"]))
    assert paths(checks) == ["/style.css", "/style.css"]
    assert [check.accept_encoding for check in checks] == ["gzip", "br"]


def test_the_password_is_required(site: CloudFrontSite) -> None:
    """Some paths are asked for without it."""
    checks = list(password_checks(site, file_urls(site, "index.html")))
    assert set(statuses(checks).values()) == {401}
    assert len(checks) == 3
    assert all(check.is_anonymous for check in checks)


def test_other_addresses_redirect(tmp_path: Path) -> None:
    """http:// and the other names lead to the address, without the password; a site over http has none."""
    site = site_of(tmp_path, settings_of())
    checks = list(address_checks(site, ["example.com"], has_password=False))
    assert [check.url for check in checks] == ["http://www.example.com/", "https://example.com/"]
    assert {check.expected[0].location for check in checks} == {f"{URL}/"}
    assert all(check.is_anonymous for check in checks)
    protected = list(address_checks(site, ["example.com"], has_password=True))
    assert [check.expected[0].status for check in protected] == [301, 401]
    local = S3Website("http://localhost:8000", site.manifest, "index.html", "404.html")
    assert list(address_checks(local, [], has_password=False)) == []


def test_what_must_be_closed(tmp_path: Path) -> None:
    """Ignored files, the program's own keys, folders and the root's listing are refused or unknown paths."""
    site = site_of(tmp_path, settings_of(), {**PAGES, "manifest.json": "{}", "assets/a.png": "x"})
    checks = list(closed_checks(site, ["notes.draft", "about.html"], ".hosting/staging/prod"))
    assert paths(checks) == [
        *("/notes.draft", "/.release/records/index", "/.published/index", "/hashes.json"),
        *("/.hosting/staging/prod/manifest.json", "/assets/", "/?list-type=2"),
    ]
    assert [answer.status for answer in checks[0].expected] == [301, 403, 404]
    assert checks[-1].expected[0].key == "index.html"
    proxied = site_of(tmp_path, settings_of(), redirects="/notes.draft https://api.example/ 200\n")
    assert "/notes.draft" not in paths(closed_checks(proxied, ["notes.draft"], "x"))


def test_ignored_files_are_found_in_the_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also below an ignored folder; the walk ends when there are many."""
    for path in ("index.html", "notes.draft", "b/more.draft", "node_modules/x/y.js", "z/last.draft"):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text("x")
    rules = IgnoreRules.from_lines(["*.draft", "node_modules/"])
    assert ignored_files(tmp_path, rules) == ["notes.draft", "b/more.draft", "node_modules/x/y.js", "z/last.draft"]
    monkeypatch.setattr("hosting.verify.closed_checks._MOST_LISTED", 1)
    assert ignored_files(tmp_path, rules) == ["notes.draft", "b/more.draft"]


def test_the_buckets_own_addresses() -> None:
    """Behind CloudFront neither endpoint answers; a website's bucket is public, but not its listing."""
    private = [check.url for check in bucket_checks("site", "eu-north-1", "a b.html", is_public=False)]
    assert private == [
        "https://site.s3.eu-north-1.amazonaws.com/?list-type=2",
        "https://site.s3.eu-north-1.amazonaws.com/a%20b.html",
        "http://site.s3-website-eu-north-1.amazonaws.com/",
        "http://site.s3-website.eu-north-1.amazonaws.com/",
    ]
    public = [check.url for check in bucket_checks("www.example.com", "cn-north-1", "index.html", is_public=True)]
    assert public == ["https://s3.cn-north-1.amazonaws.com.cn/www.example.com/?list-type=2"]


def test_a_manifest_alone() -> None:
    """Each file is asked for by its own path, and redirects are followed."""
    checks = list(manifest_checks(URL, manifest_of({"docs/index.html": "docs"})))
    assert paths(checks) == ["/docs/index.html"]
    assert checks[0].follows_redirects
    assert checks[0].expected[0].headers == {"content-type": "text/html; charset=utf-8", "cache-control": "no-cache"}


def test_a_file_without_cache_control_has_none_to_compare() -> None:
    """The manifest has no value for it."""
    manifest = manifest_of({"a.css": "x"})
    entry = manifest.entries[0]
    object.__setattr__(entry, "cache_control", None)
    (check,) = manifest_checks(URL, manifest)
    assert check.expected[0].headers == {"content-type": "text/css; charset=utf-8"}


def test_a_file_that_is_stored_compressed(tmp_path: Path) -> None:
    """It is asked for as it is, with its Content-Encoding, and CloudFront does not compress it again."""
    site = site_of(tmp_path, settings_of(), {"app.js": "x" * 2_000})
    entry = replace(site.manifest.entries[0], content_encoding="br")
    urls = file_urls(replace(site, manifest=Manifest((entry,))), "index.html")
    assert urls.served[0].answer.headers["content-encoding"] == "br"
    assert list(compression_checks(site, urls, ["gzip"])) == []


def checks_of(folder: Path, environment: Mapping[str, str] | None = None, /, **values: object) -> StackChecks:
    """Return the checks of a stack with the rule files in ``folder``."""
    stack = str(values.pop("stack", "prod"))
    settings, manifest = settings_of(stack, **values), manifest_of(PAGES)
    published = Published(
        manifest, read_rule_files(settings, folder), ("notes.draft",), ".hosting/staging/prod", ("A note",)
    )
    encodings = ["gzip"]
    return stack_checks(stack_of(settings, manifest), published, URL, environment or {}, encodings)


def kinds(found: StackChecks) -> list[str]:
    """Return the kinds of checks in their order."""
    return list(dict.fromkeys(check.kind for check in found.checks))


def test_all_checks_of_a_stack_behind_cloudfront(tmp_path: Path) -> None:
    """Every kind, and notes about what is not checked."""
    rules = "/old /docs/ 301\n/style.css /x 302!\n/blog/* /news/:splat 301\n/api/* https://api.example/:splat 200\n"
    (tmp_path / "_redirects").write_text(rules)
    password = {"access_username": "me", "access_password": "secret"}
    names = {"domain_names": ["www.example.com", "example.com", "*.example.com"], "domain_zone": "example.com"}
    found = checks_of(tmp_path, **password, **names)
    assert kinds(found) == [
        *("files", "other forms", "rules", "password", "addresses"),
        *("unknown paths", "ignored files", "own keys", "listings", "bucket"),
    ]
    assert [check.url for check in found.checks if check.kind == "addresses"][1:] == ["https://example.com/"]
    assert found.notes == [
        "A note",
        "Files without a URL of their own, because a rule or a proxy answers: 1 (style.css)",
        "Rules that were not checked (proxies, or with a placeholder, query or country): 2",
        "Brotli was not checked: pip install brotli",
    ]
    assert not any("secret" in repr(check) for check in found.checks)


def test_all_checks_of_an_s3_website(tmp_path: Path) -> None:
    """Rules do not apply; the records of bulk mode are refused, and only the listing of the bucket is asked for."""
    found = checks_of(tmp_path, stack="dev", publish_mode="bulk")
    assert kinds(found) == ["files", "other forms", "unknown paths", "ignored files", "own keys", "listings", "bucket"]
    records = next(check for check in found.checks if check.url.endswith("/.published/index"))
    assert records.expected[0].status == 403
    assert found.notes == ["A note"]
    managed = checks_of(tmp_path, stack="dev")
    records = next(check for check in managed.checks if check.url.endswith("/.published/index"))
    assert records.expected[0].status == 404


def test_bulk_mode_behind_cloudfront_asks_for_a_record(tmp_path: Path) -> None:
    """A file's key is not its path there, but the records always exist."""
    found = checks_of(tmp_path, publish_mode="bulk")
    assert any(check.url.endswith(".amazonaws.com/.release/records/index") for check in found.checks)


@pytest.mark.parametrize("setting", ["compress", "maxTtl"])
def test_without_compression_nothing_is_asked_for_compressed(tmp_path: Path, setting: str) -> None:
    """CloudFront does not compress without caching, or if it is turned off."""
    off = {"cloudfront_compress": False} if setting == "compress" else {}
    uncached = {f"cloudfront_{name}": 0 for name in ("minTtl", "defaultTtl", "maxTtl")} if not off else {}
    assert "compressed" in kinds(checks_of(tmp_path))
    assert "compressed" not in kinds(checks_of(tmp_path, **off, **uncached))


def test_the_bucket_of_another_cloud_is_not_asked_for(tmp_path: Path) -> None:
    """Its name at AWS would be somebody else's."""
    by_variable = checks_of(tmp_path, {"AWS_ENDPOINT_URL": "http://localhost:1"})
    by_setting = checks_of(tmp_path, aws_endpoints=[{"s3": "http://localhost:1"}])
    for found, name in ((by_variable, "AWS_ENDPOINT_URL"), (by_setting, "aws:endpoints")):
        assert "bucket" not in kinds(found)
        assert found.notes[-1] == f"The bucket's own address was not checked: {name} names a cloud other than AWS"


def test_many_hidden_files_are_named_in_part(tmp_path: Path) -> None:
    """Three names are enough."""
    (tmp_path / "_redirects").write_text("/* https://new.example/:splat 301!\n")
    assert "10 (404.html, LICENSE, a+b c.txt, ...)" in checks_of(tmp_path).notes[1]


def test_helpers() -> None:
    """An even sample; an origin without a user; a path with any bytes."""
    assert sample([1, 2, 3], 5) == [1, 2, 3]
    assert sample(list(range(10)), 5) == [0, 2, 4, 6, 8]
    assert origin_of("HTTPS://me:x@Example.com:8443/path") == "https://example.com:8443"
    assert path_of_key("a/\udcff.txt") == "/a/%FF.txt"
