"""The resources that the domain's settings declare."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pulumi
import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.program.conftest import Deployed

CERTIFICATE = "aws:acm/certificate:Certificate"
VALIDATION = "aws:acm/certificateValidation:CertificateValidation"
RECORD = "aws:route53/record:Record"
DISTRIBUTION = "aws:cloudfront/distribution:Distribution"
FUNCTION = "aws:cloudfront/function:Function"
PROVIDER = "pulumi:providers:aws"
NAMES = '["www.example.com", "example.com", "*.example.com"]'
ARN = "arn:aws:acm:us-east-1:123456789012:certificate/12345678-1234-1234-1234-123456789012"


def of_type(deployed: Deployed, token: str) -> dict[str, dict[str, Any]]:
    """Return the inputs of every resource of a type, by name."""
    return {args.name: args.inputs for args in deployed.every if args.typ == token}


def test_without_names_nothing_is_declared(deploy: Callable[..., Deployed]) -> None:
    """A stage without host names has CloudFront's certificate, one provider, and no output about names."""
    found = deploy("prod")
    assert {CERTIFICATE, VALIDATION, RECORD}.isdisjoint(found.resources)
    assert "aliases" not in found.resources[DISTRIBUTION]
    assert found.resources[DISTRIBUTION]["viewerCertificate"] == {"cloudfrontDefaultCertificate": True}
    assert list(of_type(found, PROVIDER)) == ["site-aws"]
    assert {"certificateArn", "domainRecords"}.isdisjoint(found.outputs)


def test_the_certificate_is_in_cloudfronts_region(deploy: Callable[..., Deployed]) -> None:
    """Certificate and validation have a provider for us-east-1, which has the stack's other settings."""
    found = deploy("prod", domain_names=NAMES, domain_zone="example.com", aws_profile="acme")
    there = of_type(found, PROVIDER)["site-us-east-1"]
    assert (there["region"], there["profile"]) == ("us-east-1", "acme")
    with_it = {args.typ for args in found.every if "site-us-east-1" in (args.provider or "")}
    assert with_it == {CERTIFICATE, VALIDATION}
    assert found.resources[CERTIFICATE] == {
        "domainName": "www.example.com",
        "subjectAlternativeNames": ["example.com", "*.example.com"],
        "validationMethod": "DNS",
    }


def test_records_in_a_zone(deploy: Callable[..., Deployed]) -> None:
    """The zone gets one validation record for a name and its wildcard, and A and AAAA for each name."""
    found = of_type(deploy("prod", domain_names=NAMES, domain_zone="Z0123456789ABC"), RECORD)
    assert {record["zoneId"] for record in found.values()} == {"Z0123456789ABC"}
    assert found["site-example.com-proof"] == {
        "zoneId": "Z0123456789ABC",
        "name": "_proof.example.com.",
        "type": "CNAME",
        "records": ["proof.acm.example."],
        "ttl": 300,
        "allowOverwrite": True,
    }
    alias = {"name": "d1.cloudfront.net", "zoneId": "Z2FDTNDATAQYW2", "evaluateTargetHealth": False}
    pointing = {(record["name"], record["type"]) for record in found.values() if record.get("aliases") == [alias]}
    names = ("www.example.com", "example.com", "*.example.com")
    assert pointing == {(name, kind) for name in names for kind in ("A", "AAAA")}
    assert len(found) == len(pointing) + 2


def test_without_ipv6_there_is_no_aaaa(deploy: Callable[..., Deployed]) -> None:
    """A distribution without IPv6 has no AAAA records."""
    found = deploy("prod", domain_names=NAMES, domain_zone="example.com", cloudfront_ipv6="false")
    assert {record["type"] for record in of_type(found, RECORD).values()} == {"A", "CNAME"}


