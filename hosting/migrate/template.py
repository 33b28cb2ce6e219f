"""CloudFormation's intrinsic functions, as far as an Amplify hosting template uses them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from hosting.migrate.findings import is_intrinsic, section

if TYPE_CHECKING:
    from collections.abc import Mapping

_SUBSTITUTION = re.compile(r"\$\{([^}!]+)\}")


def resolved(template: dict[str, Any], parameters: Mapping[str, str]) -> dict[str, Any]:
    """Return the template with what the parameters decide worked out; what they don't decide stays as it is.

    Resources whose condition is false are left out, and so is every ``AWS::NoValue``.
    """
    declared = template.get("Parameters")
    defaults = {
        name: one["Default"]
        for name, one in (declared.items() if isinstance(declared, dict) else ())
        if isinstance(one, dict) and "Default" in one
    }
    conditions = template.get("Conditions")
    scope = _Scope({**defaults, **parameters}, conditions if isinstance(conditions, dict) else {})
    result: dict[str, Any] = scope.resolve(template)
    resources = result.get("Resources")
    if isinstance(resources, dict):
        result["Resources"] = {name: one for name, one in resources.items() if not scope.ruled_out(one)}
    return result


class _Scope:
    """The parameters and conditions that a template is read with."""

    def __init__(self, parameters: Mapping[str, Any], conditions: Mapping[str, Any]) -> None:
        self._parameters = {**parameters, "AWS::NoValue": None}
        self._conditions = conditions
        self._asked: list[str] = []

    def ruled_out(self, resource: object) -> bool:
        """Whether the resource has a condition that is known to be false."""
        if not isinstance(resource, dict) or "Condition" not in resource:
            return False
        try:
            return not self._named(resource["Condition"])
        except (LookupError, TypeError, ValueError):
            return False

    def resolve(self, value: Any) -> Any:  # noqa: ANN401 - any JSON value, and the same kind back
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
        """Return ``value`` worked out, or raise LookupError: what it refers to is not known."""
        if not is_intrinsic(value):
            return self.resolve(value)
        ((name, argument),) = value.items()
        if name == "Ref":
            return self._parameters[argument]
        if name == "Fn::If":
            condition, then, otherwise = argument
            return self._evaluated(then if self._named(condition) else otherwise)
        if name == "Fn::Join":
            separator, parts = argument
            return str(separator).join(str(self._evaluated(part)) for part in parts)
        if name == "Fn::Sub":
            return _SUBSTITUTION.sub(lambda match: str(self._parameters[match[1].strip()]), argument)
        raise LookupError(name)

    def _named(self, condition: str) -> bool:
        """Whether the condition holds; one that asks itself, in the end, is not known."""
        if condition in self._asked:
            raise LookupError(condition)
        self._asked.append(condition)
        try:
            return self._holds(self._conditions[condition])
        finally:
            self._asked.pop()

    def _holds(self, condition: Any) -> bool:  # noqa: ANN401 - any JSON value
        ((name, argument),) = section(condition).items()
        if name == "Condition":
            return self._named(argument)
        if name == "Fn::Equals":
            left, right = argument
            return str(self._evaluated(left)) == str(self._evaluated(right))
        if name == "Fn::Not":
            return not self._holds(argument[0])
        if name in ("Fn::And", "Fn::Or"):
            return (all if name == "Fn::And" else any)([self._holds(one) for one in argument])
        raise LookupError(name)
