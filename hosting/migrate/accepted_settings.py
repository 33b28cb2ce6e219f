"""The found settings that are written: those that are valid and differ from the program's defaults."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hosting.config.load import RawConfig, Settings, load_settings
from hosting.errors import ConfigError
from hosting.migrate.findings import ENVIRONMENT

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hosting.migrate.findings import Findings
    from hosting.setting_types import Section

_NAMESPACES = ("website:", "cloudfront:", "publish:", "domain:", "access:", "aws:")
_SECRET = "secret"  # noqa: S105 - stands for a value that is not read
_LONGEST_SHOWN = 200
_KEY = re.compile(r"'(\w+:\w+)")
# A stack without a region gets it from the user's environment. The check needs any region.
_ANY_REGION = {"AWS_REGION": "us-east-1"}


@dataclass(frozen=True)
class AcceptedSettings:
    """The valid settings.

    Attributes:
        written: the settings to write.
        defaults: settings that equal the program's defaults.
    """

    written: dict[str, Any]
    defaults: dict[str, Any]


def accepted_settings(stack: str, findings: Findings, existing: Mapping[str, Any]) -> AcceptedSettings:
    """Return the settings to add to the ``existing`` config; invalid ones become gaps.

    Raises:
        ConfigError: the existing config is invalid.
    """
    values = dict(findings.values)
    settings = _validated(stack, values, existing, findings)
    program_defaults = load_settings(RawConfig(stack, {}), _ANY_REGION)
    defaults = {
        key: value
        for key, value in values.items()
        if key not in existing and not key.startswith("aws:") and _value(settings, key) == _value(program_defaults, key)
    }
    return AcceptedSettings({key: value for key, value in values.items() if key not in defaults}, defaults)


def config_text(value: object) -> str:
    """Return a config value as the engine passes it to the program."""
    return value if isinstance(value, str) else json.dumps(value)


def plain_values(existing: Mapping[str, Any]) -> dict[str, str]:
    """Return the program's own settings in a stack's config as text, without encrypted values."""
    return {
        key: config_text(_without_ciphertext(value))
        for key, value in existing.items()
        if key.startswith(_NAMESPACES) and not _is_encrypted(value)
    }


def _is_encrypted(value: object) -> bool:
    return isinstance(value, dict) and "secure" in value


def _without_ciphertext(value: object) -> object:
    """Return a map of variables with a text in place of each encrypted one."""
    if not isinstance(value, dict):
        return value
    return {name: _SECRET if _is_encrypted(each) else each for name, each in value.items()}


def _validated(stack: str, values: dict[str, Any], existing: Mapping[str, Any], findings: Findings) -> Settings:
    """Remove invalid settings from ``values`` until the rest is valid, and return the settings."""
    encrypted = {key for key, value in existing.items() if _is_encrypted(value) and key.startswith(_NAMESPACES)}
    secret_keys = frozenset({*(key for key in findings.secrets if "." not in key), *encrypted})
    while True:
        raw = {**plain_values(existing), **dict.fromkeys(secret_keys, _SECRET)}
        raw |= {key: config_text(value) for key, value in values.items()}
        try:
            return load_settings(RawConfig(stack, raw, secret_keys), _ANY_REGION)
        except ConfigError as error:
            invalid = {key: problem for problem in error.problems for key in _keys_of(problem, values)}
            if not invalid:
                raise
        for key, problem in invalid.items():
            rule, value = problem.split(": pulumi ")[0], values.pop(key)
            shown = "its values" if key == ENVIRONMENT else config_text(value)[:_LONGEST_SHOWN]
            findings.add_gap(findings.sources[key], f"the program refuses {shown}: {rule}")


def _keys_of(problem: str, values: Mapping[str, Any]) -> list[str]:
    """Return the key that the problem begins with; without such a key, those that its message mentions."""
    match = _KEY.match(problem)
    if match and match[1] in values:
        return [match[1]]
    return [key for key in values if key.partition(":")[2] in problem]


def _value(settings: Settings, key: str) -> object:
    namespace, _, name = key.partition(":")
    section: Section = getattr(settings, namespace)
    return section.model_dump(by_alias=True)[name]
