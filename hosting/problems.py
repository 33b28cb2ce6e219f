"""How a broken setting is told: the key, the rule, the value got, and the command that mends it."""

from __future__ import annotations

import difflib
import json
import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, get_origin

from pydantic import BaseModel
from pydantic.alias_generators import to_camel

from hosting.section import field_named, settings_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pydantic.fields import FieldInfo
    from pydantic_core import ErrorDetails

_LONGEST_VALUE_SHOWN = 200


@dataclass(frozen=True)
class Mend:
    """What to set so that a setting holds.

    Attributes:
        path: the key, step by step.
        value: what to set it to; None where there is no better guess than a placeholder, or removing it.
    """

    path: tuple[str | int, ...]
    value: object


@dataclass(frozen=True)
class Speaker:
    """Words the problems of one namespace of one stack.

    Attributes:
        stack: the stack, for the commands.
        namespace: such as ``cloudfront``.
        secret_keys: keys of the namespace whose values are never shown.
    """

    stack: str
    namespace: str
    secret_keys: frozenset[str] = frozenset()

    def broken(self, path: tuple[str | int, ...], rule: str, got: object, mend: Mend | None = None) -> str:
        """Return the sentence for the value ``got`` at ``path`` that breaks ``rule``."""
        return f"'{self.key(path)}' {rule} (got {self._shown(path, got)}): {self._set(mend or Mend(path, None))}"

    def lacking(self, path: tuple[str | int, ...], rule: str, mend: Mend) -> str:
        """Return the sentence for a value that others need beside them, by ``rule``."""
        return f"'{self.key(path)}' {rule}: {self._set(mend)}"

    def missing(self, path: tuple[str | int, ...], mend: Mend) -> str:
        """Return the sentence for a value that must be there and is not."""
        return f"'{self.key(path)}' is missing: {self._set(mend)}"

    def unknown(self, path: tuple[str | int, ...], known: Iterable[str], got: object) -> str:
        """Return the sentence for a key that is not a setting, with the nearest one that is."""
        remove = f"pulumi config rm --stack {self.stack} {self._quoted(path)}"
        near = difflib.get_close_matches(str(path[-1]), list(known), n=1, cutoff=0.5)
        if not near:
            return f"'{self.key(path)}' is not a setting: {remove}"
        meant = (*path[:-1], near[0])
        value = None if self.secret_keys & {path[0], near[0]} else got
        return (
            f"'{self.key(path)}' is not a setting, did you mean '{self.key(meant)}'? "
            f"{remove} && {self._set(Mend(meant, value))}"
        )

    def key(self, path: tuple[str | int, ...]) -> str:
        """Return a path as `pulumi config set --path` writes it: ``cloudfront:errorResponses[0].errorCode``."""
        first, *rest = path
        steps = [f"[{step}]" if isinstance(step, int) else f".{step}" for step in rest]
        return f"{self.namespace}:{first}{''.join(steps)}"

    def _set(self, mend: Mend) -> str:
        path, value = mend.path, mend.value
        if value is None and isinstance(path[-1], int):
            return f"pulumi config rm --stack {self.stack} {self._quoted(path)}"
        secret = "--secret " if path[0] in self.secret_keys else ""
        shown = "<value>" if value is None else shlex.quote(_as_typed(value))
        return f"pulumi config set --stack {self.stack} {secret}{self._quoted(path)} {shown}"

    def _quoted(self, path: tuple[str | int, ...]) -> str:
        key = self.key(path)
        return key if len(path) == 1 else f"--path {shlex.quote(key)}"

    def _shown(self, path: tuple[str | int, ...], value: object) -> str:
        if path[0] in self.secret_keys:
            return "[secret]"
        text = _as_typed(value) if isinstance(value, dict | list | bool) else str(value)
        return repr(text) if not text.strip() else text[:_LONGEST_VALUE_SHOWN]


def _as_typed(value: object) -> str:
    """Return ``value`` as one types it after `pulumi config set`."""
    return value if isinstance(value, str) else json.dumps(value)


def sentences(model: type[BaseModel], errors: Iterable[ErrorDetails], speaker: Speaker) -> list[str]:
    """Return one sentence for each of pydantic's ``errors`` about ``model``."""
    return [_sentence(model, error, speaker) for error in errors if not _is_echo(error)]


def _is_echo(error: ErrorDetails) -> bool:
    """Whether a list is called too short only because pydantic left out elements that it has already refused."""
    return error["type"] == "too_short" and bool(error["input"])


def _sentence(model: type[BaseModel], error: ErrorDetails, speaker: Speaker) -> str:
    context = error.get("ctx", {})
    location = (*error["loc"], context["mend_key"]) if context.get("mend_key") else error["loc"]
    if error["type"] == "extra_forbidden":
        parent, _ = _around(model, location)
        return speaker.unknown(location, settings_of(parent), error["input"])
    # pydantic names a default's field as Python does.
    path = tuple(to_camel(step) if isinstance(step, str) else step for step in location)
    _, field = _around(model, path)
    mend = _mend(path, field, context.get("mend"))
    if error["type"] == "missing":
        return speaker.missing(path, mend)
    if context.get("mend_key"):
        return speaker.lacking(path, _rule(error, context), mend)
    return speaker.broken(path, _rule(error, context), error["input"], mend)


def _mend(path: tuple[str | int, ...], field: FieldInfo | None, value: object) -> Mend:
    """Return what to set, and to what: ``value``, else the field's example, which for a list is one element."""
    if field is None or value is not None:
        return Mend(path, value)
    example = field.examples[0] if field.examples else None
    if get_origin(field.annotation) is not tuple:
        return Mend(path, example)
    if isinstance(path[-1], int):
        return Mend(path, None if isinstance(example, dict) else example)
    # A whole list can be set as JSON at the top; inside of another value only element by element.
    return Mend(path, [example]) if len(path) == 1 else Mend((*path, 0), example)


def _rule(error: ErrorDetails, context: Mapping[str, Any]) -> str:
    """Return the rule in our words; pydantic's own where we have none."""
    words = {
        "rule": "{rule}",
        "greater_than_equal": "must be >= {ge}",
        "less_than_equal": "must be <= {le}",
        "literal_error": "must be {expected}",
        "tuple_type": "must be a list",
        "model_type": "must be a map",
        "model_attributes_type": "must be a map",
        "too_short": "must have at least {min_length} of them",
        "too_long": "must have at most {max_length} of them",
        "string_too_long": "must have at most {max_length} characters",
    }
    template = words.get(error["type"])
    return template.format(**context) if template else error["msg"]


def _around(model: type[BaseModel], path: tuple[str | int, ...]) -> tuple[type[BaseModel], FieldInfo | None]:
    """Return the model that holds the last named key of ``path``, and that key's field (None: there is none)."""
    named = [step for step in path if isinstance(step, str)]
    for step in named[:-1]:
        field = field_named(model, step)
        model = (_model_in(field.annotation) if field else None) or model
    return model, field_named(model, named[-1])


def _model_in(annotation: Any) -> type[BaseModel] | None:  # noqa: ANN401 - an annotation may be anything
    """Return the model that ``annotation`` is, or holds as a tuple's element."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for argument in getattr(annotation, "__args__", ()):
        found = _model_in(argument)
        if found:
            return found
    return None
