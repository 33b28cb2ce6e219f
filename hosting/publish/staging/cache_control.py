"""The Cache-Control header of each file: from the rules of `publish:cacheControl`, otherwise the default.

By default, browsers may keep a file with a hash of its content in its name for a year without asking, because its
content never changes under that name. They revalidate every other file each time. The header also states how long the
edge keeps the file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hosting.publish.staging.file_rules import FileRules
from hosting.publish.staging.hashed_names import hashed_names
from hosting.publish.staging.lifetimes import MANAGED, Ttls, final_header

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from hosting.publish.staging.file_rules import FileRule

# A year is the longest that https://www.rfc-editor.org/rfc/rfc2616#section-14.21 allowed;
# `immutable` is https://www.rfc-editor.org/rfc/rfc8246.
IMMUTABLE = "public, max-age=31536000, immutable"


class CacheControl:
    """The rules of one stack, and the defaults of the files that no rule matches."""

    def __init__(self, rules: Sequence[FileRule], ttls: Ttls = MANAGED) -> None:
        """Compile ``rules``; ``ttls`` are the edge's.

        Raises:
            PublishError: a pattern matches no file, because it is empty, a comment, negated or invalid.
        """
        self._ttls = ttls
        self._rules = FileRules("publish:cacheControl", rules)

    def values_for(self, paths: Collection[str]) -> dict[str, str]:
        """Return the header of each of a site's ``paths``."""
        own = self._own(paths)
        return {path: final_header(own.get(path), self._ttls) for path in paths}

    def _own(self, paths: Collection[str]) -> dict[str, str]:
        """Return the headers of the paths whose name or whose rule decides it."""
        values = dict.fromkeys(hashed_names(paths), IMMUTABLE)
        if self._rules:
            values.update((path, value) for path in paths if (value := self._rules.value(path)) is not None)
        return values
