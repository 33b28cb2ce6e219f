"""Checks of the host names: their zone, its delegation, and whether another distribution has them."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Any

from hosting.aws.cloudfront_lists import listed
from hosting.doctor.aws_clients import AWS_ERRORS, error_code
from hosting.doctor.lines import Line
from hosting.doctor.name_servers import DnsError
from hosting.doctor.state import DISTRIBUTION
from hosting.domain.conflicts import REMOVE_NAME, more_specific, overlaps, reported_conflicts
from hosting.domain.settings import is_in_zone

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hosting.doctor.context import Context

_CREATE_ZONE = "create it in Route 53, or pulumi config set --stack {} domain:zone '<another zone>'"
_MOVE_NAME = (
    "https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/alternate-domain-names-move-options.html"
)

# The certificate does not cover the name, or the credentials have no right to ask.
_NO_ANSWER = ("InvalidArgument", "AccessDenied")


def check_zone(context: Context) -> Iterator[Line]:
    """Find the zone in Route 53, and compare its name servers with those in DNS."""
    wanted = context.settings.domain.zone
    if wanted is None:
        return
    zone = _find_zone(context, wanted)
    if zone is None:
        step = _CREATE_ZONE.format(shlex.quote(context.stack))
        yield Line("error", f"The account has no public hosted zone {wanted}", step)
        return
    name = zone["HostedZone"]["Name"].rstrip(".")
    outside = [host for host in context.settings.domain.names if not is_in_zone(host, name)]
    if outside:
        step = f"pulumi config set --stack {shlex.quote(context.stack)} domain:zone '<another zone>'"
        yield Line("error", f"The zone {name} can't have records of {', '.join(outside)}", step)
    else:
        yield Line("ok", f"The hosted zone {name} exists")
    yield _delegation(context, name, zone["DelegationSet"]["NameServers"])


def _find_zone(context: Context, wanted: str) -> dict[str, Any] | None:
    """Return the public zone of that name or ID with its name servers; None if the account does not have it."""
    client = context.aws.client("route53")
    identifier = context.settings.domain.zone_id
    if identifier is None:
        found = client.list_hosted_zones_by_name(DNSName=f"{wanted}.")["HostedZones"]
        public = [each for each in found if each["Name"] == f"{wanted}." and not each["Config"].get("PrivateZone")]
        if not public:
            return None
        identifier = public[0]["Id"]
    try:
        zone: dict[str, Any] = client.get_hosted_zone(Id=identifier)
    except AWS_ERRORS as error:
        if error_code(error) != "NoSuchHostedZone":
            raise
        return None
    return None if zone["HostedZone"]["Config"].get("PrivateZone") else zone


def _delegation(context: Context, name: str, servers: list[str]) -> Line:
    own = {server.rstrip(".").lower() for server in servers}
    try:
        found = context.name_servers(name)
    except DnsError as error:
        return Line("not checked", f"DNS did not say which name servers {name} has ({error})")
    step = f"set the name servers of {name} at its registrar to {', '.join(sorted(own))}"
    if not found:
        return Line("error", f"{name} is not delegated: DNS has no name servers for it", step)
    if found.isdisjoint(own):
        return Line("error", f"{name} is delegated to {', '.join(sorted(found))}, and not to the hosted zone", step)
    if found != own:
        return Line("warning", f"{name} is delegated to {', '.join(sorted(found))}, not only to the hosted zone", step)
    return Line("ok", f"{name} is delegated to the hosted zone")


def check_names(context: Context) -> Iterator[Line]:
    """Find other distributions that have one of the stack's host names, or one that a wildcard of the stack covers."""
    names = context.settings.domain.names
    if not names:
        return
    client, own = context.aws.client("cloudfront"), sorted(context.state.ids(DISTRIBUTION))
    owners, unanswered = _listed_owners(client, names, own), []
    for name in names if own else ():
        try:
            owners |= reported_conflicts(client, name, own[0])
        except AWS_ERRORS as error:
            if error_code(error) not in _NO_ANSWER:
                raise
            unanswered.append(name)
            yield Line("not checked", f"CloudFront did not say which distributions conflict with {name} ({error})")
    for name, owner in sorted(owners.items()):
        yield _taken(name, owner) if name in names else Line("warning", more_specific(name, owner), REMOVE_NAME)
    if not owners.keys() & set(names):
        seen = "No other distribution" if own and not unanswered else "No distribution of this account"
        yield Line("ok", f"{seen} has {', '.join(names)}")


def _taken(name: str, owner: str) -> Line:
    step = f"import it if it is among the left-overs below; else remove the name there, or move it: {_MOVE_NAME}"
    return Line("error", f"The host name {name} is on {owner}, and only one distribution can have it", step)


def _listed_owners(client: Any, names: tuple[str, ...], own: list[str]) -> dict[str, str]:  # noqa: ANN401 - boto3
    """Return the aliases that other distributions of this account have, with the distribution of each."""
    return {
        alias: f"distribution {each['Id']} of this account"
        for each in listed(client.list_distributions, items="Items", within="DistributionList")
        for alias in each.get("Aliases", {}).get("Items") or []
        if each["Id"] not in own and overlaps(alias, names)
    }
