"""Check the documentation, or with `--write` bring the table of settings up to date."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from tests.documentation import links, settings_table
from tests.repository import REPOSITORY, repository_files

if TYPE_CHECKING:
    from pathlib import Path

SETTINGS = REPOSITORY / "docs/settings.md"
# Pages of the sites that `make sites` builds: their links are for those sites.
_NOT_OURS = ("sites/content/", "sites/projects/")
_SOURCES = (".py", ".yml", ".yaml")
# Their data has paths of imaginary pages.
_TESTS = REPOSITORY / "tests"


def main() -> int:
    """Print each problem, and return an exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.documentation", description=__doc__)
    parser.add_argument("--write", action="store_true", help="write the table of settings into docs/settings.md")
    if parser.parse_args().write:
        SETTINGS.write_text(settings_table.with_table(SETTINGS.read_text(encoding="utf-8")), encoding="utf-8")
    files = _files()
    pages = [file for file in files if file.suffix == ".md"]
    found = [
        *settings_table.problems(SETTINGS),
        *links.problems(REPOSITORY, pages),
        *links.unknown_pages(
            REPOSITORY, [file for file in files if file.suffix in _SOURCES and not file.is_relative_to(_TESTS)]
        ),
    ]
    for problem in found:
        sys.stderr.write(f"{problem}\n")
    sys.stdout.write(f"{len(pages)} pages of documentation, {len(found)} problems\n")
    return 1 if found else 0


def _files() -> list[Path]:
    """Return the repository's files, without those of the sites that `make sites` builds."""
    return [REPOSITORY / name for name in repository_files() if not name.startswith(_NOT_OURS)]


if __name__ == "__main__":
    sys.exit(main())
