from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from hosting.doctor.permissions import check_permissions
from hosting.doctor.state import BUCKET, OIDC_PROVIDER, ROLE
from tests.unit.doctor.conftest import resource, results

if TYPE_CHECKING:
    from hosting.doctor.state import StateResource
    from tests.unit.doctor.conftest import Account


def role(account: Account, name: str, *actions: str, path: str = "/") -> str:
    """Create a role with these actions on everything; return the ARN of a session of it."""
    iam = account.client("iam")
    trust = {"Version": "2012-10-17", "Statement": []}
    iam.create_role(RoleName=name, Path=path, AssumeRolePolicyDocument=json.dumps(trust))
    statement = {"Effect": "Allow", "Action": list(actions), "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    iam.put_role_policy(RoleName=name, PolicyName="all", PolicyDocument=document)
    return f"arn:aws:sts::{account.id}:assumed-role/{name}/session"


def test_a_role_with_all_rights(account: Account) -> None:
    """The session's role is simulated, with its path; an allowance is only one by simulation."""
    arn = role(account, "admin", "*", path="/teams/")
    names = {"domain__names": '["www.example.com"]', "domain__zone": "example.com"}
    expected = (
        f"All rights that the stack needs are allowed by simulation for arn:aws:iam::{account.id}:role/teams/admin"
    )
    assert results(check_permissions(account.context(arn=arn, **names))) == [("ok", expected)]


def test_refused_actions(account: Account) -> None:
    """Each statement with refused actions is a warning that names the resources."""
    arn = role(account, "reader", "s3:*", "acm:*", "cloudwatch:*")
    lines = list(check_permissions(account.context(resource(BUCKET, "site-prod-bucket"), arn=arn)))
    assert {line.status for line in lines} == {"warning"}
    texts = [line.text for line in lines]
    assert any("cloudfront:CreateDistribution" in text and "distribution/*" in text for text in texts)
    assert any(text.endswith(f"on arn:aws:cloudfront::{account.id}:function/*") and "1 more" in text for text in texts)
    assert not any("s3:" in text.partition(" on ")[0] for text in texts)
    assert not any("iam:" in text for text in texts)
    assert lines[0].next_step.startswith(f"grant them to arn:aws:iam::{account.id}:role/reader")


def test_the_deployments_role_needs_more_rights(account: Account) -> None:
    """A stack with a role of its own needs the rights to read it."""
    arn = role(account, "reader", "s3:*")
    config = {"deployments__createRole": "true", "deployments__repository": "acme/site"}
    lines = list(check_permissions(account.context(arn=arn, stack="dev", **config)))
    assert ["iam:GetRole" in line.text for line in lines] == [True, False]


@pytest.mark.parametrize(
    ("existing", "provider", "refused"),
    [
        ((), "", {"iam:CreateOpenIDConnectProvider", "iam:CreateRole", "iam:PutRolePolicy"}),
        ((), "arn:aws:iam::123456789012:oidc-provider/api.pulumi.com/oidc", {"iam:CreateRole", "iam:PutRolePolicy"}),
        ((resource(ROLE, "site-dev-deploy"), resource(OIDC_PROVIDER, "arn")), "", set()),
    ],
)
def test_the_first_up_creates_the_role(
    account: Account, existing: tuple[StateResource, ...], provider: str, refused: set[str]
) -> None:
    """Until the stack has its role, and its provider or another one, the rights to create them are needed."""
    arn = role(account, "reader", "s3:*", "iam:Get*", "iam:List*")
    config = {"deployments__createRole": "true", "deployments__repository": "acme/site"}
    if provider:
        config["deployments__oidcProviderArn"] = provider
    lines = check_permissions(account.context(*existing, arn=arn, stack="dev", **config))
    assert {action for line in lines for action in re.findall(r"iam:\w+", line.text.partition(" on ")[0])} == refused


def test_a_user(account: Account) -> None:
    """A user is simulated itself; without a policy everything is refused."""
    arn = account.client("iam").create_user(UserName="ada")["User"]["Arn"]
    lines = list(check_permissions(account.context(arn=arn, stack="dev", website__bucketName="my-site")))
    assert [line.text.rpartition(" on ")[2] for line in lines] == ["arn:aws:s3:::my-site", "arn:aws:s3:::my-site/*"]


@pytest.mark.parametrize("kind", ["root", "federated-user/ada"])
def test_callers_without_policies(account: Account, kind: str) -> None:
    """A root user and a federated one can't be simulated."""
    (line,) = check_permissions(account.context(arn=f"arn:aws:sts::{account.id}:{kind}"))
    assert line.status == "not checked"


class Iam:
    """IAM that refuses an operation."""

    def __init__(self, code: str) -> None:
        self._error = ClientError({"Error": {"Code": code, "Message": "no"}}, "SimulatePrincipalPolicy")
        self.asked: list[str] = []

    def client(self, service: str, region: str | None = None) -> Any:  # noqa: ANN401 - boto3 generates its clients
        assert (service, region) == ("iam", None)
        return self

    def get_role(self, **_: str) -> Any:  # noqa: ANN401 - as above
        raise self._error

    def get_paginator(self, name: str) -> Any:  # noqa: ANN401 - as above
        assert name == "simulate_principal_policy"
        return self

    def paginate(self, **request: Any) -> Any:  # noqa: ANN401 - as above
        self.asked.append(request["PolicySourceArn"])
        raise self._error


def test_no_right_to_simulate(account: Account) -> None:
    """Without the right to read the role its ARN has no path, and without the right to simulate nothing is checked."""
    iam = Iam("AccessDenied")
    arn = f"arn:aws:sts::{account.id}:assumed-role/ci/run"
    (line,) = check_permissions(replace(account.context(arn=arn), aws=iam))
    assert iam.asked == [f"arn:aws:iam::{account.id}:role/ci"]
    assert line.status == "not checked"
    assert line.text.endswith("(iam:SimulatePrincipalPolicy)")


def test_other_errors_are_left_to_the_runner(account: Account) -> None:
    """An error of another kind is not a missing right."""
    context = replace(account.context(arn=f"arn:aws:iam::{account.id}:user/ada"), aws=Iam("Throttling"))
    with pytest.raises(ClientError, match="Throttling"):
        list(check_permissions(context))
