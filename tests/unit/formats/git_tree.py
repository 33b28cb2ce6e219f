"""A git work tree that answers which paths git ignores, and lists of lines as sites have them."""

from __future__ import annotations

import os
import re
import subprocess
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

# Folders and files of a site as a generator leaves them, with what is left over from its build.
EVERYDAY_FILES = (
    *("index.html", "404.html", "robots.txt", "app.js", "app.js.map", "app.test.js", "README.md", "Makefile"),
    *("assets/app.3f2a9c1b.js", "assets/app.3f2a9c1b.js.map", "assets/img/logo.svg", "assets/img/raw/logo.psd"),
    *(
        "assets/img/raw/photo.jpg",
        "assets/fonts/a.woff2",
        "docs/index.html",
        "docs/guide/index.html",
        "docs/guide/a.md",
    ),
    *("docs/guide/draft.md", "docs/api/v1/index.html", "docs/api/v2/index.html", "docs/api/v2/internal/keys.html"),
    *("drafts/post.md", "drafts/keep/post.md", "blog/drafts/post.md", "blog/2024/post.html", "blog/2024/build/x.html"),
    *("build/out.js", "build/keep/out.js", "src/build/out.js", "node_modules/a/index.js", "node_modules/a/README.md"),
    *("packages/web/node_modules/b/index.js", "packages/web/dist/web.js", "logs/a.log", "logs/2024/b.log", "error.log"),
    *(".well-known/security.txt", ".env", ".env.local", "config/.env", "secret", "a b.txt", "#notes.txt", "!important"),
    *("foo/bar", "foobar", "foox/bar", "foo/x/bar", "image1.png", "image2.png", "imageA.png", "tmp", "blog/tmp/a.txt"),
)

# What people write into ignore files, by what it is about.
EVERYDAY_LISTS = {
    "extension": ["*.map"],
    "two extensions": ["*.map", "*.log"],
    "name": ["node_modules"],
    "folder by name": ["node_modules/"],
    "folder of the root": ["/build/"],
    "folder of the root by name": ["/build"],
    "file of the root": ["/README.md"],
    "path": ["docs/guide/draft.md"],
    "name at any depth": ["**/drafts"],
    "name at any depth, with a slash": ["**/build/"],
    "content of a folder": ["build/*"],
    "all content of a folder": ["build/**"],
    "all content at any depth": ["**/build/**"],
    "folders between": ["docs/**/index.html"],
    "all but one extension": ["*", "!*.html"],
    "all but one extension, in every folder": ["*", "!*/", "!*.html"],
    "all but one folder": ["/*", "!/docs"],
    "all but one folder, with a slash": ["/*", "!/docs/"],
    "all but one path": ["/*", "!/docs", "/docs/*", "!/docs/guide"],
    "all content but one folder": ["build/*", "!build/keep/"],
    "all content at any depth but one folder": ["build/**", "!build/keep/"],
    "all content but what is in one folder": ["build/**", "!build/keep/**"],
    "file below an ignored folder": ["drafts/", "!drafts/keep/post.md"],
    "file below ignored content": ["drafts/*", "!drafts/keep", "!drafts/keep/post.md"],
    "logs but one": ["*.log", "!error.log"],
    "logs, one folder of them again": ["logs/**", "!logs/2024"],
    "secrets": [".env", ".env.*"],
    "dotfiles but one": [".*", "!.well-known"],
    "any case": ["[Rr][Ee][Aa][Dd][Mm][Ee]*"],
    "numbers": ["image[0-9].png"],
    "all but numbers": ["image[!0-9].png"],
    "one character": ["image?.png"],
    "names with signs": ["\\#notes.txt", "\\!important"],
    "comment and empty line": ["# build", "", "/build/"],
    "name with a space": ["a b.txt"],
    "trailing space": ["*.map "],
    "Windows line ends": ["*.map\r", "/build/\r"],
    "tests": ["*.test.js", "**/__tests__/"],
    "all of a folder's kind": ["assets/**/raw/*.psd"],
    "star in a path": ["docs/*/v1"],
    "star for a folder": ["*/drafts/"],
    "version folders": ["docs/api/v[0-9]/"],
    "overlapping rules": ["docs/", "!docs/", "docs/api/"],
    "same rule twice": ["*.md", "!README.md", "*.md"],
    "everything": ["**"],
    "every folder": ["*/"],
    "file that is no folder": ["tmp/"],
    "leading and double star": ["/**/post.md"],
}


class GitTree:
    """A git work tree with a file or a folder for each path.

    Attributes:
        paths: each path below the root, and whether it is a folder.
    """

    def __init__(self, root: Path, files: Iterable[str] = ()) -> None:
        self.root = root
        _git("init", "-q", str(root))
        for file in files:
            (root / file).parent.mkdir(parents=True, exist_ok=True)
            (root / file).touch()
        found = (path for path in sorted(root.rglob("*")) if path.relative_to(root).parts[0] != ".git")
        self.paths = {str(path.relative_to(root)): path.is_dir() for path in found}

    def ignored(self, lines: Iterable[str], paths: Iterable[str] | None = None) -> set[str]:
        """Return those of ``paths``, by default of the tree's, that git ignores by ``lines``."""
        exclude = self.root / ".git/info/exclude"
        exclude.parent.mkdir(exist_ok=True)
        exclude.write_bytes("".join(f"{line}\n" for line in lines).encode())
        asked = "".join(f"{path}\0" for path in (self.paths if paths is None else paths))
        return set(_git("-C", str(self.root), "check-ignore", "--stdin", "-z", stdin=asked).split("\0")[:-1])


def git_version() -> tuple[int, ...]:
    """Return the first two numbers of the installed git's version."""
    return tuple(int(number) for number in re.findall(r"\d+", _git("--version"))[:2])


def _git(*arguments: str, stdin: str = "") -> str:
    """Return git's output; git reads neither the caller's settings nor the caller's own ignore file."""
    env = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    env |= {"GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull}
    command = ["git", "-c", f"core.excludesFile={os.devnull}", *arguments]
    answer = subprocess.run(command, input=stdin.encode(), capture_output=True, check=False, env=env)
    # `git check-ignore` exits with 1 if it ignores none of the paths.
    assert answer.returncode in (0, 1), answer.stderr
    return answer.stdout.decode()
