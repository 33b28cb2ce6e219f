"""What describes a site, see `sites.catalogue`."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

HERE = Path(__file__).resolve().parent
Form = Literal["app", "slash", "folder", "bare", "html", "fallback"]
Tool = Literal["node", "python", "hugo", "jekyll", "deb"]


@dataclass(frozen=True)
class Site:
    """One site.

    Attributes:
        name: what the command line and the table call it.
        generator: the generator, with the setting that makes this site differ from its siblings.
        packages: the packages whose versions the table shows.
        tool: what has to be installed for it.
        form: how its pages are stored and linked: an app of one page; `docs/index.html` linked as `/docs/` (slash)
            or as `/docs` (folder); `docs.html` linked as `/docs` (bare) or as `/docs.html` (html); `200.html` for
            unknown paths beside several pages (fallback).
        build: the command that builds it; empty where the package has the pages built.
        output: the folder that the build writes.
        serve: the generator's own server for that folder.
        project: the folder in `sites/projects`, where several sites share one; by default the site's name.
        content: where the build expects the shared Markdown and image; empty if it uses none.
        renamed: names that the generator expects instead of those of the shared content.
        env: environment variables of the build and the server.
        url: the site's own address, as the generator writes it into canonical links and sitemaps.
        bulk_only: whether the site has too many files for managed mode.
        sample: ask for every n-th file only.
    """

    name: str
    generator: str
    tool: Tool
    form: Form
    output: str
    serve: str
    build: str = ""
    packages: tuple[str, ...] = ()
    project: str = ""
    content: str = "content"
    renamed: Mapping[str, str] = field(default_factory=dict)
    env: Mapping[str, str] = field(default_factory=dict)
    url: str = ""
    bulk_only: bool = False
    sample: int = 1

    @property
    def folder(self) -> Path:
        """The folder of the site's sources."""
        return HERE / "projects" / (self.project or self.name)
