"""The tools that build the sites, from the package registries, in a folder of their own."""

from __future__ import annotations

import hashlib
import json
import os
import platform
import shutil
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sites.site import HERE

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from sites.site import Site, Tool

NODE = "22.23.3"
HUGO = "v0.165.0"
RUST_DOC = "rust-doc"
PLACE = HERE.parent / ".sites"
_TOOLS = PLACE / "tools"
# npm then takes no version of any package that is younger, so a build needs no lock file to have the same packages.
BEFORE = "2026-11-25"
_QUIET = ("--no-audit", "--no-fund", "--no-package-lock", "--prefer-offline", f"--before={BEFORE}")
_MACHINES = {"x86_64": "x64", "aarch64": "arm64"}


class SkippedError(Exception):
    """A site can't be built on this machine; the message says why."""


@dataclass(frozen=True)
class Installed:
    """The tools of one site.

    Attributes:
        path: the folders of its programs, as in PATH.
        version: the versions that the table shows.
    """

    path: str
    version: str

    def env(self, site: Site) -> dict[str, str]:
        """Return the environment in which the site's commands run."""
        path = os.pathsep.join(filter(None, (self.path, os.environ["PATH"])))
        return {**os.environ, **_SETTINGS, **site.env, "PATH": path}


def install(site: Site, folder: Path) -> Installed:
    """Install what the site needs, in `folder` or beside all sites.

    Raises:
        SkippedError: this machine or its registries do not have it.
    """
    return Installed(*_INSTALLERS[site.tool](site, folder))


_SETTINGS = {
    "CI": "true",
    "ASTRO_TELEMETRY_DISABLED": "1",
    "GATSBY_TELEMETRY_DISABLED": "1",
    "NEXT_TELEMETRY_DISABLED": "1",
    "NG_CLI_ANALYTICS": "false",
    "NUXT_TELEMETRY_DISABLED": "1",
    "STORYBOOK_DISABLE_TELEMETRY": "1",
    "PYTHONDONTWRITEBYTECODE": "1",
    # MkDocs Material announces its successor on every build.
    "NO_MKDOCS_2_WARNING": "1",
}


def run(command: Sequence[str | Path], folder: Path, env: Mapping[str, str] | None = None) -> str:
    """Run a command at low priority and return its output.

    Raises:
        SkippedError: it is not installed, or failed.
    """
    nice = [*(("nice", "-n", "5") if shutil.which("nice") else ()), *map(str, command)]
    done = subprocess.run(
        nice,
        cwd=folder,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
    )
    if done.returncode != 0:
        raise SkippedError(f"`{' '.join(map(str, command[:3]))}` failed:\n{done.stdout[-3000:]}")
    return done.stdout


def _node(site: Site, folder: Path) -> tuple[str, str]:
    if shutil.which("npm") is None:
        raise SkippedError("npm is not on PATH; Debian: apt-get install npm")
    package = f"node-{sys.platform}-{_MACHINES.get(platform.machine(), platform.machine())}"
    place = _TOOLS / f"node-{NODE}"
    program = place / "node_modules" / package / "bin"
    if not (program / "node").exists():
        place.mkdir(parents=True, exist_ok=True)
        run(["npm", "install", *_QUIET, "--prefix", place, f"{package}@{NODE}"], place)
    path = os.pathsep.join([str(folder / "node_modules/.bin"), str(program)])
    run(["npm", "install", *_QUIET], folder, {**os.environ, "PATH": f"{program}{os.pathsep}{os.environ['PATH']}"})
    versions = [
        json.loads((folder / f"node_modules/{name}/package.json").read_text())["version"] for name in site.packages
    ]
    return path, _shown(site.packages, versions)


def _python(site: Site, _folder: Path) -> tuple[str, str]:
    requirements = site.folder / "requirements.txt"
    key = hashlib.sha256(requirements.read_bytes() + sys.version.encode()).hexdigest()[:12]
    place = _TOOLS / f"python-{site.folder.name}-{key}"
    if not (place / "installed").exists():
        shutil.rmtree(place, ignore_errors=True)
        run([sys.executable, "-m", "venv", place], HERE)
        run([place / "bin/pip", "install", "--quiet", "--disable-pip-version-check", "-r", requirements], HERE)
        (place / "installed").touch()
    pinned = dict(line.lower().split("==") for line in requirements.read_text().splitlines() if "==" in line)
    return str(place / "bin"), _shown(site.packages, [pinned[name] for name in site.packages])


def _hugo(_site: Site, _folder: Path) -> tuple[str, str]:
    place = _TOOLS / f"hugo-{HUGO}"
    if not (place / "hugo").exists():
        if shutil.which("go") is None:
            raise SkippedError("Go is not on PATH; Debian: apt-get install golang")
        place.mkdir(parents=True, exist_ok=True)
        run(["go", "install", f"github.com/gohugoio/hugo@{HUGO}"], place, {**os.environ, "GOBIN": str(place)})
    return str(place), f"hugo {HUGO.removeprefix('v')}"


def _jekyll(_site: Site, folder: Path) -> tuple[str, str]:
    if shutil.which("jekyll") is None:
        raise SkippedError("jekyll is not on PATH; Debian: apt-get install jekyll ruby-jekyll-relative-links")
    return "", run(["jekyll", "--version"], folder).strip()


def _deb(_site: Site, folder: Path) -> tuple[str, str]:
    if shutil.which("apt-get") is None or shutil.which("dpkg") is None:
        raise SkippedError(f"apt-get and dpkg are not on PATH, and {RUST_DOC} is Debian's")
    run(["apt-get", "download", RUST_DOC], folder)
    package = next(folder.glob("*.deb"))
    run(["dpkg", "-x", package, folder], folder)
    version = run(["dpkg-deb", "--field", package, "Version"], folder).strip()
    package.unlink()
    return "", f"{RUST_DOC} {version}"


def _shown(names: Sequence[str], versions: Sequence[str]) -> str:
    return ", ".join(f"{name} {version}" for name, version in zip(names, versions, strict=True))


_INSTALLERS: Mapping[Tool, Callable[[Site, Path], tuple[str, str]]] = {
    "node": _node,
    "python": _python,
    "hugo": _hugo,
    "jekyll": _jekyll,
    "deb": _deb,
}
