"""Which files live in the prefix that all releases share: those whose names have the form of a hashed one.

The function at the edge has to know that from a request's path alone, also for files of earlier releases. So neither
the other files of a release count here, nor whether the name may be a word: such a file gets no Cache-Control for its
name, and when its content changes, it becomes an exception of the release.
"""

from __future__ import annotations

from functools import lru_cache

from hosting.publish.staging.hashed_names import has_hashed_form

# Which patterns laid a bucket out. Other patterns need another number here: the edge, which knows only the new ones,
# would look for the files of earlier releases in the wrong place.
RULES = 2


@lru_cache(maxsize=1 << 17)
def is_shared(path: str) -> bool:
    """Tell whether the file ``path`` is shared by all releases."""
    # Cached, as a publish asks four times for each path.
    return has_hashed_form(path)