def test_the_distribution_has_its_names(deploy: Callable[..., Deployed]) -> None:
    """The distribution has the aliases, the issued certificate, and the redirect before the rules."""
    rule = '[{"source": "/a", "target": "/b", "status": "301"}]'
    found = deploy("prod", domain_names=NAMES, domain_zone="example.com", website_redirects=rule)
    distribution = found.resources[DISTRIBUTION]
    assert distribution["aliases"] == ["www.example.com", "example.com", "*.example.com"]
    assert distribution["viewerCertificate"] == {
        "acmCertificateArn": "arn:certificate",
        "sslSupportMethod": "sni-only",
        "minimumProtocolVersion": "TLSv1.2_2021",
    }
    assert "hostNames(request,state)||redirects(request,state)||" in found.resources[FUNCTION]["code"]
    assert found.outputs["url"] == "https://www.example.com"
    assert found.outputs["certificateArn"] == "arn:certificate"
    assert "domainRecords" not in found.outputs


def test_given_certificate(deploy: Callable[..., Deployed]) -> None:
    """With `domain:certificateArn` nothing is requested; the output lists the records for visitors."""
    found = deploy("prod", domain_names='["www.example.com"]', domain_certificateArn=ARN)
    assert {CERTIFICATE, VALIDATION, RECORD}.isdisjoint(found.resources)
    assert "function domain(" not in found.resources[FUNCTION]["code"]
    assert found.resources[DISTRIBUTION]["viewerCertificate"]["acmCertificateArn"] == ARN
    assert found.outputs["domainRecords"] == [
        {"for": "visitors", "name": "www.example.com", "type": "CNAME or ALIAS", "value": "d1.cloudfront.net"}
    ]


def test_given_certificate_with_a_zone(deploy: Callable[..., Deployed]) -> None:
    """With both settings the given certificate is used, and the records are created."""
    found = deploy("prod", domain_names='["www.example.com"]', domain_certificateArn=ARN, domain_zone="example.com")
    assert CERTIFICATE not in found.resources
    assert sorted(of_type(found, RECORD)) == ["site-www.example.com-A", "site-www.example.com-AAAA"]


def test_records_for_another_dns_are_listed(deploy: Callable[..., Deployed]) -> None:
    """Until the records are confirmed nothing waits, and the distribution is unchanged."""
    found = deploy("prod", domain_names=NAMES)
    assert {VALIDATION, RECORD}.isdisjoint(found.resources)
    assert "function domain(" not in found.resources[FUNCTION]["code"]
    assert "aliases" not in found.resources[DISTRIBUTION]
    assert found.outputs["url"] == "https://d1.cloudfront.net"
    assert [(one["for"], one["name"], one["type"]) for one in found.outputs["domainRecords"]] == [
        ("certificate", "_proof.example.com", "CNAME"),
        ("certificate", "_proof.www.example.com", "CNAME"),
        ("visitors", "www.example.com", "CNAME or ALIAS"),
        ("visitors", "example.com", "CNAME or ALIAS"),
        ("visitors", "*.example.com", "CNAME or ALIAS"),
    ]


def test_confirmed_records_of_another_dns(deploy: Callable[..., Deployed]) -> None:
    """With `domain:validated` the certificate is waited for, and attached."""
    found = deploy("prod", domain_names=NAMES, domain_validated="true")
    assert found.resources[VALIDATION] == {"certificateArn": "arn:certificate"}
    assert found.resources[DISTRIBUTION]["viewerCertificate"]["acmCertificateArn"] == "arn:certificate"
    assert found.outputs["url"] == "https://www.example.com"
    assert RECORD not in found.resources
    assert len(found.outputs["domainRecords"]) == 5


def test_names_outside_of_the_zone(deploy: Callable[..., Deployed]) -> None:
    """The name of a zone that is set by its id is compared with the host names."""
    with pytest.raises(pulumi.RunError, match=r"must be in the zone example\.com \(got www\.example\.org\)"):
        deploy("prod", domain_names='["www.example.org"]', domain_zone="Z0123456789ABC")
