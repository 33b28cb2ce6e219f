"""The rules that choose files by gitignore patterns: the CPU that they take, and whether they are git's.

The second table compares pathspec's own class for ignore files with git too: docs/decisions/own-pattern-class.md.
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from pathspec import GitIgnoreSpec

from hosting.formats.gitignore import IgnoreRules, PatternList
from tests.unit.formats.git_tree import EVERYDAY_FILES, EVERYDAY_LISTS, GitTree, git_version

if TYPE_CHECKING:
    from collections.abc import Callable

_FILES = 10_000
_RUNS = 9
_MOST_MS = 100
# Thirty lines as sites have them; one file in ten is ignored, and so is everything in one folder.
_LINES = (
    *("*.map", "*.log", "*.bak", "*.orig", "*.psd", "*.sketch", "*.tsbuildinfo", "*.test.js", "*.spec.ts", "*.[oa]"),
    *("drafts/", "coverage/", "thumbs/", "node_modules/", "/temp/", "/private/**", "/docs/*.md", "!/docs/index.md"),
    *("**/__tests__/**", "/assets/**/raw/", "/build/**/*.d.ts", "cache-*", "!cache-keep", "LICENSE*", "README*"),
    *("*.txt", "!robots.txt", "*.yml", "[Mm]akefile", "/section-96/"),
)
_KINDS = ("html", "css", "js", "html", "svg", "json", "png", "html", "js", "js.map")
_PATHS = [f"section-{number % 97}/page-{number}.{_KINDS[number % len(_KINDS)]}" for number in range(_FILES)]


def main() -> None:
    """Print both tables."""
    print(f"{'rules':44} CPU for {_FILES:,} files (goal: at most {_MOST_MS} ms)")
    _print_time(f"{len(_LINES)} lines of an ignore file", _ignore)
    _print_time("30 Cache-Control rules, one for each file", _rule_of_each)
    _print_time("the same 30 lines in GitIgnoreSpec", _library)
    with tempfile.TemporaryDirectory() as folder:
        _print_differences(GitTree(Path(folder) / "site", EVERYDAY_FILES))


def _ignore() -> int:
    rules = IgnoreRules.from_lines(_LINES)
    return sum(rules.ignored(path) for path in _PATHS)


def _rule_of_each() -> int:
    patterns = [f"*.{kind}" for kind in dict.fromkeys(_KINDS)]
    patterns += [f"/folder-{number}/*" for number in range(30 - len(patterns))]
    rules = PatternList(patterns)
    return sum(rules.check(path, is_dir=False).index is not None for path in _PATHS)


def _library() -> int:
    spec = GitIgnoreSpec.from_lines(_LINES, backend="simple")
    return sum(spec.match_file(path) for path in _PATHS)


def _print_time(name: str, work: Callable[[], int]) -> None:
    times = []
    for _ in range(_RUNS):
        started = time.process_time()
        work()
        times.append(1000 * (time.process_time() - started))
    print(f"{name:44} {min(times):6.0f} ms")


def _print_differences(tree: GitTree) -> None:
    version = ".".join(map(str, git_version()))
    print(f"\n{'everyday lists that ignore other paths than':44} git {version}, of {len(EVERYDAY_LISTS)} lists")
    for name, ignored in (
        ("hosting", _of_rules),
        ("GitIgnoreSpec, path by path", _of_library_by_path),
        ("GitIgnoreSpec, folder by folder", _of_library_by_level),
    ):
        wrong = [key for key, lines in EVERYDAY_LISTS.items() if ignored(tree, lines) != tree.ignored(lines)]
        print(f"{name:44} {len(wrong)} {'; '.join(wrong)}")


def _of_rules(tree: GitTree, lines: list[str]) -> set[str]:
    rules = IgnoreRules(lines)
    return {path for path, is_dir in tree.paths.items() if rules.ignored(path, is_dir=is_dir)}


def _of_library_by_path(tree: GitTree, lines: list[str]) -> set[str]:
    spec = GitIgnoreSpec.from_lines(lines, backend="simple")
    return {path for path, is_dir in tree.paths.items() if spec.match_file(path + "/" * is_dir)}


def _of_library_by_level(tree: GitTree, lines: list[str]) -> set[str]:
    """Return what is ignored if a folder that the library ignores is not entered."""
    matched = _of_library_by_path(tree, lines)
    return {path for path in tree.paths if path in matched or any(path.startswith(f"{one}/") for one in matched)}


if __name__ == "__main__":
    main()
