from __future__ import annotations

from sandbox.providers.changes import Change, differences, refreshed_inputs
from sandbox.providers.schema import Fields, block, boolean, completed, integer, list_of, problems, string
from sandbox.providers.values import UNKNOWN

FIELDS: Fields = {
    "name": string(replaces=True),
    "chosen": string(computed=True),
    "set": list_of(string(), unordered=True),
    "rules": list_of(block({"port": integer(), "on": boolean(default=True)})),
}


def test_nothing_equals_empty() -> None:
    """An empty string, list or object equals none."""
    assert differences(FIELDS, {"name": "", "set": []}, {}) == []


def test_boolean_that_an_api_does_not_return() -> None:
    """It is false, so a property with that default is no change."""
    fields: Fields = {"staging": boolean(default=False, replaces=True)}
    assert differences(fields, {}, {"staging": False}) == []
    assert differences(fields, {}, {"staging": True}) == [Change("staging", "update", replaces=True)]


def test_order_of_a_set() -> None:
    """The order of an unordered list makes no difference, that of an ordered one does."""
    assert differences(FIELDS, {"set": ["a", "b"]}, {"set": ["b", "a"]}) == []
    rules = [{"port": 1}, {"port": 2}]
    assert differences(FIELDS, {"rules": rules}, {"rules": rules[::-1]}) == [
        Change("rules[0].port", "update"),
        Change("rules[1].port", "update"),
    ]


def test_added_item() -> None:
    """A new item of a list is one addition, with its index."""
    assert differences(FIELDS, {"rules": [{"port": 1}]}, {"rules": [{"port": 1}, {"port": 2}]}) == [
        Change("rules[1]", "add")
    ]


def test_computed_property() -> None:
    """A property that AWS can choose makes no difference if the program does not set it."""
    assert differences(FIELDS, {"chosen": "by AWS"}, {}) == []
    assert differences(FIELDS, {"chosen": "by AWS"}, {"chosen": "by me"}) == [Change("chosen", "update")]


def test_unknown_value() -> None:
    """An unknown value may be another one, and may need a replacement."""
    assert differences(FIELDS, {"name": "a"}, {"name": UNKNOWN}) == [Change("name", "update", replaces=True)]


def test_refreshed_inputs() -> None:
    """AWS's order and additions do not get into the inputs; differences do."""
    old = {"set": ["b", "a"], "rules": [{"port": 1, "on": True}]}
    state = {"set": ["a", "b"], "rules": [{"port": 2, "on": True, "id": "x"}], "chosen": "by AWS", "arn": "arn"}
    assert refreshed_inputs(FIELDS, old, state) == {"set": ["b", "a"], "rules": [{"port": 2, "on": True}]}


def test_defaults_in_lists() -> None:
    """Each item of a list gets its own defaults."""
    assert completed(FIELDS, {"rules": [{"port": 1}, {"on": False}]}) == {
        "rules": [{"port": 1, "on": True}, {"on": False}]
    }


def test_problems() -> None:
    """Unknown names, wrong types and bounds are all reported, with their paths."""
    fields: Fields = {**FIELDS, "count": integer(low=1, high=3)}
    given = {"nmae": "x", "count": 4, "set": ["a", 1], "rules": [{"port": True}]}
    assert list(problems(fields, given)) == [
        ("nmae", "the sandbox's provider has no property 'nmae' here"),
        ("set[1]", "expected type string, got integer"),
        ("rules[0].port", "expected type integer, got boolean"),
        ("count", "expected count to be in the range (1 - 3), got 4"),
    ]


def test_unknown_values_are_valid() -> None:
    """A value that is unknown until the real run passes every check."""
    assert list(problems({"count": integer(low=1, required=True)}, {"count": UNKNOWN})) == []
