"""Messages about invalid settings: the key, the rule, the value given, and the command that fixes it."""

from __future__ import annotations

import json
import re
import shlex
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from hosting.config.suggestions import KeyPath, field_at, is_broken_json, path_of, suggest
from hosting.errors import PLACEHOLDER
from hosting.setting_types import nearest, setting_keys

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from pydantic import BaseModel
    from pydantic_core import ErrorDetails

# Each message about an element repeats the whole list in its command, which fixes the others too.
_MOST_SHOWN = 50
_LONGEST_VALUE_SHOWN = 200
# A longer list is edited in the stack's file: fifty commands with thousands of elements would be megabytes.
_LONGEST_VALUE_TYPED = 2_000
_SHORTEST_SECRET = 4
_QUOTED = re.compile(r"'([^']+)'")
_RULES = {
    "missing": "is missing",
    "greater_than_equal": "must be >= {ge}",
    "less_than_equal": "must be <= {le}",
    "literal_error": "must be {expected}",
    "tuple_type": "must be a list",
    "dict_type": "must be a map",
    "model_type": "must be a map",
    "model_attributes_type": "must be a map",
    "too_short": "must have at least {min_length} element",
    "too_long": "must have at most {max_length} elements",
    "string_too_long": "must have at most {max_length} characters",
}


@dataclass(frozen=True)
class Messages:
    """The messages about one namespace of one stack.

    Attributes:
        stack: the stack, for the commands.
        namespace: such as ``cloudfront``.
        secret_keys: the keys whose values are never shown.
        originals: maps an expanded text to the one in the config, such as ``{stack}.example.com``.
    """

    stack: str
    namespace: str
    secret_keys: frozenset[str] = frozenset()
    originals: Mapping[str, str] = field(default_factory=dict)

    def problem(self, path: KeyPath, rule: str, command: str) -> str:
        """Return the message about the key at ``path``, which breaks ``rule``."""
        return f"'{self.key(path)}' {rule}: {command}"

    def invalid(self, path: KeyPath, rule: str, value: object, command: str) -> str:
        """Return the same with the ``value`` that breaks the rule."""
        return self.problem(path, f"{rule} (got {self._shown(path, value)})", command)

    def key(self, path: KeyPath) -> str:
        """Return a path as `pulumi config set --path` spells it: ``cloudfront:errorResponses[0].errorCode``."""
        first, *rest = path
        steps = [f"[{step}]" if isinstance(step, int) else f".{step}" for step in rest]
        return f"{self.namespace}:{first}{''.join(steps)}"

    def remove(self, path: KeyPath) -> str:
        """Return the command that removes the key of ``path``."""
        return f"pulumi config rm --stack {shlex.quote(self.stack)} {shlex.quote(self.key(path[:1]))}"

    def set(self, path: KeyPath, value: object, *, is_secret: bool = False) -> str:
        """Return the command that sets the key of ``path`` to ``value``; for a secret, the CLI asks for the value."""
        command, key = f"pulumi config set --stack {shlex.quote(self.stack)}", shlex.quote(self.key(path[:1]))
        if is_secret or path[0] in self.secret_keys:
            return f"{command} --secret {key}"
        text = _as_typed(self._original(value))
        if len(text) > _LONGEST_VALUE_TYPED:
            return f"correct it in {shlex.quote(f'Pulumi.{self.stack}.yaml')}"
        # The CLI reads a value that begins with a dash as a flag.
        return f"{command} {key} {'-- ' if text.startswith('-') else ''}{shlex.quote(text)}"

    def _original(self, value: object) -> object:
        if isinstance(value, list):
            return [self._original(element) for element in value]
        return self.originals.get(value, value) if isinstance(value, str) else value

    def _shown(self, path: KeyPath, value: object) -> str:
        if path[0] in self.secret_keys:
            return "[secret]"
        text = _as_typed(value) if isinstance(value, dict | list | bool) else str(value)
        return text[:_LONGEST_VALUE_SHOWN] if text.strip() else repr(text)


