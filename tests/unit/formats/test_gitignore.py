"""Ignore rules, held against git itself."""

from __future__ import annotations

import re
import subprocess
from typing import TYPE_CHECKING

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from hosting.errors import PublishError
from hosting.formats import wildmatch
from hosting.formats.gitignore import IgnoreRules
from hosting.formats.wildmatch import why_invalid

if TYPE_CHECKING:
    from pathlib import Path

NAMES = ["a", "b", "ab", "a b", "a ", "[a]", "!a", "#a", "a*", "a\\", "é", "A1", "a-b", ".a"]
FOLDERS = ["a", "ab", "a.d", "[a].d", "é.d", "x/a", "x/b", "a.d/b.d", "a.d/x/ab", "x/a/b.d"]
FILES = [*(name for name in NAMES if name not in ("a", "ab")), *(f"{f}/{n}" for f in FOLDERS for n in NAMES)]

# Pieces that patterns are made of; put together they give every form that gitignore(5) describes.
PIECES = [
    *("a", "b", "ab", ".d", "x", "é", "A", "1", "-", ".", "!", "#", " ", "\t", "\\", "\\ ", "\\*", "\\/"),
    *("/", "/", "/", "a/", "/a", "*", "**", "**/", "/**", "?"),
    *("[", "[a]", "[!a]", "[^a-b]", "[a-]", "[]a]", "[/]", "[z-a]", "[é]", "[\\]a]", "[a\\-z]", "[a-\\c]"),
    *("[[:alpha:]]", "[[:space:]b]", "[[:a]", "[[:]", "[[]", "[[:no:]]"),
]
# `foo**/bar` matches `foobar` in git before 2.52.
GLUED = re.compile(r"[^/]\*\*")
PATTERNS = st.builds(
    lambda negation, pieces: negation + "".join(pieces),
    st.sampled_from(["", "", "!"]),
    st.lists(st.sampled_from(PIECES), min_size=1, max_size=5),
)


class GitTree:
    """A git work tree with a file or folder for each path that is asked about."""

    def __init__(self, root: Path) -> None:
        self.root = root
        subprocess.run(["git", "init", "-q", str(root)], check=True)
        for folder in FOLDERS:
            (root / folder).mkdir(parents=True, exist_ok=True)
        files = [path for path in FILES if not (root / path).is_dir()]
        for path in files:
            (root / path).touch()
        folders = sorted(str(path.relative_to(root)) for path in root.rglob("*") if path.is_dir())
        self.paths = dict.fromkeys(files, False) | {path: True for path in folders if path.split("/")[0] != ".git"}

    def ignored(self, lines: list[str]) -> set[str]:
        """Return what git ignores by these lines."""
        (self.root / ".git/info/exclude").write_bytes("".join(f"{line}\n" for line in lines).encode())
        asked = "".join(f"{path}\0" for path in self.paths).encode()
        command = ["git", "-C", str(self.root), "check-ignore", "--stdin", "-z"]
        said = subprocess.run(command, input=asked, capture_output=True, check=False)
        # 1 is git's way to say: none of them
        assert said.returncode in (0, 1)
        return set(said.stdout.decode().split("\0")[:-1])


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> GitTree:
    """One work tree for all patterns."""
    return GitTree(tmp_path_factory.mktemp("tree"))


def ours(tree: GitTree, lines: list[str]) -> set[str]:
    """Return what we ignore by these lines; git passes over in silence what we refuse."""
    rules = IgnoreRules(pattern for line in lines if not why_invalid(line) and (pattern := wildmatch.parse(line)))
    return {path for path, is_dir in tree.paths.items() if rules.ignored(path, is_dir=is_dir)}


def is_fixed() -> bool:
    """Whether the installed git is 2.52 or later."""
    version = subprocess.run(["git", "--version"], capture_output=True, text=True, check=True).stdout
    return [*map(int, re.findall(r"\d+", version)[:2])] >= [2, 52]


