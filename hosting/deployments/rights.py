"""The permissions policies of the roles of deployments and of previews."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hosting.aws.key_value_store_errors import DATA_ACTIONS
from hosting.aws.regions import CLOUDFRONT_REGION
from hosting.deployments import actions
from hosting.resource_names import MAX_PREFIX_LENGTH, resource_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from hosting.cloudfront.settings import CloudFrontSettings

VERSION = "2012-10-17"


@dataclass(frozen=True)
class CloudFrontScope:
    """The resources of a stack with CloudFront, including those that it does not have yet.

    The role can't extend its own permissions. So it has those that a push may need later, for logs or a redirect by
    country.

    Attributes:
        cloudfront: the prefix of the account's CloudFront ARNs, such as ``arn:aws:cloudfront::123456789012``.
        logs: the ARNs of the buckets for access logs; a * matches any text.
        alarms: the ARNs of the alarms; a * matches any text.
        web_acl: the ARN of the web ACL; None without one.
    """

    cloudfront: str
    logs: tuple[str, ...] = ()
    alarms: tuple[str, ...] = ()
    web_acl: str | None = None


@dataclass(frozen=True)
class DomainScope:
    """The resources of a stack with custom host names.

    Attributes:
        certificates: the ARNs of the certificates that it requests, where a * matches any text; None for none.
        zone: the ARN of its Route 53 zone; None without one.
    """

    certificates: str | None = None
    zone: str | None = None


@dataclass(frozen=True)
class Scope:
    """The resources that a deployment may use.

    Attributes:
        buckets: the ARNs of the sites' buckets; a * matches any text.
        role: the ARN of the deployment's own role.
        provider: the ARN of the OIDC provider that the role trusts.
        cloudfront: the scope in CloudFront; None without CloudFront.
        domain: the scope of custom host names; None without any.
        promoted: the ARN of the bucket of the stack whose releases are promoted; None without one.
    """

    buckets: tuple[str, ...]
    role: str
    provider: str
    cloudfront: CloudFrontScope | None = None
    domain: DomainScope | None = None
    promoted: str | None = None


def bucket_patterns(project: str, review_stacks: Iterable[str]) -> list[str]:
    """Return the patterns of the review stacks' bucket names: ``pr-*`` of ``site`` -> ``site-pr-*``."""
    return [_bucket_pattern(project, pattern) for pattern in review_stacks]


def _bucket_pattern(project: str, pattern: str) -> str:
    prefix = resource_name(project, pattern.removesuffix("*"))
    whole_word = not pattern.endswith("*") or not pattern[-2].isalnum()
    # Because of the hyphen, `pr-*` does not match the buckets of `prod`; a truncated name has no hyphen there.
    return f"{prefix}-*" if whole_word and len(prefix) < MAX_PREFIX_LENGTH else f"{prefix}*"


@dataclass(frozen=True)
class StackResources:
    """The stack's own resources, by the prefixes and suffixes of their physical names.

    A resource keeps its name when the stack or the project is renamed. So the prefix alone would lose the permissions
    for existing resources, and the suffix alone, a hash of the bucket's name, those for one beside an earlier bucket.
    Their exact ARNs would change the policy with each resource, and a deployment must not change its own role.

    Attributes:
        name: the prefix of the stack itself.
        suffix: the suffix of the stack itself; empty leaves out the names under earlier prefixes.
        cloudfront: the CloudFront settings.
        patterns: the patterns of the review stacks that share the role, from ``bucket_patterns``.
    """

    name: str
    suffix: str
    cloudfront: CloudFrontSettings
    patterns: tuple[str, ...]

    def buckets(self, partition: str) -> tuple[str, ...]:
        """Return the ARNs of the review stacks' buckets, including those of their logs."""
        return tuple(f"arn:{partition}:s3:::{pattern}" for pattern in self.patterns)

    def cloudfront_scope(self, partition: str, account: str) -> CloudFrontScope | None:
        """Return the scope in CloudFront; None without CloudFront, also for its review stacks."""
        if not self.cloudfront.enabled:
            return None
        return CloudFrontScope(
            f"arn:{partition}:cloudfront::{account}",
            (*(f"arn:{partition}:s3:::{name}" for name in self._own_names("logs")), *self.buckets(partition)),
            tuple(
                f"arn:{partition}:cloudwatch:{CLOUDFRONT_REGION}:{account}:alarm:{pattern}"
                for pattern in (*self._own_names("5xx"), *self.patterns)
            ),
            self.cloudfront.web_acl_arn,
        )

    def _own_names(self, role: str) -> tuple[str, ...]:
        """Return the patterns of the names of the resource with this role, under the stack's and earlier prefixes."""
        own = f"{self.name}-{role}-*"
        return (own, f"*-{role}-{self.suffix}") if self.suffix else (own,)


