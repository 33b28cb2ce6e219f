from __future__ import annotations

from sandbox.providers.changes import Change, differences, refreshed_inputs
from sandbox.providers.schema import Fields, block, completed, flag, listing, problems, text, whole
from sandbox.providers.values import UNKNOWN

FIELDS: Fields = {
    "name": text(replaces=True),
    "chosen": text(cloud_decides=True),
    "set": listing(text(), unordered=True),
    "rules": listing(block({"port": whole(), "on": flag(default=True)})),
}


def test_nothing_equals_empty() -> None:
    """An empty text, list or object means the same as none."""
    assert differences(FIELDS, {"name": "", "set": []}, {}) == []


def test_a_sets_order_is_no_difference() -> None:
    """The order of an unordered list means nothing, that of an ordered one does."""
    assert differences(FIELDS, {"set": ["a", "b"]}, {"set": ["b", "a"]}) == []
    rules = [{"port": 1}, {"port": 2}]
    assert differences(FIELDS, {"rules": rules}, {"rules": rules[::-1]}) == [
        Change("rules[0].port", "update"),
        Change("rules[1].port", "update"),
    ]


def test_a_longer_list() -> None:
    """A new entry of a list is one addition, under its own index."""
    assert differences(FIELDS, {"rules": [{"port": 1}]}, {"rules": [{"port": 1}, {"port": 2}]}) == [
        Change("rules[1]", "add")
    ]


def test_what_the_cloud_chooses_is_no_difference_when_left_out() -> None:
    """A property that the cloud fills in differs only from another value."""
    assert differences(FIELDS, {"chosen": "by cloud"}, {}) == []
    assert differences(FIELDS, {"chosen": "by cloud"}, {"chosen": "by me"}) == [Change("chosen", "update")]


def test_what_is_unknown_differs() -> None:
    """A value that only the run will know may be another one, and may need a replacement."""
    assert differences(FIELDS, {"name": "a"}, {"name": UNKNOWN}) == [Change("name", "update", replaces=True)]


def test_a_refresh_keeps_the_inputs_that_still_hold() -> None:
    """The cloud's order and its additions don't get into the inputs; what differs does."""
    old = {"set": ["b", "a"], "rules": [{"port": 1, "on": True}]}
    state = {"set": ["a", "b"], "rules": [{"port": 2, "on": True, "id": "x"}], "chosen": "by cloud", "arn": "arn"}
    assert refreshed_inputs(FIELDS, old, state) == {"set": ["b", "a"], "rules": [{"port": 2, "on": True}]}


def test_defaults_are_filled_in_within_lists() -> None:
    """Each entry of a list gets its own defaults."""
    assert completed(FIELDS, {"rules": [{"port": 1}, {"on": False}]}) == {
        "rules": [{"port": 1, "on": True}, {"on": False}]
    }


def test_every_problem_is_told_with_its_place() -> None:
    """Unknown names, wrong types and bounds are all reported, each with its path."""
    fields: Fields = {**FIELDS, "count": whole(low=1, high=3)}
    given = {"nmae": "x", "count": 4, "set": ["a", 1], "rules": [{"port": True}]}
    assert list(problems(fields, given)) == [
        ("nmae", "the sandbox's provider knows no property 'nmae' here"),
        ("set[1]", "expected type string, got integer"),
        ("rules[0].port", "expected type integer, got boolean"),
        ("count", "expected count to be in the range (1 - 3), got 4"),
    ]


def test_what_is_unknown_is_not_judged() -> None:
    """A value that only the run will know passes every check."""
    assert list(problems({"count": whole(low=1, required=True)}, {"count": UNKNOWN})) == []