@settings(max_examples=400, deadline=None)
@given(lines=st.lists(PATTERNS, min_size=1, max_size=4))
def test_any_patterns_mean_what_git_says(tree: GitTree, lines: list[str]) -> None:
    """Whatever the lines, the same paths are ignored as by git; a refused pattern never matched there."""
    assume(is_fixed() or not any(GLUED.search(line) for line in lines))
    assert ours(tree, lines) == tree.ignored(lines)


@pytest.mark.parametrize(
    "lines",
    [
        ["a"],
        ["/a"],
        ["a/"],
        ["a.d/b.d"],
        ["**/b"],
        ["a.d/**"],
        ["a.d/**/ab"],
        ["a**b"],
        ["*", "!a.d", "!ab"],
        ["*", "!*/"],
        ["/*", "!/x"],
        ["x/*", "!x/b"],
        ["x/", "!x/b"],
        ["a", "!a", "a"],
        ["a "],
        ["a\\ "],
        ["a\t"],
        ["\\#a"],
        ["\\!a"],
        ["# a", "#a"],
        ["\\[a\\]"],
        ["[[]a]"],
        ["a\\\\"],
        ["a\\*"],
        ["[[:upper:]]*"],
        ["[!a]*"],
        ["é"],
        ["??"],
        ["/"],
        ["!"],
        ["//a"],
        [""],
        ["a\r"],
    ],
    ids=repr,
)
def test_known_corners_mean_what_git_says(tree: GitTree, lines: list[str]) -> None:
    """The forms that gitignore(5) describes, and those that it doesn't."""
    assert ours(tree, lines) == tree.ignored(lines)


@pytest.mark.parametrize(
    ("pattern", "ignored"),
    [
        ("foo**/bar", {"foo/bar", "foox/bar"}),
        ("/foo**/bar", {"foo/bar", "foox/bar"}),
        ("foo/**/bar", {"foo/bar", "foo/x/bar"}),
        ("foo**", {"foo/bar", "foo/x/bar", "foobar", "foox/bar", "foox/y/bar"}),
    ],
)
def test_two_stars_after_a_name_are_one(pattern: str, ignored: set[str]) -> None:
    """As in git 2.52 and later, `**` crosses folders only if it is a whole name."""
    rules = IgnoreRules.from_lines([pattern])
    paths = {"foo/bar", "foobar", "foox/bar", "foox/y/bar", "foo/x/bar", "bar"}
    assert {path for path in paths if rules.ignored(path)} == ignored


@pytest.mark.parametrize("name", sorted(name.decode() for name in wildmatch._CLASSES))
def test_classes_of_characters_are_those_of_git(tmp_path: Path, name: str) -> None:
    """Each `[:class:]` holds the same ASCII characters as git's."""
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    (tmp_path / ".git/info/exclude").write_text(f"[[:{name}:]]\n")
    asked = [f"d/{chr(code)}" for code in range(1, 128) if chr(code) not in "./"]
    command = ["git", "-C", str(tmp_path), "check-ignore", "--stdin", "-z"]
    said = subprocess.run(command, input="\0".join(asked).encode(), capture_output=True, check=False).stdout
    rules = IgnoreRules(filter(None, [wildmatch.parse(f"[[:{name}:]]")]))
    assert [path for path in asked if rules.ignored(path)] == said.decode().split("\0")[:-1]


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
def test_never_meant_for_visitors(path: str) -> None:
    """Version control, leftovers of desktops and editors, and secrets are not published."""
    assert IgnoreRules.from_lines([]).ignored(path)


@pytest.mark.parametrize(
    "path",
    [".well-known/security.txt", ".nojekyll", "index.html", ".htaccess", "a/.publishignore", "environment.env.js"],
)
def test_all_else_is_published(path: str) -> None:
    """Other dotfiles are published, `.well-known` first of all."""
    assert not IgnoreRules.from_lines([]).ignored(path)


