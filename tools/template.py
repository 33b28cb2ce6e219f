"""Write a template for `pulumi new` that needs no git host: template/, with the wheel in it as its requirement."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[1]


def write_template(target: Path, wheel: Path) -> None:
    """Copy template/ to ``target``, which must not exist, with ``wheel`` as its requirement."""
    shutil.copytree(REPOSITORY / "template", target)
    wheels = target / "wheels"
    wheels.mkdir()
    shutil.copy(wheel, wheels)
    (target / "requirements.txt").write_text(f"./wheels/{wheel.name}\n")


if __name__ == "__main__":
    write_template(Path(sys.argv[1]), Path(sys.argv[2]))
