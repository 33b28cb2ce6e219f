"""How a broken setting is told: the key, the rule, the value got, and the command that mends it."""

from __future__ import annotations

import json
import re
import shlex
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from hosting.config.suggestions import Path, around, mended, path_of
from hosting.errors import PLACEHOLDER
from hosting.setting_types import decoded, nearest, settings_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from pydantic import BaseModel
    from pydantic_core import ErrorDetails

_LONGEST_VALUE_SHOWN = 200
_SHORTEST_SECRET = 4
_QUOTED = re.compile(r"'([^']+)'")


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

    def broken(
        self, path: Path, rule: str, got: object, mend: object = PLACEHOLDER, *, leaves_out: bool = False
    ) -> str:
        """Return the sentence for the value ``got`` at ``path`` that breaks ``rule``.

        ``mend`` is the whole key's; ``leaves_out`` says that it has fewer elements than there were.
        """
        what = "; this leaves something out" if leaves_out else ""
        return f"'{self.key(path)}' {rule} (got {self._shown(path, got)}){what}: {self.set(path, mend)}"

    def lacking(self, path: Path, rule: str, mend: object) -> str:
        """Return the sentence for a value that others need beside them, by ``rule``."""
        return f"'{self.key(path)}' {rule}: {self.set(path, mend)}"

    def missing(self, path: Path, mend: object) -> str:
        """Return the sentence for a value that must be there and is not."""
        return f"'{self.key(path)}' is missing: {self.set(path, mend)}"

    def unwanted(self, path: Path, rule: str) -> str:
        """Return the sentence for a value that has to go, by ``rule``."""
        return f"'{self.key(path)}' {rule}: {self.remove(path)}"

    def misnamed(self, path: Path, meant: str | None, mend: object) -> str:
        """Return the sentence for a key in a map that is not a setting, and the nearest one that is."""
        guess = f", did you mean '{self.key((*path[:-1], meant))}'? " if meant else ": "
        return f"'{self.key(path)}' is not a setting{guess}{self.set(path, mend)}"

    def unknown(self, key: str, meant: str | None, mend: object) -> str:
        """Return the sentence for a key that is not a setting, and the nearest one that is.

        ``mend`` is the value for that one, None if it has its own already.
        """
        remove = self.remove((key,))
        if meant is None:
            return self.unwanted((key,), "is not a setting")
        said = f"'{self.key((key,))}' is not a setting, did you mean '{self.key((meant,))}'? {remove}"
        if mend is None:
            return said
        return f"{said} && {self.set((meant,), mend, is_secret=key in self.secret_keys)}"

    def key(self, path: Path) -> str:
        """Return a path as `pulumi config set --path` writes it: ``cloudfront:errorResponses[0].errorCode``."""
        first, *rest = path
        steps = [f"[{step}]" if isinstance(step, int) else f".{step}" for step in rest]
        return f"{self.namespace}:{first}{''.join(steps)}"

    def remove(self, path: Path) -> str:
        """Return the command that removes the key of ``path``."""
        return f"pulumi config rm --stack {self.stack} {self.key(path[:1])}"

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
        text = _as_typed(value) if isinstance(value, dict | list | bool) else _printable(str(value))
        return repr(text) if not text.strip() else text[:_LONGEST_VALUE_SHOWN]


def _as_typed(value: object) -> str:
    """Return ``value`` as one types it after `pulumi config set`."""
    return _printable(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))


def _printable(text: str) -> str:
    """Return a text with escapes for halves of characters, which no terminal takes."""
    return text.encode("utf-8", "backslashreplace").decode()


def sentences(
    model: type[BaseModel], errors: Iterable[ErrorDetails], speaker: Speaker, given: Mapping[str, Any]
) -> list[str]:
    """Return one sentence for each of pydantic's ``errors`` about ``given`` as values of ``model``."""
    listed = list(errors)
    meant = _meant(model, listed)
    told = (error for error in listed if not _is_echo(error, meant))
    # What two settings want of a third is one problem.
    return list(dict.fromkeys(_sentence(model, error, speaker, given) for error in told))


def _meant(model: type[BaseModel], errors: Iterable[ErrorDetails]) -> set[Path]:
    """Return the settings that are there under another name, as far as can be guessed."""
    misspelt = [path_of(error) for error in errors if error["type"] == "extra_forbidden"]
    return {(*path[:-1], nearest(str(path[-1]), settings_of(around(model, path)[0])) or "") for path in misspelt}


def _is_echo(error: ErrorDetails, meant: Collection[Path]) -> bool:
    """Whether an error is there only because of another one.

    A list is called too short when pydantic left out elements that it has already refused; and a setting is called
    missing when it is there under another name.
    """
    if error["type"] == "too_short":
        return bool(error["input"])
    is_lacking = error["type"] == "missing" or bool(error.get("ctx", {}).get("about"))
    return is_lacking and path_of(error) in meant


def _sentence(model: type[BaseModel], error: ErrorDetails, speaker: Speaker, given: Mapping[str, Any]) -> str:
    context, path = error.get("ctx", {}), path_of(error)
    if error["type"] == "extra_forbidden":
        return _of_unknown(model, path, speaker, given)
    key, secrets = str(path[0]), _secret_texts(speaker, given)
    rule = _hushed(_rule(error, context), secrets)
    if context.get("remove"):
        return speaker.unwanted(path, rule)
    mend = mended(model, given, key)
    if _tells(_as_typed(mend), secrets):
        mend = PLACEHOLDER
    if error["type"] == "missing":
        return speaker.missing(path, mend)
    if context.get("about"):
        return speaker.lacking(path, rule, mend)
    return speaker.broken(path, rule, error["input"], mend, leaves_out=_has_fewer(mend, given.get(key)))


def _has_fewer(mend: object, value: object) -> bool:
    return isinstance(mend, list) and isinstance(value, list) and len(mend) < len(value)


def _secret_texts(speaker: Speaker, given: Mapping[str, Any]) -> list[str]:
    """Return all texts in the values of secret keys."""
    return [text for key in speaker.secret_keys & given.keys() for text in _texts(given[key])]


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, list | dict):
        for each in value.values() if isinstance(value, dict) else value:
            yield from _texts(each)
    else:
        yield str(value)


def _tells(text: str, secrets: Iterable[str]) -> bool:
    """Whether a text has a secret in it; one of a few letters may be in it by chance."""
    return any(len(secret) >= _SHORTEST_SECRET and secret in text for secret in secrets)


def _hushed(rule: str, secrets: Sequence[str]) -> str:
    """Return a rule, or that it can't be told, as it quotes a secret or a part of one."""
    quotes = any(part in secret for part in _QUOTED.findall(rule) for secret in secrets)
    return "does not hold, and why would tell what is secret" if quotes or _tells(rule, secrets) else rule


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
