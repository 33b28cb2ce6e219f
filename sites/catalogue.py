"""The sites: how each generator builds one with its default settings, and which server it has for the result.

The versions of the tools are in each project's `package.json` or `requirements.txt`, and here.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

HERE = Path(__file__).resolve().parent
NODE = "22.23.3"
HUGO = "v0.165.0"
RUST_DOC = "rust-doc"

Form = Literal["app", "slash", "folder", "bare", "html", "mixed", "fallback"]
Tool = Literal["node", "python", "hugo", "jekyll", "deb"]

_SERVE = "serve --listen tcp://127.0.0.1:{port} --no-port-switching --no-clipboard --no-request-logging"
_VITE = "vite preview --host 127.0.0.1 --port {port} --strictPort"
_HTTP_SERVER = "python -m http.server --bind 127.0.0.1 {port} --directory"


@dataclass(frozen=True)
class Site:
    """One site.

    Attributes:
        name: what the command line and the table call it.
        generator: the generator, with the setting that makes this site differ from its siblings.
        packages: the packages whose versions the table shows.
        tool: what has to be installed for it.
        form: how its pages are stored and linked: an app of one page; `docs/index.html` linked as `/docs/` (slash)
            or as `/docs` (folder); `docs.html` linked as `/docs` (bare) or as `/docs.html` (html); both kinds of
            file (mixed); `200.html` beside several pages (fallback).
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


