"""Certificates and DNS records."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import pytest

from sandbox.tests.providers.harness import RejectedError
from sandbox.tests.providers.test_distribution import DISTRIBUTION, References, references

if TYPE_CHECKING:
    from sandbox.tests.providers.harness import Engine, EngineResource

CERTIFICATE = "aws:acm/certificate:Certificate"
VALIDATION = "aws:acm/certificateValidation:CertificateValidation"
RECORD = "aws:route53/record:Record"
ZONE = "aws:route53/getZone:getZone"
CLOUDFRONT = {"zoneId": "Z2FDTNDATAQYW2", "evaluateTargetHealth": False}
NUMBERS = itertools.count(1)

__all__ = ["references"]


def create_certificate(engine: Engine, name: str, *others: str, **more: object) -> EngineResource:
    """Create a certificate."""
    inputs = {"domainName": name, "subjectAlternativeNames": list(others), "validationMethod": "DNS", **more}
    return engine.create(CERTIFICATE, resource_name=f"certificate{next(NUMBERS)}", **inputs)


def create_record(engine: Engine, zone: str, name: str, **more: object) -> EngineResource:
    """Create a record, by default a CNAME."""
    inputs = {"type": "CNAME", "ttl": 60, "records": ["target.example.org"], **more}
    plain = {key: value for key, value in inputs.items() if value is not None}
    return engine.create(RECORD, resource_name=f"record{next(NUMBERS)}", zoneId=zone, name=name, **plain)


def test_validation(engine: Engine, zone: str) -> None:
    """A certificate is pending until its record is in a public zone, and until then the validation fails."""
    created = create_certificate(engine, "a.example.com", "*.a.example.com")
    assert created.state["status"] == "PENDING_VALIDATION"
    with pytest.raises(RejectedError, match="last state: 'PENDING_VALIDATION'"):
        engine.create(VALIDATION, certificateArn=created.id)
    options = created.state["domainValidationOptions"]
    assert [option["domainName"] for option in options] == ["a.example.com", "*.a.example.com"]
    (name,) = {option["resourceRecordName"] for option in options}
    (value,) = {option["resourceRecordValue"] for option in options}
    validation_record = create_record(engine, zone, name, records=[value])
    assert validation_record.state["fqdn"] == name.rstrip(".")
    with pytest.raises(RejectedError, match=r"missing a\.example\.com DNS validation record: _"):
        engine.create(VALIDATION, certificateArn=created.id, validationRecordFqdns=["other.example.com"])
    validation = engine.create(
        VALIDATION, certificateArn=created.id, validationRecordFqdns=[validation_record.state["fqdn"]]
    )
    assert engine.refresh(created)
    assert created.state["status"] == "ISSUED"
    assert engine.refresh(validation)
    engine.delete(validation)
    engine.delete(created)
    engine.delete(created)
    assert (engine.refresh(created), engine.refresh(validation)) == (False, False)


def test_refresh_and_import(engine: Engine) -> None:
    """A refresh and an import make no difference; only tags change in place."""
    inputs = {"domainName": "b.example.com", "subjectAlternativeNames": ["c.example.com"], "validationMethod": "DNS"}
    created = engine.create(CERTIFICATE, resource_name="b", tags={"a": "1", "b": "1"}, **inputs)
    engine.refresh(created)
    assert engine.diff(created, tags={"a": "1", "b": "1"}, **inputs) == {}
    engine.update(created, tags={"b": "2"}, **inputs)
    assert created.state["tagsAll"] == {"b": "2"}
    assert engine.import_(CERTIFICATE, created.id).inputs["domainName"] == "b.example.com"
    assert engine.diff(created, **{**inputs, "subjectAlternativeNames": ["d.example.com"], "tags": {"b": "2"}}) == {
        "subjectAlternativeNames": "UPDATE_REPLACE"
    }


@pytest.mark.parametrize(
    ("inputs", "reason"),
    [
        ({"domainName": "no name"}, "The domain name 'no name' is not valid"),
        ({"domainName": "a.example.com", "subjectAlternativeNames": ["a.*.com"]}, "'a.*.com' is not valid"),
        ({"domainName": "a" * 63 + ".com"}, "can be no longer than 64 bytes"),
        ({"domainName": "a.example.com."}, "cannot end with a period"),
        ({"domainName": "a.example.com", "validationMethod": "EMAIL"}, "expected validationMethod to be one of"),
        ({}, '"domainName" is required to request a certificate'),
    ],
)
def test_invalid_certificates(engine: Engine, inputs: dict[str, Any], reason: str) -> None:
    """What ACM or the official provider rejects is rejected."""
    with pytest.raises(RejectedError) as rejected:
        engine.create(CERTIFICATE, **{"validationMethod": "DNS", **inputs})
    assert reason in str(rejected.value)


def test_certificate_of_a_distribution(engine: Engine, references: References, certificate: EngineResource) -> None:
    """It must exist, be issued and cover the aliases; while a distribution uses it, it cannot be deleted."""

    def own(arn: str, alias: str) -> dict[str, Any]:
        return references.inputs(
            aliases=[alias], viewerCertificate={"acmCertificateArn": arn, "sslSupportMethod": "sni-only"}
        )

    missing = "arn:aws:acm:us-east-1:000000000000:certificate/x"
    for arn in (missing, create_certificate(engine, "x.example.com").id):
        with pytest.raises(
            RejectedError, match="InvalidViewerCertificate: The specified SSL certificate doesn't exist"
        ):
            engine.create(DISTRIBUTION, **own(arn, "x.example.com"))
    for alias in ("a.b.example.com", "example.org"):
        with pytest.raises(
            RejectedError, match=r"InvalidViewerCertificate: .* doesn't cover the alternate domain name"
        ):
            engine.create(DISTRIBUTION, **own(certificate.id, alias))
    created = engine.create(DISTRIBUTION, **own(certificate.id, "*.example.com"))
    with pytest.raises(RejectedError, match="ResourceInUseException"):
        engine.delete(certificate)
    engine.delete(created)


def test_record(engine: Engine, zone: str, route53: Any) -> None:  # noqa: ANN401 - no stubs
    """A record is created, updated and deleted; an existing one is replaced only with allowOverwrite."""
    created = create_record(engine, zone, "r.example.com")
    assert created.id == f"{zone}_r.example.com_CNAME"
    inputs = {"zoneId": zone, "name": "r.example.com", "type": "CNAME", "ttl": 300, "records": ["two.example.org"]}
    engine.update(created, **inputs)
    found = route53.list_resource_record_sets(HostedZoneId=zone, StartRecordName="r.example.com")["ResourceRecordSets"]
    assert (found[0]["TTL"], found[0]["ResourceRecords"]) == (300, [{"Value": "two.example.org"}])
    engine.refresh(created)
    assert engine.diff(created, **inputs) == {}
    with pytest.raises(RejectedError, match=r"InvalidChangeBatch: .* already exists"):
        create_record(engine, zone, "r.example.com")
    create_record(engine, zone, "r.example.com", allowOverwrite=True)
    engine.delete(created)
    engine.delete(created)
    assert not engine.refresh(created)


def test_alias_record(engine: Engine, zone: str) -> None:
    """An A record can be an alias of a distribution, with CloudFront's own zone id; a wildcard is a valid name."""
    alias = {"name": "d1.cloudfront.net", **CLOUDFRONT}
    created = create_record(engine, zone, "*.s.example.com", type="A", ttl=None, records=None, aliases=[alias])
    assert (created.state["aliases"], created.state["fqdn"]) == ([alias], "*.s.example.com")
    engine.refresh(created)
    inputs = {"zoneId": zone, "name": "*.s.example.com", "type": "A", "aliases": [alias]}
    assert engine.diff(created, **inputs) == {}
    wrong_zone = {**alias, "zoneId": zone}
    with pytest.raises(RejectedError, match="does not lie within the target zone"):
        create_record(engine, zone, "t.example.com", type="A", ttl=None, records=None, aliases=[wrong_zone])
    engine.delete(created)


