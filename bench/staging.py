"""Stages the folder `site` of the working directory once, and writes down how many seconds that took."""

from __future__ import annotations

import sys
import time
from pathlib import Path

from hosting.build import Run
from hosting.config.load import RawConfig, load_settings
from hosting.prepare import prepare


def main(result: Path) -> None:
    """Stage, and write the seconds to ``result``."""
    settings = load_settings(RawConfig("prod", {"publish:mode": "bulk"}), {"AWS_REGION": "us-east-1"})
    started = time.perf_counter()
    prepare("site", settings, Run(Path.cwd(), preview=False, say=lambda _: None))
    result.write_text(str(time.perf_counter() - started))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
