"""Messages about nested maps of settings."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from hosting.config.messages import Messages, section_problems
from hosting.setting_types import Integer, Section


class Inner(Section):
    """A map of settings."""

    size: Integer


class Outer(Section):
    """Settings of several shapes."""

    tags: dict[str, Integer] | None = None
    place: None | Inner = None  # noqa: RUF036 - the model comes second on purpose


def messages_about(values: dict[str, Any]) -> list[str]:
    """Return the messages about invalid values."""
    with pytest.raises(ValidationError) as caught:
        Outer.model_validate(values)
    return section_problems(Outer, caught.value.errors(), Messages("dev", "website"), values)


def test_a_key_of_a_map_is_named() -> None:
    """A bad value in a map with free keys is named by its key, with a placeholder in the command."""
    (problem,) = messages_about({"tags": {"a": "x"}})
    assert problem.startswith("'website:tags.a' must be a whole number (got x): ")
    assert problem.endswith("""pulumi config set --stack dev website:tags '{"a": "<value>"}'""")


def test_a_setting_inside_of_a_map_is_named() -> None:
    """An unknown key in a nested map is named with its whole path."""
    (unknown,) = messages_about({"place": {"sise": 3}})
    command = """pulumi config set --stack dev website:place '{"size": 3}'"""
    assert unknown == f"'website:place.sise' is not a setting (did you mean 'website:place.size'?): {command}"


def test_a_missing_setting_is_named() -> None:
    """It is not reported beside a misspelt key, which may be the setting, but the command sets it."""
    (missing,) = messages_about({"place": {}})
    assert missing.startswith("'website:place.size' is missing: ")
    (unknown,) = messages_about({"place": {"zzz": 3}})
    assert unknown.startswith("'website:place.zzz' is not a setting: ")
    assert unknown.endswith("""website:place '{"size": "<value>"}'""")
