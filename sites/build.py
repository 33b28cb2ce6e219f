"""One site, built in `.sites/<name>`, and kept there until its sources change."""

from __future__ import annotations

import hashlib
import json
import shlex
import shutil
import time
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from sites.site import HERE
from sites.tools import BEFORE, HUGO, NODE, PLACE, Installed, install, run

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sites.site import Site


@dataclass(frozen=True)
class Built:
    """A built site.

    Attributes:
        site: which.
        project: the folder that it was built in, where its own server runs.
        tree: the folder that is published.
        tools: its tools.
        seconds: how long it took to install the tools and build the site.
    """

    site: Site
    project: Path
    tree: Path
    tools: Installed
    seconds: float

    def files(self) -> list[str]:
        """Return the paths of the tree's files."""
        return sorted(str(path.relative_to(self.tree)) for path in self.tree.rglob("*") if path.is_file())


def build(site: Site) -> Built:
    """Build the site, unless it is there.

    Raises:
        SkippedError: its tools can't be installed, or its build fails.
    """
    place, key = PLACE / site.name, _key(site)
    project, record = place / "project", place / "built.json"
    if record.exists():
        found = json.loads(record.read_text())
        if found.pop("key") == key:
            return Built(site, project, project / site.output, Installed(**found["tools"]), found["seconds"])
    shutil.rmtree(place, ignore_errors=True)
    started = time.monotonic()
    _copy(site, project)
    tools = install(site, project)
    if site.build:
        run(shlex.split(site.build), project, tools.env(site))
    built = Built(site, project, project / site.output, tools, round(time.monotonic() - started, 1))
    record.write_text(json.dumps({"key": key, "tools": asdict(tools), "seconds": built.seconds}))
    (place / "files.txt").write_text("".join(f"{path}\n" for path in built.files()))
    return built


def _copy(site: Site, project: Path) -> None:
    """Copy the sources and the shared content."""
    project.mkdir(parents=True)
    for source, path in _sources(site):
        target = project / path
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(source, target)


def _sources(site: Site) -> Iterator[tuple[Path, str]]:
    """Yield each source file with its path in the project."""
    for file in sorted(site.folder.rglob("*")):
        if file.is_file():
            yield file, str(file.relative_to(site.folder))
    if site.content:
        content = HERE / "content"
        for file in sorted(content.rglob("*")):
            if file.is_file():
                target = file.relative_to(content).with_name(site.renamed.get(file.name, file.name))
                yield file, f"{site.content}/{target}"


def _key(site: Site) -> str:
    """Return a hash of everything that the build depends on."""
    key = hashlib.sha256(f"{site.tool} {site.build} {site.env} {site.output} {NODE} {HUGO} {BEFORE}".encode())
    for source, path in _sources(site):
        key.update(path.encode() + b"\0" + source.read_bytes() + b"\0")
    return key.hexdigest()
