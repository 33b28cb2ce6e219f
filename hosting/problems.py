"""How a broken setting is told: the key, the rule, the value got, and the command that mends it."""

from __future__ import annotations

import json
import shlex
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from hosting.mending import PLACEHOLDER, Path, around, mended, nearest, path_of
from hosting.section import decoded, settings_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pydantic import BaseModel
    from pydantic_core import ErrorDetails

_LONGEST_VALUE_SHOWN = 200


@dataclass(frozen=True)
class Speaker:
    """Words the problems of one namespace of one stack.

    Attributes:
        stack: the stack, for the commands.
        namespace: such as ``cloudfront``.
        secret_keys: keys of the namespace whose values are never shown.
        originals: what the config has in place of texts that were made of it, such as ``{stack}.example.com``.
    """

    stack: str
    namespace: str
    secret_keys: frozenset[str] = frozenset()
    originals: Mapping[str, str] = field(default_factory=dict)

    def broken(self, path: Path, rule: str, got: object, mend: object = PLACEHOLDER) -> str:
        """Return the sentence for the value ``got`` at ``path`` that breaks ``rule``; ``mend`` is the whole key's."""
        return f"'{self.key(path)}' {rule} (got {self._shown(path, got)}): {self.set(path, mend)}"

    def lacking(self, path: Path, rule: str, mend: object) -> str:
        """Return the sentence for a value that others need beside them, by ``rule``."""
        return f"'{self.key(path)}' {rule}: {self.set(path, mend)}"

    def missing(self, path: Path, mend: object) -> str:
        """Return the sentence for a value that must be there and is not."""
        return f"'{self.key(path)}' is missing: {self.set(path, mend)}"

    def misnamed(self, path: Path, meant: str | None, mend: object) -> str:
        """Return the sentence for a key in a map that is not a setting, and the nearest one that is."""
        guess = f", did you mean '{self.key((*path[:-1], meant))}'? " if meant else ": "
        return f"'{self.key(path)}' is not a setting{guess}{self.set(path, mend)}"

    def unknown(self, key: str, meant: str | None, mend: object) -> str:
        """Return the sentence for a key that is not a setting, and the nearest one that is.

        ``mend`` is the value for that one, None if it has its own already.
        """
        remove = f"pulumi config rm --stack {self.stack} {self.key((key,))}"
        if meant is None:
            return f"'{self.key((key,))}' is not a setting: {remove}"
        said = f"'{self.key((key,))}' is not a setting, did you mean '{self.key((meant,))}'? {remove}"
        if mend is None:
            return said
        return f"{said} && {self.set((meant,), mend, is_secret=key in self.secret_keys)}"

    def key(self, path: Path) -> str:
        """Return a path as `pulumi config set --path` writes it: ``cloudfront:errorResponses[0].errorCode``."""
        first, *rest = path
        steps = [f"[{step}]" if isinstance(step, int) else f".{step}" for step in rest]
        return f"{self.namespace}:{first}{''.join(steps)}"

    def set(self, path: Path, value: object, *, is_secret: bool = False) -> str:
        """Return the command that sets the key of ``path`` to ``value``, which is not shown if it is a secret."""
        key = self.key(path[:1])
        if is_secret or path[0] in self.secret_keys:
            # The CLI asks for it, so that it is in no shell's history.
            return f"pulumi config set --stack {self.stack} --secret {key}"
        text = _as_typed(self._original(value))
        shown = shlex.quote(text)
        # The CLI takes what begins with a dash for one of its flags.
        return f"pulumi config set --stack {self.stack} {key} {'-- ' if text.startswith('-') else ''}{shown}"

    def _original(self, value: object) -> object:
        if isinstance(value, list):
            return [self._original(element) for element in value]
        return self.originals.get(value, value) if isinstance(value, str) else value

    def _shown(self, path: Path, value: object) -> str:
        if path[0] in self.secret_keys:
            return "[secret]"
        text = _as_typed(value) if isinstance(value, dict | list | bool) else str(value)
        return repr(text) if not text.strip() else text[:_LONGEST_VALUE_SHOWN]


def _as_typed(value: object) -> str:
    """Return ``value`` as one types it after `pulumi config set`."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def sentences(
    model: type[BaseModel], errors: Iterable[ErrorDetails], speaker: Speaker, given: Mapping[str, Any]
) -> list[str]:
    """Return one sentence for each of pydantic's ``errors`` about ``given`` as values of ``model``."""
    # What two settings want of a third is one problem.
    return list(dict.fromkeys(_sentence(model, error, speaker, given) for error in errors if not _is_echo(error)))


def _is_echo(error: ErrorDetails) -> bool:
    """Whether a list is called too short only because pydantic left out elements that it has already refused."""
    return error["type"] == "too_short" and bool(error["input"])


def _sentence(model: type[BaseModel], error: ErrorDetails, speaker: Speaker, given: Mapping[str, Any]) -> str:
    context, path = error.get("ctx", {}), path_of(error)
    if error["type"] == "extra_forbidden":
        return _of_unknown(model, path, speaker, given)
    mend = mended(model, given, str(path[0]))
    if error["type"] == "missing":
        return speaker.missing(path, mend)
    if context.get("about"):
        return speaker.lacking(path, _rule(error, context), mend)
    return speaker.broken(path, _rule(error, context), error["input"], mend)


def _of_unknown(model: type[BaseModel], path: Path, speaker: Speaker, given: Mapping[str, Any]) -> str:
    parent, _ = around(model, path)
    key, meant = str(path[0]), nearest(str(path[-1]), settings_of(parent))
    if len(path) > 1:
        return speaker.misnamed(path, meant, mended(model, given, key))
    if meant is None or meant in given:
        return speaker.unknown(key, meant, None)
    return speaker.unknown(key, meant, mended(model, {**given, meant: decoded(model, meant, given[key])}, meant))


def _is_broken_json(value: object) -> bool:
    return isinstance(value, str) and value.lstrip().startswith(("[", "{"))


def _rule(error: ErrorDetails, context: Mapping[str, Any]) -> str:
    """Return the rule in our words; pydantic's own where we have none."""
    words = {
        "rule": "{rule}",
        "greater_than_equal": "must be >= {ge}",
        "less_than_equal": "must be <= {le}",
        "literal_error": "must be {expected}",
        "tuple_type": "must be a list" if not _is_broken_json(error["input"]) else "must be a list, and is broken JSON",
        "model_type": "must be a map",
        "model_attributes_type": "must be a map",
        "too_short": "must have at least {min_length} of them",
        "too_long": "must have at most {max_length} of them",
        "string_too_long": "must have at most {max_length} characters",
    }
    template = words.get(error["type"])
    return template.format(**context) if template else error["msg"]
