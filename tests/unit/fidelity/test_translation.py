"""Pulumi's resources as Terraform's JSON, with a small schema; `make fidelity` uses the provider's own."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.providers.aws.catalogue import RESOURCES
from tests.fidelity.changed_inputs import changed, paths
from tests.fidelity.translation import body, distinct, references, terraform_type, without_secrets
from tests.fidelity.verdicts import sandbox_verdict, terraform_verdict

BUCKET = "aws:s3/bucket:Bucket"
STORE = "aws:cloudfront/keyValueStore:KeyValueStore"
FUNCTION = "aws:cloudfront/function:Function"
DISTRIBUTION = "aws:cloudfront/distribution:Distribution"
OPTIONAL = {"type": "string"}
SCHEMAS: dict[str, dict[str, Any]] = {
    FUNCTION: {"attributes": dict.fromkeys(("name", "code", "runtime"), OPTIONAL)},
    DISTRIBUTION: {
        "attributes": dict.fromkeys(("comment", "aliases", "wait_for_deployment"), OPTIONAL),
        "block_types": {
            "origin": {"block": {"attributes": dict.fromkeys(("domain_name", "origin_id"), OPTIONAL)}},
            "restrictions": {"block": {"attributes": {}}},
        },
    },
}


def resource(token: str, label: str, outputs: dict[str, Any] | None = None, /, **inputs: object) -> dict[str, Any]:
    """Return a recorded resource."""
    made = {"type": token, "name": label, "provider": "", "inputs": inputs, "id": f"{label}-id"}
    return {**made, "outputs": {"arn": f"arn:aws:mock:::{label}", **inputs, **(outputs or {})}}


def test_blocks_and_references() -> None:
    """Lists are blocks in the singular, and what comes from another resource refers to it."""
    bucket = resource(BUCKET, "site", {"bucket": "site-prod", "bucketRegionalDomainName": "site-prod.s3.test"})
    inputs = {
        "comment": "site-prod",
        "aliases": ["www.example.com"],
        "origins": [{"domainName": "site-prod.s3.test", "originId": "bucket"}],
        "waitForDeployment": True,
        "restrictions": {},
    }
    distribution = resource(DISTRIBUTION, "edge", **inputs)
    found = references(3, [bucket, distribution])
    assert body(3, distribution, SCHEMAS[DISTRIBUTION], found) == {
        "comment": "${aws_s3_bucket.s3_site.bucket}",
        "aliases": ["www.example.com"],
        "origin": [{"domain_name": "${aws_s3_bucket.s3_site.bucket_regional_domain_name}", "origin_id": "bucket"}],
        "wait_for_deployment": False,
        "restrictions": [{}],
    }


def test_templates_and_secrets() -> None:
    """A text that looks like a template stays a text, a secret is a text, and names are unique."""
    secret = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", "value": "`${a}%{b}`"}
    function = without_secrets(resource(FUNCTION, "f", name="f", code=secret, tags={"a": "b"}))
    found = body(0, function, SCHEMAS[FUNCTION], references(0, [function]))
    assert found == {"name": "s0-f", "code": "`$${a}%%{b}`"}


def test_a_resource_that_pulumi_names() -> None:
    """Terraform requires a name where Pulumi makes one of the resource's own."""
    store = resource(STORE, "site-store", comment="of a site")
    schema = {"attributes": dict.fromkeys(("name", "comment"), OPTIONAL)}
    found = body(2, store, schema, references(2, [store]))
    assert found == {"comment": "of a site", "name": "s2-site-store"}


def test_unknown_properties() -> None:
    """A property that is neither in the schema nor in a table is an error that names it."""
    function = resource(FUNCTION, "f", publish=True)
    with pytest.raises(KeyError, match="aws_cloudfront_function has no publish"):
        body(0, function, SCHEMAS[FUNCTION], references(0, [function]))


def test_types() -> None:
    """A type's name has its package."""
    kinds = (BUCKET, "aws:acm/certificateValidation:CertificateValidation")
    assert [terraform_type(kind) for kind in kinds] == ["aws_s3_bucket", "aws_acm_certificate_validation"]


def test_stacks_of_one_shape() -> None:
    """Of stacks that differ only by values, one is compared; one without resources of AWS is not."""
    one, other, third = (
        [resource(FUNCTION, "f", **inputs)] for inputs in ({"code": "1"}, {"code": "2"}, {"name": "n"})
    )
    assert distinct([one, other, third, [resource("hosting:index:StaticSite", "site")]]) == [one, third]


def test_changed_inputs() -> None:
    """Each property is found once, and gets another valid value, in the first item that has it."""
    fields = RESOURCES[DISTRIBUTION].fields
    inputs = {"enabled": True, "origins": [{"originId": "a"}, {"originId": "b"}], "httpVersion": "http2"}
    assert list(paths(fields, inputs)) == [("enabled",), ("origins", "originId"), ("httpVersion",)]
    assert changed(fields, inputs, ("enabled",))["enabled"] is False
    assert changed(fields, inputs, ("origins", "originId"))["origins"] == [{"originId": "ax"}, {"originId": "b"}]
    assert changed(fields, inputs, ("httpVersion",))["httpVersion"] == "http1.1"


def test_verdicts() -> None:
    """A change is an update or a replacement, in the words of Terraform's plan and of the sandbox's provider."""
    change = {
        "before": {"name": "a", "code": "1", "origin": [{"id": "x"}]},
        "after": {"name": "b", "code": "1", "origin": [{"id": "y"}]},
        "replace_paths": [["name"]],
    }
    found = [terraform_verdict(change, path) for path in (("name",), ("code",), ("origin", "id"))]
    assert found == ["replacement", "nothing", "update"]
    inputs = {"name": "a", "code": "1", "runtime": "cloudfront-js-2.0"}
    assert [sandbox_verdict(FUNCTION, inputs, (name,)) for name in ("name", "code")] == ["replacement", "update"]