def _as_typed(value: object) -> str:
    """Return ``value`` as one types it after `pulumi config set`."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def section_problems(
    model: type[BaseModel], errors: Iterable[ErrorDetails], messages: Messages, given: Mapping[str, Any]
) -> list[str]:
    """Return the messages about pydantic's ``errors`` in ``given``, the values of ``model``."""
    listed = list(errors)
    misspelt = {path_of(error)[:-1] for error in listed if error["type"] == "extra_forbidden"}
    shown = [error for error in listed if not _is_consequence(error, misspelt)][:_MOST_SHOWN]
    secrets = [text for key in messages.secret_keys & given.keys() for text in _texts(given[key])]
    # One for each key, as it may be long.
    commands = {
        key: _command(messages, key, suggest(model, given, key), secrets) for key in dict.fromkeys(map(_key_of, shown))
    }
    found = (_message(model, error, messages, commands[_key_of(error)], secrets) for error in shown)
    # Two settings may require the same of a third.
    return list(dict.fromkeys(found))


def _key_of(error: ErrorDetails) -> str:
    return str(path_of(error)[0])


def _is_consequence(error: ErrorDetails, misspelt: Collection[KeyPath]) -> bool:
    """Return whether an error only follows from another one.

    pydantic counts a list without its invalid elements, and a missing setting may exist under a misspelt name.
    """
    if error["type"] == "too_short":
        return bool(error["input"])
    is_missing = error["type"] == "missing" or bool(error.get("ctx", {}).get("about"))
    return is_missing and path_of(error)[:-1] in misspelt


def _command(messages: Messages, key: str, suggestion: object, secrets: Collection[str]) -> str:
    """Return the command that sets ``key`` to ``suggestion``, in which no secret of another key is shown."""
    is_shown = key in messages.secret_keys or not _has_secret(_as_typed(suggestion), secrets)
    return messages.set((key,), suggestion if is_shown else PLACEHOLDER)


def _message(
    model: type[BaseModel], error: ErrorDetails, messages: Messages, command: str, secrets: Collection[str]
) -> str:
    context, path, is_missing = error.get("ctx", {}), path_of(error), error["type"] == "missing"
    if error["type"] == "extra_forbidden":
        meant = nearest(str(path[-1]), setting_keys(field_at(model, path)[0]))
        rule, is_missing = not_a_setting(messages.key((*path[:-1], meant)) if meant else None), True
    else:
        rule = _rule(error, secrets)
    if context.get("remove"):
        return messages.problem(path, rule, messages.remove(path))
    if is_missing or context.get("about"):
        return messages.problem(path, rule, command)
    return messages.invalid(path, rule, error["input"], command)


def not_a_setting(meant: str | None) -> str:
    """Return the rule that an unknown key breaks; ``meant`` is the nearest known one."""
    return f"is not a setting (did you mean '{meant}'?)" if meant else "is not a setting"


def _rule(error: ErrorDetails, secrets: Collection[str]) -> str:
    """Return the rule that a value breaks; or pydantic's message for a rule without a message here."""
    template = _RULES.get(error["type"])
    if template:
        is_json = error["type"] == "tuple_type" and is_broken_json(error["input"])
        return "must be a list, but is not valid JSON" if is_json else template.format(**error.get("ctx", {}))
    rule = error["msg"]
    quotes_secret = any(part in secret for part in _QUOTED.findall(rule) for secret in secrets)
    return "is invalid; the reason would show a secret" if quotes_secret or _has_secret(rule, secrets) else rule


def _has_secret(text: str, secrets: Collection[str]) -> bool:
    """Return whether a text contains a secret; one of a few letters may be in it by chance."""
    return any(len(secret) >= _SHORTEST_SECRET and secret in text for secret in secrets)


def _texts(value: object) -> Iterator[str]:
    """Yield all texts in a value."""
    if isinstance(value, list | dict):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _texts(inner)
    else:
        yield str(value)
