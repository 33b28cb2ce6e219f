"""The repository, for tests and checks that read or copy its files."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

REPOSITORY = Path(__file__).resolve().parents[1]


def repository_files(folder: str = ".") -> list[str]:
    """Return the sorted paths of the files in ``folder`` that git tracks, or would track."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z", "--", folder]
    listed = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=True)
    names = sorted(set(filter(None, listed.stdout.split("\0"))))
    # A file that was deleted, but not from git's index, is listed too.
    return [name for name in names if (REPOSITORY / name).is_file()]


def copy_files(names: Iterable[str], target: Path) -> None:
    """Copy files of the repository to the same paths below ``target``."""
    for name in names:
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(REPOSITORY / name, target / name)


def build_wheel(target: Path) -> Path:
    """Build the package's wheel into ``target``, and return its path."""
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(target), str(REPOSITORY)]
    subprocess.run(command, check=True, capture_output=True)
    (wheel,) = target.glob("*.whl")
    return wheel
