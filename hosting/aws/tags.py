"""The default tags of a stack, where a resource has to change with them."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hosting.aws.settings import AwsSettings

_DIGITS = 7


def tags_digest(settings: AwsSettings) -> str:
    """Return hexadecimal digits that other values of `aws:defaultTags` change; empty without it."""
    tags = settings.values.get("defaultTags")
    return hashlib.sha256(json.dumps(tags, sort_keys=True).encode()).hexdigest()[:_DIGITS] if tags else ""
