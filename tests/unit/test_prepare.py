"""What is done before the first resource: build, stage, and one line of what will be published."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest

from hosting.build import Run
from hosting.config.load import RawConfig, Settings, load_settings
from hosting.errors import PublishError
from hosting.prepare import prepare
from hosting.publish.staging.build import run_build

if TYPE_CHECKING:
    from pathlib import Path

    from hosting.publish.staging.staged_tree import StagedTree


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a project with a small site, as the working directory."""
    monkeypatch.chdir(tmp_path)
    for path, text in {"www/index.html": "home", "www/notes.txt": "x", "www/redirects.json": "[]"}.items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(text)
    return tmp_path


def quiet(_: str) -> None:
    """Say nothing."""


def settings(**publish: str) -> Settings:
    """Return the settings of a stack with the given `publish:` values."""
    values = {f"publish:{key}": value for key, value in {"directory": "www", **publish}.items()}
    # Releases are CloudFront's alone.
    values["cloudfront:enabled"] = "true"
    return load_settings(RawConfig("dev", values), {"AWS_REGION": "eu-north-1"})


def staged_by(settings: Settings, run: Run) -> StagedTree:
    """Return the staged tree of a preparation."""
    return prepare("site", settings, run).staged


def test_one_line_says_what_will_be_published(project: Path) -> None:
    """Files, bytes, ignored and the digest's beginning are in one line."""
    said: list[str] = []
    staged = staged_by(settings(ignore='["notes.txt"]'), Run(project, preview=True, say=said.append))
    digest = staged.manifest.digest[:12]
    assert said == [f"Publishing 1 file (4 bytes) of www, 2 ignored, digest {digest}"]


def test_rules_for_the_edge_are_not_published_whatever_the_patterns_say(project: Path) -> None:
    """`redirects.json` is read, not served, even when a pattern includes it."""
    run = Run(project, preview=True, say=quiet)
    staged = staged_by(settings(ignore='["!redirects.json"]'), run)
    assert [entry.path for entry in staged.manifest.entries] == ["index.html", "notes.txt"]


def test_a_file_of_another_tool_is_published(project: Path) -> None:
    """jekyll-redirect-from writes a `redirects.json` that is an object: it is a file of the site."""
    (project / "www/redirects.json").write_text('{"/old/": "/new/"}')
    staged = staged_by(settings(), Run(project, preview=True, say=quiet))
    assert "redirects.json" in {entry.path for entry in staged.manifest.entries}


def test_an_update_takes_the_build_of_its_preview(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The command runs for the preview; the update that follows says that it uses the result."""
    # No CLI is around the tests.
    monkeypatch.setattr("hosting.build.run_build", partial(run_build, run_id=lambda: "4711 now"))
    built = settings(directory="out", buildCommand="mkdir -p out && echo made > out/index.html")
    said: list[str] = []
    staged_by(built, Run(project, preview=True, say=said.append))
    assert any(line.startswith("Built in ") for line in said)
    said.clear()
    staged_by(built, Run(project, preview=False, say=said.append))
    assert said[0] == "Using the preview's build: nothing has changed"


def test_a_build_is_refused_for_a_folder_that_must_not_be_published(project: Path) -> None:
    """The project itself is refused before the command runs."""
    with pytest.raises(PublishError, match="is the project itself"):
        staged_by(settings(directory=".", buildCommand="touch ran"), Run(project, preview=True, say=quiet))
    assert not (project / "ran").exists()


def test_a_rollback_needs_no_files(tmp_path: Path) -> None:
    """With `publish:release` nothing is built, and no distribution folder is needed, as the bucket has the files."""
    said: list[str] = []
    rollback = settings(mode="bulk", release="0123abcd", buildCommand="touch ran")
    staged = staged_by(rollback, Run(tmp_path, preview=True, say=said.append))
    assert staged.manifest.file_count == 0
    assert said == ["Rolling back to release 0123abcd; proxies in the files of www are left out: it can't be staged"]
    assert list(tmp_path.iterdir()) == []


def test_a_rollback_plans_the_edge_by_the_current_files(project: Path) -> None:
    """The edge plan does not change with `publish:release`, so the distribution is not updated."""
    said: list[str] = []
    rollback = settings(mode="bulk", release="0123abcd", buildCommand="touch ran")
    staged = staged_by(rollback, Run(project, preview=True, say=said.append))
    assert [entry.path for entry in staged.manifest.entries] == ["index.html", "notes.txt"]
    assert said == ["Rolling back to release 0123abcd, with its files and rules"]
    assert not (project / "ran").exists()


def test_a_promotion_builds_and_stages_nothing(project: Path) -> None:
    """What is published is in another stack's bucket; the files of this machine are left alone."""
    said: list[str] = []
    promotion = settings(mode="bulk", **{"from": "staging"}, buildCommand="touch ran")
    staged = staged_by(promotion, Run(project, preview=False, say=said.append))
    assert staged.manifest.entries == ()
    assert said == ["Publishing what stack staging has; nothing is built"]
    assert not (project / "ran").exists()
    assert not (project / staged.folder).exists()


def test_another_ttl_warns_that_all_files_are_uploaded_again(project: Path) -> None:
    """The first run with another `cloudfront:defaultTtl` warns with the count; the next one does not."""
    staged_by(settings(), Run(project, preview=True, say=quiet))
    other = load_settings(
        RawConfig("dev", {"publish:directory": "www", "cloudfront:defaultTtl": "3600"}), {"AWS_REGION": "eu-north-1"}
    )
    runs = [staged_by(other, Run(project, preview=True, say=quiet)) for _ in range(2)]
    assert [len(run.warnings) for run in runs] == [1, 0]
    assert runs[0].warnings[0].startswith("2 of 2 files are written to the bucket again")
    assert [entry.cache_control for entry in runs[1].manifest.entries] == [
        "public, max-age=0, must-revalidate, s-maxage=3600"
    ] * 2


def test_both_stages_write_the_same_headers(project: Path) -> None:
    """With and without CloudFront the digest is the same, so switching it uploads nothing again."""
    digests = {
        staged_by(
            load_settings(
                RawConfig("dev", {"publish:directory": "www", "cloudfront:enabled": enabled}),
                {"AWS_REGION": "eu-north-1"},
            ),
            Run(project, preview=True, say=quiet),
        ).manifest.digest
        for enabled in ("true", "false")
    }
    assert len(digests) == 1
