"""The AWS role that deployments of a stack assume without access keys: OIDC provider, role and policy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import pulumi
import pulumi_aws
from pulumi_aws import iam

from hosting.aws.cloud_names import keep_name
from hosting.aws.regions import CLOUDFRONT_REGION
from hosting.deployments.rights import (
    DomainScope,
    Scope,
    StackResources,
    bucket_patterns,
    permissions_policy,
    previews_policy,
)
from hosting.deployments.trust import issuer_of, previews_issuer_of, trust_policy

if TYPE_CHECKING:
    from hosting.aws.cloud_names import CloudNames
    from hosting.config.load import Settings
    from hosting.deployments.settings import DeploymentsSettings
    from hosting.deployments.trust import Issuer, Stack


@dataclass(frozen=True)
class DeploymentRole:
    """The role and its OIDC provider, which are stack outputs.

    Attributes:
        arn: the role's ARN.
        provider_arn: the ARN of the OIDC provider that it trusts, for `deployments:oidcProviderArn` of another stack.
        name: the role's name.
    """

    arn: pulumi.Output[str]
    provider_arn: pulumi.Output[str]
    name: pulumi.Output[str]


def make_role(  # noqa: PLR0913 - callers pass the options by keyword
    names: CloudNames,
    settings: Settings,
    stack: Stack,
    bucket_arn: pulumi.Output[str],
    opts: pulumi.ResourceOptions,
    *,
    zone_arn: pulumi.Output[str] | None = None,
    requests_certificate: bool = False,
    promoted_bucket: pulumi.Output[str] | None = None,
) -> DeploymentRole:
    """Return the role for deployments of ``stack``, with only the permissions for the stack's own resources.

    Args:
        names: the names of the resources.
        settings: the stack's settings.
        stack: the stack whose deployments may assume the role.
        bucket_arn: the ARN of the site's bucket.
        opts: the resource options, whose provider is also used to look up the account.
        zone_arn: the ARN of the Route 53 zone of the host names; None without one.
        requests_certificate: whether the stack requests a certificate.
        promoted_bucket: the bucket of the stack whose releases are promoted; None without one.

    Raises:
        HostingError: no deployment could assume the role.
    """
    issuer = issuer_of(settings.deployments, stack)
    role = _role(names, settings.deployments, issuer, f"Deploys the Pulumi stack {stack.name} of {stack.project}", opts)
    patterns = tuple(bucket_patterns(stack.project, settings.deployments.review_stacks))
    own = names.suffix.apply(lambda suffix: StackResources(names.prefix, suffix, settings.cloudfront, patterns))
    arns = _Arns(bucket_arn, role, zone_arn, requests_certificate, promoted_bucket)
    _rights(names, role, _document(own, arns, opts), opts)
    return role


def make_previews_role(  # noqa: PLR0913 - callers pass the options by keyword
    names: CloudNames,
    settings: Settings,
    stack: Stack,
    opts: pulumi.ResourceOptions,
    *,
    bucket_arn: pulumi.Output[str],
    store_arn: pulumi.Output[str],
) -> DeploymentRole:
    """Return the role with which previews are published: it writes to the edge's bucket and store, and nothing else.

    Args:
        names: the names of the edge's resources.
        settings: the settings of the edge.
        stack: the stack of the edge, which itself may not assume the role.
        opts: the resource options.
        bucket_arn: the ARN of the edge's bucket.
        store_arn: the ARN of its store.

    Raises:
        HostingError: no preview could assume the role.
    """
    issuer = previews_issuer_of(settings.deployments, stack)
    description = f"Publishes the previews of the Pulumi stack {stack.name} of {stack.project}"
    role = _role(names, settings.deployments, issuer, description, opts)
    document = pulumi.Output.all(bucket_arn, store_arn).apply(lambda arns: previews_policy(*arns))
    _rights(names, role, document, opts)
    return role


def _role(
    names: CloudNames,
    settings: DeploymentsSettings,
    issuer: Issuer,
    description: str,
    opts: pulumi.ResourceOptions,
) -> DeploymentRole:
    """Declare the role and, unless there is one, the provider that it trusts."""
    provider_arn = _provider(names, settings, issuer, opts)
    role = iam.Role(
        names.logical("deployment-role"),
        name=names.physical("deploy"),
        description=description,
        assume_role_policy=pulumi.Output.json_dumps(provider_arn.apply(lambda arn: trust_policy(issuer, arn))),
        opts=keep_name("name", opts),
    )
    return DeploymentRole(role.arn, provider_arn, role.name)


def _rights(
    names: CloudNames,
    role: DeploymentRole,
    document: pulumi.Output[dict[str, Any]],
    opts: pulumi.ResourceOptions,
) -> None:
    """Declare the permissions of the role."""
    iam.RolePolicy(
        names.logical("deployment-rights"),
        name="deploy",
        role=role.name,
        policy=pulumi.Output.json_dumps(document),
        opts=opts,
    )


class _Arns(NamedTuple):
    """What the permissions policy has of other resources' outputs."""

    bucket_arn: pulumi.Output[str]
    role: DeploymentRole
    zone_arn: pulumi.Output[str] | None
    requests_certificate: bool
    promoted_bucket: pulumi.Output[str] | None


def _document(
    own: pulumi.Output[StackResources], arns: _Arns, opts: pulumi.ResourceOptions
) -> pulumi.Output[dict[str, Any]]:
    """Return the permissions policy of the role."""
    options = pulumi.InvokeOutputOptions(provider=opts.provider, parent=opts.parent)
    partition = pulumi_aws.get_partition_output(opts=options).partition
    account = pulumi_aws.get_caller_identity_output(opts=options).account_id

    def document(values: list[Any]) -> dict[str, Any]:
        own, partition, account, bucket_arn, role_arn, provider_arn, zone_arn, promoted_bucket = values
        certificates = f"arn:{partition}:acm:{CLOUDFRONT_REGION}:{account}:certificate/*"
        domain = DomainScope(certificates if arns.requests_certificate else None, zone_arn)
        buckets = (bucket_arn, *own.buckets(partition))
        cloudfront = own.cloudfront_scope(partition, account)
        promoted = f"arn:{partition}:s3:::{promoted_bucket}" if promoted_bucket else None
        return permissions_policy(Scope(buckets, role_arn, provider_arn, cloudfront, domain, promoted))

    outputs = (arns.bucket_arn, arns.role.arn, arns.role.provider_arn, arns.zone_arn, arns.promoted_bucket)
    return pulumi.Output.all(own, partition, account, *outputs).apply(document)


def _provider(
    names: CloudNames, settings: DeploymentsSettings, issuer: Issuer, opts: pulumi.ResourceOptions
) -> pulumi.Output[str]:
    """Return the OIDC provider's ARN: of the one in the settings, as an account can have only one for each issuer."""
    if settings.oidc_provider_arn is not None:
        return pulumi.Output.from_input(settings.oidc_provider_arn)
    provider = iam.OpenIdConnectProvider(
        names.logical("oidc-provider"), url=f"https://{issuer.host}", client_id_lists=[issuer.audience], opts=opts
    )
    return provider.arn
