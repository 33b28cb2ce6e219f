"""The right answer to each path of a site on an S3 website endpoint. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import unquote, urljoin

from hosting.answers.expected import FORBIDDEN, NOT_FOUND, Expected, file_answer
from hosting.formats.paths import key_path

if TYPE_CHECKING:
    from hosting.publish.staging.manifest import Manifest

# https://docs.aws.amazon.com/AmazonS3/latest/userguide/IndexDocumentSupport.html
_FOLDER_REDIRECT = 302


@dataclass(frozen=True)
class S3Website:
    """A site on an S3 website endpoint.

    Attributes:
        url: the site's address, without a trailing slash.
        manifest: the live files.
        index_document: the name of the file that is a folder's page.
        error_document: the key of the page for errors.
        hidden: the beginning of the keys that the bucket's policy keeps from visitors; may be empty.
    """

    url: str
    manifest: Manifest
    index_document: str
    error_document: str
    hidden: str = ""

    def answer(self, path: str) -> Expected:
        """Return the right answer to a path."""
        key = unquote(path).removeprefix("/")
        is_folder = not key or key.endswith("/")
        if self.hidden and key.startswith(self.hidden):
            return self._error(FORBIDDEN)
        entry = self.manifest.get(key + self.index_document if is_folder else key)
        if entry is not None:
            return file_answer(entry)
        if not is_folder and self.manifest.get(f"{key}/{self.index_document}"):
            return Expected(_FOLDER_REDIRECT, location=urljoin(f"{self.url}/", f"{key_path(key)}/"))
        return self._error(NOT_FOUND)

    def _error(self, status: int) -> Expected:
        entry = self.manifest.get(self.error_document)
        return file_answer(entry, status) if entry else Expected(status)
