"""What was found in an Amplify project, in the words of this program's settings."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any

_WHOLE_NUMBER = re.compile(r"\s*-?[0-9]+(\.0+)?\s*")


@dataclass
class Findings:
    """What the mapping came to.

    Attributes:
        values: config key to value, as it would stand in the stack's file.
        sources: config key to where in the Amplify project the value stands.
        gaps: what has no counterpart here, each with why.
        notes: what is worth knowing besides.
    """

    values: dict[str, Any] = field(default_factory=dict)
    sources: dict[str, str] = field(default_factory=dict)
    gaps: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def found(self, key: str, value: object, source: str) -> None:
        """Keep a value; what could not be resolved (an intrinsic of CloudFormation) is a gap instead."""
        if is_intrinsic(value):
            self.gap(
                source, f"its value is computed by CloudFormation ({json.dumps(value)[:80]}): set '{key}' yourself"
            )
            return
        self.values[key] = value
        self.sources[key] = source

    def gap(self, what: str, why: str) -> None:
        """Keep something that has no counterpart."""
        self.gaps.append(f"{what}: {why}")

    def strangers(self, where: str, given: dict[str, Any], known: dict[str, str]) -> None:
        """Report each key of ``given`` that is not handled elsewhere.

        ``known`` has an empty reason for the keys that are handled, and why there is no counterpart for the rest.
        """
        for key in given:
            why = known.get(key, "added by hand, and this program has no setting for it")
            if why:
                self.gap(f"{where}{key}", why)


def is_intrinsic(value: object) -> bool:
    """Whether CloudFormation is to work the value out."""
    return isinstance(value, dict) and len(value) == 1 and all(key == "Ref" or key.startswith("Fn::") for key in value)


def section(given: object, *path: str) -> dict[str, Any]:
    """Return the object at ``path``; an empty one where there is none, or something else."""
    for step in path:
        given = given.get(step) if isinstance(given, dict) else None
    return given if isinstance(given, dict) else {}


def objects(given: object) -> list[dict[str, Any]]:
    """Return the objects of a list; a lone object is a list of one, as CloudFormation takes it."""
    listed = given if isinstance(given, list) else [given]
    return [one for one in listed if isinstance(one, dict)]


def texts(given: object) -> list[str]:
    """Return the strings of a list; a lone string is a list of one."""
    listed = given if isinstance(given, list) else [given]
    return [one for one in listed if isinstance(one, str)]


def number(given: object) -> object:
    """Return the whole number that ``given`` stands for (``600``, ``"600"``, ``600.0``); else ``given`` as it is."""
    if not isinstance(given, bool) and _WHOLE_NUMBER.fullmatch(str(given)):
        return int(float(str(given)))
    return given


def boolean(given: object) -> object:
    """Return the truth value that ``given`` stands for (``true``, ``"true"``); else ``given`` as it is."""
    return {"true": True, "false": False}.get(str(given).lower(), given)
