from __future__ import annotations

import pytest
from pulumi.runtime.proto import provider_pb2

from sandbox.providers.auto_names import AutoName
from sandbox.providers.values import from_struct, to_struct
from sandbox.tests.providers.harness import Engine, urn_of

BUCKET = "aws:s3/bucket:Bucket"
OPTIONS = provider_pb2.CheckRequest.AutonamingOptions


def test_the_same_seed_makes_the_same_name() -> None:
    """A preview and its update agree on a name, two resources don't."""
    auto = AutoName("name", 64)
    assert auto.make("site", b"1") == auto.make("site", b"1")
    assert auto.make("site", b"1") != auto.make("site", b"2")


def test_without_a_seed_names_differ() -> None:
    """An engine that gives no seed gets random digits."""
    auto = AutoName("name", 64)
    assert auto.make("site", b"") != auto.make("site", b"")


def ask(engine: Engine, options: OPTIONS) -> provider_pb2.CheckResponse:
    """Check an unnamed bucket in a project with naming rules."""
    answer: provider_pb2.CheckResponse = engine.stub.Check(
        provider_pb2.CheckRequest(urn=urn_of(BUCKET, "site"), news=to_struct({}), autonaming=options)
    )
    return answer


@pytest.mark.parametrize("mode", [OPTIONS.PROPOSE, OPTIONS.ENFORCE])
def test_the_projects_naming_rules(engine: Engine, mode: OPTIONS.Mode.ValueType) -> None:
    """A name that `pulumi:autonaming` in the stack's config proposes is taken."""
    answer = ask(engine, OPTIONS(proposed_name="acme-site", mode=mode))
    assert from_struct(answer.inputs)["bucket"] == "acme-site"


def test_naming_switched_off(engine: Engine) -> None:
    """Where automatic names are switched off, a missing one is refused."""
    answer = ask(engine, OPTIONS(mode=OPTIONS.DISABLE))
    assert [failure.property for failure in answer.failures] == ["bucket"]
