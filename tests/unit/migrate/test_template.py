from __future__ import annotations

from typing import Any

import pytest

from hosting.migrate.amplify_cli.template import resolved

CONDITIONS: dict[str, Any] = {
    "Live": {"Fn::Equals": [{"Ref": "env"}, "live"]},
    "Dev": {"Fn::Not": [{"Condition": "Live"}]},
    "Both": {"Fn::And": [{"Condition": "Live"}, {"Condition": "Dev"}]},
    "Any": {"Fn::Or": [{"Condition": "Live"}, {"Condition": "Dev"}]},
    "Odd": {"Fn::Xor": [1, 2]},
    "Unknown": {"Fn::Equals": [{"Ref": "nobody"}, "live"]},
    "Text": "yes",
    "Circle": {"Fn::Not": [{"Condition": "Back"}]},
    "Back": {"Condition": "Circle"},
}


def value_of(expression: Any) -> Any:  # noqa: ANN401 - any JSON value
    """Return the value of the expression if env is live."""
    return resolved({"Conditions": CONDITIONS, "Value": expression}, {"env": "live"}).get("Value")


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ({"Ref": "env"}, "live"),
        ({"Fn::If": ["Live", "yes", "no"]}, "yes"),
        ({"Fn::If": ["Dev", "yes", {"a": {"Ref": "env"}}]}, {"a": "live"}),
        ({"Fn::If": ["Both", "yes", "no"]}, "no"),
        ({"Fn::If": ["Any", "yes", "no"]}, "yes"),
        ({"Fn::If": ["Any", {"Ref": "AWS::NoValue"}, "no"]}, None),
        ({"Fn::Join": ["-", ["a", {"Ref": "env"}, 1]]}, "a-live-1"),
        ({"Fn::Sub": "a-${env}-${ env }"}, "a-live-live"),
        ([{"Ref": "env"}, 1], ["live", 1]),
    ],
)
def test_what_the_parameters_decide_is_worked_out(expression: Any, value: Any) -> None:  # noqa: ANN401 - any JSON value
    """Ref, Fn::If, Fn::Join and Fn::Sub of known parameters become their values."""
    assert value_of(expression) == value


@pytest.mark.parametrize(
    "expression",
    [
        {"Ref": "nobody"},
        {"Ref": ["env"]},
        {"Fn::GetAtt": ["S3Bucket", "DomainName"]},
        {"Fn::If": ["Nowhere", 1, 2]},
        {"Fn::If": ["Odd", 1, 2]},
        {"Fn::If": ["Unknown", 1, 2]},
        {"Fn::If": ["Live"]},
        {"Fn::If": ["Text", 1, 2]},
        {"Fn::If": ["Circle", 1, 2]},
        {"Fn::Join": ["-", ["a", {"Ref": "nobody"}]]},
        {"Fn::Sub": "${nobody}"},
        {"Fn::Sub": ["${x}", {"x": 1}]},
    ],
)
def test_what_they_do_not_decide_stays(expression: Any) -> None:  # noqa: ANN401 - any JSON value
    """Unknown references and malformed functions are unchanged."""
    assert value_of(expression) == expression


def test_a_parameter_has_its_default() -> None:
    """A parameter without a value has the template's default."""
    template = {"Parameters": {"env": {"Default": "dev"}, "odd": 1, "none": {}}, "Value": {"Ref": "env"}}
    assert resolved(template, {})["Value"] == "dev"


def test_resources_that_a_condition_rules_out_are_gone() -> None:
    """A resource stays unless its condition is known to be false."""
    resources = {"A": {"Condition": "Dev"}, "B": {"Condition": "Live"}, "C": {"Condition": "Odd"}, "D": {}, "E": 1}
    template = {"Conditions": CONDITIONS, "Resources": resources}
    assert list(resolved(template, {"env": "live"})["Resources"]) == ["B", "C", "D", "E"]


@pytest.mark.parametrize("broken", [{"Parameters": [], "Conditions": [], "Resources": []}, {}])
def test_sections_of_another_kind_are_left_alone(broken: dict[str, Any]) -> None:
    """A template whose sections are not objects is returned unchanged."""
    assert resolved(broken, {}) == broken
