"""Makes staged sites for the tests of this package."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, TypeAlias

from hosting.edge.plan import plan_edge
from hosting.edge.rule_files import read_rule_files
from hosting.publish.staging.content_encoding import ContentEncoding
from hosting.publish.staging.content_types import content_type
from hosting.publish.staging.manifest import Manifest, ManifestEntry
from hosting.publish.staging.staged_paths import staged_path
from hosting.review.request import review_digest, review_request
from hosting.review.review import LiveSite, StagedSite, review
from tests.unit.verify.sites import settings_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from hosting.review.record import ReleaseRecord
    from hosting.review.result import ReviewResult

Files = dict[str, str]
# A file that is published as compressed has bytes.
AnyFiles: TypeAlias = "Mapping[str, str | bytes]"
HOSTS = ["www.example.com"]


def page(title: str, body: str = "") -> str:
    """Return an HTML page."""
    return f"<!doctype html><title>{title}</title>{body}"


SITE: Files = {
    "index.html": page("Home", '<a href="/about/">About</a><link rel=stylesheet href="/style.css">'),
    "about/index.html": page("About us", '<a href="/">Home</a><img src="/logo.png">'),
    "team/index.html": page("Team", '<a href="/">Home</a>'),
    "404.html": page("Not found", '<a href="/">Home</a><a href="#top">Top</a>'),
    "style.css": "body { background: url(/logo.png) }",
    "logo.png": "x" * 5_000,
}


def staged_site(folder: Path, files: AnyFiles, rule_files: Mapping[str, str], **values: object) -> StagedSite:
    """Return a staged site; the keys of ``values`` are settings, with `_` in place of `:`."""
    source, staging = folder / "source", folder / "staging"
    contents = {path: text.encode() if isinstance(text, str) else text for path, text in files.items()}
    for path, data in contents.items():
        file = staging / staged_path(path)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
    source.mkdir(exist_ok=True)
    for name, text in rule_files.items():
        (source / name).write_text(text)
    settings = settings_of(**{"review_hosts": HOSTS, **values})
    encodings = ContentEncoding(settings.publish.content_encoding)
    manifest = Manifest.of(_entry(path, data, encodings.value_for(path)) for path, data in contents.items())
    edge = plan_edge("site", settings, manifest, read_rule_files(settings, source))
    request = review_request(settings, edge, ".published/")
    return StagedSite(staging, manifest, request, review_digest(manifest.digest, request.to_text()))


def _entry(path: str, data: bytes, encoding: str | None) -> ManifestEntry:
    return ManifestEntry(path, len(data), hashlib.sha256(data).hexdigest(), content_type(path), "no-cache", encoding)


def reviewed(
    folder: Path, files: AnyFiles, live: ReleaseRecord | None = None, /, **values: object
) -> tuple[ReviewResult, ReleaseRecord]:
    """Return the review of a site; `redirects` and `headers` are rule files."""
    rules = {f"_{name}": str(values.pop(name)) for name in ("redirects", "headers") if name in values}
    folder.mkdir(exist_ok=True)
    staged = staged_site(folder, files, rules, **values)
    name = "the live release" if live else "Nothing is live yet"
    return review(staged, LiveSite(live, name), lambda _done, _total: None)


def findings(result: ReviewResult, kind: str) -> list[str]:
    """Return the findings of a kind, as their subject and text."""
    return [f"{each.subject} {each.text}" for each in result.findings if each.kind == kind]
