"""The versions of the published site, and the answers that a visitor must get."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from zlib import crc32

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_TYPES = {
    ".html": "text/html",
    ".css": "text/css",
    ".js": "text/javascript",
    ".txt": "text/plain",
    ".svg": "image/svg+xml",
}
_RULES = "_redirects"
_MISSING = "/no-such-file.txt"
_PAGES = 6
_UNCHANGED_ASSETS = 2


@dataclass(frozen=True)
class Expected:
    """The answer that a visitor must get for a URL.

    Attributes:
        status: the HTTP status.
        body: the bytes; empty for a redirect.
        content_type: without its parameters; empty for a redirect.
        location: where a redirect leads to.
    """

    status: int
    body: bytes = b""
    content_type: str = ""
    location: str = ""


@dataclass(frozen=True, eq=False)
class SiteVersion:
    """A version of the site.

    Attributes:
        name: such as `A`.
        files: the content of each file of the distribution folder.
    """

    name: str
    files: Mapping[str, str]

    @property
    def published(self) -> dict[str, bytes]:
        """The files that are published: not the redirect rules."""
        return {path: text.encode() for path, text in self.files.items() if path != _RULES}

    def write(self, folder: Path) -> None:
        """Make ``folder`` contain exactly this version."""
        for file in [file for file in folder.rglob("*") if file.is_file()]:
            # A new inode: a staged hard link of the old content must not change under it.
            file.unlink()
        for path, text in self.files.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(text)

    def expected(self, path: str, *, has_redirects: bool) -> Expected:
        """Return the answer for a URL's path."""
        redirects = dict(_redirects(self.files[_RULES])) if has_redirects else {}
        if path in redirects:
            return Expected(301, location=redirects[path])
        file = f"{path}index.html".removeprefix("/") if path.endswith("/") else path.removeprefix("/")
        status, file = (200, file) if file in self.published else (404, "404.html")
        return Expected(status, self.published[file], _TYPES[Path(file).suffix])

    def __str__(self) -> str:
        return self.name


def urls(*versions: SiteVersion, has_redirects: bool) -> list[str]:
    """Return the paths of all URLs of these versions, one that exists in none, and `/` first."""
    paths = {f"/{path}" for version in versions for path in version.published}
    folders = {path.removesuffix("index.html") for path in paths if path.endswith("/index.html")}
    redirects = {source for version in versions for source, _ in _redirects(version.files[_RULES]) if has_redirects}
    return sorted({*paths, *folders, *redirects, _MISSING})


def hashed(path: str, text: str) -> str:
    """Return the path with a hash of the content in its name, as build tools write it."""
    stem, _, suffix = path.rpartition(".")
    return f"{stem}.{crc32(text.encode()):08x}.{suffix}"


def is_hashed(path: str) -> bool:
    """Return whether ``path`` is a file with a hash in its name; such files may stay for visitors with an open tab."""
    return path.startswith("assets/")


def _redirects(rules: str) -> Iterator[tuple[str, str]]:
    for line in rules.splitlines():
        source, target, _ = line.split()
        yield source, target


def _version(name: str, *, pages: Mapping[str, str], extra: str, rule: str) -> SiteVersion:
    """Return a version whose own pages and script contain its name."""
    script, style = f"script of {name}", f"style of {name}"
    assets = {hashed("assets/app.js", script): script, hashed("assets/app.css", style): style}
    for number in range(_UNCHANGED_ASSETS):
        text = f"asset {number}"
        assets[hashed(f"assets/shared-{number}.js", text)] = text
    links = " ".join(sorted(assets))
    return SiteVersion(
        name,
        {
            **assets,
            "index.html": f"<h1>home of {name}</h1> {links}",
            "404.html": f"<h1>missing in {name}</h1>",
            "robots.txt": f"# {name}",
            "favicon.svg": "<svg/>",
            **{f"docs/{page}.html": f"<h1>{page} of {by}</h1>" for page, by in pages.items()},
            "docs/index.html": f"<h1>contents of {name}</h1>",
            extra: f"<h1>only here: {name}</h1>",
            "moved.txt" if name == "A" else "moved-again.txt": "renamed",
            _RULES: f"/old /docs/page-0.html 301\n/{rule} /docs/page-1.html 301\n",
        },
    )


# Half of the pages differ; each version has a page, an asset, a renamed file and a redirect that the others lack.
A = _version("A", pages={f"page-{n}": "A" for n in range(_PAGES)}, extra="a-only.html", rule="from-a")
B = _version("B", pages={f"page-{n}": "B" if n % 2 else "A" for n in range(_PAGES)}, extra="b/only.html", rule="from-b")
C = _version("C", pages={f"page-{n}": "C" if n % 3 else "A" for n in range(_PAGES)}, extra="c-only.html", rule="from-c")
