"""The sites: how each generator builds one with its default settings, and which server it has for the result.

The versions of the tools are in each project's `package.json` or `requirements.txt`, and in `sites.tools`.
"""

from __future__ import annotations

from dataclasses import replace

from sites.site import Site

_SERVE = "serve --listen tcp://127.0.0.1:{port} --no-port-switching --no-clipboard --no-request-logging"
_VITE = "vite preview --host 127.0.0.1 --port {port} --strictPort"
_HTTP_SERVER = "python -m http.server --bind 127.0.0.1 {port} --directory"

# Generators that have more than one form of pages.
_NEXT = Site(
    name="next",
    generator="Next.js export",
    packages=("next",),
    tool="node",
    form="bare",
    build="next build",
    output="out",
    serve=f"{_SERVE} out",
)
_ASTRO = Site(
    name="astro",
    generator="Astro",
    packages=("astro",),
    tool="node",
    form="slash",
    build="astro build",
    output="dist",
    serve="astro preview --host 127.0.0.1 --port {port}",
    env={"FORM": "directory"},
)
_VITEPRESS = Site(
    name="vitepress",
    generator="VitePress",
    packages=("vitepress",),
    tool="node",
    form="html",
    build="vitepress build",
    output=".vitepress/dist",
    serve="vitepress preview --port {port}",
)
_SVELTEKIT = Site(
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
)
_SPHINX = Site(
    name="sphinx",
    generator="Sphinx html",
    packages=("sphinx",),
    tool="python",
    form="html",
    build="sphinx-build -q -d .doctrees -b html . _build",
    output="_build",
    serve=f"{_HTTP_SERVER} _build",
    content=".",
)

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
    _NEXT,
    replace(
        _NEXT,
        name="next-slash",
        generator="Next.js export, trailingSlash",
        form="slash",
        project="next",
        env={"FORM": "slash"},
    ),
    _ASTRO,
    replace(
        _ASTRO,
        name="astro-file",
        generator="Astro, build.format file",
        form="bare",
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
    _VITEPRESS,
    replace(
        _VITEPRESS,
        name="vitepress-clean",
        generator="VitePress, cleanUrls",
        form="bare",
        project="vitepress",
        env={"FORM": "clean"},
    ),
    _SVELTEKIT,
    replace(
        _SVELTEKIT,
        name="sveltekit-fallback",
        generator="SvelteKit, fallback 200.html",
        form="fallback",
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
    _SPHINX,
    replace(
        _SPHINX,
        name="sphinx-dirhtml",
        generator="Sphinx dirhtml",
        form="slash",
        build="sphinx-build -q -d .doctrees -b dirhtml . _build",
        project="sphinx",
    ),
    Site(
        name="jekyll",
        generator="Jekyll",
        tool="jekyll",
        form="html",
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
        # Symbolic links to files of other packages, which this one needs.
        build="find usr/share/doc -xtype l -delete",
        output="usr/share/doc/rust-doc/html",
        serve=f"{_HTTP_SERVER} usr/share/doc/rust-doc/html",
        content="",
        bulk_only=True,
        sample=10,
    ),
)
