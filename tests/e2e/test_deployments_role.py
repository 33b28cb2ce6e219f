"""The role that deployments assume: created by the stack, with permissions for each call of a deployment."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import boto3
import pytest

from hosting.deployments.rights import CloudFrontScope, Scope, permissions_policy
from tests.e2e.aws_calls.operations import Operation
from tests.e2e.aws_calls.policy import is_allowed, right_of
from tests.e2e.aws_calls.recorder import Recorder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from types_boto3_iam import IAMClient

    from tests.e2e.harness import Project

ACCOUNT = "000000000000"
# The sandbox's plugin looks for what uses the resource that it deletes, counts what has a quota, and looks for the
# policies that a distribution refers to; AWS does that by itself.
NOT_IN_AWS = {
    f"cloudfront:{call}"
    for call in (
        "ListDistributions",
        "ListFunctions",
        "ListOriginAccessControls",
        "ListCachePolicies",
        "ListOriginRequestPolicies",
        "GetResponseHeadersPolicy",
    )
}
EVERYTHING = {
    "cloudfront:logging": "true",
    "cloudfront:alarms": "arn:aws:sns:us-east-1:123456789012:alerts",
    "access:username": "preview",
    "website:routing": "pages",
    "publish:mode": "bulk",
}


BULK = {"publish:directory": "www", "publish:mode": "bulk", "cloudfront:enabled": "true"}
# A stack that builds nothing: neither the folder nor the command is there.
PROMOTED = {
    **BULK,
    "publish:directory": "dist",
    "publish:buildCommand": "exit 1",
    "publish:from": "staging",
    "deployments:createRole": "true",
    "deployments:runsOn": "github-actions",
    "deployments:repository": "acme/website",
}


@pytest.fixture(scope="module")
def project(new_project: Callable[[str], Project]) -> Project:
    """Return a PROD stage with a small site."""
    project = new_project("prod")
    project.write("www/index.html", "<h1>one</h1>")
    project.write("www/app.0a1b2c3d.js", "1")
    project.config("publish:directory", "www")
    # The sandbox's state is in a folder: Pulumi Cloud, which deploys nothing from there, could not take on the role.
    project.config("deployments:runsOn", "github-actions")
    project.config("deployments:repository", "acme/website")
    return project


@pytest.fixture
def iam(project: Project) -> IAMClient:
    """Return the local cloud's IAM."""
    env = project.sandbox.env
    session = boto3.Session("test", "test", region_name=env["AWS_REGION"])
    return session.client("iam", endpoint_url=env["AWS_ENDPOINT_URL"])


@pytest.fixture
def recorder(project: Project) -> Iterator[Recorder]:
    """Record the calls of commands that get its environment."""
    with Recorder(project.sandbox.env["AWS_ENDPOINT_URL"]) as recorder:
        yield recorder
        assert recorder.unknown == []


def test_policy_allows_all_that_deployments_do(project: Project, iam: IAMClient, recorder: Recorder) -> None:
    """From the first `up` to destroy, the role has the permission for each call; another stack's role has none for S3.

    The role itself is made, changed and destroyed by a person: one that could widen itself would have every right.
    """
    project.up(env=recorder.env)
    project.config("deployments:createRole", "true")
    project.up()
    outputs = project.outputs()
    assert outputs["oidcProviderArn"].endswith(":oidc-provider/token.actions.githubusercontent.com")
    policy = _policy(iam, outputs["deploymentRoleArn"])
    _deploy_in_every_way(project, recorder)
    project.config("deployments:createRole", "false")
    project.up()
    assert [role for role in iam.list_roles()["Roles"] if project.name in role["RoleName"]] == []
    assert iam.list_open_id_connect_providers()["OpenIDConnectProviderList"] == []
    project.pulumi("destroy", "--yes", "--skip-preview", "--stack", "prod", env=recorder.env)
    refused = {right_of(call) for call in recorder.operations if not is_allowed(policy, call, ACCOUNT)}
    assert refused - NOT_IN_AWS == set()
    assert {"s3:PutObject", "s3:DeleteBucket", "cloudfront:CreateInvalidation", "iam:GetRole"} <= _rights(
        recorder.operations
    )
    edge = CloudFrontScope(f"arn:aws:cloudfront::{ACCOUNT}")
    another = permissions_policy(Scope(("arn:aws:s3:::another",), "arn:aws:iam::0:role/r", "arn:aws:iam::0:x", edge))
    assert not any(is_allowed(another, call, ACCOUNT) for call in recorder.operations if call.service == "s3")


