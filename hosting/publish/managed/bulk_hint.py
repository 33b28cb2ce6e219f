"""A line for sites with many files: how long they take as resources, and how long in bulk mode."""

from __future__ import annotations

_MANY_FILES = 300
# Milliseconds for each file of the first `pulumi up`, and of each later one with its preview; docs/performance.md has
# the measurements with 1,000 files.
_MANAGED_MS = (70, 7)
_BULK_MS = (2, 0.04)


def bulk_mode_hint(file_count: int) -> str | None:
    """Return what bulk mode would save; None for a site with few files."""
    if file_count < _MANY_FILES:
        return None
    first, later = (_seconds(file_count, one) for one in _MANAGED_MS)
    bulk_first, bulk_later = (_seconds(file_count, one) for one in _BULK_MS)
    return (
        f"{file_count} files, each of which is a resource, take {first} of the first pulumi up and {later} of each "
        f"later one. As one resource they take {bulk_first} and {bulk_later}: pulumi config set publish:mode bulk"
    )


def _seconds(file_count: int, milliseconds: float) -> str:
    seconds = file_count * milliseconds / 1000
    return f"about {seconds:.0f} s" if seconds >= 1 else "less than 1 s"
