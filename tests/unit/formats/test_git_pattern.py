"""Patterns, compared with git itself."""

from __future__ import annotations

import re
from itertools import product
from typing import TYPE_CHECKING

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from hosting.formats import git_pattern
from hosting.formats.git_pattern import GitPattern, subject_of, why_invalid
from hosting.formats.gitignore import IgnoreRules, PatternList
from tests.unit.formats.git_tree import EVERYDAY_FILES, EVERYDAY_LISTS, GitTree, git_version

if TYPE_CHECKING:
    from pathlib import Path

NAMES = ["a", "b", "ab", "a b", "a ", "[a]", "!a", "#a", "a*", "a\\", "é", "A1", "a-b", ".a", "a\nb"]
FOLDERS = ["a", "ab", "a.d", "[a].d", "é.d", "x/a", "x/b", "a.d/b.d", "a.d/x/ab", "x/a/b.d"]
PATHS = [*NAMES, *(f"{folder}/{name}" for folder in FOLDERS for name in NAMES)]
FILES = [path for path in PATHS if not any(other.startswith(f"{path}/") for other in PATHS)]

# Put together, these pieces give every form that gitignore(5) describes.
PIECES = [
    *("a", "b", "ab", ".d", "x", "é", "A", "1", "-", ".", "!", "#", " ", "\t", "\\", "\\ ", "\\*", "\\/"),
    *("/", "/", "/", "a/", "/a", "*", "**", "**/", "/**", "?"),
    *("[", "[a]", "[!a]", "[^a-b]", "[a-]", "[]a]", "[/]", "[z-a]", "[é]", "[\\]a]", "[a\\-z]", "[a-\\c]"),
    *("[[:alpha:]]", "[[:space:]b]", "[[:a]", "[[:]", "[[]", "[[:no:]]"),
]
PATTERNS = st.builds(
    lambda negation, pieces: negation + "".join(pieces),
    st.sampled_from(["", "", "!"]),
    st.lists(st.sampled_from(PIECES), min_size=1, max_size=5),
)
# `**` after a literal start: git before 2.52 compares that start separately, and then takes `**` for a whole name.
# https://github.com/git/git/commit/1940a02dc1
AFTER_LITERAL = re.compile(r"!?+[^*?\[\\]*[^/*?\[\\]\*\*")
IS_FIXED = git_version() >= (2, 52)

# What git 2.52 and later answer for `**` beside other characters: pattern, ignored files, published files.
# The first line is t/t0008-ignores.sh of v2.52.0; the others follow the last rule for `**` in
# https://git-scm.com/docs/gitignore#_pattern_format, and git 2.55.0 answers the same.
STARS_BESIDE_CHARACTERS = [
    ("foo**/bar", ["foo/bar"], ["foobar"]),
    ("foo**/bar", ["foox/bar"], ["foox/y/bar", "foo/x/bar", "bar", "x/foo/bar"]),
    ("/foo**/bar", ["foo/bar", "foox/bar"], ["foobar", "foo/x/bar"]),
    ("foo/b**/c", ["foo/b/c", "foo/bx/c"], ["foo/bc", "foo/b/x/c", "foo/bx/y/c"]),
    ("/foo**", ["foo/bar", "foobar", "foox/y/bar"], ["bar", "x/foo/bar"]),
    ("foo**", ["foo/bar", "foobar", "foox/y/bar", "x/foo/bar"], ["bar"]),
    ("/foo**bar", ["foobar", "fooxbar"], ["foo/bar", "foo/x/bar"]),
    ("foo/**bar", ["foo/bar", "foo/xbar"], ["foo/x/bar", "foobar"]),
    ("foo/**/bar", ["foo/bar", "foo/x/bar", "foo/x/y/bar"], ["foobar", "foox/bar"]),
    ("foo/x**", ["foo/x/bar", "foo/xbar"], ["foo/bar"]),
    ("!foo**/bar", [], ["foo/bar", "foobar"]),
]


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> GitTree:
    """Return a work tree of names with every sign that patterns have."""
    return GitTree(tmp_path_factory.mktemp("tree"), FILES)


@pytest.fixture(scope="module")
def everyday_tree(tmp_path_factory: pytest.TempPathFactory) -> GitTree:
    """Return a work tree like a site's."""
    return GitTree(tmp_path_factory.mktemp("site"), EVERYDAY_FILES)


