"""The URL of each file of a site."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, Protocol
from urllib.parse import quote

from hosting.answers.expected import OK, Expected
from hosting.formats.paths import key_path

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hosting.publish.staging.manifest import Manifest, ManifestEntry

_PAGE = ".html"


class Site(Protocol):
    """The right answer to each path of a site."""

    @property
    def url(self) -> str:
        """The site's address, without a trailing slash."""

    @property
    def manifest(self) -> Manifest:
        """The live files."""

    def answer(self, path: str) -> Expected | None:
        """Return the right answer to a path; None if it is not known."""


class FileUrl(NamedTuple):
    """A file, and the path that serves it."""

    entry: ManifestEntry
    path: str
    answer: Expected


@dataclass(frozen=True)
class FileUrls:
    """The URLs of a site's files.

    Attributes:
        served: the files that have a URL.
        hidden: the keys of the files that have none, because a rule or a proxy answers in their place.
    """

    served: tuple[FileUrl, ...]
    hidden: tuple[str, ...]


def file_urls(site: Site, index_document: str) -> FileUrls:
    """Return the canonical URL of each file: the first of its forms that serves it without a redirect."""
    served, hidden = [], []
    for entry in site.manifest.entries:
        for path in url_forms(entry.path, index_document):
            answer = site.answer(path)
            if answer is not None and answer.status == OK and answer.key == entry.path:
                served.append(FileUrl(entry, path, answer))
                break
        else:
            hidden.append(entry.path)
    return FileUrls(tuple(served), tuple(hidden))


def url_forms(key: str, index_document: str) -> Iterator[str]:
    """Yield the paths that may serve an object, the most likely first."""
    path, name = path_of_key(key), path_of_key(index_document)
    if path == name:
        yield "/"
    elif path.endswith(name):
        folder = path.removesuffix(name)
        yield from (f"{folder}/", folder)
    elif path.endswith(_PAGE):
        bare = path.removesuffix(_PAGE)
        yield from (bare, f"{bare}/")
    yield path


def path_of_key(key: str) -> str:
    """Return the URL path of an object's key; the name of an ignored file may have any bytes."""
    try:
        return key_path(key)
    except UnicodeEncodeError:
        return "/" + quote(key.encode("utf-8", "surrogateescape"))
