"""The certificate of the site's names: requested where CloudFront looks for it, and waited for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pulumi
from pulumi_aws.acm import Certificate, CertificateValidation
from pulumi_aws.route53 import Record

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hosting.resource_names import ResourceNames

# A person says that the records are there; the CA looks for them every few minutes.
_LONGEST_WAIT = "15m"
_TTL_SECONDS = 300


def request_certificate(names: ResourceNames, hosts: Sequence[str], opts: pulumi.ResourceOptions) -> Certificate:
    """Return the certificate for ``hosts``; nothing waits for it to be issued."""
    return Certificate(
        names.logical("certificate"),
        domain_name=hosts[0],
        subject_alternative_names=list(hosts[1:]) or None,
        validation_method="DNS",
        opts=opts,
    )


def prove_in_zone(
    names: ResourceNames,
    hosts: Sequence[str],
    certificate: Certificate,
    zone_id: pulumi.Output[str],
    opts: pulumi.ResourceOptions,
) -> list[Record]:
    """Return the records that prove ``hosts``: a name and its wildcard share one record."""
    bases = dict.fromkeys(host.removeprefix("*.") for host in hosts)
    return [_proof(names.logical(f"{base}-proof"), base, certificate, zone_id, opts) for base in bases]


def _proof(
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
        # Every certificate of an account for this name has this very record, the one before this too.
        allow_overwrite=True,
        opts=opts,
    )


def wait_for(
    names: ResourceNames, certificate: Certificate, proofs: Sequence[Record], opts: pulumi.ResourceOptions
) -> pulumi.Output[str]:
    """Return the certificate's ARN when it is issued; without ``proofs`` their records are someone else's."""
    patience = None if proofs else pulumi.CustomTimeouts(create=_LONGEST_WAIT)
    validation = CertificateValidation(
        names.logical("certificate-validation"),
        certificate_arn=certificate.arn,
        validation_record_fqdns=[proof.fqdn for proof in proofs] or None,
        opts=pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(custom_timeouts=patience)),
    )
    return validation.certificate_arn
