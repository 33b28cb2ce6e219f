"""The DNS records of the site's names: made in a Route 53 zone, or told for another DNS."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pulumi
from pulumi_aws import route53

from hosting.domain.settings import is_in_zone
from hosting.errors import HostingError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pulumi_aws.acm import Certificate
    from pulumi_aws.cloudfront import Distribution

    from hosting.domain.settings import DomainSettings
    from hosting.resource_names import ResourceNames


def find_zone(
    settings: DomainSettings, stack: str, opts: pulumi.ResourceOptions
) -> pulumi.Output[route53.GetZoneResult]:
    """Return the public zone that the settings name.

    Asked at once: what an Output's look-up fails with can be told only with a traceback. One given by its id is held
    against the names here, at preview already: the provider would put the zone's name behind a name that is not inside.

    Raises:
        HostingError: there is no such zone, or the names are outside of it.
    """
    ask = pulumi.InvokeOptions(provider=opts.provider, parent=opts.parent)
    by_id: dict[str, Any] = {"zone_id": settings.zone_id}
    by_name: dict[str, Any] = {"name": settings.zone, "private_zone": False}
    try:
        zone = route53.get_zone(**(by_name if settings.zone_id is None else by_id), opts=ask)
    except Exception as error:
        raise HostingError(
            f"'domain:zone' can't be found in this account (got {settings.zone}: {error}): make it in Route 53, or "
            f"pulumi config set --stack {stack} domain:zone '<another zone>'"
        ) from error
    outside = [name for name in settings.names if not is_in_zone(name, zone.name.rstrip("."))]
    if outside:
        raise HostingError(
            f"'domain:names' must be in the zone {zone.name}, {', '.join(outside)} can't be: "
            f"pulumi config set --stack {stack} domain:zone '<another zone>'"
        )
    return pulumi.Output.from_input(zone)


def point_names(  # noqa: PLR0913 - `ipv6` is named
    names: ResourceNames,
    hosts: Sequence[str],
    zone_id: pulumi.Output[str],
    distribution: Distribution,
    opts: pulumi.ResourceOptions,
    *,
    ipv6: bool,
) -> None:
    """Declare the records that lead from each name to the distribution, by IPv6 too where it has that."""
    for kind in ("A", "AAAA") if ipv6 else ("A",):
        for host in hosts:
            route53.Record(
                names.logical(f"{host}-{kind}"),
                zone_id=zone_id,
                name=host,
                type=kind,
                aliases=[
                    {
                        "name": distribution.domain_name,
                        "zone_id": distribution.hosted_zone_id,
                        "evaluate_target_health": False,
                    }
                ],
                opts=opts,
            )


def told_proofs(certificate: Certificate | None) -> pulumi.Output[list[dict[str, str]]]:
    """Return the records by which another DNS proves the certificate's names, each once."""
    if certificate is None:
        return pulumi.Output.from_input([])
    return certificate.domain_validation_options.apply(_proofs)


def _proofs(options: Sequence[Any]) -> list[dict[str, str]]:
    records = {each.resource_record_name: each for each in options}
    return [
        {
            "for": "certificate",
            "name": name.rstrip("."),
            "type": record.resource_record_type,
            "value": record.resource_record_value.rstrip("."),
        }
        for name, record in sorted(records.items())
    ]


def told_names(names: Sequence[str], distribution: Distribution) -> pulumi.Output[list[dict[str, str]]]:
    """Return the records by which another DNS leads to the distribution.

    At the top of a zone the DNS knows no CNAME; providers call what they have instead ALIAS or ANAME.
    """
    return distribution.domain_name.apply(
        lambda domain: [{"for": "visitors", "name": name, "type": "CNAME or ALIAS", "value": domain} for name in names]
    )
