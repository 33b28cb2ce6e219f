"""``python -m hosting.verify``."""

import sys

from hosting.verify.cli import main

sys.exit(main(sys.argv[1:]))
