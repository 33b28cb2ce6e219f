"""The DNS records of the host names: created in a Route 53 zone, or listed for another DNS."""

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


def find_zone(
    settings: DomainSettings, stack: str, opts: pulumi.ResourceOptions
) -> pulumi.Output[route53.GetZoneResult]:
    """Return the public zone of the settings.

    The look-up is immediate, as the error of an Output's look-up has a traceback. The names are checked here, also in a
    preview: for a name outside of the zone, the provider would append the zone's name.

    Raises:
        HostingError: the zone does not exist, or a name is outside of it.
    """
    options = pulumi.InvokeOptions(provider=opts.provider, parent=opts.parent)
    by_id: dict[str, Any] = {"zone_id": settings.zone_id}
    by_name: dict[str, Any] = {"name": settings.zone, "private_zone": False}
    try:
        zone = route53.get_zone(**(by_name if settings.zone_id is None else by_id), opts=options)
    except Exception as error:
        raise HostingError(
            f"'domain:zone' can't be found in this account (got {settings.zone}: {error}): create it in Route 53, or "
            f"pulumi config set --stack {stack} domain:zone '<another zone>'"
        ) from error
    outside = [name for name in settings.names if not is_in_zone(name, zone.name.rstrip("."))]
    if outside:
        raise HostingError(
            f"'domain:names' must be in the zone {zone.name} (got {', '.join(outside)}): "
            f"pulumi config set --stack {stack} domain:zone '<another zone>'"
        )
    return pulumi.Output.from_input(zone)


def make_alias_records(
    names: Sequence[str],
    zone_id: pulumi.Output[str],
    distribution: Distribution,
    opts: pulumi.ResourceOptions,
    *,
    ipv6: bool,
) -> None:
    """Declare the alias records from each name to the distribution; with ``ipv6`` AAAA records too."""
    for kind in ("A", "AAAA") if ipv6 else ("A",):
        for name in names:
            route53.Record(
                f"{name}-{kind}",
                zone_id=zone_id,
                name=name,
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


def validation_records(certificate: Certificate | None) -> pulumi.Output[list[dict[str, str]]]:
    """Return the records with which another DNS validates the certificate's names, each once."""
    if certificate is None:
        return pulumi.Output.from_input([])
    return certificate.domain_validation_options.apply(_validation_records)


def _validation_records(options: Sequence[Any]) -> list[dict[str, str]]:
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


def alias_records(names: Sequence[str], distribution: Distribution) -> pulumi.Output[list[dict[str, str]]]:
    """Return the records with which another DNS refers to the distribution.

    The apex of a zone can't have a CNAME; DNS providers offer ALIAS or ANAME records there.
    """
    return distribution.domain_name.apply(
        lambda domain: [{"for": "visitors", "name": name, "type": "CNAME or ALIAS", "value": domain} for name in names]
    )
