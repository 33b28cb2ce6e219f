"""Types and rules that the settings of all namespaces share, and how `pulumi config set` stores their values."""

from __future__ import annotations

import difflib
import json
import re
from functools import lru_cache
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias, get_args, get_origin

from pydantic import BaseModel, BeforeValidator, ConfigDict
from pydantic.alias_generators import to_camel
from pydantic_core import PydanticCustomError

from hosting.errors import PLACEHOLDER

if TYPE_CHECKING:
    from collections.abc import Iterable

# No setting has more digits, and Python refuses to read thousands of them.
_INTEGER = re.compile(r"-?[0-9]{1,18}")
# In UTF-8 at most 128,000 bytes. Linux takes at most 131,071 in one argument, such as the build command:
# https://man7.org/linux/man-pages/man2/execve.2.html
_LONGEST_TEXT = 32_000
# YAML has other words for both.
_MEANT_BOOLEANS = {
    **dict.fromkeys(("true", "yes", "y", "on", "1"), True),
    **dict.fromkeys(("false", "no", "n", "off", "0"), False),
}
_SIMILARITY = 0.5
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


class Section(BaseModel):
    """A frozen group of settings; keys are camelCase in the config and snake_case in Python."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        alias_generator=to_camel,
        validate_default=True,
        hide_input_in_errors=True,
    )


def broken_rule(
    rule: str, *, suggestion: object = None, about: str | None = None, remove: bool = False
) -> PydanticCustomError:
    """Return the error of a value that breaks ``rule``, such as ``must be <= defaultTtl``.

    A rule between settings belongs to the last of them: `ValidationInfo.data` has the valid ones before it. A rule of
    the whole model would only be checked once all of its settings are valid.

    Args:
        rule: follows the key in the message.
        suggestion: a valid value, for the command in the message; without one, the field's example is suggested.
        about: the key of the other setting, if the rule concerns one.
        remove: whether the setting has to be removed.
    """
    context = {"rule": rule, "suggestion": suggestion, "about": about, "remove": remove}
    return PydanticCustomError("rule", "{rule}", context)


def check_both_or_neither(keys: tuple[str, str], values: tuple[object, object]) -> None:
    """Refuse one of two settings without the other.

    Raises:
        PydanticCustomError: one of ``values`` is None, and the other is not.
    """
    if (values[0] is None) != (values[1] is None):
        given, missing = keys if values[1] is None else reversed(keys)
        raise broken_rule(f"is required if {given} is set", about=missing)


def _integer(value: object) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, str) and _INTEGER.fullmatch(value):
        return int(value)
    raise broken_rule("must be a whole number")


def _boolean(value: object) -> bool:
    if isinstance(value, bool):
        return value
    if value in ("true", "false"):
        return value == "true"
    raise broken_rule("must be true or false", suggestion=_MEANT_BOOLEANS.get(str(value).lower()))


def _text(value: object) -> str:
    """Return a string; `pulumi config set --path` stores those that look like a number or boolean as such."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return str(value)
    if not isinstance(value, str):
        raise broken_rule("must be a string")
    if not value.strip():
        raise broken_rule("must not be empty")
    if PLACEHOLDER in value:
        raise broken_rule(f"still contains the placeholder {PLACEHOLDER}")
    if len(value) > _LONGEST_TEXT:
        raise broken_rule(f"must have at most {_LONGEST_TEXT} characters")
    return value


def _variables(value: object) -> object:
    """Return a map of environment variables, with numbers and booleans as text."""
    if not isinstance(value, dict):
        raise broken_rule("must be a map of variables")
    if not all(_VARIABLE.fullmatch(name) for name in value):
        raise broken_rule("must have variable names of letters, digits and '_', without a digit in front")
    if any(isinstance(each, dict | list) or each is None for each in value.values()):
        raise broken_rule("must have a text for each variable")
    return {name: each if isinstance(each, str) else json.dumps(each) for name, each in value.items()}


Integer: TypeAlias = Annotated[int, BeforeValidator(_integer)]
Boolean: TypeAlias = Annotated[bool, BeforeValidator(_boolean)]
Text: TypeAlias = Annotated[str, BeforeValidator(_text)]
Variables: TypeAlias = Annotated[dict[str, str], BeforeValidator(_variables)]


def field_named(model: type[BaseModel], key: str) -> Any:  # noqa: ANN401 - pydantic's FieldInfo, or None
    """Return the model's field whose config key is ``key``, or None."""
    fields = model.model_fields.items()
    return next((field for name, field in fields if key == (field.alias or to_camel(name))), None)


def setting_keys(model: type[BaseModel]) -> list[str]:
    """Return the config keys of a model."""
    return [field.alias or to_camel(name) for name, field in model.model_fields.items()]


def nearest(name: str, known: Iterable[str]) -> str | None:
    """Return the one of ``known`` that is most like ``name``; None if none of them is similar."""
    return _nearest(name, tuple(known))


@lru_cache(maxsize=1000)
def _nearest(name: str, known: tuple[str, ...]) -> str | None:
    """As ``nearest``; thousands of rules may have the same misspelt keys."""
    near = difflib.get_close_matches(name, known, n=1, cutoff=_SIMILARITY)
    return near[0] if near else None


def decoded(model: type[BaseModel], key: str, text: str) -> Any:  # noqa: ANN401 - whatever JSON holds
    """Return the list or map that ``text`` holds as JSON; any other text as it is, for the model to validate.

    The JSON of a setting that is neither is decoded too: `pulumi config set --path` makes such values by mistake, and
    nobody means the JSON itself.
    """
    field = field_named(model, key)
    if field is None or not (_is_collection(field.annotation) or text.startswith(("[", "{"))):
        return text
    try:
        # NaN and Infinity are Python's own additions.
        return json.loads(text, parse_constant=_refuse)
    except (ValueError, RecursionError):
        return text


def _refuse(constant: str) -> Any:  # noqa: ANN401 - as json.loads wants it
    raise ValueError(constant)


def _is_collection(annotation: object) -> bool:
    """Return whether values of this type are lists or maps; an optional type is one of its arguments or None."""
    if get_origin(annotation) in (tuple, dict):
        return True
    is_map = isinstance(annotation, type) and issubclass(annotation, Section)
    return is_map or any(_is_collection(option) for option in get_args(annotation))
