"""Which of the found values are written: those that the program takes, and that it would not have by itself."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hosting.config.load import RawConfig, Settings, load_settings
from hosting.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hosting.migrate.findings import Findings
    from hosting.setting_types import Section

_NAMESPACES = ("website:", "cloudfront:", "publish:", "domain:", "aws:")
_KEY = re.compile(r"'(\w+:\w+)")
# Where the stack's file has no region, the user's environment has it: here only the rest is asked about.
_SOME_REGION = {"AWS_REGION": "us-east-1"}


@dataclass(frozen=True)
class Settled:
    """What comes of the found values.

    Attributes:
        written: the keys to set.
        same: found keys that have the program's default.
    """

    written: dict[str, Any]
    same: dict[str, Any]


def settle(stack: str, findings: Findings, existing: Mapping[str, Any]) -> Settled:
    """Return what to write beside the ``existing`` config; what the program refuses becomes a gap.

    Raises:
        ConfigError: the existing config is invalid by itself.
    """
    values = dict(findings.values)
    settings = _accepted(stack, values, existing, findings)
    defaults = load_settings(RawConfig(stack, {}), _SOME_REGION)
    same = {
        key: value
        for key, value in values.items()
        if key not in existing and not key.startswith("aws:") and _part(settings, key) == _part(defaults, key)
    }
    return Settled({key: value for key, value in values.items() if key not in same}, same)


def as_text(value: object) -> str:
    """Return a config value as the engine hands it to the program."""
    return value if isinstance(value, str) else json.dumps(value)


def readable(existing: Mapping[str, Any]) -> dict[str, str]:
    """Return the program's own keys of a stack's config as text, without the encrypted ones."""
    return {
        key: as_text(value)
        for key, value in existing.items()
        if key.startswith(_NAMESPACES) and not (isinstance(value, dict) and "secure" in value)
    }


def _accepted(stack: str, values: dict[str, Any], existing: Mapping[str, Any], findings: Findings) -> Settings:
    """Take out of ``values`` what the program refuses, until it refuses nothing."""
    while True:
        raw = {**readable(existing), **{key: as_text(value) for key, value in values.items()}}
        try:
            return load_settings(RawConfig(stack, raw), _SOME_REGION)
        except ConfigError as error:
            blamed = {key: problem for problem in error.problems for key in _blamed(problem, values)}
            if not blamed:
                raise
        for key, problem in blamed.items():
            rule = problem.split(": pulumi ")[0]
            findings.gap(findings.sources[key], f"the program refuses {as_text(values.pop(key))}: {rule}")


def _blamed(problem: str, values: Mapping[str, Any]) -> list[str]:
    """Return the found key that the problem is about; where that is none of them, those that it mentions."""
    match = _KEY.match(problem)
    if match and match[1] in values:
        return [match[1]]
    return [key for key in values if key.partition(":")[2] in problem]


def _part(settings: Settings, key: str) -> object:
    namespace, _, name = key.partition(":")
    section: Section = getattr(settings, namespace)
    return section.model_dump(by_alias=True)[name]
