"""What a deployment may do in AWS, and who may act as one: policy documents, as plain data. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hosting.naming import resource_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from hosting.deployments.settings import DeploymentsSettings

_VERSION = "2012-10-17"

# What the aws provider reads of a bucket at every refresh, used here or not, then what the program sets.
# https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html
BUCKET_ACTIONS = (
    "s3:GetAccelerateConfiguration",
    "s3:GetBucketAcl",
    "s3:GetBucketCORS",
    "s3:GetBucketLocation",
    "s3:GetBucketLogging",
    "s3:GetBucketObjectLockConfiguration",
    "s3:GetBucketOwnershipControls",
    "s3:GetBucketPolicy",
    "s3:GetBucketPublicAccessBlock",
    "s3:GetBucketRequestPayment",
    "s3:GetBucketTagging",
    "s3:GetBucketVersioning",
    "s3:GetBucketWebsite",
    "s3:GetEncryptionConfiguration",
    "s3:GetLifecycleConfiguration",
    "s3:GetReplicationConfiguration",
    "s3:ListBucket",
    "s3:ListBucketVersions",
    "s3:ListTagsForResource",
    "s3:CreateBucket",
    "s3:DeleteBucket",
    "s3:DeleteBucketPolicy",
    "s3:DeleteBucketWebsite",
    "s3:PutBucketCORS",
    "s3:PutBucketOwnershipControls",
    "s3:PutBucketPolicy",
    "s3:PutBucketPublicAccessBlock",
    "s3:PutBucketTagging",
    "s3:PutBucketWebsite",
    "s3:TagResource",
    "s3:UntagResource",
)
# Versions too: a bucket that was given versioning by hand is emptied of them on destroy.
OBJECT_ACTIONS = (
    "s3:AbortMultipartUpload",
    "s3:DeleteObject",
    "s3:DeleteObjectTagging",
    "s3:DeleteObjectVersion",
    "s3:GetObject",
    "s3:GetObjectTagging",
    "s3:PutObject",
    "s3:PutObjectAcl",
    "s3:PutObjectTagging",
)
# By the type in the ARN. https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncloudfront.html
CLOUDFRONT_ACTIONS = {
    "distribution": (
        "cloudfront:CreateDistribution",
        "cloudfront:CreateInvalidation",
        "cloudfront:DeleteDistribution",
        "cloudfront:GetDistribution",
        "cloudfront:GetDistributionConfig",
        "cloudfront:GetInvalidation",
        "cloudfront:ListTagsForResource",
        "cloudfront:TagResource",
        "cloudfront:UntagResource",
        "cloudfront:UpdateDistribution",
    ),
    "origin-access-control": (
        "cloudfront:CreateOriginAccessControl",
        "cloudfront:DeleteOriginAccessControl",
        "cloudfront:GetOriginAccessControl",
        "cloudfront:GetOriginAccessControlConfig",
        "cloudfront:UpdateOriginAccessControl",
    ),
    "cache-policy": (
        "cloudfront:CreateCachePolicy",
        "cloudfront:DeleteCachePolicy",
        "cloudfront:GetCachePolicy",
        "cloudfront:GetCachePolicyConfig",
        "cloudfront:UpdateCachePolicy",
    ),
    "response-headers-policy": (
        "cloudfront:CreateResponseHeadersPolicy",
        "cloudfront:DeleteResponseHeadersPolicy",
        "cloudfront:GetResponseHeadersPolicy",
        "cloudfront:GetResponseHeadersPolicyConfig",
        "cloudfront:UpdateResponseHeadersPolicy",
    ),
    "function": (
        "cloudfront:CreateFunction",
        "cloudfront:DeleteFunction",
        "cloudfront:DescribeFunction",
        "cloudfront:GetFunction",
        "cloudfront:PublishFunction",
        "cloudfront:UpdateFunction",
    ),
}
# Of a stack with host names of its own: https://docs.aws.amazon.com/service-authorization/latest/reference/list_awscertificatemanager.html
CERTIFICATE_ACTIONS = (
    "acm:AddTagsToCertificate",
    "acm:DeleteCertificate",
    "acm:DescribeCertificate",
    "acm:ListTagsForCertificate",
    "acm:RemoveTagsFromCertificate",
)
# https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonroute53.html
ZONE_ACTIONS = (
    "route53:ChangeResourceRecordSets",
    "route53:GetHostedZone",
    "route53:ListResourceRecordSets",
    "route53:ListTagsForResource",
)
# A deployment may look at its own role, never change it: a role that can widen itself has every right.
ROLE_ACTIONS = (
    "iam:GetRole",
    "iam:GetRolePolicy",
    "iam:ListAttachedRolePolicies",
    "iam:ListInstanceProfilesForRole",
    "iam:ListRolePolicies",
)
PROVIDER_ACTIONS = ("iam:GetOpenIDConnectProvider",)

_LONGEST_PREFIX = 48


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
class NamesRights:
    """What a stack with host names of its own works on.

    Attributes:
        certificates: the ARNs of the certificates that it requests, a * stands for any text; None where it does not.
        zone: the ARN of its Route 53 zone, if it has one.
    """

    certificates: str | None = None
    zone: str | None = None


@dataclass(frozen=True)
class Stack:
    """Which stack is deployed."""

    organization: str
    project: str
    name: str


def issuer_of(settings: DeploymentsSettings, stack: Stack) -> Issuer:
    """Return whom to trust, and restricted to what."""
    if settings.runs_on == "github-actions":
        return _github(settings)
    return _pulumi_cloud(settings, stack)


def _pulumi_cloud(settings: DeploymentsSettings, stack: Stack) -> Issuer:
    """https://www.pulumi.com/docs/deployments/guides/oidc/#custom-claims; organizations' names are lower case there."""
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
    return f"{prefix}-*" if whole_word and len(prefix) < _LONGEST_PREFIX else f"{prefix}*"


