"""What the `previews:` settings mean for the other settings of a stack."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hosting.domain.settings import DomainSettings, EdgeDomainSettings, is_in_zone

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from hosting.config.messages import Messages
    from hosting.previews.settings import PreviewsSettings

_DOMAIN, _EDGE = "previews:domain", "previews:edge"
# What a preview edge and its previews always are.
_IMPLIED = {"cloudfront:enabled": "true", "publish:mode": "bulk"}


def with_implied_values(values: Mapping[str, str]) -> Mapping[str, str]:
    """Return a stack's config, with CloudFront and bulk mode if it is a preview edge or a preview."""
    return {**values, **_IMPLIED} if values.keys() & {_DOMAIN, _EDGE} else values


def domain_model(values: Mapping[str, str]) -> type[DomainSettings]:
    """Return the model of the `domain:` settings of a stack with this config."""
    return EdgeDomainSettings if _DOMAIN in values else DomainSettings


def domain_of(domain: DomainSettings, previews: PreviewsSettings) -> DomainSettings:
    """Return the host names of a stack: those of a preview edge are below one domain, and a preview has none."""
    if previews.domain is not None:
        return domain.model_copy(update={"names": (f"*.{previews.domain}",)})
    return DomainSettings() if previews.edge is not None else domain


def edge_problems(previews: PreviewsSettings, domain: DomainSettings, messages: Messages) -> Iterator[str]:
    """Yield the problem of a preview edge without a certificate, or outside of its zone."""
    if previews.domain is None:
        return
    command = messages.set(("zone",), previews.domain)
    if not (domain.zone or domain.certificate_arn):
        rule = "is required on a preview edge, or certificateArn with a certificate of all names below its domain"
        yield messages.problem(("zone",), rule, command)
    elif domain.zone and not domain.zone_id and not is_in_zone(previews.domain, domain.zone):
        rule = f"must be the zone of previews:domain, {previews.domain}"
        yield messages.invalid(("zone",), rule, domain.zone, command)
