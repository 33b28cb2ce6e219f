"""Checks of the installed programs: Python, the Pulumi CLI, and the packages that the program imports."""

from __future__ import annotations

import re
from importlib import metadata
from typing import TYPE_CHECKING

from hosting.deployments.cli import OLDEST_CLI
from hosting.doctor.lines import Line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from hosting.deployments.cli import Cli

# pyproject.toml has the same; a test compares them.
PYTHON = ((3, 11), (3, 16))
RANGES = {
    "pulumi": ((3, 259), (4,)),
    "pulumi-aws": ((7, 51), (8,)),
    "pulumi-synced-folder": ((0, 12, 6), (0, 13)),
    "boto3": ((1, 44), (2,)),
    "pydantic": ((2, 14), (3,)),
    "pyyaml": ((6, 0, 3), (7,)),
    "pathspec": ((1, 1, 1), (2,)),
    "dnspython": ((2, 9, 2), (3,)),
    "selectolax": ((1, 0, 2), (2,)),
    "publicsuffixlist": ((1, 1, 2), (2,)),
}
_INSTALL_CLI = "update it, https://www.pulumi.com/docs/install/"
_INSTALL_PACKAGES = "pip install -r requirements.txt"
_VERSION = re.compile(r"v?(\d+(?:\.\d+)*)")


def check_versions(
    cli: Cli, python: tuple[int, ...], version_of: Callable[[str], str] = metadata.version
) -> Iterator[Line]:
    """Compare the installed versions with those that the program needs."""
    shown = _text(python)
    if PYTHON[0] <= python < PYTHON[1]:
        yield Line("ok", f"Python {shown}")
    else:
        yield Line("error", f"Python is {shown}, and must be {_range_text(PYTHON)}", "install it, and a new .venv")
    printed = cli.run("version").out.strip()
    if _parse(printed) < OLDEST_CLI:
        text = f"The Pulumi CLI is {printed or 'of an unknown version'}, and must be {_text(OLDEST_CLI)} or newer"
        yield Line("error", text, _INSTALL_CLI)
    else:
        yield Line("ok", f"Pulumi CLI {printed}")
    unfit = [text for package in RANGES if (text := _unfit(package, version_of))]
    yield from (Line("error", text, _INSTALL_PACKAGES) for text in unfit)
    if not unfit:
        yield Line("ok", f"{len(RANGES)} packages are within their ranges")


def _unfit(package: str, version_of: Callable[[str], str]) -> str:
    """Return what is wrong with a package; empty if nothing is."""
    oldest, too_new = RANGES[package]
    try:
        installed = version_of(package)
    except metadata.PackageNotFoundError:
        return f"The package {package} is not installed"
    if oldest <= _parse(installed) < too_new:
        return ""
    return f"The package {package} is {installed}, and must be {_range_text((oldest, too_new))}"


def _range_text(versions: tuple[tuple[int, ...], tuple[int, ...]]) -> str:
    return f">= {_text(versions[0])} and < {_text(versions[1])}"


def _parse(text: str) -> tuple[int, ...]:
    """Return the numbers of a version; empty if it has none."""
    found = _VERSION.match(text)
    return tuple(int(part) for part in found[1].split(".")) if found else ()


def _text(version: tuple[int, ...]) -> str:
    return ".".join(map(str, version))
