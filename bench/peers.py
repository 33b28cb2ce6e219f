"""The tools that we compare with: most from the package registries, in a folder of their own."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

HERE = Path(__file__).resolve().parent
PLACE = HERE.parent / ".sandbox" / "bench"
VENV = HERE.parent / ".sandbox" / "bench-venv"
S3DEPLOY = PLACE / "s3deploy"
HTMLTEST = PLACE / "htmltest"
AWS = VENV / "bin" / "aws"
_PACKAGES = HERE / "requirements.txt"


def available(names: Sequence[str]) -> list[str]:
    """Return the tools without those that a package of the system has and that are not installed, and print why."""
    if "rclone" not in names or shutil.which("rclone"):
        return list(names)
    print("rclone is left out: it is not installed (on Debian: apt-get install rclone)", flush=True)
    return [name for name in names if name != "rclone"]


def install() -> None:
    """Build s3deploy and install the AWS CLI and matplotlib, unless they are there."""
    _build(S3DEPLOY, "github.com/bep/s3deploy/v2")
    if not AWS.exists():
        print("Installing the AWS CLI and matplotlib ...", flush=True)
        subprocess.run([sys.executable, "-m", "venv", str(VENV)], check=True)
        pip = [str(VENV / "bin" / "pip"), "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, "-r", str(_PACKAGES)], check=True)


def install_htmltest() -> None:
    """Build htmltest, unless it is there."""
    _build(HTMLTEST, "github.com/wjdp/htmltest")


def _build(program: Path, package: str) -> None:
    if not program.exists():
        PLACE.mkdir(parents=True, exist_ok=True)
        print(f"Building {program.name} ...", flush=True)
        subprocess.run(["go", "build", "-o", str(program), package], cwd=HERE / program.name, check=True)
