"""``python -m hosting.migrate PATH``."""

import sys

from hosting.migrate.cli import main

sys.exit(main(sys.argv[1:]))
