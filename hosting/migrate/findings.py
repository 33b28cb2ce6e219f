"""The findings in a project: settings of this program, rule files, secrets, gaps and notes."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any

_WHOLE_NUMBER = re.compile(r"\s*-?[0-9]{1,15}(\.0+)?\s*")
_LARGEST = 10**15
ENVIRONMENT = "publish:environment"
# Bundlers put variables with these prefixes into the site, so they are public:
# https://vite.dev/guide/env-and-mode, https://create-react-app.dev/docs/adding-custom-environment-variables,
# https://nextjs.org/docs/app/guides/environment-variables, https://svelte.dev/docs/kit/$env-static-public,
# https://www.gatsbyjs.com/docs/how-to/local-development/environment-variables,
# https://nuxt.com/docs/guide/going-further/runtime-config
_INLINED = ("VITE_", "REACT_APP_", "NEXT_PUBLIC_", "PUBLIC_", "GATSBY_", "NUXT_PUBLIC_")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


@dataclass(frozen=True)
class Secret:
    """A value that is never printed, and only written encrypted.

    Attributes:
        value: the value.
        source: the place of the value in the project.
        read_by: a command that prints the value from that place.
    """

    value: str = field(repr=False)
    source: str
    read_by: str


@dataclass
class Findings:
    """The result of the mapping.

    Attributes:
        values: the settings: config key to value.
        sources: config key to the place of its value in the project.
        gaps: parts without a counterpart, each with the reason.
        notes: further information for the user.
        guesses: sentences about values that no file has.
        files: rule files in the program's folder: name to text.
        secrets: config key to secret; a variable's key is ``publish:environment.<name>``.
        commands: commands for the user, by the title above them.
    """

    values: dict[str, Any] = field(default_factory=dict)
    sources: dict[str, str] = field(default_factory=dict)
    gaps: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    guesses: list[str] = field(default_factory=list)
    files: dict[str, str] = field(default_factory=dict)
    secrets: dict[str, Secret] = field(default_factory=dict)
    commands: dict[str, list[str]] = field(default_factory=dict)

    def add_setting(self, key: str, value: object, source: str) -> None:
        """Add a setting; an unresolved intrinsic function of CloudFormation is added as a gap."""
        if is_intrinsic(value):
            self.add_gap(
                source, f"its value is computed by CloudFormation ({json.dumps(value)[:80]}): set '{key}' yourself"
            )
            return
        self.values[key] = value
        self.sources[key] = source

    def add_variable(self, name: str, value: str, source: str, read_by: str) -> None:
        """Add a variable of the build; it is a secret unless its prefix says that bundlers inline it."""
        if not _VARIABLE.fullmatch(name):
            self.add_gap(f"{source} {name}", "no shell has a variable of that name: rename it")
        elif name.startswith(_INLINED):
            self.add_plain_variable(name, value, source)
        else:
            self.add_secret(f"{ENVIRONMENT}.{name}", value, f"{source} {name}", read_by)

    def add_plain_variable(self, name: str, value: str, source: str) -> None:
        """Add a variable that is not a secret, such as the branch's name."""
        self.add_setting(ENVIRONMENT, {**self.values.get(ENVIRONMENT, {}), name: value}, source)

    def add_secret(self, key: str, value: str, source: str, read_by: str) -> None:
        """Add a secret; ``read_by`` is a command that prints it from its source."""
        self.secrets[key] = Secret(value, source, read_by)

    def add_file(self, key: str, name: str, text: str, source: str) -> None:
        """Add a rule file in the program's folder, and the setting that names it."""
        self.files[name] = text
        self.add_setting(key, name, source)

    def add_gap(self, part: str, reason: str) -> None:
        """Add a part without a counterpart."""
        self.gaps.append(f"{part}: {reason}")

    def add_unknown_keys(self, prefix: str, value: dict[str, Any], reasons: dict[str, str]) -> None:
        """Add a gap for each key of ``value`` that is not handled elsewhere.

        ``reasons`` has an empty reason for the handled keys, and the reason of the gap for the others.
        """
        for key in value:
            reason = reasons.get(key, "this program has no setting for it")
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
    is_number = isinstance(value, int | float | str) and not isinstance(value, bool)
    # Python does not write an integer of thousands of digits as text.
    if is_number and not (isinstance(value, int) and abs(value) > _LARGEST) and _WHOLE_NUMBER.fullmatch(str(value)):
        return int(float(str(value)))
    return value


def boolean(value: object) -> object:
    """Return the boolean in ``value`` (``true``, ``"true"``); else ``value`` unchanged."""
    return {"true": True, "false": False}.get(str(value).lower(), value)
