"""The checks of what is published: files, pages, redirects, error pages, compression, the password. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hosting.answers.compression import is_compressible
from hosting.answers.expected import Expected, file_answer
from hosting.answers.file_urls import path_of_key, url_forms
from hosting.formats.redirects.proxies import Proxy
from hosting.verify.checks import Check, sample

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from hosting.answers.file_urls import FileUrls, Site
    from hosting.formats.redirects.rules import Rule
    from hosting.publish.staging.manifest import Manifest

_PAGE = ".html"
_MOVED, _UNAUTHORIZED = 301, 401
# How many pages are asked for by their other forms, and how many files compressed.
_OTHER_FORMS, _COMPRESSED = 50, 20


def file_checks(site: Site, urls: FileUrls) -> Iterator[Check]:
    """Yield a check for each file."""
    for entry, path, answer in urls.served:
        yield Check("files", site.url + path, (answer,), entry.path)


def other_form_checks(site: Site, urls: FileUrls, index_document: str) -> Iterator[Check]:
    """Yield the checks of some pages by the forms of their URL that are not the canonical one."""
    pages = [file for file in urls.served if file.entry.path.endswith(_PAGE)]
    for file in sample(pages, _OTHER_FORMS):
        for path in url_forms(file.entry.path, index_document):
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
    files = [file for file in urls.served if is_compressible(file.entry)]
    for file in sample(files, _COMPRESSED):
        for encoding in encodings:
            yield Check("compressed", site.url + file.path, (file.answer,), encoding, accept_encoding=encoding)


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
