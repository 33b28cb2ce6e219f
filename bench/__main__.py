"""`make bench`: measure, print a table, and write it with a plot to bench/results/."""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import subprocess
import tempfile
from collections import defaultdict
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from bench import peers, tree
from bench.latency import delayed_endpoint
from bench.tools import Command, Pulumi, Staging
from sandbox import lifecycle
from sandbox.environment import Home, endpoint_variables
from tests.e2e.harness import Sandbox

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from bench.measure import Measured
    from bench.tools import Tool

_RESULTS = peers.HERE / "results"
_BULK = "pulumi up, bulk"
_MANAGED = "pulumi up, managed"
_BARE = "bare synced folder"
_PEER = "s3deploy"
_SYNC = "aws s3 sync"
_RCLONE = "rclone"
_STAGING = "staging + hashing"
_TOOLS = (_BULK, _MANAGED, _BARE, _PEER, _SYNC, _RCLONE, _STAGING)
# Each file is a resource in managed mode: 3,000 take seven minutes, so beyond this there is nothing to learn.
_MOST_MANAGED = 1_000
_STEPS = ("create", "unchanged", "one changed")


@dataclass(frozen=True)
class Case:
    """One tree.

    Attributes:
        files: how many.
        size: bytes of each, None for mixed sizes.
    """

    files: int
    size: int | None = None

    @property
    def name(self) -> str:
        """What the table calls it."""
        return f"{self.files:,} files" + (f" of {self.size // 1_000_000} MB" if self.size else "")


def main() -> None:
    """Measure what the arguments ask for."""
    chosen = _arguments()
    peers.install()
    tools = peers.available(chosen.only)
    cases = [Case(count) for count in chosen.files] + ([] if chosen.no_large else [Case(500, 1_000_000)])
    found: dict[str, list[dict[str, float]]] = defaultdict(list)
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        home = Home(Path(folder) / "home")
        # As on a user's machine, where Python keeps what it has compiled, whatever the machine of the measurement does.
        env = {name: value for name, value in lifecycle.start(home).items() if name != "PYTHONDONTWRITEBYTECODE"}
        try:
            with delayed_endpoint(env["AWS_ENDPOINT_URL"], chosen.latency) as endpoint:
                sandbox = Sandbox(home, {**env, **endpoint_variables(endpoint)})
                for case in cases:
                    names = _names(case, tools, managed=not chosen.no_managed)
                    for key, row in _measured(case, names, chosen.repetitions, sandbox, Path(folder)):
                        found[key].append(row)
        finally:
            lifecycle.down(home)
    print(f"\nLatency of each round trip to the cloud: {chosen.latency} ms")
    _report(found)


def _arguments() -> argparse.Namespace:
    """Return the arguments of the command line."""
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("--files", type=int, nargs="*", default=[100, 1_000, 10_000], help="sizes of the trees")
    parser.add_argument("--repetitions", type=int, default=3)
    parser.add_argument("--no-large", action="store_true", help="without the run of 500 files of 1 MB")
    parser.add_argument("--no-managed", action="store_true", help="without managed mode, which takes minutes")
    parser.add_argument(
        "--only", nargs="*", default=_TOOLS, choices=_TOOLS, metavar="TOOL", help="of these tools alone"
    )
    parser.add_argument(
        "--latency",
        type=int,
        default=30,
        help="milliseconds for each round trip to the cloud, for all tools; 0 for none",
    )
    return parser.parse_args()


def _names(case: Case, only: Sequence[str], *, managed: bool) -> list[str]:
    """Return the names of the tools that publish a tree."""
    small = managed and case.files <= _MOST_MANAGED and not case.size
    return [name for name in only if small or name not in (_MANAGED, _BARE)]


def _measured(
    case: Case, names: Sequence[str], repetitions: int, sandbox: Sandbox, place: Path
) -> Iterator[tuple[str, dict[str, float]]]:
    """Yield each figure, by tree, tool and step, as soon as it is there."""
    folder = place / f"tree-{case.files}-{case.size or 'mixed'}"
    tree.make(folder, case.files, case.size)
    makers = _makers(sandbox, place, folder)
    for repetition in range(repetitions):
        for name in names:
            tool = makers[name]()
            for step in _STEPS:
                if step == "one changed":
                    tree.change_one(tool.tree, f"{name} {repetition}")
                one = tool.publish()
                yield f"{case.name}|{name}|{step}", _row(one)
                memory = one.python or one.memory
                print(f"{case.name:<22} {name:<20} {step:<12} {one.seconds:7.2f} s {memory:6.0f} MB", flush=True)
            tool.end()
    shutil.rmtree(folder)


def _makers(sandbox: Sandbox, place: Path, folder: Path) -> dict[str, Callable[[], Tool]]:
    return {
        **{name: partial(Pulumi, name, sandbox, place, folder) for name in (_BULK, _MANAGED, _BARE)},
        **{name: partial(Command, name, sandbox, folder) for name in (_PEER, _SYNC, _RCLONE)},
        _STAGING: partial(Staging, sandbox, place, folder),
    }


def _row(one: Measured) -> dict[str, float]:
    return {"seconds": one.seconds, "memory": one.memory, "python": one.python}


def _report(found: dict[str, list[dict[str, float]]]) -> None:
    _RESULTS.mkdir(exist_ok=True)
    (_RESULTS / "results.json").write_text(json.dumps(found, indent=1))
    table = _table(found)
    (_RESULTS / "table.md").write_text(table)
    print(f"\n{table}")
    plot = [peers.VENV / "bin" / "python", peers.HERE / "plot.py", _RESULTS / "results.json", _RESULTS / "plot.png"]
    subprocess.run(plot, check=True)
    print(f"Written to {_RESULTS}")


def _table(found: dict[str, list[dict[str, float]]]) -> str:
    lines = [
        f"| tree | tool | create | unchanged | one changed | create, to {_PEER} | memory |",
        "|---|---|---:|---:|---:|---:|---:|",
    ]
    for pair in dict.fromkeys(key.rpartition("|")[0] for key in found):
        case, _, name = pair.partition("|")
        create, same, one = (_median(found[f"{pair}|{step}"], "seconds") for step in _STEPS)
        peers_rows = found.get(f"{case}|{_PEER}|create")
        ratio = f"{create / _median(peers_rows, 'seconds'):.1f}" if peers_rows else "-"
        memory = max(row["python"] or row["memory"] for step in _STEPS for row in found[f"{pair}|{step}"])
        lines.append(f"| {case} | {name} | {create:.2f} s | {same:.2f} s | {one:.2f} s | {ratio} | {memory:.0f} MB |")
    return "\n".join(lines) + "\n"


def _median(rows: Sequence[dict[str, float]], name: str) -> float:
    return statistics.median(row[name] for row in rows)


if __name__ == "__main__":
    main()
