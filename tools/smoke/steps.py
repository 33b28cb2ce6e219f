"""The publishes of the smoke test, for each kind of stack."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import boto3

from tools.smoke.answers import release_answers
from tools.smoke.edge import Distribution, error_code
from tools.smoke.observations import delete_functions, observe
from tools.smoke.site import DIRECTORY, write_site

if TYPE_CHECKING:
    from collections.abc import Callable

    from tools.smoke.report import Report
    from tools.smoke.stack import Stack

_NO_CHANGES = ("preview", "--expect-no-changes")


def _publish(stack: Stack, report: Report, step: str, *arguments: str) -> None:
    """Run `pulumi up`, and compare what visitors get."""
    stack.up(*arguments)
    verified = stack.verify()
    report.check(f"{stack.name}: {step}", "verified", "verified" if verified.code == 0 else verified.output)


def _unchanged(stack: Stack, report: Report) -> None:
    previewed = stack.pulumi(*_NO_CHANGES, check=False)
    report.check(f"{stack.name}: a preview", "no changes", "no changes" if previewed.code == 0 else previewed.output)


def _first(stack: Stack, report: Report, **config: str) -> None:
    write_site(stack.folder, "one")
    stack.config(aws__region=os.environ["AWS_REGION"], publish__directory=DIRECTORY, **config)
    _publish(stack, report, "the first publish, managed mode")


def _dev(stack: Stack, report: Report) -> None:
    """Publish a website without CloudFront."""
    _first(stack, report)
    write_site(stack.folder, "two")
    _publish(stack, report, "a change, managed mode")
    stack.config(publish__mode="bulk")
    _publish(stack, report, "bulk mode")
    write_site(stack.folder, "three")
    _publish(stack, report, "a change, bulk mode")
    _unchanged(stack, report)


def _prod(stack: Stack, report: Report) -> None:
    """Publish a website behind CloudFront, with the observations."""
    _first(stack, report, cloudfront__enabled="true", cloudfront__waitForDeployment="true")
    observe(stack, report)
    write_site(stack.folder, "two")
    # The observations have changed the distribution.
    _publish(stack, report, "a change, managed mode", "--refresh")
    _foreign_function(stack, report)
    stack.config(publish__mode="bulk")
    _publish(stack, report, "bulk mode")
    for answer in release_answers(stack.url):
        report.check(*answer)
    write_site(stack.folder, "three")
    _publish(stack, report, "a change, bulk mode")
    previous = [each["digest"] for each in stack.outputs()["releases"]][1]
    stack.config(publish__release=previous[:12])
    _publish(stack, report, "a rollback")
    stack.pulumi("config", "rm", "publish:release")
    _publish(stack, report, "the end of the rollback")
    _unchanged(stack, report)


def _foreign_function(stack: Stack, report: Report) -> None:
    """Write a function as somebody else would: the provider sends the ETag of its state, which is then an old one."""
    client = Distribution(stack.outputs()["distributionId"]).client
    name = _function_name(stack, client)
    described = client.describe_function(Name=name, Stage="DEVELOPMENT")
    code = client.get_function(Name=name, Stage="DEVELOPMENT")["FunctionCode"].read()
    config = {**described["FunctionSummary"]["FunctionConfig"], "Comment": "changed by somebody else"}
    client.update_function(Name=name, IfMatch=described["ETag"], FunctionConfig=config, FunctionCode=code + b"\n//")
    # Another rule changes the function.
    with (stack.folder / DIRECTORY / "_redirects").open("a", encoding="utf-8") as file:
        file.write("/older /about 301\n")
    failed = stack.up(check=False)
    seen = "412" if failed.code != 0 and "PreconditionFailed" in failed.output else f"exit code {failed.code}"
    report.check("an update of a function that somebody else has written", "412", seen)
    _publish(stack, report, "the new rule, with --refresh", "--refresh")


def _function_name(stack: Stack, client: Any) -> str:  # noqa: ANN401 - boto3 generates its clients
    config = client.get_distribution_config(Id=stack.outputs()["distributionId"])["DistributionConfig"]
    (association, *_) = config["DefaultCacheBehavior"]["FunctionAssociations"]["Items"]
    return str(association["FunctionARN"]).rpartition("/")[2]


def remove(stack: Stack, report: Report) -> None:
    """Destroy the stack, remove it, and check that it leaves nothing."""
    outputs = stack.outputs()
    destroyed = stack.pulumi("destroy", "--yes", "--skip-preview", "--remove", check=False)
    report.check(f"{stack.name}: destroy", "done", "done" if destroyed.code == 0 else destroyed.output)
    delete_functions(stack)
    if outputs.get("bucketName"):
        client: Any = boto3.client("s3")
        seen = error_code(client.head_bucket, Bucket=outputs["bucketName"])
        report.check(f"{stack.name}: its bucket", "404", seen)
    if outputs.get("distributionId"):
        client = boto3.client("cloudfront")
        seen = error_code(client.get_distribution, Id=outputs["distributionId"])
        report.check(f"{stack.name}: its distribution", "NoSuchDistribution", seen)


STAGES: dict[str, Callable[[Stack, Report], None]] = {"dev": _dev, "prod": _prod}
