"""A worker process: reads jobs from standard input, a list a line, and writes what the files contain."""

from __future__ import annotations

import json
import sys

from hosting.review.examine import Job, Options, examine
from hosting.review.workers import packed


def main() -> None:
    """Answer each line."""
    hosts, *rest = json.loads(sys.stdin.readline())
    options = Options(tuple(hosts), *rest)
    for line in sys.stdin:
        contents = [examine(Job(*job), options) for job in json.loads(line)]
        sys.stdout.write(json.dumps(packed(contents)) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
