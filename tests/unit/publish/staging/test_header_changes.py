"""What is said when files go up again for their Cache-Control alone."""

from __future__ import annotations

from hosting.publish.staging.header_changes import header_changes
from hosting.publish.staging.manifest import Manifest, ManifestEntry


def manifest(**headers: str) -> Manifest:
    """Return the manifest of files with these Cache-Control headers; each file's content is its name."""
    return Manifest.of(ManifestEntry(name, 1, name, "text/plain", header) for name, header in headers.items())


def test_changed_headers_are_counted() -> None:
    """The warning has how many files there are, one of them, and the settings that it may come from."""
    before = manifest(a="max-age=1", b="max-age=1", c="max-age=3").to_json()
    (said,) = header_changes(before, manifest(a="max-age=2", b="max-age=2", c="max-age=3"))
    assert said.startswith("2 of 3 files are written to the bucket again")
    assert "'a' with 'max-age=2'" in said
    assert "cloudfront:defaultTtl" in said


def test_other_content_and_new_files_are_not_counted() -> None:
    """A file that changes anyway is no news, nor is one that was not there."""
    before = Manifest.of([ManifestEntry("a", 1, "other", "text/plain", "max-age=1")]).to_json()
    assert list(header_changes(before, manifest(a="max-age=2", b="max-age=2"))) == []


def test_without_a_manifest_of_before_nothing_is_said() -> None:
    """On a fresh checkout, or with a damaged file, there is nothing to compare with."""
    assert [list(header_changes(text, manifest(a="max-age=2"))) for text in ("", "{", '{"version": 0}')] == [[], [], []]