def test_policy_allows_all_that_settings_ask_for(project: Project, iam: IAMClient, recorder: Recorder) -> None:
    """Logs, an alarm, a password, redirects in a store, a router, tags and bulk mode need no other permission."""
    project.config("deployments:createRole", "true")
    project.up()
    policy = _policy(iam, project.outputs()["deploymentRoleArn"])
    # All of it comes with a push: the role is not changed for it.
    for key, value in EVERYTHING.items():
        project.config(key, value)
    project.config("access:password", "correct-horse-battery-staple", "--secret")
    many = "".join(f"/old/{number} /new/{number} 301\n" for number in range(1000))
    project.write("www/_redirects", f"/ /de 302 Country=de\n{many}")
    project.write("www/_headers", "/*\n  X-Robots-Tag: noindex\n")
    project.up(env=recorder.env)
    project.config("cloudfront:logRetentionDays", "30")
    project.write("www/index.html", "<h1>three</h1>")
    project.up(env=recorder.env)
    project.pulumi("refresh", "--yes", "--skip-preview", "--stack", "prod", env=recorder.env)
    # Default tags are the role's too, which a person changes.
    project.config("deployments:createRole", "false")
    project.up()
    project.config("aws:defaultTags", '{"tags": {"team": "web"}}')
    project.up(env=recorder.env)
    project.unset("aws:defaultTags", "cloudfront:logging", "cloudfront:alarms")
    project.up(env=recorder.env)
    refused = {right_of(call) for call in recorder.operations if not is_allowed(policy, call, ACCOUNT)}
    assert refused - NOT_IN_AWS == set()
    wanted = {"s3:PutLifecycleConfiguration", "cloudwatch:PutMetricAlarm", "cloudfront:CreateOriginRequestPolicy"}
    wanted |= {"cloudfront:CreateKeyValueStore", "cloudfront-keyvaluestore:UpdateKeys"}
    assert wanted | {"cloudfront:UntagResource", "cloudwatch:DeleteAlarms"} <= _rights(recorder.operations)
    project.pulumi("destroy", "--yes", "--skip-preview", "--stack", "prod")
    project.unset(*EVERYTHING, "access:password", "cloudfront:logRetentionDays")
    (project.path / "www/_redirects").unlink()
    (project.path / "www/_headers").unlink()


def test_policy_allows_a_promotion(project: Project, iam: IAMClient, recorder: Recorder) -> None:
    """What another stack has goes live by copies alone, with s3:GetObject there; a swapped object is refused."""
    staging, live = (replace(project, stack=stack) for stack in ("staging", "live"))
    for stage, settings in ((staging, BULK), (live, PROMOTED)):
        stage.init("--no-select")
        for key, value in settings.items():
            stage.config(key, value)
    project.write("www/page.html", "<h1>reviewed</h1>")
    staging.up()
    # With the rights of a person, as it makes the role.
    live.up()
    assert live.get("/page").text == "<h1>reviewed</h1>"
    policy = _policy(iam, live.outputs()["deploymentRoleArn"])
    project.write("www/page.html", "<h1>next</h1>")
    staging.up()
    digest, bucket = staging.outputs()["digest"], staging.outputs()["bucketName"]
    live.config("publish:from", f"staging@{digest}")
    preview = live.pulumi("preview", "--stack", "live", env=recorder.env)
    assert "Release: 0 to add, 1 to change, 0 to remove, 0 bytes to send" in preview.output
    (key,) = [key for key in staging.stored() if _content(project, bucket, key) == b"<h1>next</h1>"]
    project.sandbox.s3.put_object(Bucket=bucket, Key=key, Body=b"<h1>swap</h1>")
    refused = live.up(env=recorder.env, check=False)
    assert "'page.html' in the bucket" in refused.output
    assert "content was changed. The live site is unchanged" in refused.output
    assert "Traceback" not in refused.output
    assert live.get("/page").text == "<h1>reviewed</h1>"
    project.sandbox.s3.put_object(Bucket=bucket, Key=key, Body=b"<h1>next</h1>")
    live.up(env=recorder.env)
    assert live.get("/page").text == "<h1>next</h1>"
    assert (live.outputs()["digest"], live.outputs()["fileCount"]) == (digest, staging.outputs()["fileCount"])
    refused_calls = {right_of(call) for call in recorder.operations if not is_allowed(policy, call, ACCOUNT)}
    assert refused_calls - NOT_IN_AWS == set()
    assert "CopyObject" in {call.name for call in recorder.operations}
    assert not is_allowed(policy, Operation("s3", "PutObject", {"Bucket": bucket, "Key": key}), ACCOUNT)
    for stage in (live, staging):
        stage.pulumi("destroy", "--yes", "--skip-preview", "--remove", "--stack", stage.stack)