def ignored_by_rules(tree: GitTree, lines: list[str]) -> set[str]:
    """Return the paths that the rules ignore by ``lines``; git skips the lines that the rules reject."""
    rules = IgnoreRules(line for line in lines if not why_invalid(line))
    return {path for path, is_dir in tree.paths.items() if rules.ignored(path, is_dir=is_dir)}


@settings(max_examples=400, deadline=None)
@given(lines=st.lists(PATTERNS, min_size=1, max_size=4))
def test_random_lists_ignore_what_git_ignores(tree: GitTree, lines: list[str]) -> None:
    """Random lists ignore the same paths as in git, which never matches a pattern that the rules reject."""
    assume(IS_FIXED or not any(AFTER_LITERAL.match(line) for line in lines))
    assert ignored_by_rules(tree, lines) == tree.ignored(lines)


@pytest.mark.parametrize("lines", EVERYDAY_LISTS.values(), ids=EVERYDAY_LISTS)
def test_everyday_lists_ignore_what_git_ignores(everyday_tree: GitTree, lines: list[str]) -> None:
    """Lists as people write them ignore the same files and folders as in git."""
    assert ignored_by_rules(everyday_tree, lines) == everyday_tree.ignored(lines)


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
        ["/x[/]a"],
        ["/x[!a]a", "/x[.-0]b"],
        ["/a?b", "a.d/**"],
        ["x/**\\/b", "**\\/ab"],
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
def test_corner_cases_ignore_what_git_ignores(tree: GitTree, lines: list[str]) -> None:
    """The forms that gitignore(5) describes, and some that it does not, ignore the same paths as in git."""
    assert ignored_by_rules(tree, lines) == tree.ignored(lines)


@pytest.mark.parametrize(("pattern", "ignored", "published"), STARS_BESIDE_CHARACTERS)
def test_stars_beside_characters_do_not_cross_folders(pattern: str, ignored: list[str], published: list[str]) -> None:
    """As in git 2.52 and later, `**` crosses folders only if it is a whole name."""
    rules = IgnoreRules([pattern])
    assert [path for path in [*ignored, *published] if rules.ignored(path)] == ignored


@pytest.mark.skipif(not IS_FIXED, reason="the installed git is older than 2.52")
def test_table_of_stars_is_what_git_answers(tmp_path: Path) -> None:
    """The installed git ignores the files that the table says."""
    tree = GitTree(tmp_path)
    answers = [tree.ignored([pattern], [*some, *others]) for pattern, some, others in STARS_BESIDE_CHARACTERS]
    assert answers == [set(some) for _, some, _ in STARS_BESIDE_CHARACTERS]


@pytest.mark.parametrize("name", sorted(git_pattern._CLASSES))
def test_character_classes_are_those_of_git(tmp_path: Path, name: str) -> None:
    """Each `[:class:]` contains the same ASCII characters as git's."""
    lines = [f"[[:{name}:]]"]
    paths = [f"d/{chr(code)}" for code in range(1, 128) if chr(code) not in "./"]
    rules = IgnoreRules(lines)
    assert {path for path in paths if rules.ignored(path)} == GitTree(tmp_path).ignored(lines, paths)


@pytest.mark.parametrize(("line", "include"), [("a", True), ("!a", False), ("", None), ("# a", None), ("\\#a", True)])
def test_include_says_what_a_line_does(line: str, include: bool | None) -> None:  # noqa: FBT001 - a value of the table
    """A pattern ignores, a pattern with `!` publishes, and an empty line or a comment does neither."""
    assert GitPattern(line).include is include
    assert (GitPattern(line).match_file(subject_of("a", is_dir=False)) is not None) is (line in ("a", "!a"))


def test_kind_is_not_a_slash_at_the_end() -> None:
    """`a/**` matches what is in the folder `a`, and not the folder itself."""
    patterns = PatternList(["a/**"])
    assert patterns.check("a/b", is_dir=True).index == 0
    assert patterns.check("a", is_dir=True).index is None


def test_last_matching_line_decides() -> None:
    """The index is that of the last line that matches, and `include` says whether that line ignores."""
    patterns = PatternList(["*.css", "b*", "!*.css", "# note", "c"])
    results = [patterns.check(path, is_dir=False) for path in ("a.css", "b", "c", "d")]
    assert [(result.index, result.include) for result in results] == [(2, False), (1, True), (4, True), (None, None)]