def permissions_policy(scope: Scope) -> dict[str, Any]:
    """Return the permissions policy of the role."""
    cloudfront = _cloudfront_statements(scope.cloudfront) if scope.cloudfront else ()
    buckets = list(dict.fromkeys([*scope.buckets, *(scope.cloudfront.logs if scope.cloudfront else ())]))
    statements = [
        ("Bucket", actions.BUCKET_ACTIONS, buckets),
        ("Objects", actions.OBJECT_ACTIONS, [f"{bucket}/*" for bucket in buckets]),
        *cloudfront,
        *([("Promotion", ("s3:GetObject",), [f"{scope.promoted}/*"])] if scope.promoted else []),
        ("OwnRole", actions.ROLE_ACTIONS, [scope.role]),
        ("OwnProvider", actions.PROVIDER_ACTIONS, [scope.provider]),
        *_domain_statements(scope.domain or DomainScope()),
    ]
    return _document(statements)


def previews_policy(bucket: str, store: str) -> dict[str, Any]:
    """Return the permissions policy of the role of previews, by the ARNs of the edge's bucket and store."""
    return _document(
        [
            ("Bucket", actions.PREVIEW_BUCKET_ACTIONS, [bucket]),
            ("Objects", actions.PREVIEW_OBJECT_ACTIONS, [f"{bucket}/*"]),
            ("Store", DATA_ACTIONS, [store]),
        ]
    )


def _document(statements: Iterable[tuple[str, Iterable[str], list[str]]]) -> dict[str, Any]:
    """Return the policy that allows the actions of each statement on its resources."""
    return {
        "Version": VERSION,
        "Statement": [
            {"Sid": sid, "Effect": "Allow", "Action": list(each), "Resource": resources}
            for sid, each, resources in statements
        ],
    }


def _cloudfront_statements(scope: CloudFrontScope) -> Iterator[tuple[str, tuple[str, ...], list[str]]]:
    """Yield the statements about CloudFront."""
    for kind, kind_actions in actions.CLOUDFRONT_ACTIONS.items():
        yield _sid(kind), kind_actions, [f"{scope.cloudfront}:{kind}/*"]
    yield "Tags", actions.TAG_ACTIONS, [f"{scope.cloudfront}:{kind}/*" for kind in actions.TAGGED]
    yield "Logs", actions.LOG_ACTIONS, list(scope.logs)
    yield "Alarms", actions.ALARM_ACTIONS, list(scope.alarms)
    if scope.web_acl is not None:
        yield "WebAcl", actions.WEB_ACL_ACTIONS, [scope.web_acl]


def _domain_statements(scope: DomainScope) -> Iterator[tuple[str, tuple[str, ...], list[str]]]:
    """Yield the statements about host names; actions without resource-level permissions have the resource *."""
    if scope.certificates is not None:
        yield "Certificates", actions.CERTIFICATE_ACTIONS, [scope.certificates]
        yield "CertificateRequests", ("acm:RequestCertificate",), ["*"]
    if scope.zone is not None:
        yield "Zone", actions.ZONE_ACTIONS, [scope.zone]
        yield "ZoneChanges", ("route53:GetChange",), [f"{scope.zone.partition(':hostedzone/')[0]}:change/*"]
        yield "Zones", ("route53:ListHostedZones",), ["*"]


def _sid(kind: str) -> str:
    return "".join(word.capitalize() for word in kind.split("-"))