def test_policy_allows_host_names_too(project: Project, iam: IAMClient, recorder: Recorder) -> None:
    """With names in a zone, all calls about certificate and records are allowed, only in this zone."""
    zone = _zone(project)
    project.config("domain:zone", zone)
    project.config("domain:names", '["www.role.example", "role.example"]')
    project.config("deployments:createRole", "true")
    project.up()
    policy = _policy(iam, project.outputs()["deploymentRoleArn"])
    project.config("domain:names", '["role.example"]')
    project.up(env=recorder.env)
    project.pulumi("refresh", "--yes", "--skip-preview", "--stack", "prod", env=recorder.env)
    project.config("deployments:createRole", "false")
    project.up()
    project.pulumi("destroy", "--yes", "--skip-preview", "--stack", "prod", env=recorder.env)
    # The sandbox's plugin reads every zone to know whether a certificate is issued; AWS's authority has the DNS.
    own = [call for call in recorder.operations if call.service != "route53" or call.arguments.get("Id", zone) == zone]
    changes = [call for call in recorder.operations if call.name == "GetChange"]
    refused = {right_of(call) for call in (*own, *changes) if not is_allowed(policy, call, ACCOUNT)}
    assert refused - NOT_IN_AWS == set()
    assert {"acm:RequestCertificate", "acm:DeleteCertificate", "route53:ChangeResourceRecordSets"} <= _rights(own)
    elsewhere = Operation("route53", "ChangeResourceRecordSets", {"Id": "Z0000000000000"})
    assert not is_allowed(policy, elsewhere, ACCOUNT)
    project.unset("domain:zone", "domain:names")


def test_role_that_nobody_could_take_on_is_refused(project: Project) -> None:
    """Without Pulumi Cloud, a role that trusts it is refused at preview, by a message with both alternatives."""
    project.config("deployments:createRole", "true")
    project.config("deployments:runsOn", "pulumi-cloud")
    preview = project.pulumi("preview", "--stack", "prod", check=False)
    assert preview.code != 0
    assert "is not stored there: pulumi login, or pulumi config set --stack prod deployments:runsOn" in preview.output
    assert "Traceback" not in preview.output
    project.config("deployments:runsOn", "github-actions")


def _deploy_in_every_way(project: Project, recorder: Recorder) -> None:
    project.write("www/index.html", "<h1>two</h1>")
    project.write("www/new.html", "<h1>new</h1>")
    project.pulumi("preview", "--stack", "prod", env=recorder.env)
    project.up(env=recorder.env)
    project.pulumi("refresh", "--yes", "--skip-preview", "--stack", "prod", env=recorder.env)


def _zone(project: Project) -> str:
    env = project.sandbox.env
    session = boto3.Session("test", "test", region_name=env["AWS_REGION"])
    route53: Any = session.client("route53", endpoint_url=env["AWS_ENDPOINT_URL"])
    made = route53.create_hosted_zone(Name="role.example", CallerReference="role.example")
    return str(made["HostedZone"]["Id"]).rpartition("/")[2]


def _policy(iam: IAMClient, role_arn: str) -> dict[str, Any]:
    role = role_arn.rpartition("/")[2]
    (name,) = iam.list_role_policies(RoleName=role)["PolicyNames"]
    document: Any = iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
    found: dict[str, Any] = json.loads(document) if isinstance(document, str) else document
    return found


def _content(project: Project, bucket: str, key: str) -> bytes:
    return project.sandbox.s3.get_object(Bucket=bucket, Key=key)["Body"].read()


def _rights(operations: list[Operation]) -> set[str]:
    return {right_of(operation) for operation in operations}
