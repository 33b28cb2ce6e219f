"""The role that deployments of a stack take on in AWS, without keys: OIDC provider, role, policy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pulumi
import pulumi_aws
from pulumi_aws import iam

from hosting.deployments.rights import NamesRights, Own, Scope, bucket_patterns, issuer_of, rights, trust_policy

if TYPE_CHECKING:
    from hosting.config.load import Settings
    from hosting.deployments.rights import Issuer, Stack
    from hosting.deployments.settings import DeploymentsSettings
    from hosting.domain.names import OwnNames


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
    name: str,
    settings: Settings,
    stack: Stack,
    bucket_arn: pulumi.Output[str],
    opts: pulumi.ResourceOptions,
    *,
    names: OwnNames | None = None,
) -> DeploymentRole:
    """Return the role for deployments of ``stack``, with only the rights that this program uses on its own resources.

    Args:
        name: what the names in the cloud begin with.
        settings: the stack's settings.
        stack: which stack may take on the role.
        bucket_arn: the site's bucket.
        opts: the options; its provider is also whom the account is asked of.
        names: the site's own host names, if it has any.

    Raises:
        HostingError: nobody could take on that role.
    """
    issuer = issuer_of(settings.deployments, stack)
    provider_arn = _provider(name, settings.deployments, issuer, opts)
    role = iam.Role(
        f"{name}-deploy",
        description=f"Deploys the Pulumi stack {stack.name} of {stack.project}",
        assume_role_policy=pulumi.Output.json_dumps(provider_arn.apply(lambda arn: trust_policy(issuer, arn))),
        opts=opts,
    )
    own = Own(name, settings.cloudfront, tuple(bucket_patterns(stack.project, settings.deployments.review_stacks)))
    document = _document(own, bucket_arn, DeploymentRole(role.arn, provider_arn), names, opts)
    iam.RolePolicy(f"{name}-deploy", role=role.name, policy=pulumi.Output.json_dumps(document), opts=opts)
    return DeploymentRole(role.arn, provider_arn)


def _document(
    own: Own,
    bucket_arn: pulumi.Output[str],
    role: DeploymentRole,
    names: OwnNames | None,
    opts: pulumi.ResourceOptions,
) -> pulumi.Output[dict[str, Any]]:
    ask = pulumi.InvokeOutputOptions(provider=opts.provider, parent=opts.parent)
    partition = pulumi_aws.get_partition_output(opts=ask).partition
    account = pulumi_aws.get_caller_identity_output(opts=ask).account_id
    zone = names.zone.arn if names and names.zone is not None else None
    requests = names is not None and names.is_requested
    return pulumi.Output.all(bucket_arn, partition, account, role.arn, role.provider_arn, zone).apply(
        lambda known: rights(
            Scope(
                (known[0], *own.buckets(known[1])),
                known[3],
                known[4],
                own.edge(known[1], known[2]),
                NamesRights(f"arn:{known[1]}:acm:us-east-1:{known[2]}:certificate/*" if requests else None, known[5]),
            )
        )
    )


def _provider(
    name: str, settings: DeploymentsSettings, issuer: Issuer, opts: pulumi.ResourceOptions
) -> pulumi.Output[str]:
    """Return the OIDC provider's ARN: an account has one an issuer at the most, so one that is there is used."""
    if settings.oidc_provider_arn is not None:
        return pulumi.Output.from_input(settings.oidc_provider_arn)
    provider = iam.OpenIdConnectProvider(
        f"{name}-deploy", url=f"https://{issuer.host}", client_id_lists=[issuer.audience], opts=opts
    )
    return provider.arn
