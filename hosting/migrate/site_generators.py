"""The generators of static sites, from `site_generators.tsv`, whose head explains the columns."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

# Folders of builds that need a server, by the generator that writes them.
SERVER_FOLDERS = {
    ".next": "Next.js",
    ".nuxt": "Nuxt",
    ".open-next": "Next.js",
    ".output": "Nuxt",
    ".svelte-kit": "SvelteKit",
    "ssr": "Quasar",
}


@dataclass(frozen=True)
class Generator:
    """A generator, or a framework whose build writes files; a row of the table."""

    name: str
    folder: str
    command: str
    packages: tuple[str, ...]
    files: tuple[str, ...]
    settings: tuple[str, ...]
    folder_setting: str
    static_sign: str
    server_sign: str
    instead: str
    vercel: tuple[str, ...]
    is_app: bool
    source: str


@cache
def generators() -> tuple[Generator, ...]:
    """Return the generators in the order in which they are tried."""
    text = Path(__file__).with_name("site_generators.tsv").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    return tuple(map(_generator, csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)))


def generator_named(name: str) -> Generator:
    """Return the generator of this name, which is in the table."""
    return next(generator for generator in generators() if generator.name == name)


def _generator(row: dict[str, str]) -> Generator:
    return Generator(
        name=row["name"],
        folder=row["folder"],
        command=row["command"],
        packages=tuple(row["packages"].split()),
        files=tuple(row["files"].split()),
        settings=tuple(row["settings"].split()),
        folder_setting=row["folder_setting"],
        static_sign=row["static_sign"],
        server_sign=row["server_sign"],
        instead=row["instead"],
        vercel=tuple(row["vercel"].split()),
        is_app=row["is_app"] == "yes",
        source=row["source"],
    )
