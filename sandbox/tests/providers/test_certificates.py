"""Certificates and DNS records, held to a real local cloud, and to what AWS refuses."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import pytest

from sandbox.tests.providers.harness import RefusedError
from sandbox.tests.providers.test_distribution import DISTRIBUTION, Parts, parts

if TYPE_CHECKING:
    from sandbox.tests.providers.harness import Engine, Made

CERTIFICATE = "aws:acm/certificate:Certificate"
VALIDATION = "aws:acm/certificateValidation:CertificateValidation"
RECORD = "aws:route53/record:Record"
ZONE = "aws:route53/getZone:getZone"
CLOUDFRONT = {"zoneId": "Z2FDTNDATAQYW2", "evaluateTargetHealth": False}
NUMBERS = itertools.count(1)

__all__ = ["parts"]


def requested(engine: Engine, name: str, *others: str, **more: object) -> Made:
    """Make a certificate."""
    inputs = {"domainName": name, "subjectAlternativeNames": list(others), "validationMethod": "DNS", **more}
    return engine.make(CERTIFICATE, called=f"certificate{next(NUMBERS)}", **inputs)


def record(engine: Engine, zone: str, name: str, **more: object) -> Made:
    """Make a record, a CNAME unless told otherwise."""
    inputs = {"type": "CNAME", "ttl": 60, "records": ["target.example.org"], **more}
    plain = {key: value for key, value in inputs.items() if value is not None}
    return engine.make(RECORD, called=f"record{next(NUMBERS)}", zoneId=zone, name=name, **plain)


def test_a_certificate_waits_for_its_proof(engine: Engine, zone: str) -> None:
    """It is pending until its record is in a public zone; until then a validation fails."""
    made = requested(engine, "a.example.com", "*.a.example.com")
    assert made.state["status"] == "PENDING_VALIDATION"
    with pytest.raises(RefusedError, match="last state: 'PENDING_VALIDATION'"):
        engine.make(VALIDATION, certificateArn=made.id)
    options = made.state["domainValidationOptions"]
    assert [option["domainName"] for option in options] == ["a.example.com", "*.a.example.com"]
    (name,) = {option["resourceRecordName"] for option in options}
    (value,) = {option["resourceRecordValue"] for option in options}
    proof = record(engine, zone, name, records=[value])
    assert proof.state["fqdn"] == name.rstrip(".")
    with pytest.raises(RefusedError, match=r"missing a\.example\.com DNS validation record: _"):
        engine.make(VALIDATION, certificateArn=made.id, validationRecordFqdns=["other.example.com"])
    validation = engine.make(VALIDATION, certificateArn=made.id, validationRecordFqdns=[proof.state["fqdn"]])
    assert engine.refresh(made)
    assert made.state["status"] == "ISSUED"
    assert engine.refresh(validation)
    engine.delete(validation)
    engine.delete(made)
    engine.delete(made)
    assert (engine.refresh(made), engine.refresh(validation)) == (False, False)


def test_a_certificate_comes_back_as_it_was_given(engine: Engine) -> None:
    """A refresh and an import find nothing to repair; only tags change in place."""
    inputs = {"domainName": "b.example.com", "subjectAlternativeNames": ["c.example.com"], "validationMethod": "DNS"}
    made = engine.make(CERTIFICATE, called="b", tags={"a": "1", "b": "1"}, **inputs)
    engine.refresh(made)
    assert engine.diff(made, tags={"a": "1", "b": "1"}, **inputs) == {}
    engine.change(made, tags={"b": "2"}, **inputs)
    assert made.state["tagsAll"] == {"b": "2"}
    assert engine.import_(CERTIFICATE, made.id).inputs["domainName"] == "b.example.com"
    assert engine.diff(made, **{**inputs, "subjectAlternativeNames": ["d.example.com"], "tags": {"b": "2"}}) == {
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
def test_certificates_that_are_refused(engine: Engine, inputs: dict[str, Any], reason: str) -> None:
    """What ACM or the provider refuses is refused here."""
    with pytest.raises(RefusedError) as refused:
        engine.make(CERTIFICATE, **{"validationMethod": "DNS", **inputs})
    assert reason in str(refused.value)


def test_a_distribution_has_a_certificate_for_its_names(engine: Engine, parts: Parts, certificate: Made) -> None:
    """One that is not there, is not issued or is for other names is refused; one that is used can't be deleted."""

    def own(arn: str, alias: str) -> dict[str, Any]:
        return parts.inputs(
            aliases=[alias], viewerCertificate={"acmCertificateArn": arn, "sslSupportMethod": "sni-only"}
        )

    nowhere = "arn:aws:acm:us-east-1:000000000000:certificate/x"
    for arn in (nowhere, requested(engine, "x.example.com").id):
        with pytest.raises(RefusedError, match="InvalidViewerCertificate: The specified SSL certificate doesn't exist"):
            engine.make(DISTRIBUTION, **own(arn, "x.example.com"))
    for alias in ("a.b.example.com", "example.org"):
        with pytest.raises(RefusedError, match=r"InvalidViewerCertificate: .* doesn't cover the alternate domain name"):
            engine.make(DISTRIBUTION, **own(certificate.id, alias))
    made = engine.make(DISTRIBUTION, **own(certificate.id, "*.example.com"))
    with pytest.raises(RefusedError, match="ResourceInUseException"):
        engine.delete(certificate)
    engine.delete(made)


