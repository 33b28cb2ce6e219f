"""Which files live in the prefix that all releases share: the fingerprinted ones.

The edge has to tell them from the others by a request's path alone, of files of earlier releases too, so
`release.js` says in JavaScript what `hosting.publish.fingerprint` says in Python; a test holds the two together.
"""

from __future__ import annotations

from functools import lru_cache

from hosting.publish.fingerprint import is_fingerprinted

# Which rules laid a bucket out. A change of the rules needs another number here: the files of releases that were laid
# out by others are not where the edge, which knows the new ones, would look for them.
RULES = 1


@lru_cache(maxsize=1 << 17)
def is_shared(path: str) -> bool:
    """Tell whether the file ``path`` is shared by all releases."""
    # Remembered, as a publish asks four times for each path: 0.2 s of 10,000 files.
    return is_fingerprinted(path)
