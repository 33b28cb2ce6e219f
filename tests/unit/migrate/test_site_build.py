from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from hosting.errors import HostingError
from hosting.formats.redirects import amplify as amplify_syntax
from hosting.migrate.accepted_rules import accepted_rules
from hosting.migrate.findings import Findings
from hosting.migrate.host_rules import HostRules, headers_text
from hosting.migrate.site_build import read_site_build, refuse_server
from hosting.migrate.site_generators import generators
from hosting.migrate.site_settings import SiteSettings
from tests.unit.migrate import amplify

if TYPE_CHECKING:
    from pathlib import Path

ANGULAR = {
    "projects": {
        "lib": {"projectType": "library", "architect": {"build": {"options": {"outputPath": "dist/lib"}}}},
        "app": {
            "architect": {"build": {"builder": "@angular/build:application", "options": {"outputPath": "dist/app"}}}
        },
    }
}


@pytest.mark.parametrize(
    ("files", "name", "folder", "command"),
    [
        ({"package.json": {"dependencies": {"gatsby": "5"}}}, "Gatsby", "public", "npx gatsby build"),
        ({"package.json": {"scripts": {"build": "x"}, "packageManager": "pnpm@9"}}, None, None, "pnpm run build"),
        ({"package.json": {"scripts": {"build": "x"}}, "yarn.lock": ""}, None, None, "yarn run build"),
        (
            {
                "package.json": {
                    "dependencies": {"nuxt": "4"},
                    "scripts": {"build": "nuxt build", "make": "nuxt generate"},
                }
            },
            "Nuxt",
            ".output/public",
            "npm run make",
        ),
        (
            {"package.json": {"dependencies": {"nuxt": "^2.15.7"}, "scripts": {"generate": "nuxt generate"}}},
            "Nuxt 2",
            "dist",
            "npm run generate",
        ),
        (
            {
                "package.json": {"devDependencies": {"nuxt": "~2"}},
                "nuxt.config.js": "generate: { fallback: true, dir: 'www' }",
            },
            "Nuxt 2",
            "www",
            "npx nuxt generate",
        ),
        (
            {"package.json": {"dependencies": {"next": "15"}, "scripts": {"build": "next build"}}},
            "Next.js",
            "out",
            "npm run build",
        ),
        ({"mkdocs.yml": "site_name: x\nsite_dir: out # y\n"}, "MkDocs", "out", "mkdocs build"),
        ({"_config.yml": ""}, "Jekyll", "_site", "bundle exec jekyll build"),
        ({"hugo.toml": 'publishDir = "docs"'}, "Hugo", "docs", "hugo --gc --minify"),
        ({"angular.json": ANGULAR}, "Angular", "dist/app/browser", "npx ng build"),
        ({"angular.json": {"projects": {"a": {"architect": {"build": {}}}}}}, "Angular", "dist", "npx ng build"),
        (
            {
                "angular.json": {
                    "projects": {"a": {"targets": {"build": {"options": {"outputPath": {"base": "d", "browser": ""}}}}}}
                }
            },
            "Angular",
            "d",
            "npx ng build",
        ),
        (
            {
                "angular.json": {
                    "projects": {"a": {"architect": {"build": {"builder": "x:browser", "options": {"index": "i"}}}}}
                }
            },
            "Angular",
            "dist/a",
            "npx ng build",
        ),
        (
            {"package.json": {"devDependencies": {"vite": "5"}}, "vite.config.ts": "outDir: `${x}`"},
            "Vite",
            "dist",
            "npx vite build",
        ),
        (
            {
                "package.json": {"dependencies": {"next": "12"}, "scripts": {"build": "x", "export": "next export"}},
                "next.config.js": "",
            },
            "Next.js",
            "out",
            "npm run build && npm run export",
        ),
        (
            {
                "package.json": {
                    "dependencies": {"next": "12"},
                    "scripts": {"export": "next export", "build": "next build && npm run export"},
                }
            },
            "Next.js",
            "out",
            "npm run build",
        ),
        ({"docusaurus.config.ts": ""}, "Docusaurus", "build", "npx docusaurus build"),
        ({".vitepress/config.mts": ""}, "VitePress", ".vitepress/dist", "npx vitepress build"),
        ({"package.json": {"dependencies": {"docz": "2"}}}, "Docz", ".docz/dist", "npx docz build"),
        ({"static.config.js": ""}, "React Static", "dist", "npx react-static build"),
        ({"package.json": "[", "index.html": ""}, None, None, None),
        ({"package.json": "[1]"}, None, None, None),
        ({}, None, None, None),
    ],
)
def test_what_the_files_show(
    tmp_path: Path, files: dict[str, Any], name: str | None, folder: str | None, command: str | None
) -> None:
    """The generator comes from package.json or a file, the folder from its configuration, the command from a script."""
    build = read_site_build(amplify.write(tmp_path, files))
    assert (build.generator.name if build.generator else None, build.folder, build.command) == (name, folder, command)


