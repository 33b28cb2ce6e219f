"""The certificate of the host names: requested in CloudFront's region, validated by DNS, and waited for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pulumi
from pulumi_aws.acm import Certificate, CertificateValidation
from pulumi_aws.route53 import Record

if TYPE_CHECKING:
    from collections.abc import Sequence

# The user has confirmed the records (`domain:validated`); ACM checks them every few minutes.
_MAX_WAIT = "15m"
_TTL_SECONDS = 300


def request_certificate(name: str, names: Sequence[str], opts: pulumi.ResourceOptions) -> Certificate:
    """Return the certificate for ``names``, without waiting for its issuance."""
    return Certificate(
        name,
        domain_name=names[0],
        subject_alternative_names=list(names[1:]) or None,
        validation_method="DNS",
        opts=opts,
    )


def make_validation_records(
    names: Sequence[str], certificate: Certificate, zone_id: pulumi.Output[str], opts: pulumi.ResourceOptions
) -> list[Record]:
    """Return the records in the zone that validate the names; a name and its wildcard share one record."""
    bases = dict.fromkeys(name.removeprefix("*.") for name in names)
    return [_validation_record(base, certificate, zone_id, opts) for base in bases]


def _validation_record(
    base: str, certificate: Certificate, zone_id: pulumi.Output[str], opts: pulumi.ResourceOptions
) -> Record:
    option: pulumi.Output[Any] = certificate.domain_validation_options.apply(
        lambda options: next(each for each in options if str(each.domain_name).removeprefix("*.") == base)
    )
    return Record(
        f"{base}-proof",
        zone_id=zone_id,
        name=option.resource_record_name,
        type=option.resource_record_type,
        records=[option.resource_record_value],
        ttl=_TTL_SECONDS,
        # All certificates of an account for a name share this record, so it may exist already.
        allow_overwrite=True,
        opts=opts,
    )


def wait_for_certificate(
    name: str, certificate: Certificate, records: Sequence[Record], opts: pulumi.ResourceOptions
) -> pulumi.Output[str]:
    """Return the certificate's ARN once it is issued; ``records`` is empty if another DNS has the records."""
    timeouts = None if records else pulumi.CustomTimeouts(create=_MAX_WAIT)
    validation = CertificateValidation(
        name,
        certificate_arn=certificate.arn,
        validation_record_fqdns=[record.fqdn for record in records] or None,
        opts=pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(custom_timeouts=timeouts)),
    )
    return validation.certificate_arn
