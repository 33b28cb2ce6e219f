"""The role that deployments of a stack take on in AWS, without keys: OIDC provider, role, policy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import pulumi
import pulumi_aws
from pulumi_aws import iam

from hosting.aws.cloud_names import kept
from hosting.aws.regions import CLOUDFRONT_REGION
from hosting.deployments.rights import NamesRights, Own, Scope, bucket_patterns, issuer_of, rights, trust_policy

if TYPE_CHECKING:
    from hosting.aws.cloud_names import CloudNames
    from hosting.config.load import Settings
    from hosting.deployments.rights import Issuer, Stack
    from hosting.deployments.settings import DeploymentsSettings


@dataclass(frozen=True)
class DeploymentRole:
    """What the stack exports of its role.

    Attributes:
        arn: the role's ARN.
        provider_arn: the ARN of the OIDC provider that it trusts; another stack's `deployments:oidcProviderArn`.
    """

    arn: pulumi.Output[str]
    provider_arn: pulumi.Output[str]


def make_role(  # noqa: PLR0913 - host names are named where there are any
    names: CloudNames,
    settings: Settings,
    stack: Stack,
    bucket_arn: pulumi.Output[str],
    opts: pulumi.ResourceOptions,
    *,
    zone_arn: pulumi.Output[str] | None = None,
    requests_certificate: bool = False,
) -> DeploymentRole:
    """Return the role for deployments of ``stack``, with only the rights that this program uses on its own resources.

    Args:
        names: the names of the resources.
        settings: the stack's settings.
        stack: which stack may take on the role.
        bucket_arn: the site's bucket.
        opts: the options; its provider is also whom the account is asked of.
        zone_arn: the Route 53 zone of the site's host names, if the settings name one.
        requests_certificate: whether the stack has a certificate of its own.

    Raises:
        HostingError: nobody could take on that role.
    """
    issuer = issuer_of(settings.deployments, stack)
    provider_arn = _provider(names, settings.deployments, issuer, opts)
    role = iam.Role(
        names.logical("deployment-role"),
        name=names.physical("deploy"),
        description=f"Deploys the Pulumi stack {stack.name} of {stack.project}",
        assume_role_policy=pulumi.Output.json_dumps(provider_arn.apply(lambda arn: trust_policy(issuer, arn))),
        opts=kept("name", opts),
    )
    own = Own(
        names.prefix, settings.cloudfront, tuple(bucket_patterns(stack.project, settings.deployments.review_stacks))
    )
    known = _Known(bucket_arn, DeploymentRole(role.arn, provider_arn), zone_arn, requests_certificate)
    document = _document(own, known, opts)
    iam.RolePolicy(
        names.logical("deployment-rights"),
        name="deploy",
        role=role.name,
        policy=pulumi.Output.json_dumps(document),
        opts=opts,
    )
    return DeploymentRole(role.arn, provider_arn)


class _Known(NamedTuple):
    """The resources that the role has rights on, besides the stack's own names."""

    bucket_arn: pulumi.Output[str]
    role: DeploymentRole
    zone_arn: pulumi.Output[str] | None
    requests_certificate: bool


def _document(own: Own, known: _Known, opts: pulumi.ResourceOptions) -> pulumi.Output[dict[str, Any]]:
    """Return the role's policy."""
    ask = pulumi.InvokeOutputOptions(provider=opts.provider, parent=opts.parent)
    partition = pulumi_aws.get_partition_output(opts=ask).partition
    account = pulumi_aws.get_caller_identity_output(opts=ask).account_id

    def document(values: list[str]) -> dict[str, Any]:
        partition, account, bucket_arn, role_arn, provider_arn, zone_arn = values
        certificates = f"arn:{partition}:acm:{CLOUDFRONT_REGION}:{account}:certificate/*"
        names = NamesRights(certificates if known.requests_certificate else None, zone_arn)
        buckets = (bucket_arn, *own.buckets(partition))
        return rights(Scope(buckets, role_arn, provider_arn, own.edge(partition, account), names))

    arns = (known.bucket_arn, known.role.arn, known.role.provider_arn, known.zone_arn)
    return pulumi.Output.all(partition, account, *arns).apply(document)


def _provider(
    names: CloudNames, settings: DeploymentsSettings, issuer: Issuer, opts: pulumi.ResourceOptions
) -> pulumi.Output[str]:
    """Return the OIDC provider's ARN: an account has one an issuer at the most, so one that is there is used."""
    if settings.oidc_provider_arn is not None:
        return pulumi.Output.from_input(settings.oidc_provider_arn)
    provider = iam.OpenIdConnectProvider(
        names.logical("oidc-provider"), url=f"https://{issuer.host}", client_id_lists=[issuer.audience], opts=opts
    )
    return provider.arn
