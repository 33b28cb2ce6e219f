"""Resolves CloudFormation's intrinsic functions, as far as Amplify's hosting template uses them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from hosting.migrate.findings import is_intrinsic, section

if TYPE_CHECKING:
    from collections.abc import Mapping

_SUBSTITUTION = re.compile(r"\$\{([^}!]+)\}")


def resolved(template: dict[str, Any], parameters: Mapping[str, str]) -> dict[str, Any]:
    """Return the template with its intrinsic functions resolved; those that can't be resolved are unchanged.

    Resources with a false condition are left out, and so is each ``AWS::NoValue``.
    """
    declared = template.get("Parameters")
    defaults = {
        name: one["Default"]
        for name, one in (declared.items() if isinstance(declared, dict) else ())
        if isinstance(one, dict) and "Default" in one
    }
    conditions = template.get("Conditions")
    scope = _Scope({**defaults, **parameters}, conditions if isinstance(conditions, dict) else {})
    # The template itself is no intrinsic function, whatever its keys are.
    result: dict[str, Any] = {key: scope.resolve(value) for key, value in template.items()}
    resources = result.get("Resources")
    if isinstance(resources, dict):
        result["Resources"] = {name: one for name, one in resources.items() if not scope.is_excluded(one)}
    return result


class _Scope:
    """The parameters and conditions of a template."""

    def __init__(self, parameters: Mapping[str, Any], conditions: Mapping[str, Any]) -> None:
        self._parameters = {**parameters, "AWS::NoValue": None}
        self._conditions = conditions
        self._evaluating: list[str] = []

    def is_excluded(self, resource: object) -> bool:
        """Return whether the resource has a condition that is known to be false."""
        if not isinstance(resource, dict) or "Condition" not in resource:
            return False
        try:
            return not self._is_condition_true(resource["Condition"])
        except (LookupError, TypeError, ValueError):
            return False

    def resolve(self, value: Any) -> Any:  # noqa: ANN401 - any JSON value
        if isinstance(value, list):
            return [self.resolve(one) for one in value]
        if not isinstance(value, dict):
            return value
        if is_intrinsic(value):
            try:
                return self._evaluated(value)
            except (LookupError, TypeError, ValueError):
                return value
        return {key: one for key, given in value.items() if (one := self.resolve(given)) is not None}

    def _evaluated(self, value: Any) -> Any:  # noqa: ANN401 - any JSON value
        """Return the resolved ``value``, or raise LookupError if it refers to something unknown."""
        if not is_intrinsic(value):
            return self.resolve(value)
        ((name, argument),) = value.items()
        if name == "Ref":
            return self._parameters[argument]
        if name == "Fn::If":
            condition, then, otherwise = argument
            return self._evaluated(then if self._is_condition_true(condition) else otherwise)
        if name == "Fn::Join":
            separator, parts = argument
            return str(separator).join(str(self._evaluated(part)) for part in parts)
        if name == "Fn::Sub":
            return _SUBSTITUTION.sub(lambda match: str(self._parameters[match[1].strip()]), argument)
        raise LookupError(name)

    def _is_condition_true(self, condition: str) -> bool:
        """Return whether the condition is true; raise LookupError if it refers to itself."""
        if condition in self._evaluating:
            raise LookupError(condition)
        self._evaluating.append(condition)
        try:
            return self._is_true(self._conditions[condition])
        finally:
            self._evaluating.pop()

    def _is_true(self, condition: Any) -> bool:  # noqa: ANN401 - any JSON value
        ((name, argument),) = section(condition).items()
        if name == "Condition":
            return self._is_condition_true(argument)
        if name == "Fn::Equals":
            left, right = argument
            return str(self._evaluated(left)) == str(self._evaluated(right))
        if name == "Fn::Not":
            return not self._is_true(argument[0])
        if name in ("Fn::And", "Fn::Or"):
            return (all if name == "Fn::And" else any)([self._is_true(one) for one in argument])
        raise LookupError(name)
