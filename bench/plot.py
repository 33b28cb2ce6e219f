"""Draws the results; run by the bench's own Python, which has matplotlib."""

from __future__ import annotations

import json
import statistics
import sys
from collections import defaultdict
from pathlib import Path

import matplotlib as mpl

mpl.use("Agg")

from matplotlib import pyplot as plt

STEPS = ("create", "unchanged", "one changed")


def main(results: Path, picture: Path) -> None:
    """Draw seconds over files, both logarithmic, one line a tool, one field a step."""
    lines: dict[tuple[str, str], list[tuple[int, float]]] = defaultdict(list)
    for key, rows in json.loads(results.read_text()).items():
        case, name, step = key.split("|")
        if " of " in case:
            continue
        files = int(case.split()[0].replace(",", ""))
        lines[step, name].append((files, statistics.median(row["seconds"] for row in rows)))
    figure, fields = plt.subplots(1, len(STEPS), figsize=(15, 5), sharey=True)
    for field, step in zip(fields, STEPS, strict=True):
        for (of_step, name), points in lines.items():
            if of_step == step:
                field.plot(*zip(*sorted(points), strict=True), marker="o", label=name)
        field.set(title=step, xscale="log", yscale="log", xlabel="files")
        field.grid(visible=True, which="both", alpha=0.3)
    fields[0].set_ylabel("seconds, whole process")
    fields[0].legend()
    figure.tight_layout()
    figure.savefig(picture, dpi=120)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
