"""The checks of what is published: files, pages, redirects, error pages, compression, the password. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, Protocol

from hosting.formats.redirects.proxies import Proxy
from hosting.verify.checks import OK, Check, Expected, file_answer, path_of_key, sample

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from hosting.formats.redirects.rules import Rule
    from hosting.publish.staging.manifest import Manifest, ManifestEntry

_PAGE = ".html"
_MOVED, _UNAUTHORIZED = 301, 401
# How many pages are asked for by their other forms, and how many files compressed.
_OTHER_FORMS, _COMPRESSED = 50, 20
# What CloudFront compresses:
# https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/ServingCompressedFiles.html
COMPRESSED_BYTES = range(1_000, 10_000_000 + 1)
COMPRESSED_TYPES = frozenset(
    """
    application/javascript application/json application/pdf application/rss+xml application/vnd.ms-fontobject
    application/wasm application/xhtml+xml application/xml font/otf font/ttf image/svg+xml text/css text/csv text/html
    text/javascript text/plain text/tab-separated-values text/xml
    """.split()  # noqa: SIM905 - a string of words is easier to read
)


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
        for path in _forms(entry.path, index_document):
            answer = site.answer(path)
            if answer is not None and answer.status == OK and answer.key == entry.path:
                served.append(FileUrl(entry, path, answer))
                break
        else:
            hidden.append(entry.path)
    return FileUrls(tuple(served), tuple(hidden))


def _forms(key: str, index_document: str) -> Iterator[str]:
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


def file_checks(site: Site, urls: FileUrls) -> Iterator[Check]:
    """Yield a check for each file."""
    for entry, path, answer in urls.served:
        yield Check("files", site.url + path, (answer,), entry.path)


def other_form_checks(site: Site, urls: FileUrls, index_document: str) -> Iterator[Check]:
    """Yield the checks of some pages by the forms of their URL that are not the canonical one."""
    pages = [file for file in urls.served if file.entry.path.endswith(_PAGE)]
    for file in sample(pages, _OTHER_FORMS):
        for path in _forms(file.entry.path, index_document):
            answer = site.answer(path)
            if path != file.path and answer is not None:
                yield Check("other forms", site.url + path, (answer,), file.entry.path)


def rule_checks(site: Site, rules: Sequence[Rule]) -> Iterator[Check]:
    """Yield a check for each rule for one path; rules with placeholders or a query have no path to ask for."""
    for rule in rules:
        if rule.is_literal and not rule.query and not isinstance(rule, Proxy):
            answer = site.answer(rule.literal)
            if answer is not None:
                yield Check("rules", site.url + rule.literal, (answer,), rule.where)


def unknown_path_checks(site: Site, token: str) -> Iterator[Check]:
    """Yield the checks of paths that no file has; ``token`` makes the names."""
    for path in (f"/{token}", f"/{token}/", f"/{token}.html", f"/{token}/{token}.js"):
        answer = site.answer(path)
        if answer is not None:
            yield Check("unknown paths", site.url + path, (answer,))


def compression_checks(site: Site, urls: FileUrls, encodings: Sequence[str]) -> Iterator[Check]:
    """Yield the checks of some files with each of the encodings."""
    files = [file for file in urls.served if _is_compressed(file.entry)]
    for file in sample(files, _COMPRESSED):
        for encoding in encodings:
            yield Check("compressed", site.url + file.path, (file.answer,), encoding, accept_encoding=encoding)


def _is_compressed(entry: ManifestEntry) -> bool:
    media_type = entry.content_type.partition(";")[0]
    return media_type in COMPRESSED_TYPES and entry.size in COMPRESSED_BYTES and entry.content_encoding is None


def password_checks(site: Site, urls: FileUrls) -> Iterator[Check]:
    """Yield the checks that the site refuses visitors without the password."""
    paths = ["/", *(file.path for file in sample(urls.served, 3))]
    for path in dict.fromkeys(paths):
        yield Check("password", site.url + path, (Expected(_UNAUTHORIZED),), "without the password", is_anonymous=True)


def address_checks(site: Site, names: Sequence[str], *, has_password: bool) -> Iterator[Check]:
    """Yield the checks that http:// and the site's other host names redirect to its address.

    Only the site's own address gets the password, so the other ``names`` refuse their check if there is one.
    """
    host = site.url.removeprefix("https://")
    if host == site.url:
        return
    # https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-https-viewers-to-cloudfront.html
    moved = Expected(_MOVED, location=f"https://{host}/")
    yield Check("addresses", f"http://{host}/", (moved,), is_anonymous=True)
    for name in names:
        answer = Expected(_UNAUTHORIZED) if has_password else moved
        yield Check("addresses", f"https://{name}/", (answer,), is_anonymous=True)


def manifest_checks(url: str, manifest: Manifest) -> Iterator[Check]:
    """Yield a check for each file of a manifest, of a site whose routing is not known."""
    for entry in manifest.entries:
        path = url + path_of_key(entry.path)
        yield Check("files", path, (file_answer(entry),), entry.path, follows_redirects=True)
