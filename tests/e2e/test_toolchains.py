"""The toolchains of Pulumi's Python runtime besides pip, without the engine: they install what the program imports."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from pip._internal.models.index import PyPI

from tests.repository import REPOSITORY, build_wheel, copy_files, repository_files

# Not `python -m uv`, which makes the virtual environment of the tests the active one: Poetry would install into it.
UV = [str(Path(sys.executable).parent / "uv")]
POETRY = [*UV, "tool", "run", "--quiet", "--from", "poetry==2.5.1", "poetry"]
# The index that poetry uses by itself has an interface of its own, which mirrors of PyPI may lack.
INDEX = f"{PyPI.simple_url}/"
PROGRAM = "import hosting, hosting.program; print(hosting.__file__, hosting.StaticSite.__name__)"


def run(folder: Path, *command: object) -> str:
    """Run a command in ``folder``, whose virtual environment alone is active; return what it prints."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    environment["VIRTUAL_ENV"] = str(folder / ".venv")
    line = [str(part) for part in command]
    done = subprocess.run(line, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """Return a copy of the repository's files, without a virtual environment."""
    copy_files(repository_files(), tmp_path / "clone")
    return tmp_path / "clone"


def imported(folder: Path) -> tuple[Path, str]:
    """Return where the program in ``folder`` finds its package, and the name of the component."""
    file, component = run(folder, folder / ".venv/bin/python", "-c", PROGRAM).split()
    return Path(file), component


def test_uv_sync_in_a_clone(clone: Path) -> None:
    """`uv sync` installs the package's dependencies, and the program imports the package beside it."""
    run(clone, *UV, "sync", "--quiet")
    assert imported(clone) == (clone / "hosting/__init__.py", "StaticSite")


def test_poetry_install_in_a_clone(clone: Path) -> None:
    """`poetry install` does the same."""
    run(clone, *UV, "venv", "--quiet")
    # Before anything is installed: Poetry works in the clone's virtual environment, and in no other.
    assert run(clone, *POETRY, "env", "info", "--path").strip() == str(clone / ".venv")
    run(clone, *POETRY, "source", "add", "--priority", "primary", "index", INDEX)
    run(clone, *POETRY, "install", "--no-interaction")
    assert imported(clone) == (clone / "hosting/__init__.py", "StaticSite")


def test_uv_add_in_a_template_project(tmp_path: Path) -> None:
    """`uv add -r requirements.txt` installs the package of a project that was made from the template."""
    project = tmp_path / "project"
    run(REPOSITORY, sys.executable, "tools/template.py", project, build_wheel(tmp_path))
    run(project, *UV, "init", "--bare", "--quiet", "--name", "my-site")
    run(project, *UV, "add", "--quiet", "-r", "requirements.txt")
    file, component = imported(project)
    assert (file.is_relative_to(project / ".venv"), component) == (True, "StaticSite")
