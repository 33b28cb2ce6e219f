"""MiniStack simulates policies for the first resource alone, for any principal, and not for roles with a path.

IAM simulates each action on each resource. It refuses a principal that is not a user, group or role, such as the
session of an assumed role, and one that does not exist:
https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulatePrincipalPolicy.html
"""

from __future__ import annotations

import itertools
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from types import ModuleType

    from sandbox.emulator.ministack import MiniStack

_OPERATION = "SimulatePrincipalPolicy"
_PRINCIPAL = re.compile(r"(?P<account>arn:[a-z-]+:iam::\d{12}:)(?P<kind>user|group|role)/(?:.*/)?(?P<name>[^/]+)")
_RESULTS = re.compile(rb"(?s)(<EvaluationResults>)(.*)(</EvaluationResults>)")


def install(ministack: MiniStack) -> None:
    """Replace the operation in the table of IAM's operations."""
    handlers = ministack.iam._IAM_HANDLERS
    handlers[_OPERATION] = strict(handlers[_OPERATION], ministack.iam)


def strict(
    original: Callable[[Mapping[str, Any]], tuple[Any, ...]], iam: ModuleType
) -> Callable[[Mapping[str, Any]], tuple[Any, ...]]:
    """Return a function that checks the principal, and simulates each resource by ``original``."""

    def simulate(request: Mapping[str, Any]) -> tuple[Any, ...]:
        arn = iam._p(request, "PolicySourceArn")
        principal = _PRINCIPAL.fullmatch(arn)
        error: tuple[Any, ...]
        if principal is None:
            message = f"Invalid Entity Arn: {arn} does not clearly define entity type and name."
            error = iam._error(400, "InvalidInput", message, ns="iam")
            return error
        known = {"user": iam._users, "group": iam._groups, "role": iam._roles}[principal["kind"]]
        if principal["name"] not in known:
            error = iam._error(404, "NoSuchEntity", f"The {principal['kind']} {arn} cannot be found.", ns="iam")
            return error
        source = f"{principal['account']}{principal['kind']}/{principal['name']}"
        answers = [
            original({**request, "PolicySourceArn": [source], "ResourceArns.member.1": [resource]})
            for resource in _resources(iam, request)
        ]
        return _joined(answers)

    return simulate


def _resources(iam: ModuleType, request: Mapping[str, Any]) -> list[str]:
    numbered = (iam._p(request, f"ResourceArns.member.{number}") for number in itertools.count(1))
    return list(itertools.takewhile(bool, numbered)) or ["*"]


def _joined(answers: list[tuple[Any, ...]]) -> tuple[Any, ...]:
    """Return the first answer with the results of all."""
    status, headers, body = answers[0]
    results = b"".join(found[2] for answer in answers if (found := _RESULTS.search(answer[2])))
    return status, headers, _RESULTS.sub(lambda found: found[1] + results + found[3], body)
