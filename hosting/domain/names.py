"""The stage's own names as a whole: certificate before the distribution, records after it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pulumi

from hosting.domain.attached_names import AttachedNames
from hosting.domain.certificate import prove_in_zone, request_certificate, wait_for
from hosting.domain.records import find_zone, point_names, told_names, told_proofs

if TYPE_CHECKING:
    from pulumi_aws.acm import Certificate
    from pulumi_aws.cloudfront import Distribution
    from pulumi_aws.route53 import GetZoneResult

    from hosting.config.load import Settings
    from hosting.resource_names import ResourceNames


class OwnNames:
    """The names of a stage that has some.

    Attributes:
        attached: what the distribution is told; None as long as another DNS has not proved the names.
        zone: the Route 53 zone, if the settings name one.
    """

    def __init__(
        self,
        names: ResourceNames,
        settings: Settings,
        opts: pulumi.ResourceOptions,
        certificate_options: pulumi.ResourceOptions,
    ) -> None:
        """Declare the certificate, what proves its names, and the wait until it is issued.

        ``certificate_options`` have the provider for the region of certificates, ``opts`` that of all else.
        """
        self._certificate_options = certificate_options
        self._resource_names = names
        self._settings, self._opts, domain = settings, opts, settings.domain
        self._certificate: Certificate | None = None
        self.zone: pulumi.Output[GetZoneResult] | None = None
        if domain.zone:
            self.zone = find_zone(domain, settings.stack, opts)
        self.attached = self._given() if domain.certificate_arn else self._requested()

    def _given(self) -> AttachedNames:
        domain = self._settings.domain
        return AttachedNames(domain.names, domain.certificate_arn or "")

    def _requested(self) -> AttachedNames | None:
        domain = self._settings.domain
        self._certificate = request_certificate(self._resource_names, domain.names, self._certificate_options)
        if not domain.is_attached:
            pulumi.log.warn(_to_do(self._settings.stack), self._opts.parent)
            return None
        proofs = []
        if self.zone is not None:
            zone_id, names = self.zone.zone_id, self._resource_names
            proofs = prove_in_zone(names, domain.names, self._certificate, zone_id, self._opts)
        arn = wait_for(self._resource_names, self._certificate, proofs, self._certificate_options)
        return AttachedNames(domain.names, arn)

    @property
    def zone_arn(self) -> pulumi.Output[str] | None:
        """The ARN of the Route 53 zone, if the settings name one."""
        return self.zone.arn if self.zone is not None else None

    @property
    def is_requested(self) -> bool:
        """Whether the stack has a certificate of its own, rather than one that it was given."""
        return self._certificate is not None

    def lead_to(self, distribution: Distribution) -> dict[str, pulumi.Input[object] | None]:
        """Declare the records that lead to ``distribution``; return the outputs, with what another DNS is to have."""
        domain = self._settings.domain
        arn = self._certificate.arn if self._certificate else domain.certificate_arn
        found: dict[str, pulumi.Input[object] | None] = {"certificateArn": arn}
        if self.zone is not None:
            ipv6 = self._settings.cloudfront.ipv6
            hosts, zone_id = domain.names, self.zone.zone_id
            point_names(self._resource_names, hosts, zone_id, distribution, self._opts, ipv6=ipv6)
        else:
            found["domainRecords"] = pulumi.Output.all(
                told_proofs(self._certificate), told_names(domain.names, distribution)
            ).apply(lambda records: [*records[0], *records[1]])
        if self.attached is not None:
            found["url"] = f"https://{domain.names[0]}"
        return found


def _to_do(stack: str) -> str:
    return (
        "The site does not answer under 'domain:names' yet. Make the records for the certificate at your DNS, "
        f"`pulumi stack output --stack {stack} domainRecords` tells them, and then: "
        f"pulumi config set --stack {stack} domain:validated true && pulumi up --stack {stack}"
    )
