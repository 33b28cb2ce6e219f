"""CloudFront is added to and removed from a live site without a failed request."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.e2e.harness import Poll, elsewhere, fetch

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.e2e.harness import Project

PAGE = "<h1>still here</h1>"


def live(project: Project) -> Project:
    """Deploy a page, and return the project."""
    project.write("www/index.html", PAGE)
    project.config("publish:directory", "www")
    project.up()
    return project


def own_url_answers(project: Project) -> Callable[[], str | None]:
    """Return a check that the stage's visitors get the page."""
    url = project.url()

    def ask() -> str | None:
        answer = fetch(url, headers=elsewhere())
        return None if (answer.status, answer.text) == (200, PAGE) else f"{answer.status} {answer.text[:80]}"

    return ask


def either_answers(project: Project) -> Callable[[], str | None]:
    """Return a check that S3's website endpoint or the distribution, under AWS's own names, has the page."""
    url, outputs, cloudfront = project.url(), project.outputs(), project.sandbox.cloudfront
    website = f"{outputs['bucketName']}.s3-website-us-east-1.amazonaws.com"
    origin = f"{outputs['bucketName']}.s3.us-east-1.amazonaws.com"

    def hosts() -> list[str]:
        items = cloudfront.list_distributions()["DistributionList"].get("Items", [])
        ours = [item for item in items if item["Origins"]["Items"][0]["DomainName"] == origin]
        return [website, *(item["DomainName"] for item in ours if item["Enabled"])]

    def ask() -> str | None:
        answers = {
            host: fetch(url, headers={"Host": host, "X-Forwarded-Proto": "https", **elsewhere()}) for host in hosts()
        }
        if any((answer.status, answer.text) == (200, PAGE) for answer in answers.values()):
            return None
        return str({host: answer.status for host, answer in answers.items()})

    return ask


def toggle(project: Project, enabled: str) -> None:
    """Turn CloudFront on or off while both checks poll; no request may fail, and nothing may be uploaded."""
    project.config("cloudfront:enabled", enabled)
    with Poll(own_url_answers(project)) as own, Poll(either_answers(project)) as either:
        done = project.up()
    assert "BucketObject" not in done.output
    assert min(own.rounds, either.rounds) > 10
    assert own.misses == []
    assert either.misses == []


def test_cloudfront_on_and_off_again_on_dev(new_project: Callable[[str], Project]) -> None:
    """DEV gets a distribution and a private bucket without a failed request, and becomes public again without one."""
    project = live(new_project("dev"))
    toggle(project, "true")
    outputs = project.outputs()
    assert outputs["url"] == f"https://{outputs['distributionDomain']}"
    website = f"{outputs['bucketName']}.s3-website-us-east-1.amazonaws.com"
    assert fetch(project.url(), headers={"Host": website}).status in {403, 404}
    toggle(project, "false")
    listed = project.sandbox.cloudfront.list_distributions()["DistributionList"].get("Items", [])
    assert outputs["distributionId"] not in {item["Id"] for item in listed}
    outputs = project.outputs()
    assert outputs["distributionId"] is None
    assert outputs["websiteUrl"] == outputs["url"]
    assert project.up().changes == {}


def distribution_answers(project: Project) -> Callable[[], str | None]:
    """Return a check that the distribution, under AWS's own name, has the page."""
    url, domain = project.url(), project.outputs()["distributionDomain"]

    def ask() -> str | None:
        answer = fetch(url, headers={"Host": domain, "X-Forwarded-Proto": "https", **elsewhere()})
        return None if (answer.status, answer.text) == (200, PAGE) else f"{answer.status} {answer.text[:80]}"

    return ask


@pytest.mark.parametrize("mode", ["managed", "bulk"])
def test_another_bucket_on_prod(new_project: Callable[[str], Project], mode: str) -> None:
    """PROD moves to a bucket with another name without a failed request; at the end only its distribution reads it."""
    project = new_project("prod")
    project.config("publish:mode", mode)
    project = live(project)
    project.config("website:bucketName", f"{project.name}-another-bucket")
    with Poll(distribution_answers(project)) as poll:
        project.up()
    assert poll.misses == []
    assert poll.rounds > 3
    bucket = project.outputs()["bucketName"]
    assert bucket == f"{project.name}-another-bucket"
    statements = json.loads(project.sandbox.s3.get_bucket_policy(Bucket=bucket)["Policy"])["Statement"]
    readers = {statement["Condition"]["StringEquals"]["AWS:SourceArn"].rpartition("/")[2] for statement in statements}
    assert readers == {project.outputs()["distributionId"]}
    assert project.up().changes == {}