def test_last_line_decides_whatever_forms_the_lines_have() -> None:
    """Lines with and without a slash, for folders and for both kinds, are compared in the order of the list."""
    lines = ["a", "/a", "a/", "/a/", "!a", "!/a/"]
    for count in range(1, len(lines) + 1):
        assert PatternList(lines[:count]).check("a", is_dir=True).index == count - 1
    assert PatternList(lines[:4]).check("a", is_dir=False).index == 1
    assert PatternList(lines[:4]).check("b/a", is_dir=True).index == 2


def test_lines_are_not_compared_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """One expression for all lines rules out a path that none matches, and one for each form finds the last line."""
    compared: list[str] = []
    monkeypatch.setattr(GitPattern, "match_file", lambda _self, file: compared.append(file))
    patterns = PatternList(["*.map", "/docs/", "!keep.map", "drafts/**"])
    for path in ("index.html", "a/b/app.js", "docs", "a/drafts"):
        assert patterns.check(path, is_dir=False).index is None
    assert patterns.check("a.map", is_dir=False).index == 0
    assert compared == []


@pytest.mark.parametrize(
    "pattern",
    [
        "*a" * 40,
        "a*" * 40 + "b",
        "*?" * 40 + "b",
        "*[!b]" * 40 + "b",
        "**/*a*" * 40,
        "**/a/" * 40 + "b",
        "x/**\\/" * 40 + "b",
    ],
)
def test_many_stars_take_no_longer_than_few(pattern: str) -> None:
    """A pattern with many stars that almost matches a long name is decided at once; backtracking would never end."""
    patterns = PatternList([pattern])
    assert patterns.check("a" * 200 + "c", is_dir=False).index is None
    assert patterns.check("a/" * 100 + "c", is_dir=False).index is None
    assert patterns.check("x/a/" * 100 + "c", is_dir=False).index is None


@pytest.mark.parametrize("form", ["{}{}{}", "{}*{}*{}", "**/{}/**/{}/**/{}"])
def test_wildcards_are_equal_to_the_expressions_that_backtrack(form: str) -> None:
    """A wildcard that stops at its first match finds what one finds that is tried at every length."""
    pieces = ["a", "b", "/", "*", "?", "/**/", "[ab]", "/**\\/"]
    subjects = ["".join(each) for size in range(1, 5) for each in product("ab/", repeat=size)]
    wrong = []
    for each in product(pieces, repeat=3):
        body = git_pattern._translated(form.format(*each))
        # The expressions without atomic groups and with greedy wildcards.
        plain = (
            body.replace("(?>[^/]*?", "(?:[^/]*").replace("(?>.*?", "(?:.*").replace("(?>(?:[^/]*/)*?", "(?:(?:.*/)?")
        )
        first, every = (re.compile(text, re.DOTALL).fullmatch for text in (body, plain))
        wrong += [(each, subject) for subject in subjects if bool(first(subject)) is not bool(every(subject))]
    assert wrong == []


def test_other_backends_of_pathspec_are_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    """An installed google-re2, which pathspec prefers and which rejects a pattern class like this, changes nothing."""
    monkeypatch.setattr("pathspec._backends.agg._BEST_BACKEND", "re2")
    assert PatternList(["a"]).check("a", is_dir=False).include


@pytest.mark.parametrize(
    ("pattern", "reason"),
    [
        ("*.map", None),
        ("[a", "has a [ without its ]"),
        ("[a\\", "has a [ without its ]"),
        ("[[:alpha:", "has a [ without its ]"),
        ("[[:vowel:]]", "has [:vowel:], which is not a class of characters"),
        ("[[:é:]]", "has [:é:], which is not a class of characters"),
        ("a\\", "ends with a backslash that escapes nothing"),
        ("a\\/", "ends with a backslash that escapes nothing"),
        ("a\nb", "contains a line break or a NUL"),
        ("a\0b", "contains a line break or a NUL"),
        ("\ud800", "contains an unpaired surrogate"),
    ],
)
def test_reason_why_a_pattern_can_never_match(pattern: str, reason: str | None) -> None:
    """The reason continues a sentence about the pattern."""
    assert why_invalid(pattern) == reason
