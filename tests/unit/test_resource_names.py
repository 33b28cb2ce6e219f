"""The prefix of a stack's names in AWS."""

from __future__ import annotations

import pytest

from hosting.resource_names import resource_name


@pytest.mark.parametrize(
    ("project", "stack", "name"),
    [
        ("static-site", "dev", "static-site-dev"),
        ("My.Site", "pr_7", "my-site-pr-7"),
        ("a" * 60, "dev", "a" * 48),
        ("a" * 47, "dev", "a" * 47),
        ("_", "prod", "prod"),
        ("_", "_", "site"),
        ("...", "-", "site"),
    ],
)
def test_a_name_has_letters_digits_and_single_hyphens(project: str, stack: str, name: str) -> None:
    """Projects and stacks may have names without any letter or digit, but no resource may have an empty name."""
    assert resource_name(project, stack) == name