def test_a_record_is_made_changed_and_removed(engine: Engine, zone: str, route53: Any) -> None:  # noqa: ANN401 - no stubs
    """A record is in its zone as it was given; one that is there is not taken over unless that is wanted."""
    made = record(engine, zone, "r.example.com")
    assert made.id == f"{zone}_r.example.com_CNAME"
    inputs = {"zoneId": zone, "name": "r.example.com", "type": "CNAME", "ttl": 300, "records": ["two.example.org"]}
    engine.change(made, **inputs)
    found = route53.list_resource_record_sets(HostedZoneId=zone, StartRecordName="r.example.com")["ResourceRecordSets"]
    assert (found[0]["TTL"], found[0]["ResourceRecords"]) == (300, [{"Value": "two.example.org"}])
    engine.refresh(made)
    assert engine.diff(made, **inputs) == {}
    with pytest.raises(RefusedError, match=r"InvalidChangeBatch: .* already exists"):
        record(engine, zone, "r.example.com")
    record(engine, zone, "r.example.com", allowOverwrite=True)
    engine.delete(made)
    engine.delete(made)
    assert not engine.refresh(made)


def test_an_alias_leads_to_a_distribution(engine: Engine, zone: str) -> None:
    """An A record may lead to a distribution, in CloudFront's own zone alone; a wildcard is a name like another."""
    alias = {"name": "d1.cloudfront.net", **CLOUDFRONT}
    made = record(engine, zone, "*.s.example.com", type="A", ttl=None, records=None, aliases=[alias])
    assert (made.state["aliases"], made.state["fqdn"]) == ([alias], "*.s.example.com")
    engine.refresh(made)
    inputs = {"zoneId": zone, "name": "*.s.example.com", "type": "A", "aliases": [alias]}
    assert engine.diff(made, **inputs) == {}
    elsewhere = {**alias, "zoneId": zone}
    with pytest.raises(RefusedError, match="does not lie within the target zone"):
        record(engine, zone, "t.example.com", type="A", ttl=None, records=None, aliases=[elsewhere])
    engine.delete(made)


def test_a_name_outside_of_the_zone_is_inside(engine: Engine, zone: str) -> None:
    """As the official provider has it, a name that does not end in the zone's is one inside of it."""
    made = record(engine, zone, "www.example.org")
    assert made.state["fqdn"] == "www.example.org.example.com"
    assert engine.refresh(made)
    engine.delete(made)


def test_records_that_are_refused(engine: Engine, zone: str) -> None:
    """Half a record, one beside a CNAME, and one in no zone are refused."""
    with pytest.raises(RefusedError, match="one of `aliases,records` must be specified"):
        record(engine, zone, "h.example.com", records=None, ttl=None)
    with pytest.raises(RefusedError, match="all of `records,ttl` must be specified"):
        record(engine, zone, "h.example.com", ttl=None)
    made = record(engine, zone, "h.example.com")
    with pytest.raises(RefusedError, match="conflicting RRSet of type CNAME"):
        record(engine, zone, "h.example.com", type="TXT", records=['"text"'])
    engine.delete(made)
    with pytest.raises(RefusedError, match="NoSuchHostedZone"):
        record(engine, "Z000000000000", "h.example.com")


def test_zones(engine: Engine, zone: str, route53: Any) -> None:  # noqa: ANN401 - no stubs
    """A public zone is found by its name or its id; none and more than one are refused."""
    assert engine.invoke(ZONE, name="example.com.", privateZone=False)["zoneId"] == zone
    assert engine.invoke(ZONE, zoneId=zone)["name"] == "example.com"
    with pytest.raises(RefusedError, match="no matching Route 53 Hosted Zone found"):
        engine.invoke(ZONE, name="example.net")
    for reference in ("first", "second"):
        route53.create_hosted_zone(Name="twice.example", CallerReference=reference)
    with pytest.raises(RefusedError, match="multiple Route 53 Hosted Zones matched"):
        engine.invoke(ZONE, name="twice.example")