def test_record_name_without_the_zone(engine: Engine, zone: str) -> None:
    """As with the official provider, the zone is appended to a name that does not end in it."""
    created = create_record(engine, zone, "www.example.org")
    assert created.state["fqdn"] == "www.example.org.example.com"
    assert engine.refresh(created)
    engine.delete(created)


def test_invalid_records(engine: Engine, zone: str) -> None:
    """An incomplete record, one beside a CNAME, and one in an unknown zone are rejected."""
    with pytest.raises(RejectedError, match="one of `aliases,records` must be specified"):
        create_record(engine, zone, "h.example.com", records=None, ttl=None)
    with pytest.raises(RejectedError, match="all of `records,ttl` must be specified"):
        create_record(engine, zone, "h.example.com", ttl=None)
    created = create_record(engine, zone, "h.example.com")
    with pytest.raises(RejectedError, match="conflicting RRSet of type CNAME"):
        create_record(engine, zone, "h.example.com", type="TXT", records=['"text"'])
    engine.delete(created)
    with pytest.raises(RejectedError, match="NoSuchHostedZone"):
        create_record(engine, "Z000000000000", "h.example.com")


def test_zones(engine: Engine, zone: str, route53: Any) -> None:  # noqa: ANN401 - no stubs
    """A public zone is found by name or id; none and more than one are rejected."""
    assert engine.invoke(ZONE, name="example.com.", privateZone=False)["zoneId"] == zone
    assert engine.invoke(ZONE, zoneId=zone)["name"] == "example.com"
    with pytest.raises(RejectedError, match="no matching Route 53 Hosted Zone found"):
        engine.invoke(ZONE, name="example.net")
    for reference in ("first", "second"):
        route53.create_hosted_zone(Name="twice.example", CallerReference=reference)
    with pytest.raises(RejectedError, match="multiple Route 53 Hosted Zones matched"):
        engine.invoke(ZONE, name="twice.example")


def test_another_type_of_a_record(engine: Engine, zone: str, route53: Any) -> None:  # noqa: ANN401 - its stubs are not installed
    """Another type is an update, which deletes the record of the old type in the same request."""
    cname = {"zoneId": zone, "name": "typed.example.com", "type": "CNAME", "ttl": 60, "records": ["www.example.org"]}
    created = engine.create(RECORD, resource_name="typed", **cname)
    address = {**cname, "type": "A", "records": ["192.0.2.1"]}
    assert set(engine.diff(created, **address).values()) == {"UPDATE"}
    engine.update(created, **address)
    found = route53.list_resource_record_sets(HostedZoneId=zone, StartRecordName="typed.example.com")
    assert [one["Type"] for one in found["ResourceRecordSets"] if one["Name"] == "typed.example.com."] == ["A"]
    assert engine.refresh(created)
    engine.delete(created)
    assert not engine.refresh(created)
