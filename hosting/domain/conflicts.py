"""Names of other distributions that a distribution's own names conflict with. Pure: callers have the client."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hosting.aws.cloudfront_lists import listed

if TYPE_CHECKING:
    from collections.abc import Collection

# What a user does about a name that is more specific than the stack's.
REMOVE_NAME = "remove the name there, unless its visitors are meant to get that distribution"


def overlaps(alias: str, names: Collection[str]) -> bool:
    """Return whether an alias is one of the names, or a wildcard among them covers it."""
    return alias in names or any(name.startswith("*.") and alias.endswith(name[1:]) for name in names)


def reported_conflicts(client: Any, name: str, own: str) -> dict[str, str]:  # noqa: ANN401 - boto3
    """Return the aliases that other distributions of any account have, with the distribution of each.

    CloudFront reports them only for names that the certificate of the stack's own distribution covers, and hides the
    first half of the IDs: https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_ListDomainConflicts.html

    Args:
        client: a client of CloudFront.
        name: a host name of the stack, perhaps a wildcard.
        own: the ID of the stack's own distribution.
    """
    resource = {"DistributionId": own}
    conflicts = listed(
        client.list_domain_conflicts, items="DomainConflicts", Domain=name, DomainControlValidationResource=resource
    )
    return {
        each["Domain"]: f"{each['ResourceType'].replace('-', ' ')} {each['ResourceId']} of account {each['AccountId']}"
        for each in conflicts
        if overlaps(each["Domain"], (name,)) and not own.endswith(each["ResourceId"].lstrip("*"))
    }


def more_specific(name: str, owner: str) -> str:
    """Return the sentence that CloudFront prefers a name of another distribution to a wildcard of the stack.

    https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/CNAMEs.html#alternate-domain-names-restrictions
    """
    return f"The host name {name} on {owner} is more specific than the stack's, so its visitors do not get this stack"
