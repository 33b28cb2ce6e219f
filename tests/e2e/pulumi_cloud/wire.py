"""Shapes of what the CLI sends, from sdk/go/common/apitype of the pinned release, and the merge of a patch."""

from __future__ import annotations

from typing import Any, TypeAlias

# A type, a list of one shape, or the fields of an object; ANY_KEY stands for every key of a map.
Shape: TypeAlias = "type | tuple[Shape, ...] | list[Shape] | dict[str, Shape]"

ANY_KEY = "*"

# A bare text, or an object that says that it is secret.
_SECRET: Shape = (str, {"secret": str}, {"ciphertext": str})

SETTINGS: Shape = {
    "tag": str,
    "agentPoolID": str,
    "executorContext": {"workingDirectory": str, "executorImage": str, "executorRootPath": str},
    "sourceContext": {"git": {"repoUrl": str, "branch": str, "repoDir": str, "commit": str}},
    "gitHub": {
        "repository": str,
        "pullRequestTemplate": bool,
        "deployCommits": bool,
        "previewPullRequests": bool,
        "deployPullRequest": int,
        "paths": [str],
    },
    "operationContext": {
        "oidc": {"aws": {"duration": str, "policyArns": [str], "roleArn": str, "sessionName": str}},
        "preRunCommands": [str],
        "operation": str,
        "environmentVariables": {ANY_KEY: _SECRET},
        "options": {
            "skipInstallDependencies": bool,
            "skipIntermediateDeployments": bool,
            "shell": str,
            "deleteAfterDestroy": bool,
        },
    },
}
NEW_STACK: Shape = {"stackName": str, "tags": {ANY_KEY: str}, "teams": [str], "state": dict, "config": dict}
PLAINTEXT: Shape = {"plaintext": str}
PLAINTEXTS: Shape = {"plaintexts": [str]}
CIPHERTEXT: Shape = {"ciphertext": str}
CIPHERTEXTS: Shape = {"ciphertexts": [str]}
DECRYPTION: Shape = {"secretName": str, "commandName": str}


class UnknownFieldError(ValueError):
    """A field that the API does not have, or a value of another type than it takes."""


def check(value: Any, shape: Shape, path: str = "body") -> None:  # noqa: ANN401 - whatever JSON holds
    """Hold ``value`` to ``shape``; null is taken everywhere, as a patch deletes with it.

    Raises:
        UnknownFieldError: naming the path inside the body.
    """
    if value is None:
        return
    if isinstance(shape, tuple):
        if not any(_fits(value, each, path) for each in shape):
            raise UnknownFieldError(f"{path} has another form")
    elif isinstance(shape, dict):
        _check_fields(value, shape, path)
    elif isinstance(shape, list):
        if not isinstance(value, list):
            raise UnknownFieldError(f"{path} must be a list")
        for index, each in enumerate(value):
            check(each, shape[0], f"{path}[{index}]")
    elif type(value) is not shape:
        raise UnknownFieldError(f"{path} must be {shape.__name__}")


def _check_fields(value: Any, shape: dict[str, Shape], path: str) -> None:  # noqa: ANN401 - the same
    if not isinstance(value, dict):
        raise UnknownFieldError(f"{path} must be an object")
    for key, each in value.items():
        known = shape.get(key, shape.get(ANY_KEY))
        if known is None:
            raise UnknownFieldError(f"{path}.{key} is not a field")
        check(each, known, f"{path}.{key}")


def _fits(value: Any, shape: Shape, path: str) -> bool:  # noqa: ANN401 - the same
    try:
        check(value, shape, path)
    except UnknownFieldError:
        return False
    return True


def merged(current: dict[str, Any], patch: dict[str, Any]) -> dict[str, Any]:
    """Return ``current`` with ``patch``: null removes, objects merge, anything else is replaced as a whole.

    https://www.pulumi.com/docs/reference/cloud-rest-api/deployments/#patch-settings
    """
    result = dict(current)
    for key, value in patch.items():
        if value is None:
            result.pop(key, None)
        elif isinstance(value, dict) and not set(value) & {"secret", "ciphertext"}:
            before = result.get(key)
            result[key] = merged(before if isinstance(before, dict) else {}, value)
        else:
            result[key] = value
    return result
