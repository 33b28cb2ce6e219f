"""The entry point of ``python -m hosting.review``."""

from __future__ import annotations

import sys

from hosting.review.cli import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
