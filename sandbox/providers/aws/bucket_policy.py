"""Bucket policies. The emulator stores any text, so what S3 rejects is rejected here."""

import json
from collections.abc import Iterator
from typing import ClassVar

from sandbox.providers.aws.bucket_settings import BUCKET_FIELDS, BucketSetting
from sandbox.providers.aws.errors import AwsError
from sandbox.providers.schema import Failure, Fields, string
from sandbox.providers.values import UNKNOWN, Properties

MAX_POLICY_BYTES = 20 * 1024


class BucketPolicy(BucketSetting):
    """aws.s3.BucketPolicy."""

    token = "aws:s3/bucketPolicy:BucketPolicy"  # noqa: S105 - a type's token, not a secret
    title = "S3 Bucket Policy"
    call_name = "bucket_policy"
    delete_call = "delete_bucket_policy"
    fields: ClassVar[Fields] = {**BUCKET_FIELDS, "policy": string(required=True)}

    def conflicts(self, inputs: Properties) -> Iterator[Failure]:
        """Reject a text that is not JSON."""
        policy = inputs["policy"]
        if policy is UNKNOWN:
            return
        try:
            json.loads(policy)
        except ValueError as error:
            yield "policy", f'"policy" contains an invalid JSON policy: {error}'

    def payload(self, inputs: Properties) -> Properties:
        """Return the policy for the put call."""
        policy, name = str(inputs["policy"]), str(inputs["bucket"])
        for reason in _policy_errors(policy, name):
            raise AwsError("S3: PutBucketPolicy", 400, "MalformedPolicy", reason)
        return {"Policy": policy}

    def properties(self, response: Properties, state: Properties, region: str) -> Properties:
        """Return the policy; in the program's spelling, if that means the same as the bucket's."""
        del region
        current, previous = str(response["Policy"]), state.get("policy")
        is_same = isinstance(previous, str) and _same_json(previous, current)
        return {"policy": previous if is_same else current}


def _same_json(one: str, other: str) -> bool:
    try:
        return bool(json.loads(one) == json.loads(other))
    except ValueError:
        return False


def _policy_errors(policy: str, bucket: str) -> Iterator[str]:
    document = json.loads(policy)
    if not isinstance(document, dict):
        yield "Policies must be valid JSON and the first byte must be '{'"
        return
    if len(policy.encode()) > MAX_POLICY_BYTES:
        yield "Normalized policy document exceeds the maximum allowed size of 20480 bytes."
    if document.get("Version", "2008-10-17") not in {"2008-10-17", "2012-10-17"}:
        yield "The policy must contain a valid version string"
    statements = document.get("Statement")
    statements = [statements] if isinstance(statements, dict) else statements
    if not statements:
        yield "Missing required field Statement"
        return
    for statement in statements:
        yield from _statement_errors(statement, bucket)


def _statement_errors(statement: Properties, bucket: str) -> Iterator[str]:
    if statement.get("Effect") not in {"Allow", "Deny"}:
        yield f"Invalid effect: {statement.get('Effect', '')}"
    if "Principal" not in statement and "NotPrincipal" not in statement:
        yield "Missing required field Principal"
    elif not _is_principal(statement.get("Principal", statement.get("NotPrincipal"))):
        yield "Invalid principal in policy"
    actions = _strings(statement.get("Action", statement.get("NotAction")))
    if not actions:
        yield "Missing required field Action"
    if any(action != "*" and not action.lower().startswith("s3:") for action in actions):
        yield "Policy has invalid action"
    resources = _strings(statement.get("Resource", statement.get("NotResource")))
    if not resources:
        yield "Missing required field Resource"
    bucket_part = f":s3:::{bucket}"
    if any(
        not arn.startswith("arn:") or bucket_part != arn[arn.find(":s3:::") :][: len(bucket_part)] for arn in resources
    ):
        yield "Policy has invalid resource"


def _is_principal(principal: object) -> bool:
    if isinstance(principal, str):
        return principal == "*"
    kinds = {"AWS", "Service", "Federated", "CanonicalUser"}
    return (
        isinstance(principal, dict)
        and bool(principal)
        and set(principal) <= kinds
        and all(_strings(value) for value in principal.values())
    )


def _strings(value: object) -> list[str]:
    if isinstance(value, str):
        return [value] if value else []
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []
