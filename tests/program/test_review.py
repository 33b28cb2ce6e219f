"""The resources of the review: what depends on what, and when there is none."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.program.conftest import Deployed

REVIEW = "pulumi-python:dynamic/hosting:Review"
RECORD = "pulumi-python:dynamic/hosting:ReviewRecord"
OFF = '{"urls": "off", "links": "off"}'


@pytest.fixture(autouse=True)
def folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Run the program in a folder of the test's, where it writes what the review is asked to do."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("mode", ["managed", "bulk"])
@pytest.mark.parametrize("stack", ["dev", "prod"])
def test_the_review_comes_first_and_its_record_last(deploy: Callable[..., Deployed], stack: str, mode: str) -> None:
    """All that publishes depends on the review; the record depends on what publishes last."""
    deployed = deploy(stack, publish_mode=mode)
    assert "site-review" in deployed.dependencies["site-publish-marker"]
    last = "site-release" if mode == "bulk" else "site-published-files"
    if stack == "prod":
        last = "site-policy"
    assert last in deployed.dependencies["site-review-record"]
    first = ".release/records/" if (stack, mode) == ("prod", "bulk") else ".published/"
    assert deployed.resources[RECORD]["keys"][0] == f"{first}review.json.gz"
    assert deployed.resources[RECORD]["digest"] == deployed.resources[REVIEW]["digest"]


def test_without_the_review_nothing_is_declared(deploy: Callable[..., Deployed]) -> None:
    """Neither resource exists if each kind of findings is off, and any key may be read."""
    dev = deploy("dev", publish_gate=OFF).resources
    assert {REVIEW, RECORD}.isdisjoint(dev)
    assert ".published" not in dev["aws:s3/bucketPolicy:BucketPolicy"]["policy"]


def test_a_rollback_has_no_review(deploy: Callable[..., Deployed]) -> None:
    """The staged files are not those of the release, so its record is removed."""
    prod = deploy("prod", publish_mode="bulk", publish_release="0123abcd").resources
    assert REVIEW not in prod
    assert prod[RECORD]["digest"] == ""


def test_another_stack_to_compare_with(deploy: Callable[..., Deployed], monkeypatch: pytest.MonkeyPatch) -> None:
    """Its bucket is the one of its outputs; the record is the stack's own."""
    outputs = {"bucketName": "live-bucket", "bucketRegion": "eu-central-1"}
    monkeypatch.setattr("tests.program.conftest.PREVIOUS_OUTPUTS", outputs)
    dev = deploy("dev", review_against="prod").resources
    assert (dev[REVIEW]["bucket"], dev[REVIEW]["region"]) == ("live-bucket", "eu-central-1")
    assert dev[REVIEW]["name"] == "the live release of stack 'prod'"
    assert dev[RECORD]["bucket"] != "live-bucket"


def test_a_preview_to_compare_with(deploy: Callable[..., Deployed], monkeypatch: pytest.MonkeyPatch) -> None:
    """Its record is beside those of other previews, and its outputs say which one it is."""
    outputs = {"bucketName": "previews-bucket", "bucketRegion": "eu-central-1", "previewName": "pr-7"}
    monkeypatch.setattr("tests.program.conftest.PREVIOUS_OUTPUTS", outputs)
    dev = deploy("dev", review_against="PR_7").resources
    assert (dev[REVIEW]["bucket"], dev[REVIEW]["keys"]) == (
        *("previews-bucket", [".release/records/pr-7/review.json.gz"]),
    )
    assert dev[RECORD]["keys"][0] == ".published/review.json.gz"
