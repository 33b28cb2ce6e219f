"""What a stack publishes, read from the files on this machine."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from hosting.build import Run
from hosting.prepare import prepare
from hosting.verify import published as module
from hosting.verify.errors import VerifyError
from hosting.verify.published import read_published
from tests.unit.verify.sites import manifest_of, settings_of, stack_of

if TYPE_CHECKING:
    from pathlib import Path

    from hosting.verify.stack import Stack

OTHER = manifest_of({"index.html": "another"})


def quiet(_: str) -> None:
    """Say nothing."""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a project with a small site, as the working directory."""
    monkeypatch.chdir(tmp_path)
    files = {"index.html": "home", "notes.draft": "x", ".publishignore": "*.draft\n", "_redirects": "/a / 301\n"}
    (tmp_path / "site").mkdir()
    for path, text in files.items():
        (tmp_path / "site" / path).write_text(text)
    return tmp_path


def deployed(project: Path, **values: object) -> Stack:
    """Return the stack that serves the project's files."""
    settings = settings_of(**values)
    return stack_of(settings, prepare("x", settings, Run(project, preview=True, say=quiet)).staged.manifest)


def test_the_staged_tree_is_read(project: Path) -> None:
    """Its manifest, the rules, and the ignored files."""
    stack = deployed(project)
    found = read_published(project, stack, quiet, build=False)
    assert [entry.path for entry in found.manifest.entries] == ["index.html"]
    assert found.rules.redirects.name == "_redirects"
    assert found.ignored == (".publishignore", "_redirects", "notes.draft")
    assert (found.staging, found.notes) == (".hosting/staging/prod", ())


def test_a_rule_file_that_has_changed_since(project: Path) -> None:
    """A note names it, as the live rules may be others."""
    stack = deployed(project)
    later = (project / ".hosting/staging/prod/manifest.json").stat().st_mtime + 10
    os.utime(project / "site/_redirects", (later, later))
    found = read_published(project, stack, quiet, build=False)
    assert found.notes == ("'_redirects' is newer than the last pulumi up or preview on this machine",)


def test_other_files_than_the_live_ones_are_refused(project: Path) -> None:
    """The message has both digests, and what to type."""
    staged = deployed(project)
    stack = replace(staged, outputs={**staged.outputs, "digest": OTHER.digest})
    with pytest.raises(VerifyError, match=f"digest {OTHER.digest[:12]}, but those on this machine have the digest"):
        read_published(project, stack, quiet, build=False)


def test_without_a_staged_tree(project: Path) -> None:
    """The site can be built and staged first; then the digest must be the live one, too."""
    stack = stack_of(settings_of(), OTHER)
    with pytest.raises(VerifyError, match="machine are not staged"):
        read_published(project, stack, quiet, build=False)
    with pytest.raises(VerifyError, match="machine have the digest"):
        read_published(project, stack, quiet, build=True)
    settings = settings_of(publish_buildCommand="echo built > site/index.html")
    said: list[str] = []
    built = manifest_of({"index.html": "built\n"})
    entry = replace(built.entries[0], cache_control="public, max-age=0, must-revalidate, s-maxage=86400")
    found = read_published(project, stack_of(settings, type(built)((entry,))), said.append, build=True)
    assert [entry.size for entry in found.manifest.entries] == [6]
    assert any("Built in" in line for line in said)


def test_without_the_distribution_folder(project: Path) -> None:
    """Its rule files are needed; a rollback does without them."""
    settings = settings_of(publish_directory="missing")
    with pytest.raises(VerifyError, match="'missing' does not exist, and its rule files are needed"):
        read_published(project, stack_of(settings, OTHER), quiet, build=False)


def test_in_bulk_mode_the_bucket_has_the_live_manifest(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After a rollback the files on this machine are others, and may be missing."""
    monkeypatch.setattr(module, "live_manifest", lambda _: OTHER)
    settings = settings_of(publish_mode="bulk", publish_release="0123", publish_directory="missing")
    found = read_published(project, stack_of(settings, OTHER), quiet, build=False)
    assert (found.manifest, found.ignored, found.notes) == (OTHER, (), ())
