"""The role that deployments take on, as the engine is told of it."""

from __future__ import annotations

import fnmatch
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pulumi
import pytest

from hosting.deployments.rights import (
    BUCKET_ACTIONS,
    CLOUDFRONT_ACTIONS,
    OBJECT_ACTIONS,
    NamesRights,
    Stack,
    bucket_patterns,
    issuer_of,
    rights,
)
from hosting.deployments.role import make_role
from hosting.deployments.settings import DeploymentsSettings

if TYPE_CHECKING:
    from collections.abc import Callable

ROLE = "aws:iam/role:Role"
POLICY = "aws:iam/rolePolicy:RolePolicy"
PROVIDER = "aws:iam/openIdConnectProvider:OpenIdConnectProvider"
PROD = Stack("Acme", "site", "prod")


@dataclass
class Account(pulumi.runtime.Mocks):
    """Records what is registered, in account 123456789012."""

    registered: dict[str, dict[str, Any]] = field(default_factory=dict)

    def new_resource(self, args: pulumi.runtime.MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
        self.registered[args.typ] = args.inputs
        kind = "role" if args.typ == ROLE else "oidc-provider"
        return args.name, {**args.inputs, "name": args.name, "arn": f"arn:aws:iam::123456789012:{kind}/{args.name}"}

    def call(self, args: pulumi.runtime.MockCallArgs) -> tuple[dict[Any, Any], list[tuple[str, str]] | None]:
        answers = {
            "aws:index/getPartition:getPartition": {"partition": "aws"},
            "aws:index/getCallerIdentity:getCallerIdentity": {"accountId": "123456789012"},
        }
        return answers[args.token], []


@pytest.fixture
def declare() -> Callable[[DeploymentsSettings], dict[str, dict[str, Any]]]:
    """Return a function that declares the role of `prod` and returns what was registered, by type."""

    def run(settings: DeploymentsSettings) -> dict[str, dict[str, Any]]:
        account = Account()
        pulumi.runtime.set_mocks(account, project="site", stack="prod", preview=False)

        @pulumi.runtime.test  # type: ignore[untyped-decorator]  # the SDK's decorator has no types
        def program() -> pulumi.Output[str]:
            bucket = pulumi.Output.from_input("arn:aws:s3:::site-prod-1")
            return make_role("site-prod", settings, PROD, bucket, pulumi.ResourceOptions()).arn

        program()
        return account.registered

    return run


def _condition(registered: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    (statement,) = json.loads(registered[ROLE]["assumeRolePolicy"])["Statement"]
    found: dict[str, dict[str, Any]] = statement["Condition"]
    return found


def test_pulumi_cloud_may_deploy_this_stack_alone(
    declare: Callable[[DeploymentsSettings], dict[str, dict[str, Any]]],
) -> None:
    """The role trusts tokens of this organization, project and stack, whatever the operation."""
    registered = declare(DeploymentsSettings(createRole=True))
    assert registered[PROVIDER] == {"url": "https://api.pulumi.com/oidc", "clientIdLists": ["acme"]}
    assert _condition(registered) == {
        "StringEquals": {"api.pulumi.com/oidc:aud": "acme"},
        "StringLike": {
            "api.pulumi.com/oidc:sub": ["pulumi:deploy:org:acme:project:site:stack:prod:operation:*:scope:write"]
        },
    }


def test_stacks_whose_names_only_begin_alike_are_not_trusted() -> None:
    """`prod` does not stand for `prod-2`."""
    (subject,) = issuer_of(DeploymentsSettings(createRole=True), PROD).subjects
    other = "pulumi:deploy:org:acme:project:site:stack:prod-2:operation:update:scope:write"
    assert not fnmatch.fnmatchcase(other, subject)
    assert fnmatch.fnmatchcase(other.replace("prod-2", "prod"), subject)


def test_github_actions_may_deploy_from_its_branch(
    declare: Callable[[DeploymentsSettings], dict[str, dict[str, Any]]],
) -> None:
    """The role trusts pushes to the stack's branch, and pull requests as long as those are previewed."""
    settings = {"createRole": True, "runsOn": "github-actions", "repository": "acme/website", "branch": "release"}
    registered = declare(DeploymentsSettings.model_validate(settings))
    assert registered[PROVIDER]["url"] == "https://token.actions.githubusercontent.com"
    assert _condition(registered) == {
        "StringEquals": {"token.actions.githubusercontent.com:aud": "sts.amazonaws.com"},
        "StringLike": {
            "token.actions.githubusercontent.com:sub": [
                "repo:acme/website:ref:refs/heads/release",
                "repo:acme@*/website@*:ref:refs/heads/release",
                "repo:acme/website:pull_request",
                "repo:acme@*/website@*:pull_request",
            ]
        },
    }
    without = DeploymentsSettings.model_validate({**settings, "previewPullRequests": False})
    assert not any("pull_request" in subject for subject in issuer_of(without, PROD).subjects)


@pytest.mark.parametrize(
    ("subject", "is_trusted"),
    [
        ("repo:acme/website:ref:refs/heads/main", True),
        ("repo:acme@123456/website@456789:ref:refs/heads/main", True),
        ("repo:acme@123456/website@456789:ref:refs/heads/main-2", False),
        ("repo:acme@123456/website-2@456789:ref:refs/heads/main", False),
        ("repo:acme-2@123456/website@456789:ref:refs/heads/main", False),
        ("repo:acme@123456/website@456789:ref:refs/tags/main", False),
    ],
)
def test_both_forms_of_a_repositorys_tokens_are_trusted(subject: str, is_trusted: bool) -> None:  # noqa: FBT001 - a case
    """Old repositories' tokens name them, those from July 2026 on have the owner's and the repository's ids too."""
    settings = {"createRole": True, "runsOn": "github-actions", "repository": "acme/website"}
    trusted = issuer_of(DeploymentsSettings.model_validate(settings), PROD).subjects
    assert any(fnmatch.fnmatchcase(subject, pattern) for pattern in trusted) is is_trusted


def test_provider_that_is_there_is_used(
    declare: Callable[[DeploymentsSettings], dict[str, dict[str, Any]]],
) -> None:
    """An account has one OIDC provider an issuer: named in the settings, none is made."""
    arn = "arn:aws:iam::123456789012:oidc-provider/api.pulumi.com/oidc"
    registered = declare(DeploymentsSettings(createRole=True, oidcProviderArn=arn))
    assert PROVIDER not in registered
    (statement,) = json.loads(registered[ROLE]["assumeRolePolicy"])["Statement"]
    assert statement["Principal"] == {"Federated": arn}


def test_rights_end_at_the_stacks_own_bucket(
    declare: Callable[[DeploymentsSettings], dict[str, dict[str, Any]]],
) -> None:
    """No statement is about every resource, and S3 is about one bucket."""
    statements = json.loads(declare(DeploymentsSettings(createRole=True))[POLICY]["policy"])["Statement"]
    resources = {statement["Sid"]: statement["Resource"] for statement in statements}
    assert resources["Bucket"] == ["arn:aws:s3:::site-prod-1"]
    assert resources["Objects"] == ["arn:aws:s3:::site-prod-1/*"]
    assert resources["Distribution"] == ["arn:aws:cloudfront::123456789012:distribution/*"]
    assert resources["OwnRole"] == ["arn:aws:iam::123456789012:role/site-prod-deploy"]
    assert not any(resource == "*" for each in resources.values() for resource in each)


def test_review_stacks_share_the_role(declare: Callable[[DeploymentsSettings], dict[str, dict[str, Any]]]) -> None:
    """Named in the settings, review stacks are trusted as well, and their buckets are in reach."""
    registered = declare(DeploymentsSettings(createRole=True, reviewStacks=("pr-*",)))
    assert _condition(registered)["StringLike"]["api.pulumi.com/oidc:sub"][1] == (
        "pulumi:deploy:org:acme:project:site:stack:pr-*:operation:*:scope:write"
    )
    assert "arn:aws:s3:::site-pr-*" in json.loads(registered[POLICY]["policy"])["Statement"][0]["Resource"]


@pytest.mark.parametrize(
    ("pattern", "bucket"),
    [
        ("pr-*", "site-pr-*"),
        ("feature*", "site-feature*"),
        ("staging", "site-staging-*"),
        ("a" * 60 + "-*", "site-" + "a" * 43 + "*"),
    ],
)
def test_buckets_of_review_stacks(pattern: str, bucket: str) -> None:
    """A pattern of stacks means their buckets, not those of a stack whose name only begins alike."""
    assert bucket_patterns("site", [pattern]) == [bucket]


def test_no_right_stands_for_many() -> None:
    """Every action is named in full, none twice, and none writes to IAM."""
    actions = [*BUCKET_ACTIONS, *OBJECT_ACTIONS, *(each for some in CLOUDFRONT_ACTIONS.values() for each in some)]
    assert len(set(actions)) == len(actions)
    document = rights(
        ["arn:aws:s3:::b"], "arn:aws:cloudfront::1", "arn:aws:iam::1:role/r", "arn:aws:iam::1:oidc-provider/p"
    )
    granted = [action for statement in document["Statement"] for action in statement["Action"]]
    assert not any("*" in action for action in granted)
    assert all(action.startswith(("iam:Get", "iam:List")) for action in granted if action.startswith("iam:"))


def test_policy_is_within_iams_limit() -> None:
    """A role's inline policies have 10,240 characters together, without white space."""
    buckets = ["arn:aws:s3:::" + "b" * 63] * 4
    arn = "arn:aws:iam::123456789012:role/" + "r" * 64
    document = rights(buckets, "arn:aws:cloudfront::123456789012", arn, arn)
    assert len(json.dumps(document, separators=(",", ":"))) < 10_240


def test_rights_of_host_names_end_at_their_zone() -> None:
    """With a zone and a certificate the records of that zone are in reach; without names, nothing of both."""
    zone = "arn:aws:route53:::hostedzone/Z1"
    certificates = "arn:aws:acm:us-east-1:123456789012:certificate/*"
    arn = "arn:aws:iam::123456789012:role/" + "r" * 64
    buckets = ["arn:aws:s3:::" + "b" * 63] * 4
    names = NamesRights(certificates, zone)
    document = rights(buckets, "arn:aws:cloudfront::123456789012", arn, arn, names)
    resources = {statement["Sid"]: statement["Resource"] for statement in document["Statement"]}
    assert (resources["Zone"], resources["Certificates"]) == ([zone], [certificates])
    assert resources["ZoneChanges"] == ["arn:aws:route53:::change/*"]
    assert len(json.dumps(document, separators=(",", ":"))) < 10_240
    without = rights(buckets, "arn:aws:cloudfront::123456789012", arn, arn)
    assert {"Zone", "Zones", "ZoneChanges", "Certificates"}.isdisjoint(each["Sid"] for each in without["Statement"])
