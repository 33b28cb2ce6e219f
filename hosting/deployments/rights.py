"""What a deployment may do in AWS, and who may act as one: policy documents, as plain data. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hosting.aws.regions import CLOUDFRONT_REGION
from hosting.deployments import actions
from hosting.errors import HostingError
from hosting.resource_names import LONGEST_PREFIX, resource_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from hosting.cloudfront.settings import CloudFrontSettings
    from hosting.deployments.settings import DeploymentsSettings

_VERSION = "2012-10-17"

# What a backend without organizations calls the one that it has:
# https://www.pulumi.com/docs/reference/pkg/nodejs/pulumi/pulumi/functions/automation.fullyQualifiedStackName.html
_NO_ORGANIZATION = "organization"


@dataclass(frozen=True)
class Issuer:
    """Who issues the tokens with which a deployment takes on its role.

    Attributes:
        host: the issuer's URL without the scheme, which is also what IAM calls its claims by.
        audience: the claim `aud` of its tokens.
        subjects: the claims `sub` that are trusted; a * stands for any text.
    """

    host: str
    audience: str
    subjects: tuple[str, ...]


@dataclass(frozen=True)
class EdgeRights:
    """What a stack with CloudFront works on: all that a setting of it or a file of the site can ask for.

    So that a push may switch logs on, or bring a redirect by country, which a role that can't widen itself allows.

    Attributes:
        cloudfront: what the ARNs of the account's CloudFront begin with, such as ``arn:aws:cloudfront::123456789012``.
        logs: the ARNs of the buckets for access logs; a * stands for any text, here and in the next.
        alarms: the ARNs of the alarms.
        web_acl: the ARN of the web ACL, if it has one.
    """

    cloudfront: str
    logs: tuple[str, ...] = ()
    alarms: tuple[str, ...] = ()
    web_acl: str | None = None


@dataclass(frozen=True)
class NamesRights:
    """What a stack with host names of its own works on.

    Attributes:
        certificates: the ARNs of the certificates that it requests, a * stands for any text; None where it does not.
        zone: the ARN of its Route 53 zone, if it has one.
    """

    certificates: str | None = None
    zone: str | None = None


@dataclass(frozen=True)
class Scope:
    """What a deployment works on.

    Attributes:
        buckets: the ARNs of the sites' buckets, a * in them stands for any text.
        role: the ARN of the deployment's own role.
        provider: the ARN of the OIDC provider that the role trusts.
        edge: of a stack with CloudFront.
        names: of a stack with host names of its own.
    """

    buckets: tuple[str, ...]
    role: str
    provider: str
    edge: EdgeRights | None = None
    names: NamesRights | None = None


@dataclass(frozen=True)
class Stack:
    """Which stack is deployed."""

    organization: str
    project: str
    name: str


def issuer_of(settings: DeploymentsSettings, stack: Stack) -> Issuer:
    """Return whom to trust, and restricted to what.

    Raises:
        HostingError: it is to be Pulumi Cloud, and that is not where the stack is.
    """
    if settings.runs_on == "github-actions":
        return _github(settings)
    return _pulumi_cloud(settings, stack)


def _pulumi_cloud(settings: DeploymentsSettings, stack: Stack) -> Issuer:
    """https://www.pulumi.com/docs/deployments/guides/oidc/#custom-claims; organizations' names are lower case there."""
    if stack.organization == _NO_ORGANIZATION:
        raise HostingError(
            f"'deployments:createRole' would make a role for Pulumi Cloud, and stack '{stack.name}' is not kept there: "
            f"pulumi login, or pulumi config set --stack {stack.name} deployments:runsOn github-actions"
        )
    organization = stack.organization.lower()
    prefix = f"pulumi:deploy:org:{organization}:project:{stack.project}:stack"
    stacks = (stack.name, *settings.review_stacks)
    return Issuer(
        "api.pulumi.com/oidc", organization, tuple(f"{prefix}:{name}:operation:*:scope:write" for name in stacks)
    )


def _github(settings: DeploymentsSettings) -> Issuer:
    """https://docs.github.com/en/actions/reference/security/oidc#example-subject-claims.

    A repository made, renamed or moved since July 15, 2026 is `owner@id/name@id` in its tokens, an older one
    `owner/name`; the config knows no ids. Their * take in no other repository: a name has no @, and a : in a branch's
    name is told as %3A.
    https://docs.github.com/en/actions/reference/security/oidc#immutable-subject-claims
    """
    owner, _, name = str(settings.repository).partition("/")
    events = [f"ref:refs/heads/{settings.branch}", *(["pull_request"] if settings.previews else [])]
    forms = (f"{owner}/{name}", f"{owner}@*/{name}@*")
    subjects = tuple(f"repo:{form}:{event}" for event in events for form in forms)
    return Issuer("token.actions.githubusercontent.com", "sts.amazonaws.com", subjects)


