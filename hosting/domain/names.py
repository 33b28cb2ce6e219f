"""The custom host names of a stage: the certificate before the distribution, the records after it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pulumi

from hosting.domain.attached_names import AttachedNames
from hosting.domain.certificate import make_validation_records, request_certificate, wait_for_certificate
from hosting.domain.records import alias_records, find_zone, make_alias_records, validation_records

if TYPE_CHECKING:
    from pulumi_aws.acm import Certificate
    from pulumi_aws.cloudfront import Distribution
    from pulumi_aws.route53 import GetZoneResult

    from hosting.config.load import Settings


class CustomDomain:
    """The custom host names of a stage.

    Attributes:
        attached: the aliases of the distribution with their certificate; None until another DNS has validated them.
        zone: the Route 53 zone; None if the settings have none.
    """

    def __init__(
        self,
        name: str,
        settings: Settings,
        opts: pulumi.ResourceOptions,
        certificate_options: pulumi.ResourceOptions,
    ) -> None:
        """Declare the certificate, its validation records, and the wait for its issuance.

        ``certificate_options`` have the provider for the region of certificates, ``opts`` the one of other resources.
        """
        self._certificate_options = certificate_options
        self._settings, self._opts, domain = settings, opts, settings.domain
        self._certificate: Certificate | None = None
        self.zone: pulumi.Output[GetZoneResult] | None = None
        if domain.zone:
            self.zone = find_zone(domain, settings.stack, opts)
        self.attached = self._given_certificate() if domain.certificate_arn else self._requested_certificate(name)

    def _given_certificate(self) -> AttachedNames:
        domain = self._settings.domain
        return AttachedNames(domain.names, domain.certificate_arn or "")

    def _requested_certificate(self, name: str) -> AttachedNames | None:
        domain = self._settings.domain
        self._certificate = request_certificate(name, domain.names, self._certificate_options)
        if not domain.is_attached:
            pulumi.log.warn(_pending_validation(self._settings.stack), self._opts.parent)
            return None
        records = []
        if self.zone is not None:
            records = make_validation_records(domain.names, self._certificate, self.zone.zone_id, self._opts)
        arn = wait_for_certificate(name, self._certificate, records, self._certificate_options)
        return AttachedNames(domain.names, arn)

    @property
    def zone_arn(self) -> pulumi.Output[str] | None:
        """The ARN of the Route 53 zone; None if the settings have none."""
        return self.zone.arn if self.zone is not None else None

    @property
    def is_requested(self) -> bool:
        """Whether the stack requests its certificate; if not, the settings have one."""
        return self._certificate is not None

    def declare_records(self, distribution: Distribution) -> dict[str, pulumi.Input[object] | None]:
        """Declare the records for ``distribution``; return the outputs, with the records for another DNS."""
        domain = self._settings.domain
        arn = self._certificate.arn if self._certificate else domain.certificate_arn
        outputs: dict[str, pulumi.Input[object] | None] = {"certificateArn": arn}
        if self.zone is not None:
            ipv6 = self._settings.cloudfront.ipv6
            make_alias_records(domain.names, self.zone.zone_id, distribution, self._opts, ipv6=ipv6)
        else:
            outputs["domainRecords"] = pulumi.Output.all(
                validation_records(self._certificate), alias_records(domain.names, distribution)
            ).apply(lambda records: [*records[0], *records[1]])
        if self.attached is not None:
            outputs["url"] = f"https://{domain.names[0]}"
        return outputs


def _pending_validation(stack: str) -> str:
    return (
        "The site does not answer under 'domain:names' yet. Create the records for the certificate at your DNS "
        f"provider, `pulumi stack output --stack {stack} domainRecords` lists them, and then: "
        f"pulumi config set --stack {stack} domain:validated true && pulumi up --stack {stack}"
    )
