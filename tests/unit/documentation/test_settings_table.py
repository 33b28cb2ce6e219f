from __future__ import annotations

import dataclasses
import re
from typing import TYPE_CHECKING, Annotated, Literal

import pytest
from pydantic import Field

from hosting.aws import settings as aws
from hosting.config.load import OWN_SECTIONS, Settings
from hosting.setting_types import Boolean, Integer, Section, Text
from tests.documentation import aws_keys, settings_table
from tests.documentation.settings_table import DEFAULTS, END, PAGES, START, sentences, table, with_table

if TYPE_CHECKING:
    from pathlib import Path

ROW = re.compile(r"^\| (?:\[)?`([^`]+)`")


class Inner(Section):
    """Maps of a list."""

    name: Text
    """Its name."""


class Sample(Section):
    """One setting of each kind."""

    plain: Text = "a"
    """Any text."""
    short: Annotated[Text | None, Field(max_length=9)] = None
    """A text with a limit."""
    choice: Literal["b", "c"] = "b"
    """One of two."""
    number: Annotated[Integer, Field(ge=1, le=3)] = 2
    """A number."""
    least: Annotated[Integer | None, Field(ge=0)] = None
    """A number without a limit above."""
    switch: Boolean = True
    """A switch."""
    several: Annotated[tuple[Inner, ...], Field(max_length=4)] = ()
    """A list of maps."""
    one: Inner | None = None
    """A map."""
    variables: dict[str, str] | None = None
    """A map of anything."""


def keys() -> list[str]:
    """Return the keys of the table, in its order."""
    return [found[1] for line in table().splitlines() if (found := ROW.match(line)) and ":" in found[1]]


def test_every_namespace_is_in_the_table() -> None:
    """The namespaces are those of the stack's settings."""
    namespaces = {field.name for field in dataclasses.fields(Settings)} - {"stack", "without_effect"}
    assert {key.partition(":")[0] for key in keys()} == namespaces == {*OWN_SECTIONS, aws.NAMESPACE}


def test_every_key_is_there_once() -> None:
    """Each field of each model is a row, and so is each `aws:` setting."""
    found = keys()
    assert len(set(found)) == len(found)
    fields = {f"{name}:{field.alias}" for name, model in OWN_SECTIONS.items() for field in model.model_fields.values()}
    assert fields | {f"aws:{key}" for key in aws.KINDS} == {key for key in found if "." not in key}


def test_no_entry_is_for_a_setting_of_the_past() -> None:
    """The defaults and pages that are written by hand belong to settings, the sentences to `aws:` settings."""
    assert {*DEFAULTS, *PAGES} - set(keys()) == set()
    assert aws_keys.SENTENCES.keys() == aws.KINDS.keys()


@pytest.mark.parametrize(
    "row",
    [
        "| `x:plain` | text | `a` | Any text. |",
        "| `x:short` | text, at most 9 characters | none | A text with a limit. |",
        "| `x:choice` | `b`, `c` | `b` | One of two. |",
        "| `x:number` | 1 to 3 | `2` | A number. |",
        "| `x:least` | 0 or more | none | A number without a limit above. |",
        "| `x:switch` | `true` or `false` | `true` | A switch. |",
        "| `x:several` | list of maps, at most 4 | `[]` | A list of maps. |",
        "| `x:several[].name` | text | required | Its name. |",
        "| `x:one` | map | none | A map. |",
        "| `x:one.name` | text | required | Its name. |",
        "| `x:variables` | map of text | none | A map of anything. |",
    ],
)
def test_a_row_says_values_default_and_sentence(monkeypatch: pytest.MonkeyPatch, row: str) -> None:
    """Each kind of setting has its words."""
    monkeypatch.setattr(settings_table, "OWN_SECTIONS", {"x": Sample})
    assert row in table().splitlines()


def test_a_field_without_a_sentence_is_none_of_the_sentences() -> None:
    """Only the string right below a field belongs to it."""

    class Silent(Section):
        """Its own words."""

        said: Text = ""
        """A sentence."""
        silent: Text = ""

    assert sentences(Silent) == {"said": "A sentence."}


def test_a_stale_table_is_a_problem_and_text_around_it_stays(tmp_path: Path) -> None:
    """Writing the table changes nothing outside of the markers, and then there is no problem."""
    page = tmp_path / "settings.md"
    page.write_text(f"before\n{START}\nold\n{END}\nafter\n")
    assert list(settings_table.problems(page)) == [
        "settings.md: the table of settings is stale: python -m tests.documentation --write"
    ]
    page.write_text(with_table(page.read_text()))
    assert list(settings_table.problems(page)) == []
    assert page.read_text().startswith("before\n")
    assert page.read_text().endswith("\nafter\n")
