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

    def add_gap(self, what: str, why: str) -> None:
        """Add a part without a counterpart."""
        self.gaps.append(f"{what}: {why}")

    def add_unknown_keys(self, where: str, given: dict[str, Any], known: dict[str, str]) -> None:
        """Add a gap for each key of ``given`` that is not handled elsewhere.

        ``known`` has an empty reason for the handled keys, and the reason of the gap for the others.
        """
        for key in given:
            why = known.get(key, "added by hand, and this program has no setting for it")
            if why:
                self.add_gap(f"{where}{key}", why)


def is_intrinsic(value: object) -> bool:
    """Return whether the value is an intrinsic function of CloudFormation."""
    return isinstance(value, dict) and len(value) == 1 and all(key == "Ref" or key.startswith("Fn::") for key in value)


def section(given: object, *path: str) -> dict[str, Any]:
    """Return the object at ``path``; an empty one if there is no object."""
    for step in path:
        given = given.get(step) if isinstance(given, dict) else None
    return given if isinstance(given, dict) else {}


def objects(given: object) -> list[dict[str, Any]]:
    """Return the objects of a list; a single object is a list of one, as in CloudFormation."""
    listed = given if isinstance(given, list) else [given]
    return [one for one in listed if isinstance(one, dict)]


def texts(given: object) -> list[str]:
    """Return the strings of a list; a single string is a list of one."""
    listed = given if isinstance(given, list) else [given]
    return [one for one in listed if isinstance(one, str)]


def number(given: object) -> object:
    """Return the whole number in ``given`` (``600``, ``"600"``, ``600.0``); else ``given`` unchanged."""
    if not isinstance(given, bool) and _WHOLE_NUMBER.fullmatch(str(given)):
        return int(float(str(given)))
    return given


def boolean(given: object) -> object:
    """Return the boolean in ``given`` (``true``, ``"true"``); else ``given`` unchanged."""
    return {"true": True, "false": False}.get(str(given).lower(), given)
