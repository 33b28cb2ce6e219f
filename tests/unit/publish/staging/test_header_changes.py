"""The warning about files that are uploaded again for their Cache-Control alone."""

from __future__ import annotations

from hosting.publish.staging.header_changes import header_changes
from hosting.publish.staging.manifest import Manifest, ManifestEntry


def manifest(**headers: str) -> Manifest:
    """Return the manifest of files with these Cache-Control headers; each file's content is its name."""
    return Manifest.of(ManifestEntry(name, 1, name, "text/plain", header) for name, header in headers.items())


def test_changed_headers_are_counted() -> None:
    """The warning has the number of files, one of them, and the settings that may be the cause."""
    before = manifest(a="max-age=1", b="max-age=1", c="max-age=3").to_json()
    (warning,) = header_changes(before, manifest(a="max-age=2", b="max-age=2", c="max-age=3"))
    assert warning.startswith("2 of 3 files are written to the bucket again")
    assert "'a' with 'max-age=2'" in warning
    assert "cloudfront:defaultTtl" in warning


def test_other_content_and_new_files_are_not_counted() -> None:
    """A file with other content does not count, nor does a new one."""
    before = Manifest.of([ManifestEntry("a", 1, "other", "text/plain", "max-age=1")]).to_json()
    assert list(header_changes(before, manifest(a="max-age=2", b="max-age=2"))) == []


def test_without_a_previous_manifest_there_is_no_warning() -> None:
    """On a fresh checkout, or with a damaged file, nothing is compared."""
    assert [list(header_changes(text, manifest(a="max-age=2"))) for text in ("", "{", '{"version": 0}')] == [[], [], []]