@pytest.mark.parametrize(
    ("files", "folder", "refused"),
    [
        ({"package.json": {"dependencies": {"next": "14"}}, "next.config.js": "output: 'export'"}, None, False),
        ({"package.json": {"dependencies": {"next": "14"}}, "next.config.js": "// output: 'export'"}, None, True),
        (
            {"package.json": {"dependencies": {"next": "12"}, "scripts": {"build": "next build && next export"}}},
            None,
            False,
        ),
        ({"package.json": {"dependencies": {"next": "14"}}}, "apps/web/out", False),
        ({"package.json": {"dependencies": {"next": "14"}}}, "dist", True),
        ({"package.json": {"dependencies": {"nuxt": "3"}, "scripts": {"build": "nuxt build"}}}, None, True),
        (
            {"package.json": {"dependencies": {"nuxt": "3"}, "scripts": {"build": "nuxt generate"}}},
            ".output/public",
            False,
        ),
        ({"package.json": {"dependencies": {"astro": "4"}}, "astro.config.mjs": "  adapter: node()"}, "dist", True),
        ({"package.json": {"dependencies": {"astro": "4"}}, "astro.config.mjs": "site: 'x'"}, "dist", False),
        (
            {
                "package.json": {"dependencies": {"astro": "5"}},
                "astro.config.mjs": "  adapter: isVercel ? vercel() : undefined,",
            },
            "dist",
            False,
        ),
        ({"package.json": {"dependencies": {"@tanstack/react-start": "1"}}, "vite.config.ts": "start()"}, None, True),
        (
            {"package.json": {"dependencies": {"@tanstack/react-start": "1"}}, "vite.config.ts": "spa: { prerender }"},
            None,
            False,
        ),
        (
            {
                "package.json": {"dependencies": {"@tanstack/react-start": "1"}},
                "vite.config.ts": "prerender: {\n enabled: false }",
            },
            None,
            True,
        ),
        ({"package.json": {"dependencies": {"@solidjs/start": "1"}}, "app.config.ts": "preset: 'node'"}, None, True),
        ({"package.json": {"dependencies": {"@solidjs/start": "1"}}, "app.config.ts": "preset: 'static'"}, None, False),
        ({"package.json": {"dependencies": {"@builder.io/qwik-city": "1"}}, "vite.config.ts": "qwik()"}, None, True),
        (
            {
                "package.json": {
                    "dependencies": {"@builder.io/qwik-city": "1"},
                    "scripts": {"build.server": "vite build -c adapters/static/vite.config.ts"},
                }
            },
            None,
            False,
        ),
        ({}, "web\\.svelte-kit\\output", True),
        ({}, ".output/public", False),
        ({}, None, False),
    ],
)
def test_builds_that_write_a_server(tmp_path: Path, files: dict[str, Any], folder: str | None, refused: object) -> None:
    """A build for a server is refused with what would be needed; a static one of the same framework is not."""
    build = read_site_build(amplify.write(tmp_path, files))
    if not refused:
        refuse_server(build, folder)
        return
    with pytest.raises(HostingError, match="this program publishes files: build a static site with"):
        refuse_server(build, folder)


