from __future__ import annotations

import tomllib
from importlib import metadata

import pytest
from packaging.requirements import Requirement

from hosting.deployments.cli import CommandResult
from hosting.doctor.versions import PYTHON, RANGES, check_versions
from tests.repository import REPOSITORY
from tests.unit.deployments.fakes import FakeCli
from tests.unit.doctor.conftest import results


def version_of(package: str) -> str:
    """Return the oldest version of a package that is allowed."""
    return ".".join(map(str, RANGES[package][0]))


def test_the_ranges_are_those_of_the_package() -> None:
    """pyproject.toml and the check have the same ranges."""
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["project"]
    declared = {Requirement(text).name: str(Requirement(text).specifier) for text in project["dependencies"]}
    text = {name: [".".join(map(str, end)) for end in ends] for name, ends in RANGES.items()}
    assert {name: f"<{newest},>={oldest}" for name, (oldest, newest) in text.items()} == declared
    assert project["requires-python"] == ">={}.{},<{}.{}".format(*PYTHON[0], *PYTHON[1])


def test_this_environment() -> None:
    """What is installed here is what the program needs."""
    assert [line.status for line in check_versions(FakeCli(), (3, 11, 0))] == ["ok", "ok", "ok"]


def test_a_python_that_is_too_new() -> None:
    """A Python for which a package has no version is an error."""
    assert results(check_versions(FakeCli(), (3, 16, 0)))[0] == (
        "error",
        "Python is 3.16.0, and must be >= 3.11 and < 3.16",
    )


def test_old_versions() -> None:
    """An old Python, CLI and package are an error each."""
    cli = FakeCli(version=CommandResult(0, "v3.100.0\n"))
    lines = list(check_versions(cli, (3, 10, 4), lambda name: "5.9" if name == "pathspec" else version_of(name)))
    assert results(lines) == [
        ("error", "Python is 3.10.4, and must be >= 3.11 and < 3.16"),
        ("error", "The Pulumi CLI is v3.100.0, and must be 3.251.0 or newer"),
        ("error", "The package pathspec is 5.9, and must be >= 1.1.1 and < 2"),
    ]
    assert lines[2].next_step == "pip install -r requirements.txt"


@pytest.mark.parametrize("printed", ["", "nonsense"])
def test_unknown_versions(printed: str) -> None:
    """A CLI without a version, and a package that is not installed, are errors."""

    def missing(name: str) -> str:
        raise metadata.PackageNotFoundError(name)

    _, cli, *packages = check_versions(FakeCli(version=CommandResult(0, printed)), (3, 11), missing)
    assert cli.text.startswith(f"The Pulumi CLI is {printed or 'of an unknown version'}")
    assert [line.text for line in packages] == [f"The package {name} is not installed" for name in RANGES]
