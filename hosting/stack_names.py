"""The name of a branch's stack, which is the same wherever the program names it."""

from __future__ import annotations

import re

# https://www.pulumi.com/docs/iac/concepts/stacks/#create-stack
_MAX_LENGTH = 100


def stack_name_of(branch: str) -> str:
    """Return the stack's name: ``feature/Login page`` -> ``feature-login-page``; empty without a letter or digit."""
    return re.sub(r"[^a-z0-9._-]+", "-", branch.lower())[:_MAX_LENGTH].strip("-._")