def test_the_name_of_vercels_framework_counts_first(tmp_path: Path) -> None:
    """`framework` in vercel.json says more than package.json."""
    files = {"package.json": {"dependencies": {"gatsby": "5", "vite": "5"}}}
    build = read_site_build(amplify.write(tmp_path, files), vercel="vite")
    assert build.name == "Vite"


def test_a_configuration_file_that_can_not_be_read(tmp_path: Path) -> None:
    """A folder with the name of package.json is no package.json."""
    (tmp_path / "package.json").mkdir()
    assert read_site_build(tmp_path).name == "the project"


def test_each_generator_has_a_source() -> None:
    """Each row of the table has a folder and the page that names it, and no two rows have the same name."""
    rows = generators()
    assert all(row.folder and row.source.startswith("https://") for row in rows)
    assert len({row.name for row in rows}) == len(rows)
    assert all(row.instead for row in rows if row.static_sign or row.server_sign)


def test_the_files_of_a_folder(tmp_path: Path) -> None:
    """Without a build the published files are known, unless they are very many."""
    site = SiteSettings(Findings(), tmp_path / "infra", tmp_path, "prod")
    amplify.write(tmp_path / "www", {"a/index.html": "", "node_modules/x.js": ""})
    site.add_directory(tmp_path / "www", "x", is_built=False)
    assert site.pages == ["a/index.html"]
    for number in range(10_001):
        (tmp_path / "www" / str(number)).touch()
    site.add_directory(tmp_path / "www", "x", is_built=False)
    assert site.pages is None


def test_the_program_in_the_projects_own_folder(tmp_path: Path) -> None:
    """A command in the program's own folder needs no `cd`."""
    site = SiteSettings(Findings(), tmp_path, tmp_path, "prod")
    site.add_command("make", tmp_path, "x")
    assert site.findings.values["publish:buildCommand"] == "make"


def test_rules_beyond_the_stores_limit() -> None:
    """If an error names no rule, the last one is left out."""
    rules = [{"source": f"/<a>/{'x' * 90}{number}", "target": "/b", "status": "301"} for number in range(200)]
    findings = Findings()
    kept = accepted_rules(rules, amplify_syntax.read_rule, findings)
    assert 0 < len(kept) < len(rules)
    assert len(findings.gaps) == len(rules) - len(kept)


def test_a_file_of_headers_without_blocks() -> None:
    """No blocks are no text."""
    assert headers_text([]) == ""


def test_a_second_page_for_missing_paths() -> None:
    """A second page for all paths is never used."""
    rules = HostRules(Findings())
    rules.set_app_page("one", "/index.html")
    rules.set_app_page("two", "/app.html")
    assert rules.app_page == "/index.html"
    assert rules.findings.gaps == ["two: it is never used: '/index.html' answers all paths without a file before"]


def test_a_command_that_prints_a_value(tmp_path: Path) -> None:
    """The command for a secret reads it from the file."""
    site = SiteSettings(Findings(), tmp_path, tmp_path, "prod")
    command = site.printed_by("json", tmp_path / "vercel.json", "env", 'A"B')
    assert json.dumps('A"B') in command


def test_lines_that_use_a_package(tmp_path: Path) -> None:
    """In a script, the packages' commands have a line of their own."""
    site = SiteSettings(Findings(), tmp_path, tmp_path, "prod")
    site.add_command("tsc\nvite build", tmp_path, "a test")
    expected = 'export PATH="$PWD/node_modules/.bin:$PATH"\ntsc\nvite build'
    assert site.findings.values["publish:buildCommand"] == expected
