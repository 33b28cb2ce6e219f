from __future__ import annotations

import pytest
from pulumi.runtime.proto import provider_pb2

from sandbox.providers.auto_names import AutoName
from sandbox.providers.values import from_struct, to_struct
from sandbox.tests.providers.harness import Engine, urn_of

BUCKET = "aws:s3/bucket:Bucket"
OPTIONS = provider_pb2.CheckRequest.AutonamingOptions


def test_names_with_a_seed() -> None:
    """A preview and its update give the same name, two resources do not."""
    auto = AutoName("name", 64)
    assert auto.make("site", b"1") == auto.make("site", b"1")
    assert auto.make("site", b"1") != auto.make("site", b"2")


def test_names_without_a_seed() -> None:
    """Without a seed of the engine the digits are random."""
    auto = AutoName("name", 64)
    assert auto.make("site", b"") != auto.make("site", b"")


def check(engine: Engine, options: OPTIONS) -> provider_pb2.CheckResponse:
    """Check an unnamed bucket in a project with autonaming options."""
    response: provider_pb2.CheckResponse = engine.stub.Check(
        provider_pb2.CheckRequest(urn=urn_of(BUCKET, "site"), news=to_struct({}), autonaming=options)
    )
    return response


@pytest.mark.parametrize("mode", [OPTIONS.PROPOSE, OPTIONS.ENFORCE])
def test_proposed_name(engine: Engine, mode: OPTIONS.Mode.ValueType) -> None:
    """The name that `pulumi:autonaming` in the stack's config proposes is used."""
    response = check(engine, OPTIONS(proposed_name="acme-site", mode=mode))
    assert from_struct(response.inputs)["bucket"] == "acme-site"


def test_disabled_auto_naming(engine: Engine) -> None:
    """If automatic names are disabled, a missing name is rejected."""
    response = check(engine, OPTIONS(mode=OPTIONS.DISABLE))
    assert [failure.property for failure in response.failures] == ["bucket"]
