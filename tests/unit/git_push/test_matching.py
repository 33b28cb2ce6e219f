from __future__ import annotations

import pytest

from tests.e2e.git_push.matching import any_matches, deploys, matches

CONNECTED = {
    "sourceContext": {"git": {"branch": "refs/heads/main"}},
    "gitHub": {"deployCommits": True, "paths": ["site/**", "!site/drafts/**"]},
}


@pytest.mark.parametrize(
    ("pattern", "path", "is_match"),
    [
        ("infra/Pulumi.dev.yaml", "infra/Pulumi.dev.yaml", True),
        ("infra/**", "infra/a/b.ts", True),
        ("infra/**", "infra2/a.ts", False),
        ("infra/*", "infra/a/b.ts", False),
        ("*.md", "docs/a.md", False),
        ("**/*.md", "a.md", True),
        ("**/*.md", "docs/deep/a.md", True),
        ("site/{a,b}/?.css", "site/b/x.css", True),
        ("site/{a,b}/?.css", "site/c/x.css", False),
        ("a,b", "a,b", True),
        ("a.b", "axb", False),
    ],
)
def test_globs_match_whole_paths(pattern: str, path: str, is_match: bool) -> None:  # noqa: FBT001 - a table's column
    """A filter is matched against a file's whole path; only `**` goes across folders."""
    assert matches([pattern], path) is is_match


def test_exclude_wins_whatever_the_order() -> None:
    """The example of Pulumi's documentation: a later include brings nothing back."""
    assert not matches(["!foo/**", "foo/bar/**"], "foo/bar/main.ts")
    assert not matches(["foo/bar/**", "!foo/**"], "foo/bar/main.ts")


def test_only_excludes_include_the_rest() -> None:
    """With exclude filters alone every other file is included."""
    assert matches(["!docs/**"], "site/index.html")
    assert not matches(["!docs/**"], "docs/index.md")


def test_one_changed_file_is_enough() -> None:
    """A push deploys when any of its files matches, and always without filters."""
    assert any_matches(["site/**"], ["README.md", "site/index.html"])
    assert not any_matches(["site/**"], ["README.md"])
    assert any_matches([], [])


@pytest.mark.parametrize(
    ("branch", "changed", "is_deployed"),
    [
        ("main", ["site/index.html"], True),
        ("main", ["site/drafts/a.html"], False),
        ("feature", ["site/index.html"], False),
    ],
)
def test_branch_and_paths_decide(branch: str, changed: list[str], is_deployed: bool) -> None:  # noqa: FBT001 - a table's column
    """The connected branch deploys, when what changed matches."""
    assert deploys(CONNECTED, branch, changed) is is_deployed


def test_nothing_connected_deploys_nothing() -> None:
    """Without settings, and with pushes turned off, no push deploys."""
    assert not deploys({}, "", ["a"])
    assert not deploys({**CONNECTED, "gitHub": {"deployCommits": False}}, "main", ["a"])
