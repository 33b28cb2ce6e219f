"""Snapshots of sources: which files count."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

from hosting.publish.staging.sources import folder_snapshot, sources_snapshot

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def git(folder: Path, *arguments: str) -> None:
    """Run git in a folder, as somebody."""
    who = ["-c", "user.name=x", "-c", "user.email=x@example.com", "-c", "protocol.file.allow=always"]
    subprocess.run(["git", *who, "-C", str(folder), *arguments], check=True, capture_output=True)


def made(root: Path, *paths: str) -> None:
    """Make empty files."""
    for path in paths:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).touch()


def sources(root: Path, cwd: str = "app", dist: str = "app/dist") -> list[str] | None:
    """Return the paths that count for a build in `cwd`, relative to a folder around it all."""
    found = sources_snapshot(root / cwd, root / dist, root / "app/.state")
    return None if found is None else sorted(path.removeprefix(f"{root}/") for path in found)


def test_without_git_everything_below_counts(tmp_path: Path) -> None:
    """All files of the folder count, except those that were built, installed or written by the program."""
    made(tmp_path, "app/a.js", "app/src/b.js", "app/dist/c.js", "app/node_modules/d/e.js", "app/.state/f", "g.js")
    assert sources(tmp_path) == ["app/a.js", "app/src/b.js"]


def test_in_git_tracked_and_new_files_count(tmp_path: Path) -> None:
    """Committed and new files count from the top of the work tree, ignored ones don't; `.env` files do."""
    git(tmp_path, "init")
    made(tmp_path, "shared/a.js", "app/new.js", "app/log.txt", "app/dist/c.js", ".env.local")
    (tmp_path / ".gitignore").write_text("*.txt\n.env*\n")
    git(tmp_path, "add", "shared")
    assert sources(tmp_path) == [".env.local", ".gitignore", "app/new.js", "shared/a.js"]


def test_nested_env_files_count_though_git_ignores_them(tmp_path: Path) -> None:
    """Each package of a monorepo has its own; those of installed packages don't count."""
    git(tmp_path, "init")
    made(tmp_path, "app/packages/web/a.js", "app/packages/web/.env.local", "app/.env", "app/node_modules/b/.env")
    (tmp_path / ".gitignore").write_text(".env*\nnode_modules\n")
    assert sources(tmp_path) == [".gitignore", "app/.env", "app/packages/web/.env.local", "app/packages/web/a.js"]


def test_deleted_file_that_git_still_lists_does_not_count(tmp_path: Path) -> None:
    """A tracked file that was deleted is not part of the snapshot."""
    git(tmp_path, "init")
    made(tmp_path, "app/a.js", "app/b.js")
    git(tmp_path, "add", ".")
    (tmp_path / "app/a.js").unlink()
    assert sources(tmp_path) == ["app/b.js"]


def test_app_beside_the_project_counts(tmp_path: Path) -> None:
    """If the distribution folder is elsewhere, the files beside it count too."""
    made(tmp_path, "infra/Pulumi.yaml", "app/a.js", "app/dist/b.js")
    assert sources(tmp_path, cwd="infra") == ["app/a.js", "infra/Pulumi.yaml"]


def test_parent_of_the_distribution_folder_may_not_exist(tmp_path: Path) -> None:
    """A build may also create the parent of the distribution folder."""
    made(tmp_path, "app/a.js")
    assert sources(tmp_path, dist="app/build/out") == ["app/a.js"]


def test_repositories_inside_count(tmp_path: Path) -> None:
    """Files of a submodule and of an untracked clone count; an absent submodule has none."""
    other = tmp_path / "other"
    made(other, "lib.js")
    git(other, "init")
    git(other, "add", ".")
    git(other, "commit", "-m", "x")
    app = tmp_path / "app"
    app.mkdir()
    git(app, "init")
    git(app, "submodule", "add", str(other), "sub")
    git(app, "submodule", "add", str(other), "absent")
    git(app, "commit", "-m", "x")
    git(app, "submodule", "deinit", "-f", "absent")
    git(app, "clone", str(other), "clone")
    made(app, "clone/new.js")
    assert sources(tmp_path) == ["app/.gitmodules", "app/clone/lib.js", "app/clone/new.js", "app/sub/lib.js"]


def test_too_many_files_have_no_snapshot(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Above the maximum number of files there is no snapshot."""
    made(tmp_path, "app/a.js", "app/b.js")
    monkeypatch.setattr("hosting.publish.staging.sources._MAX_FILES", 1)
    assert sources(tmp_path) is None
    assert folder_snapshot(tmp_path / "app") is None


def test_machine_without_git_is_fine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without git all files of the folder count."""
    git(tmp_path, "init")
    made(tmp_path, "app/a.js", "b.js")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert sources(tmp_path) == ["app/a.js"]


def test_folder_has_all_its_files(tmp_path: Path) -> None:
    """In the distribution folder all files count, whatever their names."""
    made(tmp_path, "a.js", ".git/b", "node_modules/c.js")
    assert sorted(folder_snapshot(tmp_path) or {}) == sorted(
        str(tmp_path / name) for name in ("a.js", ".git/b", "node_modules/c.js")
    )
