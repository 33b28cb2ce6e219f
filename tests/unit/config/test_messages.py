"""How problems are worded for shapes of settings beyond lists and plain values."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from hosting.config.messages import Speaker, sentences
from hosting.setting_types import Integer, Section


class Inner(Section):
    """A map of settings."""

    size: Integer


class Outer(Section):
    """Settings of several shapes."""

    tags: dict[str, Integer] | None = None
    place: None | Inner = None  # noqa: RUF036 - the model comes second on purpose


def said(values: dict[str, Any]) -> list[str]:
    """Return the sentences about values that do not hold."""
    with pytest.raises(ValidationError) as caught:
        Outer.model_validate(values)
    return sentences(Outer, caught.value.errors(), Speaker("dev", "room"), values)


def test_a_key_of_a_map_is_named() -> None:
    """A bad value in a map with free keys is named by its key, with a placeholder in the command."""
    (problem,) = said({"tags": {"a": "x"}})
    assert problem.startswith("'room:tags.a' must be a whole number (got x): ")
    assert problem.endswith("""pulumi config set --stack dev room:tags '{"a": "<value>"}'""")


def test_a_setting_inside_of_a_map_is_named() -> None:
    """What is missing or unknown in a nested map is told with its whole path."""
    (unknown,) = said({"place": {"sise": 3}})
    command = """pulumi config set --stack dev room:place '{"size": 3}'"""
    assert unknown == f"'room:place.sise' is not a setting, did you mean 'room:place.size'? {command}"
    # Not missing besides: it is there, under that name.
    missing, _ = said({"place": {"zzz": 3}})
    assert missing.startswith("'room:place.size' is missing: ")
