"""Who may assume the roles of deployments and of previews: the issuers of tokens, and the trust policy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hosting.deployments.rights import VERSION
from hosting.errors import HostingError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from hosting.deployments.settings import DeploymentsSettings

# The organization's name in backends without organizations:
# https://www.pulumi.com/docs/reference/pkg/nodejs/pulumi/pulumi/functions/automation.fullyQualifiedStackName.html
_NO_ORGANIZATION = "organization"


@dataclass(frozen=True)
class Issuer:
    """The issuer of the tokens with which a deployment assumes its role.

    Attributes:
        host: the issuer's URL without the scheme, which is also IAM's prefix of its claims.
        audience: the trusted claim `aud`.
        subjects: the trusted claims `sub`; a * matches any text.
    """

    host: str
    audience: str
    subjects: tuple[str, ...]


@dataclass(frozen=True)
class Stack:
    """The full name of a stack."""

    organization: str
    project: str
    name: str


def issuer_of(settings: DeploymentsSettings, stack: Stack) -> Issuer:
    """Return the trusted issuer, restricted to the stack and its review stacks.

    Raises:
        HostingError: the settings ask for Pulumi Cloud, but the stack is in another backend.
    """
    if settings.runs_on == "github-actions":
        return _github(settings, [_push(settings), *(["pull_request"] if settings.previews else [])])
    return _pulumi_cloud(stack, (stack.name, *settings.review_stacks))


def previews_issuer_of(settings: DeploymentsSettings, stack: Stack) -> Issuer:
    """Return the issuer that the role of previews trusts: it publishes them, and never the edge itself.

    On GitHub it is a workflow of the branch alone. In a run for a pull request, the pull request's code would have the
    role.

    Raises:
        HostingError: the settings ask for Pulumi Cloud, but have no review stacks, or the stack is in another backend.
    """
    if settings.runs_on == "github-actions":
        return _github(settings, [_push(settings)])
    if not settings.review_stacks:
        raise HostingError(
            "'deployments:createRole' creates the role of previews, and 'deployments:reviewStacks' does not name any: "
            f"pulumi config set --stack {stack.name} --path 'deployments:reviewStacks[0]' 'pr-*'"
        )
    return _pulumi_cloud(stack, settings.review_stacks)


def _pulumi_cloud(stack: Stack, names: Iterable[str]) -> Issuer:
    """Return Pulumi Cloud as the issuer; its claims have the organization in lower case.

    https://www.pulumi.com/docs/deployments/guides/oidc/#custom-claims
    """
    if stack.organization == _NO_ORGANIZATION:
        raise HostingError(
            f"'deployments:createRole' needs Pulumi Cloud, and stack '{stack.name}' is not stored there: "
            f"pulumi login, or pulumi config set --stack {stack.name} deployments:runsOn github-actions"
        )
    organization = stack.organization.lower()
    prefix = f"pulumi:deploy:org:{organization}:project:{stack.project}:stack"
    return Issuer(
        "api.pulumi.com/oidc", organization, tuple(f"{prefix}:{name}:operation:*:scope:write" for name in names)
    )


def _push(settings: DeploymentsSettings) -> str:
    """Return the claim of a workflow that runs on the branch, also after the run of another one (`workflow_run`)."""
    return f"ref:refs/heads/{settings.branch}"


def _github(settings: DeploymentsSettings, events: Sequence[str]) -> Issuer:
    """Return GitHub as the issuer: https://docs.github.com/en/actions/reference/security/oidc#example-subject-claims.

    In the tokens of a repository that was created, renamed or moved since July 15, 2026, its name is
    `owner@id/name@id`, of an older one `owner/name`. The config has no ids, so a * replaces them. It matches no other
    repository, as a name has no @, and a : in a branch's name is encoded as %3A.
    https://docs.github.com/en/actions/reference/security/oidc#immutable-subject-claims
    """
    owner, _, name = str(settings.repository).partition("/")
    forms = (f"{owner}/{name}", f"{owner}@*/{name}@*")
    subjects = tuple(f"repo:{form}:{event}" for event in events for form in forms)
    return Issuer("token.actions.githubusercontent.com", "sts.amazonaws.com", subjects)


def trust_policy(issuer: Issuer, provider_arn: str) -> dict[str, Any]:
    """Return the trust policy: who may assume the role."""
    statement = {
        "Effect": "Allow",
        "Principal": {"Federated": provider_arn},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": {
            "StringEquals": {f"{issuer.host}:aud": issuer.audience},
            "StringLike": {f"{issuer.host}:sub": list(issuer.subjects)},
        },
    }
    return {"Version": VERSION, "Statement": [statement]}
