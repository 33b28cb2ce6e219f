"""The answers of AWS about an Amplify app, in the shapes of its API."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from hosting.aws import amplify_app
from hosting.errors import HostingError

REGION = {"AWS_REGION": "eu-west-1"}
NOW = datetime(2024, 1, 1, tzinfo=UTC)
APP = {
    "appId": "d123",
    "appArn": "arn:aws:amplify:eu-west-1:111122223333:apps/d123",
    "name": "shop",
    "description": "",
    "repository": "https://github.com/acme/shop",
    "platform": "WEB",
    "createTime": NOW,
    "updateTime": NOW,
    "environmentVariables": {"TOKEN": "x"},
    "defaultDomain": "d123.amplifyapp.com",
    "enableBranchAutoBuild": True,
    "enableBasicAuth": False,
}


def branch(name: str) -> dict[str, Any]:
    """Return a branch as AWS does."""
    return {
        "branchArn": f"{APP['appArn']}/branches/{name}",
        "branchName": name,
        "description": "",
        "stage": "PRODUCTION",
        "displayName": name,
        "enableNotification": False,
        "createTime": NOW,
        "updateTime": NOW,
        "environmentVariables": {},
        "enableAutoBuild": True,
        "customDomains": [],
        "framework": "Web",
        "activeJobId": "1",
        "totalNumberOfJobs": "1",
        "enableBasicAuth": False,
        "ttl": "5",
        "enablePullRequestPreview": False,
    }


DOMAIN = {
    "domainAssociationArn": f"{APP['appArn']}/domains/shop.example",
    "domainName": "shop.example",
    "enableAutoSubDomain": False,
    "domainStatus": "AVAILABLE",
    "statusReason": "",
    "subDomains": [
        {"subDomainSetting": {"prefix": "www", "branchName": "main"}, "verified": True, "dnsRecord": "www CNAME x"}
    ],
}


@pytest.fixture
def stub(monkeypatch: pytest.MonkeyPatch) -> Stubber:
    """Return what answers in AWS's place, and checks requests and answers against the API's model."""
    client = boto3.client("amplify", region_name="eu-west-1", aws_access_key_id="a", aws_secret_access_key="b")
    monkeypatch.setattr(amplify_app, "client", lambda *_: client)
    stubber = Stubber(client)
    stubber.activate()
    return stubber


def test_all_pages_are_read(stub: Stubber) -> None:
    """Branches and domains come in pages, which are joined."""
    asked = {"appId": "d123"}
    stub.add_response("get_app", {"app": APP}, asked)
    stub.add_response("list_branches", {"branches": [branch("main")], "nextToken": "t"}, asked)
    stub.add_response("list_branches", {"branches": [branch("dev")]}, {**asked, "nextToken": "t"})
    stub.add_response("list_domain_associations", {"domainAssociations": [DOMAIN]}, asked)
    found = amplify_app.read_app("d123", None, REGION)
    assert found["app"]["app"]["appId"] == "d123"
    assert [one["branchName"] for one in found["branches"]["branches"]] == ["main", "dev"]
    assert [one["domainName"] for one in found["domains"]["domainAssociations"]] == ["shop.example"]
    stub.assert_no_pending_responses()


def test_an_app_that_does_not_exist(stub: Stubber) -> None:
    """AWS's refusal is one sentence with what to check."""
    stub.add_client_error("get_app", "NotFoundException", "App d9 not found.")
    with pytest.raises(
        HostingError, match=r"AWS did not return the app 'd9' in us-east-1 \(.*App d9 not found.*--region"
    ):
        amplify_app.read_app("d9", "us-east-1", {})


def test_without_a_region() -> None:
    """The message about a missing region has the option."""
    with pytest.raises(HostingError, match="The app's region is unknown: add --region <region>"):
        amplify_app.read_app("d123", None, {})
