"""The tools that we compare with, from the package registries, in a place of their own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
PLACE = HERE.parent / ".sandbox" / "bench"
VENV = HERE.parent / ".sandbox" / "bench-venv"
S3DEPLOY = PLACE / "s3deploy"
AWS = VENV / "bin" / "aws"
_PACKAGES = HERE / "requirements.txt"


def install() -> None:
    """Build s3deploy and install the AWS CLI and matplotlib, unless they are there."""
    PLACE.mkdir(parents=True, exist_ok=True)
    if not S3DEPLOY.exists():
        print("Building s3deploy ...", flush=True)
        command = ["go", "build", "-o", str(S3DEPLOY), "github.com/bep/s3deploy/v2"]
        subprocess.run(command, cwd=HERE / "s3deploy", check=True)
    if not AWS.exists():
        print("Installing the AWS CLI and matplotlib ...", flush=True)
        subprocess.run([sys.executable, "-m", "venv", str(VENV)], check=True)
        pip = [str(VENV / "bin" / "pip"), "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, "-r", str(_PACKAGES)], check=True)