def trust_policy(issuer: Issuer, provider_arn: str) -> dict[str, Any]:
    """Return who may take on the role."""
    statement = {
        "Effect": "Allow",
        "Principal": {"Federated": provider_arn},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": {
            "StringEquals": {f"{issuer.host}:aud": issuer.audience},
            "StringLike": {f"{issuer.host}:sub": list(issuer.subjects)},
        },
    }
    return {"Version": _VERSION, "Statement": [statement]}


def bucket_patterns(project: str, review_stacks: Iterable[str]) -> list[str]:
    """Return the names of review stacks' buckets: ``pr-*`` of ``site`` -> ``site-pr-*``."""
    return [_bucket_pattern(project, pattern) for pattern in review_stacks]


def _bucket_pattern(project: str, pattern: str) -> str:
    prefix = resource_name(project, pattern.removesuffix("*"))
    whole_word = not pattern.endswith("*") or not pattern[-2].isalnum()
    # The hyphen keeps `pr-*` off the buckets of `prod`; a name that was cut off has none there.
    return f"{prefix}-*" if whole_word and len(prefix) < LONGEST_PREFIX else f"{prefix}*"


@dataclass(frozen=True)
class Own:
    """What is the stack's own, told by what its names in the cloud begin with.

    Attributes:
        name: of the stack itself.
        cloudfront: its settings.
        patterns: what the names of the review stacks that share its role begin with, as ``bucket_patterns`` has them.
    """

    name: str
    cloudfront: CloudFrontSettings
    patterns: tuple[str, ...]

    def buckets(self, partition: str) -> tuple[str, ...]:
        """Return the ARNs of the review stacks' buckets, those for their logs among them."""
        return tuple(f"arn:{partition}:s3:::{pattern}" for pattern in self.patterns)

    def edge(self, partition: str, account: str) -> EdgeRights | None:
        """Return what it works on with CloudFront; without, its code has no rights there, nor has a review stack's."""
        if not self.cloudfront.enabled:
            return None
        return EdgeRights(
            f"arn:{partition}:cloudfront::{account}",
            (f"arn:{partition}:s3:::{self.name}-logs-*", *self.buckets(partition)),
            tuple(
                f"arn:{partition}:cloudwatch:{CLOUDFRONT_REGION}:{account}:alarm:{pattern}"
                for pattern in (f"{self.name}-5xx-*", *self.patterns)
            ),
            self.cloudfront.web_acl_arn,
        )


def rights(scope: Scope) -> dict[str, Any]:
    """Return what a deployment may do."""
    edge = _of_edge(scope.edge) if scope.edge else ()
    buckets = list(dict.fromkeys([*scope.buckets, *(scope.edge.logs if scope.edge else ())]))
    statements = [
        ("Bucket", actions.BUCKET_ACTIONS, buckets),
        ("Objects", actions.OBJECT_ACTIONS, [f"{bucket}/*" for bucket in buckets]),
        *edge,
        ("OwnRole", actions.ROLE_ACTIONS, [scope.role]),
        ("OwnProvider", actions.PROVIDER_ACTIONS, [scope.provider]),
        *_of_names(scope.names or NamesRights()),
    ]
    return {
        "Version": _VERSION,
        "Statement": [
            {"Sid": sid, "Effect": "Allow", "Action": list(each), "Resource": resources}
            for sid, each, resources in statements
        ],
    }


def _of_edge(edge: EdgeRights) -> Iterator[tuple[str, tuple[str, ...], list[str]]]:
    """Yield what CloudFront takes."""
    for kind, some in actions.CLOUDFRONT_ACTIONS.items():
        yield _sid(kind), some, [f"{edge.cloudfront}:{kind}/*"]
    yield "Tags", actions.TAG_ACTIONS, [f"{edge.cloudfront}:{kind}/*" for kind in actions.TAGGED]
    yield "Logs", actions.LOG_ACTIONS, list(edge.logs)
    yield "Alarms", actions.ALARM_ACTIONS, list(edge.alarms)
    if edge.web_acl is not None:
        yield "WebAcl", actions.WEB_ACL_ACTIONS, [edge.web_acl]


def _of_names(names: NamesRights) -> Iterator[tuple[str, tuple[str, ...], list[str]]]:
    """Yield what host names take; what has no resource of its own in AWS is about all of them."""
    if names.certificates is not None:
        yield "Certificates", actions.CERTIFICATE_ACTIONS, [names.certificates]
        yield "CertificateRequests", ("acm:RequestCertificate",), ["*"]
    if names.zone is not None:
        yield "Zone", actions.ZONE_ACTIONS, [names.zone]
        yield "ZoneChanges", ("route53:GetChange",), [f"{names.zone.partition(':hostedzone/')[0]}:change/*"]
        yield "Zones", ("route53:ListHostedZones",), ["*"]


def _sid(kind: str) -> str:
    return "".join(word.capitalize() for word in kind.split("-"))
