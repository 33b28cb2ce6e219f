"""The ignore rules of a distribution folder."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hosting.errors import PublishError
from hosting.formats.gitignore import IgnoreRules

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    "path",
    [
        ".git/config",
        "deep/.git/HEAD",
        ".gitignore",
        ".DS_Store",
        "a/.DS_Store",
        "Thumbs.db",
        "index.html~",
        ".index.html.swp",
        "a/.#index.html",
        "#index.html#",
        ".env",
        ".env.local",
        "._photo.jpg",
        ".publishignore",
    ],
)
def test_files_not_meant_for_visitors_are_ignored(path: str) -> None:
    """Version control, files of desktops and editors, and secrets are not published."""
    assert IgnoreRules.from_lines([]).ignored(path)


@pytest.mark.parametrize(
    "path",
    [".well-known/security.txt", ".nojekyll", "index.html", ".htaccess", "a/.publishignore", "environment.env.js"],
)
def test_other_files_are_published(path: str) -> None:
    """Other names that begin with a dot are published, above all `.well-known`."""
    assert not IgnoreRules.from_lines([]).ignored(path)


def test_settings_override_the_ignore_file_and_the_defaults() -> None:
    """The last pattern that matches decides, in the order: defaults, ignore file, settings."""
    rules = IgnoreRules.from_lines(["!keep.map"], ["*.map", "!.DS_Store"])
    assert rules.ignored("a.map")
    assert not rules.ignored("keep.map")
    assert not rules.ignored(".DS_Store")


def test_no_pattern_publishes_a_file_below_an_ignored_folder() -> None:
    """As in git, `!pattern` has no effect below an ignored folder."""
    assert IgnoreRules.from_lines(["drafts/", "!drafts/good.html"]).ignored("drafts/good.html")
    assert not IgnoreRules.from_lines(["drafts/*", "!drafts/good.html"]).ignored("drafts/good.html")


def test_invalid_pattern_of_the_settings_is_rejected() -> None:
    """The error has the pattern, its key, the reason and the command to type."""
    with pytest.raises(PublishError) as raised:
        IgnoreRules.from_lines(["*.map", "[a"])
    assert str(raised.value) == (
        "The ignore pattern '[a' ('publish:ignore[1]') has a [ without its ]: "
        "pulumi config set --path 'publish:ignore[1]' '<pattern>'"
    )


def test_invalid_line_of_the_ignore_file_is_rejected() -> None:
    """The error has the pattern, and the number of its line in the file."""
    with pytest.raises(PublishError) as raised:
        IgnoreRules.from_lines([], ["# notes", "", "[a"], ignore_file="rules.txt")
    assert str(raised.value) == (
        "The ignore pattern '[a' (line 3 of rules.txt) has a [ without its ]: correct that line"
    )


def test_invalid_line_that_is_not_utf_8_can_be_printed() -> None:
    """A byte that is not UTF-8 is escaped in the error."""
    with pytest.raises(PublishError, match=r"'\[\\udcff' \(line 1 of \.publishignore\)") as raised:
        IgnoreRules.from_lines([], ["[\udcff"])
    assert str(raised.value).isprintable()


def test_ignore_file_is_read_as_git_reads_it(tmp_path: Path) -> None:
    """A byte order mark and Windows line ends change nothing, and a name may have bytes that are not UTF-8."""
    (tmp_path / ".publishignore").write_bytes(b"\xef\xbb\xbf*.map\r\n# note\r\n\r\nb\xff\r\n/drafts/")
    rules = IgnoreRules.from_folder(tmp_path, patterns=["!keep.map"], ignore_file=None)
    assert rules.ignored("a.map")
    assert not rules.ignored("keep.map")
    assert rules.ignored("b\udcff")
    assert rules.ignored("drafts", is_dir=True)


def test_ignore_file_is_never_published(tmp_path: Path) -> None:
    """The ignore file itself is ignored, whatever its name and its patterns."""
    (tmp_path / "rules.txt").write_text("!rules.txt\n")
    rules = IgnoreRules.from_folder(tmp_path, patterns=["!rules.txt"], ignore_file="rules.txt")
    assert rules.ignored("rules.txt")
    assert not rules.ignored("other/rules.txt")


def test_folder_without_an_ignore_file(tmp_path: Path) -> None:
    """Without a `.publishignore`, the defaults and the settings apply."""
    assert IgnoreRules.from_folder(tmp_path, patterns=["*.map"], ignore_file=None).ignored("a.map")


def test_missing_ignore_file_of_the_settings_is_rejected(tmp_path: Path) -> None:
    """A file that `publish:ignoreFile` names has to exist."""
    with pytest.raises(PublishError, match=r"'rules\.txt'.*pulumi config rm publish:ignoreFile"):
        IgnoreRules.from_folder(tmp_path, patterns=[], ignore_file="rules.txt")


def test_unreadable_default_ignore_file_is_rejected(tmp_path: Path) -> None:
    """If a `.publishignore` cannot be read, its files are not published by accident."""
    (tmp_path / ".publishignore").mkdir()
    with pytest.raises(
        PublishError, match=r"'\.publishignore'.*can't be read.*: make it a readable file, or delete it"
    ):
        IgnoreRules.from_folder(tmp_path, patterns=[], ignore_file=None)
