"""The findings in an Amplify project: settings of this program, gaps and notes."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any

_WHOLE_NUMBER = re.compile(r"\s*-?[0-9]+(\.0+)?\s*")


@dataclass
class Findings:
    """The result of the mapping.

    Attributes:
        values: the settings: config key to value.
        sources: config key to the place of its value in the Amplify project.
        gaps: parts without a counterpart, each with the reason.
        notes: further information for the user.
    """

    values: dict[str, Any] = field(default_factory=dict)
    sources: dict[str, str] = field(default_factory=dict)
    gaps: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def add_setting(self, key: str, value: object, source: str) -> None:
        """Add a setting; an unresolved intrinsic function of CloudFormation is added as a gap."""
        if is_intrinsic(value):
            self.add_gap(
                source, f"its value is computed by CloudFormation ({json.dumps(value)[:80]}): set '{key}' yourself"
            )
            return
        self.values[key] = value
        self.sources[key] = source

    def add_gap(self, part: str, reason: str) -> None:
        """Add a part without a counterpart."""
        self.gaps.append(f"{part}: {reason}")

    def add_unknown_keys(self, prefix: str, value: dict[str, Any], reasons: dict[str, str]) -> None:
        """Add a gap for each key of ``value`` that is not handled elsewhere.

        ``reasons`` has an empty reason for the handled keys, and the reason of the gap for the others.
        """
        for key in value:
            reason = reasons.get(key, "added by hand, and this program has no setting for it")
            if reason:
                self.add_gap(f"{prefix}{key}", reason)


def is_intrinsic(value: object) -> bool:
    """Return whether the value is an intrinsic function of CloudFormation."""
    return isinstance(value, dict) and len(value) == 1 and all(key == "Ref" or key.startswith("Fn::") for key in value)


def section(value: object, *path: str) -> dict[str, Any]:
    """Return the object at ``path``; an empty one if there is no object."""
    for step in path:
        value = value.get(step) if isinstance(value, dict) else None
    return value if isinstance(value, dict) else {}


def objects(value: object) -> list[dict[str, Any]]:
    """Return the objects of a list; a single object is a list of one, as in CloudFormation."""
    listed = value if isinstance(value, list) else [value]
    return [item for item in listed if isinstance(item, dict)]


def texts(value: object) -> list[str]:
    """Return the strings of a list; a single string is a list of one."""
    listed = value if isinstance(value, list) else [value]
    return [item for item in listed if isinstance(item, str)]


def number(value: object) -> object:
    """Return the whole number in ``value`` (``600``, ``"600"``, ``600.0``); else ``value`` unchanged."""
    if not isinstance(value, bool) and _WHOLE_NUMBER.fullmatch(str(value)):
        return int(float(str(value)))
    return value


def boolean(value: object) -> object:
    """Return the boolean in ``value`` (``true``, ``"true"``); else ``value`` unchanged."""
    return {"true": True, "false": False}.get(str(value).lower(), value)
