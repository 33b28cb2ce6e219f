"""The tree that every tool publishes: files of mixed sizes, the same at every run."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

# As web sites have them: many small pages and scripts, some images.
_SIZES = (400, 1_200, 2_500, 4_000, 8_000, 15_000, 40_000)
_KINDS = ("html", "html", "css", "js", "svg", "json", "png")


def make(folder: Path, count: int, size: int | None = None) -> None:
    """Write ``count`` files, of ``size`` bytes each or of mixed sizes."""
    chance = random.Random(count)  # noqa: S311 - the same tree every time
    folder.mkdir(parents=True)
    (folder / "index.html").write_text("<h1>first page</h1>")
    for number in range(count - 1):
        place = folder / f"section-{number % 97}"
        place.mkdir(exist_ok=True)
        kind = _KINDS[number % len(_KINDS)]
        (place / f"file-{number}.{kind}").write_bytes(chance.randbytes(size or chance.choice(_SIZES)))


def change_one(folder: Path, version: str) -> None:
    """Give one file another content, as a build tool would: a new file in its place."""
    file = next(folder.rglob("section-0/file-0.html"))
    file.unlink()
    file.write_text(f"changed {version}")
