"""The names of a page: a rule for one of them is for all.

What a function for responses is told of the request, AWS says in one sentence: it "represents the actual request that
CloudFront received from the viewer", https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/functions-event-structure.html.
That can be read as the visitor's path, or as the one that the function for requests made of it, so we go from either
to all of them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import unquote

from hosting.website.redirects.rules import canonical
from hosting.website.routing import pages_table, plain_table, spa_table

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

_FILE, _INDEXED = 0, 1


@dataclass(frozen=True)
class PageNames:
    """Which paths are one page.

    Attributes:
        index_document: its name.
        known: what the form of a path does not tell, as the routers have it: 0 is a file, 1 a folder's page.
        app: the path of the page that answers each path that is no file; empty without one.
        clean: whether each path without an extension is a page of its own.
    """

    index_document: str
    known: Mapping[str, int] = field(default_factory=dict)
    app: str = ""
    clean: bool = False

    def of(self, path: str) -> list[str]:
        """Return the names of what answers a canonical path; the JavaScript has the same cases."""
        index, bare = f"/{canonical(self.index_document)}", path.rstrip("/")
        known = self.known.get(unquote(bare))
        if path.endswith(index):
            return [path, *self._of_folder(path.removesuffix(index))]
        if not bare or known == _INDEXED:
            return [path, *self._of_folder(bare)]
        if known == _FILE or "." in path.rpartition("/")[2]:
            return [path]
        if self.app and path != self.app:
            return [path, *self.of(self.app)]
        return [path, *(self._of_folder(bare) if self.clean else ())]

    def _of_folder(self, folder: str) -> list[str]:
        names = [f"{folder}/", f"{folder}/{canonical(self.index_document)}"]
        if folder:
            names.append(folder)
        if folder and self.clean:
            names.append(f"{folder}.html")
        return names


def page_names(routing: str, keys: Collection[str], index_document: str, app: str | None) -> PageNames:
    """Return the names of a site's pages; ``app`` is the page that deep links are led to, besides those of `spa`."""
    if routing == "spa":
        return PageNames(index_document, spa_table(keys, index_document), canonical(f"/{index_document}"))
    if routing == "pages":
        return PageNames(index_document, pages_table(keys, index_document), clean=True)
    return PageNames(index_document, plain_table(keys) if app else {}, canonical(app or ""))
