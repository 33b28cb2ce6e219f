"""What the settings of every room have in common: how `pulumi config set` stores values, and how problems are said."""

from __future__ import annotations

import difflib
import json
import re
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias, get_args, get_origin

from pydantic import BaseModel, BeforeValidator, ConfigDict
from pydantic.alias_generators import to_camel
from pydantic_core import PydanticCustomError

from hosting.errors import PLACEHOLDER

if TYPE_CHECKING:
    from collections.abc import Iterable

# No setting has a number of more digits, and Python refuses to read those of thousands.
_INTEGER = re.compile(r"-?[0-9]{1,18}")
_NEAR = 0.5
# YAML's other words.
_MEANT_BOOLEANS = {
    **dict.fromkeys(("true", "yes", "y", "on", "1"), True),
    **dict.fromkeys(("false", "no", "n", "off", "0"), False),
}


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
    rule: str, *, mend: object = None, about: str | None = None, remove: bool = False
) -> PydanticCustomError:
    """Return the error of a value that breaks ``rule``, such as ``must be <= defaultTtl``.

    ``mend`` is a value that would hold, for the command that the message ends with; without one the
    field's example is offered. ``about`` is the key beside the one at hand that the rule is about, of
    a rule between settings: such a rule belongs to the last of them, where `ValidationInfo.data` has
    the others, as far as they hold. One of the whole model would wait until all of its settings do.
    ``remove`` says that the setting is mended by its removal.
    """
    return PydanticCustomError("rule", "{rule}", {"rule": rule, "mend": mend, "about": about, "remove": remove})


def check_both_or_neither(keys: tuple[str, str], values: tuple[object, object]) -> None:
    """Refuse one of two settings that mean nothing without each other.

    Raises:
        PydanticCustomError: one of ``values`` is None, and the other is not.
    """
    if (values[0] is None) != (values[1] is None):
        given, lacking = keys if values[1] is None else reversed(keys)
        raise broken_rule(f"must be given together with {given}", about=lacking)


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
    raise broken_rule("must be true or false", mend=_MEANT_BOOLEANS.get(str(value).lower()))


def _text(value: object) -> str:
    """A string; a number or truth value too, as `pulumi config set --path` turns those that look like one."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return str(value)
    if not isinstance(value, str):
        raise broken_rule("must be a string")
    if not value.strip():
        raise broken_rule("must not be empty")
    if PLACEHOLDER in value:
        raise broken_rule(f"must be a value of yours, for which {PLACEHOLDER} stands")
    if any("\ud800" <= letter <= "\udfff" for letter in value):
        raise broken_rule("must be Unicode, of which half a character is none")
    return value


Integer: TypeAlias = Annotated[int, BeforeValidator(_integer)]
Boolean: TypeAlias = Annotated[bool, BeforeValidator(_boolean)]
Text: TypeAlias = Annotated[str, BeforeValidator(_text)]


def field_named(model: type[BaseModel], alias: str) -> Any:  # noqa: ANN401 - pydantic's FieldInfo, or None
    """Return the model's field whose config key is ``alias``, or None."""
    fields = model.model_fields.items()
    return next((field for name, field in fields if alias == (field.alias or to_camel(name))), None)


def settings_of(model: type[BaseModel]) -> list[str]:
    """Return the config keys of a model."""
    return [field.alias or to_camel(name) for name, field in model.model_fields.items()]


def nearest(name: str, known: Iterable[str]) -> str | None:
    """Return the one of ``known`` that ``name`` is most likely to mean, None if it is like none."""
    near = difflib.get_close_matches(name, list(known), n=1, cutoff=_NEAR)
    return near[0] if near else None


def decoded(model: type[BaseModel], key: str, text: str) -> Any:  # noqa: ANN401 - whatever JSON holds
    """Return a list's or map's value from its JSON; any other, and what is no JSON, as it is for the model to judge.

    So is a list or map where none is wanted, which `pulumi config set --path` may have made: nobody means its JSON.
    """
    setting = field_named(model, key)
    if setting is None or not (_is_json(setting.annotation) or text.startswith(("[", "{"))):
        return text
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def _is_json(annotation: object) -> bool:
    """Whether values of this type are lists or maps; an optional one is its type or None."""
    options = get_args(annotation) if get_origin(annotation) is not tuple else ()
    is_map = isinstance(annotation, type) and issubclass(annotation, Section)
    return get_origin(annotation) is tuple or is_map or any(_is_json(option) for option in options)
