"""The certificate of the host names: requested in CloudFront's region, validated by DNS, and waited for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pulumi
from pulumi_aws.acm import Certificate, CertificateValidation
from pulumi_aws.route53 import Record

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hosting.resource_names import ResourceNames

# The user has confirmed the records (`domain:validated`); ACM checks them every few minutes.
_MAX_WAIT = "15m"
_TTL_SECONDS = 300


def request_certificate(names: ResourceNames, hosts: Sequence[str], opts: pulumi.ResourceOptions) -> Certificate:
    """Return the certificate for ``hosts``, without waiting for its issuance."""
    return Certificate(
        names.logical("certificate"),
        domain_name=hosts[0],
        subject_alternative_names=list(hosts[1:]) or None,
        validation_method="DNS",
        opts=opts,
    )


def make_validation_records(
    names: ResourceNames,
    hosts: Sequence[str],
    certificate: Certificate,
    zone_id: pulumi.Output[str],
    opts: pulumi.ResourceOptions,
) -> list[Record]:
    """Return the records in the zone that validate ``hosts``; a name and its wildcard share one record."""
    bases = dict.fromkeys(host.removeprefix("*.") for host in hosts)
    return [_validation_record(names.logical(f"{base}-proof"), base, certificate, zone_id, opts) for base in bases]


def _validation_record(
    logical_name: str,
    base: str,
    certificate: Certificate,
    zone_id: pulumi.Output[str],
    opts: pulumi.ResourceOptions,
) -> Record:
    option: pulumi.Output[Any] = certificate.domain_validation_options.apply(
        lambda options: next(each for each in options if str(each.domain_name).removeprefix("*.") == base)
    )
    return Record(
        logical_name,
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
    names: ResourceNames, certificate: Certificate, records: Sequence[Record], opts: pulumi.ResourceOptions
) -> pulumi.Output[str]:
    """Return the certificate's ARN once it is issued; ``records`` is empty if another DNS has the records."""
    timeouts = None if records else pulumi.CustomTimeouts(create=_MAX_WAIT)
    validation = CertificateValidation(
        names.logical("certificate-validation"),
        certificate_arn=certificate.arn,
        validation_record_fqdns=[record.fqdn for record in records] or None,
        opts=pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(custom_timeouts=timeouts)),
    )
    return validation.certificate_arn