def test_settings_win_over_the_file_and_the_file_over_the_defaults() -> None:
    """The last pattern that matches decides, in the order: defaults, ignore file, settings."""
    rules = IgnoreRules.from_lines(["!keep.map"], ["*.map", "!.DS_Store"])
    assert rules.ignored("a.map")
    assert not rules.ignored("keep.map")
    assert not rules.ignored(".DS_Store")


def test_nothing_comes_back_from_an_ignored_folder() -> None:
    """As in git, a file can't be re-included when a folder around it is ignored."""
    assert IgnoreRules.from_lines(["drafts/", "!drafts/good.html"]).ignored("drafts/good.html")
    assert not IgnoreRules.from_lines(["drafts/*", "!drafts/good.html"]).ignored("drafts/good.html")


@pytest.mark.parametrize(
    ("pattern", "reason"),
    [
        ("[a", r"has a \[ without its \]"),
        ("[a\\", r"has a \[ without its \]"),
        ("[[:alpha:", r"has a \[ without its \]"),
        ("[[:vowel:]]", r"has \[:vowel:\], which is not a class"),
        ("a\\", "escapes nothing"),
        ("a\\/", "escapes nothing"),
        ("a\nb", "line break"),
    ],
)
def test_pattern_that_can_never_match_is_refused(pattern: str, reason: str) -> None:
    """A pattern that git would pass over in silence is an error that names it, its key and the command."""
    with pytest.raises(PublishError, match=rf"\('publish:ignore\[1\]'\).*{reason}.*pulumi config set --path"):
        IgnoreRules.from_lines(["*.map", pattern])


def test_broken_line_of_the_file_is_named_by_number() -> None:
    """A pattern of the ignore file is found again by its line."""
    with pytest.raises(PublishError, match=r"'\[a' \(line 3 of \.publishignore\)"):
        IgnoreRules.from_lines([], ["# notes", "", "[a"])


def test_why_invalid() -> None:
    """The reason alone, for those who word their own message."""
    assert why_invalid("*.map") is None
    assert why_invalid("[a") == "has a [ without its ]"


def test_ignore_file_is_read_as_git_does(tmp_path: Path) -> None:
    """A byte order mark and Windows line ends don't matter, nor does a name that is not UTF-8."""
    (tmp_path / ".publishignore").write_bytes(b"\xef\xbb\xbf*.map\r\n# note\r\n\r\nb\xff\r\n/drafts/")
    rules = IgnoreRules.from_folder(tmp_path, patterns=["!keep.map"], ignore_file=None)
    assert rules.ignored("a.map")
    assert not rules.ignored("keep.map")
    assert rules.ignored("b\udcff")
    assert rules.ignored("drafts", is_dir=True)


def test_ignore_file_is_never_published(tmp_path: Path) -> None:
    """The file in use stays behind, whatever its name and whatever it says."""
    (tmp_path / "rules.txt").write_text("!rules.txt\n")
    rules = IgnoreRules.from_folder(tmp_path, patterns=["!rules.txt"], ignore_file="rules.txt")
    assert rules.ignored("rules.txt")
    assert not rules.ignored("other/rules.txt")


def test_no_ignore_file_is_fine(tmp_path: Path) -> None:
    """Without a `.publishignore` the settings and defaults hold."""
    assert IgnoreRules.from_folder(tmp_path, patterns=["*.map"], ignore_file=None).ignored("a.map")


def test_missing_ignore_file_that_was_asked_for_is_refused(tmp_path: Path) -> None:
    """A file that `publish:ignoreFile` names has to be there."""
    with pytest.raises(PublishError, match=r"'rules\.txt'.*pulumi config rm publish:ignoreFile"):
        IgnoreRules.from_folder(tmp_path, patterns=[], ignore_file="rules.txt")


def test_unreadable_default_ignore_file_is_refused(tmp_path: Path) -> None:
    """A `.publishignore` that can't be read must not publish what it would have kept back."""
    (tmp_path / ".publishignore").mkdir()
    with pytest.raises(PublishError, match=r"'\.publishignore'.*can't be read"):
        IgnoreRules.from_folder(tmp_path, patterns=[], ignore_file=None)