def rights(
    buckets: Iterable[str], cloudfront: str, role_arn: str, provider_arn: str, names: NamesRights | None = None
) -> dict[str, Any]:
    """Return what a deployment may do.

    Args:
        buckets: the ARNs of the buckets, a * in them stands for any text.
        cloudfront: what the ARNs of the account's CloudFront begin with, such as ``arn:aws:cloudfront::123456789012``.
        role_arn: the deployment's own role.
        provider_arn: the OIDC provider that the role trusts.
        names: the stack's host names, if it has any.
    """
    buckets = list(buckets)
    statements = [
        ("Bucket", BUCKET_ACTIONS, buckets),
        ("Objects", OBJECT_ACTIONS, [f"{bucket}/*" for bucket in buckets]),
        *((_sid(kind), actions, [f"{cloudfront}:{kind}/*"]) for kind, actions in CLOUDFRONT_ACTIONS.items()),
        ("OwnRole", ROLE_ACTIONS, [role_arn]),
        ("OwnProvider", PROVIDER_ACTIONS, [provider_arn]),
        *_of_names(names or NamesRights()),
    ]
    return {
        "Version": _VERSION,
        "Statement": [
            {"Sid": sid, "Effect": "Allow", "Action": list(actions), "Resource": resources}
            for sid, actions, resources in statements
        ],
    }


def _of_names(names: NamesRights) -> Iterator[tuple[str, tuple[str, ...], list[str]]]:
    """Yield what host names take; what has no resource of its own in AWS is about all of them."""
    if names.certificates is not None:
        yield "Certificates", CERTIFICATE_ACTIONS, [names.certificates]
        yield "CertificateRequests", ("acm:RequestCertificate",), ["*"]
    if names.zone is not None:
        yield "Zone", ZONE_ACTIONS, [names.zone]
        yield "ZoneChanges", ("route53:GetChange",), [f"{names.zone.partition(':hostedzone/')[0]}:change/*"]
        yield "Zones", ("route53:ListHostedZones",), ["*"]


def _sid(kind: str) -> str:
    return "".join(word.capitalize() for word in kind.split("-"))
