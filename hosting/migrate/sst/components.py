"""The components of an SST project: its StaticSites, and those that need a server.

https://sst.dev/docs/component/aws/static-site, https://v2.sst.dev/constructs/StaticSite
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hosting.errors import HostingError
from hosting.migrate.findings import section
from hosting.migrate.site_generators import generator_named
from hosting.migrate.sst.literals import Construction, Expression, constructions, returned_objects

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

FILES = ("sst.config.ts", "sst.config.mts", "sst.config.js", "sst.config.mjs")
_SUFFIXES = {".ts", ".mts", ".js", ".mjs"}
_NOT_OF_THE_PROJECT = {"node_modules", "dist", "build", "venv"}
_LARGEST = 200_000
_MOST_FILES = 5_000
_STATIC = "StaticSite"
# Generators of site_generators.tsv, by the components that run them on a server: https://sst.dev/docs/components.
_SERVERS = {
    "Nextjs": "Next.js", "NextjsSite": "Next.js", "Astro": "Astro", "AstroSite": "Astro", "SvelteKit": "SvelteKit",
    "SvelteKitSite": "SvelteKit", "Nuxt": "Nuxt", "React": "React Router",
}  # fmt: skip
# What makes the other frameworks write files, and the page that says so.
_OTHER_SERVERS = {
    "Remix": ("`ssr: false` in vite.config", "https://v2.remix.run/docs/guides/spa-mode/"),
    "SolidStart": (
        "`server: { preset: 'static' }` in app.config",
        "https://docs.solidjs.com/solid-start/building-your-application/route-prerendering",
    ),
    "TanStackStart": (
        "`spa: { enabled: true }` in vite.config",
        "https://tanstack.com/start/latest/docs/framework/react/guide/spa-mode",
    ),
    "Analog": ("`static: true` in vite.config", "https://analogjs.org/docs/features/server/static-site-generation"),
}
_NAMES = {_STATIC, *_SERVERS, *_OTHER_SERVERS, *(f"{name}Site" for name in _OTHER_SERVERS)}
_SIGN = re.compile(r"\bnew\s+(?:sst\.|\w+Site\b)")


@dataclass(frozen=True)
class Site:
    """A StaticSite.

    Attributes:
        name: its name; its number if the name is not a literal.
        file: the file that has it.
        is_v2: whether it is of version 2.
        arguments: its settings, as its version names them.
        unread: the expression in place of the settings; empty if they are an object.
    """

    name: str
    file: Path
    is_v2: bool
    arguments: dict[str, Any] = field(repr=False)
    unread: str


def read_sites(root: Path) -> list[Site]:
    """Return the StaticSites of a project.

    Raises:
        HostingError: the project has no StaticSite; the message names the components that need a server.
    """
    found = [(file, one) for file, source in _sources(root) for one in constructions(source, _NAMES)]
    static = [(file, one) for file, one in found if _is_static(one)]
    if not static:
        raise HostingError(_refusal(root, [one.name for _, one in found]))
    return [_site(file, one, number) for number, (file, one) in enumerate(static, 1)]


def read_region(root: Path) -> str | None:
    """Return the region in the app's config: https://sst.dev/docs/reference/config/#providers."""
    for name in FILES:
        for app in returned_objects(_text(root / name)) if (root / name).is_file() else ():
            region = app.get("region", section(app, "providers", "aws").get("region"))
            if "name" in app and isinstance(region, str):
                return region
    return None


def _sources(root: Path) -> Iterator[tuple[Path, str]]:
    """Yield the files that may have components, the config first; a folder with a config is another project."""
    files = [root / name for name in FILES if (root / name).is_file()]
    for parent, folders, names in os.walk(root):
        is_other = Path(parent) != root and not {*FILES}.isdisjoint(names)
        own_folders = sorted(name for name in {*folders} - _NOT_OF_THE_PROJECT if not name.startswith("."))
        folders[:] = [] if is_other else own_folders
        own = [] if is_other else [Path(parent, name) for name in sorted({*names} - {*FILES})]
        files += [file for file in own if file.suffix in _SUFFIXES and file.is_file()]
        if len(files) > _MOST_FILES:
            break
    for file in files:
        source = _text(file)
        if _SIGN.search(source):
            yield file, source


def _text(file: Path) -> str:
    return file.read_bytes()[:_LARGEST].decode("utf-8-sig", "replace")


def _is_static(one: Construction) -> bool:
    return one.name.rpartition(".")[2] == _STATIC and "cloudflare" not in one.name


def _site(file: Path, one: Construction, number: int) -> Site:
    """Return a site: `new sst.aws.StaticSite(name, settings)`, or `new StaticSite(stack, name, settings)`."""
    first = one.arguments[0] if one.arguments else ""
    is_v2 = not one.name.startswith("sst.aws.") and not isinstance(first, str)
    name, settings = [*one.arguments[int(is_v2) :], None, None][:2]
    return Site(
        name=name if isinstance(name, str) else f"#{number}",
        file=file,
        is_v2=is_v2,
        arguments=settings if isinstance(settings, dict) else {},
        unread=str(settings) if isinstance(settings, Expression) else "",
    )


def _refusal(root: Path, names: Sequence[str]) -> str:
    start = f"'{root}' has no StaticSite of AWS, and only that publishes files: "
    for name in names:
        last = name.rpartition(".")[2]
        framework = _SERVERS.get(last)
        if framework:
            generator = generator_named(framework)
            needed, source = generator.instead, generator.source
        elif last.removesuffix("Site") in _OTHER_SERVERS:
            framework = last.removesuffix("Site")
            needed, source = _OTHER_SERVERS[framework]
        else:
            continue
        return (
            f"{start}{name} runs {framework} on a server. Build a static site with {needed} ({source}), replace {name} "
            f"by {_STATIC} with its build, and run this again"
        )
    return f"{start}write `new sst.aws.{_STATIC}(...)` for your site in {FILES[0]}, and run this again"
