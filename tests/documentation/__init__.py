"""Checks of the documentation: `python -m tests.documentation`, a part of `make check`."""
