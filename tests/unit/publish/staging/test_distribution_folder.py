"""The distribution folder: which folders are accepted, and the message for each that is not."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from hosting.errors import PublishError
from hosting.publish.staging.distribution_folder import locate_directory, resolve_directory


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project folder with a `dist` that has one page."""
    (tmp_path / "app" / "dist").mkdir(parents=True)
    (tmp_path / "app" / "dist" / "index.html").touch()
    return tmp_path / "app"


def test_directory_is_resolved_against_the_project(project: Path) -> None:
    """`publish:directory` is relative to the project; a folder outside of it is accepted too."""
    (project.parent / "beside").mkdir()
    (project.parent / "beside" / "index.html").touch()
    assert resolve_directory(project, "dist") == project / "dist"
    assert resolve_directory(project, "../beside") == project.parent / "beside"
    assert resolve_directory(project, str(project / "dist")) == project / "dist"


@pytest.mark.parametrize(
    ("directory", "what"),
    [
        ("/", "'/' is the filesystem root"),
        (".", r"'\.' is the project itself"),
        ("dist/..", "is the project itself"),
        ("..", r"'\.\.' is a parent folder of the project"),
        ("loop", "can't be read"),
        ("missing", "'missing' does not exist"),
        ("~/dist", "'~/dist' does not exist .*`~` is not expanded"),
        ("dist/index.html", "is not a folder"),
        ("dist/index.html/inside", "does not exist"),
        ("a" * 256, r"can't be read \(File name too long\)"),
        ("é" * 128, r"can't be read \(File name too long\)"),
        ("a/" * 2048, r"can't be read \(File name too long\)"),
        ("hollow", "'hollow' is empty"),
    ],
)
def test_unsuitable_directory_is_refused(project: Path, directory: str, what: str) -> None:
    """The message names the folder, the reason and the command that sets another one."""
    (project / "loop").symlink_to("loop")
    (project / "hollow").mkdir()
    with pytest.raises(PublishError, match=rf"(?s){what}.*nothing was deployed.*pulumi config set publish:directory"):
        resolve_directory(project, directory)


def test_a_parent_that_ignores_the_project_is_accepted(project: Path) -> None:
    """A repository can be published if `publish:ignore` has the program's folder, or one around it."""
    inner = project / "tools" / "infra"
    inner.mkdir(parents=True)
    assert resolve_directory(inner, "../..", ["/tools/infra/"]) == project
    assert resolve_directory(inner, "../..", ["tools"]) == project
    with pytest.raises(
        PublishError, match=r"is a parent folder of the project, and publish:ignore has no '/tools/infra/'"
    ):
        resolve_directory(inner, "../..", ["/infra/", "*.map"])


def test_build_without_output_is_reported(project: Path) -> None:
    """After a build, the message does not suggest setting a build command."""
    with pytest.raises(PublishError, match="check the build command, which ran and wrote nothing to it") as refused:
        resolve_directory(project, "missing", is_built=True)
    assert "publish:buildCommand" not in str(refused.value)


def test_home_is_refused(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The home folder is never published, even if the setting names it indirectly."""
    monkeypatch.setenv("HOME", str(project / "dist"))
    with pytest.raises(PublishError, match="'dist' is the home folder"):
        resolve_directory(project, "dist")


def test_link_to_the_project_is_refused(project: Path) -> None:
    """A symbolic link is resolved before the check."""
    (project / "innocent").symlink_to(project)
    with pytest.raises(PublishError, match="'innocent' is the project itself"):
        resolve_directory(project, "innocent")


def test_unreadable_directory_is_refused(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The message has the system's reason why the entries can't be listed."""

    def denied(_folder: Path) -> None:
        raise OSError(errno.EACCES, os.strerror(errno.EACCES))

    monkeypatch.setattr(Path, "iterdir", denied)
    with pytest.raises(PublishError, match=r"'dist' can't be read \(Permission denied\)"):
        resolve_directory(project, "dist")


def test_directory_can_be_located_before_it_is_built(project: Path) -> None:
    """The build's output folder is checked before it exists; a name that no folder can have is refused."""
    assert locate_directory(project, "build/out") == project / "build" / "out"
    with pytest.raises(PublishError, match="can't be read"):
        locate_directory(project, "a" * 256 + "/out")