SITES = (
    Site(
        name="vite-react",
        generator="Vite + React Router",
        packages=(
            "vite",
            "react-router",
        ),
        tool="node",
        form="app",
        build="vite build",
        output="dist",
        serve=_VITE,
    ),
    Site(
        name="vue-router",
        generator="Vite + Vue Router",
        packages=(
            "vite",
            "vue-router",
        ),
        tool="node",
        form="app",
        build="vite build",
        output="dist",
        serve=_VITE,
    ),
    Site(
        # Angular has no server for a built application; its server for development serves other files.
        name="angular",
        generator="Angular",
        packages=("@angular/core",),
        tool="node",
        form="app",
        build="ng build",
        output="dist/harbour/browser",
        serve=f"{_SERVE} --single dist/harbour/browser",
    ),
    Site(
        name="next",
        generator="Next.js export",
        packages=("next",),
        tool="node",
        form="bare",
        build="next build",
        output="out",
        serve=f"{_SERVE} out",
    ),
    Site(
        name="next-slash",
        generator="Next.js export, trailingSlash",
        packages=("next",),
        tool="node",
        form="slash",
        build="next build",
        output="out",
        serve=f"{_SERVE} out",
        project="next",
        env={"FORM": "slash"},
    ),
    Site(
        name="astro",
        generator="Astro",
        packages=("astro",),
        tool="node",
        form="slash",
        build="astro build",
        output="dist",
        serve="astro preview --host 127.0.0.1 --port {port}",
        env={"FORM": "directory"},
    ),
    Site(
        name="astro-file",
        generator="Astro, build.format file",
        packages=("astro",),
        tool="node",
        form="bare",
        build="astro build",
        output="dist",
        serve="astro preview --host 127.0.0.1 --port {port}",
        project="astro",
        env={"FORM": "file"},
    ),
    Site(
        name="docusaurus",
        generator="Docusaurus",
        packages=("@docusaurus/core",),
        tool="node",
        form="folder",
        build="docusaurus build",
        output="build",
        serve="docusaurus serve --host 127.0.0.1 --port {port} --no-open",
        url="https://harbour.example",
    ),
    Site(
        name="vitepress",
        generator="VitePress",
        packages=("vitepress",),
        tool="node",
        form="html",
        build="vitepress build",
        output=".vitepress/dist",
        serve="vitepress preview --port {port}",
    ),
    Site(
        name="vitepress-clean",
        generator="VitePress, cleanUrls",
        packages=("vitepress",),
        tool="node",
        form="bare",
        build="vitepress build",
        output=".vitepress/dist",
        serve="vitepress preview --port {port}",
        project="vitepress",
        env={"FORM": "clean"},
    ),
    Site(
        name="sveltekit",
        generator="SvelteKit, adapter-static",
        packages=(
            "@sveltejs/kit",
            "@sveltejs/adapter-static",
        ),
        tool="node",
        form="bare",
        build="vite build",
        output="build",
        serve=_VITE,
    ),
    Site(
        name="sveltekit-fallback",
        generator="SvelteKit, fallback 200.html",
        packages=(
            "@sveltejs/kit",
            "@sveltejs/adapter-static",
        ),
        tool="node",
        form="fallback",
        build="vite build",
        output="build",
        # The preview of SvelteKit renders its error page instead of 200.html.
        serve="sirv build --single 200.html --host 127.0.0.1 --port {port} --quiet",
        project="sveltekit",
        env={"FALLBACK": "200.html"},
    ),
    Site(
        name="nuxt",
        generator="Nuxt generate",
        packages=("nuxt",),
        tool="node",
        form="folder",
        build="nuxt generate",
        output=".output/public",
        serve=f"{_SERVE} .output/public",
    ),
    Site(
        name="eleventy",
        generator="Eleventy",
        packages=("@11ty/eleventy",),
        tool="node",
        form="slash",
        build="eleventy",
        output="_site",
        serve="eleventy-dev-server --dir=_site --port={port}",
    ),
    Site(
        name="gatsby",
        generator="Gatsby",
        packages=("gatsby",),
        tool="node",
        form="slash",
        build="gatsby build",
        output="public",
        serve="gatsby serve --host 127.0.0.1 --port {port}",
    ),
    Site(
        name="hugo",
        generator="Hugo",
        tool="hugo",
        form="slash",
        build="hugo",
        output="public",
        serve="hugo server --bind 127.0.0.1 --port {port} --disableLiveReload --environment production",
        renamed={"index.md": "_index.md"},
        url="https://harbour.example",
    ),
    Site(
        name="mkdocs",
        generator="MkDocs Material",
        packages=(
            "mkdocs",
            "mkdocs-material",
        ),
        tool="python",
        form="slash",
        build="mkdocs build",
        output="site",
        serve="mkdocs serve --no-livereload --dev-addr 127.0.0.1:{port}",
    ),
    Site(
        name="sphinx",
        generator="Sphinx html",
        packages=("sphinx",),
        tool="python",
        form="html",
        build="sphinx-build -q -d .doctrees -b html . _build",
        output="_build",
        serve=f"{_HTTP_SERVER} _build",
        content=".",
    ),
    Site(
        name="sphinx-dirhtml",
        generator="Sphinx dirhtml",
        packages=("sphinx",),
        tool="python",
        form="slash",
        build="sphinx-build -q -d .doctrees -b dirhtml . _build",
        output="_build",
        serve=f"{_HTTP_SERVER} _build",
        project="sphinx",
        content=".",
    ),
    Site(
        name="jekyll",
        generator="Jekyll",
        tool="jekyll",
        form="mixed",
        build="jekyll build",
        output="_site",
        serve="jekyll serve --skip-initial-build --no-watch --host 127.0.0.1 --port {port}",
        content=".",
    ),
    Site(
        name="storybook",
        generator="Storybook",
        packages=("storybook",),
        tool="node",
        form="html",
        build="storybook build --quiet",
        output="storybook-static",
        serve="http-server storybook-static -a 127.0.0.1 -p {port} -s",
    ),
    Site(
        name="rust-doc",
        generator="rustdoc (Debian's rust-doc)",
        tool="deb",
        form="html",
        output="usr/share/doc/rust-doc/html",
        serve=f"{_HTTP_SERVER} usr/share/doc/rust-doc/html",
        content="",
        bulk_only=True,
        sample=10,
    ),
)
