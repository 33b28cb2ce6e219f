"""The `cd` commands of phases, in one shell."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from hosting.migrate.amplify_hosting.folder_moves import in_one_shell, repository_of
from hosting.migrate.amplify_hosting.script import build_script

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository of two applications, and a folder of the same name in one of them."""
    for name in (".git", "apps/web/src", "apps/api", "client/client", "lib"):
        (tmp_path / name).mkdir(parents=True)
    return tmp_path


@pytest.mark.parametrize(
    ("commands", "run"),
    [
        (["cd apps/web", "npm ci", "cd apps/web", "make"], ["cd apps/web", "npm ci", "make"]),
        (["cd apps/web", "cd apps/api", "make"], ["cd apps/web", "cd ../api", "make"]),
        (["cd client", "cd client", "make"], ["cd client", "cd client", "make"]),
        (["cd 'lib'", 'cd "./lib/"', "make"], ["cd 'lib'", "make"]),
        (["cd new", "cd new", "make"], ["cd new", "make"]),
        (["cd lib || exit 1", "cd lib || exit 1"], ["cd lib || exit 1"]),
        (["cd nothing || true", "cd lib"], ["cd nothing || true", "cd lib"]),
        (["cd lib 2>/dev/null || true", "cd lib || true"], ["cd lib 2>/dev/null || true"]),
        (["pushd lib", "pushd lib", "popd", "popd", "cd lib"], ["pushd lib", "pushd .", "popd", "popd", "cd lib"]),
        (["pushd lib > /dev/null", "popd", "cd lib"], ["pushd lib > /dev/null", "popd", "cd lib"]),
        (["pushd lib", "pushd apps", "popd"], ["pushd lib", "pushd ../apps", "popd"]),
        (["popd", "cd lib", "cd lib"], ["popd", "cd lib", "cd lib"]),
        (["cd lib", "cd -", "cd lib"], ["cd lib", "cd -", "cd lib"]),
        (["cd -", "cd lib"], ["cd -", "cd lib"]),
        (["cd lib", "cd /tmp", "cd -", "cd lib"], ["cd lib", "cd /tmp", "cd -"]),
        (["cd /tmp", "cd ..", "cd lib"], ["cd /tmp", "cd ..", "cd lib"]),
        (["cd", "cd lib", "cd lib"], ["cd", "cd lib", "cd lib"]),
        (["cd ~/x", "cd /nowhere", "cd lib"], ["cd ~/x", "cd /nowhere", "cd lib"]),
        (["(cd lib && make)", "cd lib", "cd lib"], ["(cd lib && make)", "cd lib"]),
        (["if a; then cd lib; fi", "cd lib", "cd lib"], ["if a; then cd lib; fi", "cd lib", "cd lib"]),
        (["cd ..", "make"], ["make"]),
        (["cd $CODEBUILD_SRC_DIR/lib", "cd lib"], ["cd $CODEBUILD_SRC_DIR/lib"]),
        (["cd $APP", 'cd "${CODEBUILD_SRC_DIR}"', "cd lib"], ["cd $APP", 'cd "${CODEBUILD_SRC_DIR}"', "cd lib"]),
    ],
)
def test_moves(repository: Path, commands: list[str], run: list[str]) -> None:
    """A `cd` stays if it leads to a folder; else it is seen from the first folder, and left out if that is here."""
    assert in_one_shell(commands, repository, repository)[0] == run


def test_an_application_in_its_repository(repository: Path) -> None:
    """The file of an application may be in its own folder, and its commands go up to the repository in each phase."""
    app = repository / "apps/web"
    assert repository_of(app) == repository
    assert repository_of(repository / "nowhere") == repository
    assert in_one_shell(["cd ../..", "a", "cd ../..", "b"], app, app) == (["cd ../..", "a", "b"], repository)


def test_a_folder_that_repeats_the_applications(repository: Path) -> None:
    """A path from the folder of amplify.yml leads to the application, in which the commands run already."""
    web = repository / "apps/web"
    assert in_one_shell(["cd apps/web", "make"], web, repository) == (["make"], web)


def test_the_script_runs_in_the_folders_that_are_meant(repository: Path) -> None:
    """The shell is where each phase means to be."""
    (repository / "infra").mkdir()
    commands = ["cd ../.. && pwd", "cd ../..; pwd", 'cd "apps/api"\npwd', 'echo "$CODEBUILD_SRC_DIR"']
    script = build_script(commands, "../apps/web", "../apps/web", repository / "infra")
    done = subprocess.run(
        ["bash", "-e", "-c", script.text], cwd=repository / "infra", capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == [str(one) for one in (repository, repository, repository / "apps/api", repository)]
    assert "outside" not in script.text
