"""The installable package: its dependencies, and what a wheel of it holds."""

from __future__ import annotations

import re
import tomllib
import zipfile
from pathlib import Path

from packaging.requirements import Requirement

from hosting.version import VERSION
from tests.repository import REPOSITORY, build_wheel

PROJECT = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["project"]


def pins() -> dict[str, str]:
    """Return the exact version of each package that requirements.txt names, with its extras."""
    lines = (REPOSITORY / "requirements.txt").read_text().splitlines()
    return dict(line.split("==") for line in lines if line and not line.startswith("#"))


def with_extras(requirement: Requirement) -> str:
    """Return a package as requirements.txt names it, such as ``boto3[crt]``."""
    return requirement.name + (f"[{','.join(sorted(requirement.extras))}]" if requirement.extras else "")


def test_each_pin_is_in_the_range_of_its_dependency() -> None:
    """requirements.txt pins exactly the dependencies of the package, each to a version that its range allows."""
    ranges = {
        with_extras(requirement): requirement.specifier for requirement in map(Requirement, PROJECT["dependencies"])
    }
    pinned = pins()
    assert pinned.keys() == ranges.keys()
    assert {name for name, version in pinned.items() if version not in ranges[name]} == set()


def test_each_range_has_both_ends() -> None:
    """A new major version of a dependency is not installed before it was tried."""
    for requirement in map(Requirement, PROJECT["dependencies"]):
        assert sorted(clause.operator for clause in requirement.specifier) == ["<", ">="], requirement


def test_a_wheel_holds_the_package_with_its_javascript_and_nothing_else(tmp_path: Path) -> None:
    """The wheel holds each file of hosting/ that git tracks or would, and its metadata."""
    wheel = build_wheel(tmp_path)
    assert wheel.name == f"hosting-{VERSION}-py3-none-any.whl"
    names = zipfile.ZipFile(wheel).namelist()
    metadata = f"hosting-{VERSION}.dist-info/"
    sources = {
        str(file.relative_to(REPOSITORY))
        for file in (REPOSITORY / "hosting").rglob("*")
        if file.is_file() and "__pycache__" not in file.parts
    }
    assert {name for name in names if not name.startswith(metadata)} == sources
    assert {Path(name).suffix for name in sources} == {".css", ".js", ".py", ".tsv", ".typed"}
    assert {"hosting/publish/bulk/release.js", "hosting/review/html/report.css"} <= {*names}


def test_the_version_is_stated_once() -> None:
    """pyproject.toml takes the version from hosting/version.py, and the version is three numbers."""
    assert "version" not in PROJECT
    assert re.fullmatch(r"\d+\.\d+\.\d+", VERSION)
