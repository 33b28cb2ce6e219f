"""The hint to bulk mode."""

from __future__ import annotations

from hosting.publish.managed.bulk_hint import bulk_mode_hint


def test_from_300_files_on_the_hint_has_the_times_of_both_modes() -> None:
    """Each file of managed mode is a resource, which takes time at each `pulumi up`."""
    assert bulk_mode_hint(299) is None
    hint = bulk_mode_hint(1000) or ""
    assert "1000 files" in hint
    assert "about 70 s of the first pulumi up and about 7 s of each later one" in hint
    assert "about 2 s and less than 1 s: pulumi config set publish:mode bulk" in hint
