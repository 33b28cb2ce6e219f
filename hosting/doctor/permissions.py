"""Checks of the caller's rights, by IAM's policy simulator.

The simulator knows the policies of the user or role and the organization's. It does not know the policies of a session,
so an allowance is only "by simulation": https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_testing-policies.html
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from hosting.aws.regions import CLOUDFRONT_REGION
from hosting.deployments.actions import PROVIDER_CREATION_ACTIONS, ROLE_CREATION_ACTIONS
from hosting.deployments.rights import DomainScope, Scope, StackResources, permissions_policy
from hosting.doctor.aws_clients import AWS_ERRORS, error_code, is_denied
from hosting.doctor.lines import Line
from hosting.doctor.state import BUCKET, OIDC_PROVIDER, ROLE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hosting.doctor.context import Context, Identity

_SESSION = re.compile(r"arn:[a-z-]+:sts::\d+:assumed-role/(?P<role>[^/]+)/.*")
# Statements about the deployments' own role, which a caller needs only if the stack has one: the type of the resource,
# and the actions that create it.
_ROLE_STATEMENTS = {
    "OwnRole": (ROLE, ROLE_CREATION_ACTIONS),
    "OwnProvider": (OIDC_PROVIDER, PROVIDER_CREATION_ACTIONS),
}
_ALLOWED = "allowed"
_DOCS = "docs/git-push.md#credentials-without-keys"
_MOST_SHOWN = 5


def check_permissions(context: Context) -> Iterator[Line]:
    """Simulate each action that the stack needs, on the resources that it has or will have."""
    iam = context.aws.client("iam")
    principal = _principal(context.identity, iam)
    if principal is None:
        yield Line("not checked", f"Rights are not simulated for {context.identity.arn}; a root user has all of them")
        return
    try:
        refused = list(_refused(context, iam, principal))
    except AWS_ERRORS as error:
        if not is_denied(error) and error_code(error) != "NoSuchEntity":
            raise
        yield Line(
            "not checked", f"There is no right to simulate the rights of {principal} (iam:SimulatePrincipalPolicy)"
        )
        return
    for statement, actions in refused:
        shown = ", ".join(actions[:_MOST_SHOWN]) + (
            f" and {len(actions) - _MOST_SHOWN} more" if actions[_MOST_SHOWN:] else ""
        )
        yield Line("warning", f"IAM's simulation refuses {shown} on {statement}", f"grant them to {principal}; {_DOCS}")
    if not refused:
        yield Line("ok", f"All rights that the stack needs are allowed by simulation for {principal}")


def _principal(identity: Identity, iam: Any) -> str | None:  # noqa: ANN401 - boto3 generates its clients
    """Return the ARN of the user or role whose policies decide; None for any other caller.

    The ARN of an assumed role's session does not have the role's path, so the role is asked for.
    """
    if re.fullmatch(r"arn:[a-z-]+:iam::\d+:(user|role)/.+", identity.arn):
        return identity.arn
    session = _SESSION.fullmatch(identity.arn)
    if session is None:
        return None
    try:
        return str(iam.get_role(RoleName=session["role"])["Role"]["Arn"])
    except AWS_ERRORS:
        return f"arn:{identity.partition}:iam::{identity.account}:role/{session['role']}"


def _refused(context: Context, iam: Any, principal: str) -> Iterator[tuple[str, list[str]]]:  # noqa: ANN401 - as above
    """Yield the resources and the refused actions of each statement that has some."""
    for statement in _statements(context):
        resources = statement["Resource"]
        pages = iam.get_paginator("simulate_principal_policy").paginate(
            PolicySourceArn=principal, ActionNames=statement["Action"], ResourceArns=resources
        )
        results = [result for page in pages for result in page["EvaluationResults"]]
        actions = sorted({result["EvalActionName"] for result in results if result["EvalDecision"] != _ALLOWED})
        if actions:
            yield ", ".join(resources), actions


def _statements(context: Context) -> list[dict[str, Any]]:
    """Return the statements with the rights that the stack needs: those of its deployments' role."""
    identity, settings, partition = context.identity, context.settings, context.identity.partition
    resources = StackResources(context.prefix, "", settings.cloudfront, ())
    certificates = f"arn:{partition}:acm:{CLOUDFRONT_REGION}:{identity.account}:certificate/*"
    requests = settings.domain.names and not settings.domain.certificate_arn
    domain = DomainScope(
        certificates if requests else None,
        f"arn:{partition}:route53:::hostedzone/{settings.domain.zone_id or '*'}" if settings.domain.zone else None,
    )
    scope = Scope(
        (f"arn:{partition}:s3:::{_bucket(context)}",),
        f"arn:{partition}:iam::{identity.account}:role/{context.prefix}-deploy-*",
        f"arn:{partition}:iam::{identity.account}:oidc-provider/*",
        resources.cloudfront_scope(partition, identity.account),
        domain,
    )
    statements: list[dict[str, Any]] = permissions_policy(scope)["Statement"]
    return [_with_creation(context, each) for each in statements if _is_needed(context, each)]


def _is_needed(context: Context, statement: dict[str, Any]) -> bool:
    return context.settings.deployments.create_role or statement["Sid"] not in _ROLE_STATEMENTS


def _with_creation(context: Context, statement: dict[str, Any]) -> dict[str, Any]:
    """Add the actions that create the deployments' role and its provider, if the stack is going to."""
    kind, actions = _ROLE_STATEMENTS.get(statement["Sid"], ("", ()))
    exists = bool(context.state.of(kind)) or (kind == OIDC_PROVIDER and context.settings.deployments.oidc_provider_arn)
    return statement if exists else {**statement, "Action": [*statement["Action"], *actions]}


def _bucket(context: Context) -> str:
    """Return the name of the stack's bucket, or the pattern of the name that it will get."""
    deployed = sorted(context.state.ids(BUCKET))
    return deployed[0] if deployed else context.settings.website.bucket_name or f"{context.prefix}-*"
