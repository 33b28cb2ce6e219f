"""Labels of host names, made from the names of stacks and branches."""

from __future__ import annotations

import hashlib
import re

# https://www.rfc-editor.org/rfc/rfc1035#section-2.3.4
LONGEST_LABEL = 63
_DIGITS = 7


def plain_label(text: str) -> str:
    """Return ``text`` in the alphabet of host names: ``feature/Login`` becomes ``feature-login``. It may be empty."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")


def label_of(name: str) -> str:
    """Return the label for a stack's or a branch's name; a longer one ends with a hash. It may be empty."""
    label = plain_label(name)
    if len(label) <= LONGEST_LABEL:
        return label
    digits = hashlib.sha256(label.encode()).hexdigest()[:_DIGITS]
    return f"{label[: LONGEST_LABEL - _DIGITS - 1].strip('-')}-{digits}"
