"""The resources of the role that deployments assume."""

from __future__ import annotations

import fnmatch
import json
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import pulumi
import pytest

from hosting.aws.cloud_names import CloudNames
from hosting.aws.key_value_store_errors import DATA_ACTIONS
from hosting.config.load import RawConfig, Settings, load_settings
from hosting.deployments import actions
from hosting.deployments.rights import CloudFrontScope, DomainScope, Scope, bucket_patterns, permissions_policy
from hosting.deployments.role import make_previews_role, make_role
from hosting.deployments.settings import DeploymentsSettings
from hosting.deployments.trust import Stack, issuer_of, previews_issuer_of
from hosting.errors import HostingError

if TYPE_CHECKING:
    from collections.abc import Callable

ROLE = "aws:iam/role:Role"
POLICY = "aws:iam/rolePolicy:RolePolicy"
PROVIDER = "aws:iam/openIdConnectProvider:OpenIdConnectProvider"
PROD = Stack("Acme", "site", "prod")
ARN = "arn:aws:iam::123456789012:role/" + "r" * 64
ACL = "arn:aws:wafv2:us-east-1:123456789012:global/webacl/shop/1234"
# With names as long as they can be.
EDGE = CloudFrontScope(
    "arn:aws:cloudfront::123456789012",
    tuple("arn:aws:s3:::" + "b" * 58 + f"{number}-*" for number in range(4)),
    tuple("arn:aws:cloudwatch:us-east-1:123456789012:alarm:" + "b" * 58 + f"{number}-*" for number in range(4)),
    ACL,
)
SCOPE = Scope(tuple("arn:aws:s3:::" + "b" * 58 + f"{number}-*" for number in range(4)), ARN, ARN, EDGE)


def loaded(**config: str) -> Settings:
    """Return the settings of `prod`, with a role, and with ``deployments`` settings; others by ``namespace__key``."""
    given = {key.replace("__", ":") if "__" in key else f"deployments:{key}": value for key, value in config.items()}
    raw = {"deployments:createRole": "true", **given}
    return load_settings(RawConfig("prod", raw), {"AWS_REGION": "eu-west-1"})


@dataclass
class Account(pulumi.runtime.Mocks):
    """Records the registered resources, in account 123456789012."""

    registered: dict[str, dict[str, Any]] = field(default_factory=dict)

    def new_resource(self, args: pulumi.runtime.MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
        self.registered[args.typ] = args.inputs
        kind, name = ("role" if args.typ == ROLE else "oidc-provider"), args.inputs.get("name", args.name)
        return name, {**args.inputs, "name": name, "arn": f"arn:aws:iam::123456789012:{kind}/{name}"}

    def call(self, args: pulumi.runtime.MockCallArgs) -> tuple[dict[Any, Any], list[tuple[str, str]] | None]:
        answers = {
            "aws:index/getPartition:getPartition": {"partition": "aws"},
            "aws:index/getCallerIdentity:getCallerIdentity": {"accountId": "123456789012"},
        }
        return answers[args.token], []


@pytest.fixture
def declare() -> Callable[..., dict[str, dict[str, Any]]]:
    """Return a function that declares the role of `prod` and returns the registered resources, by type."""

    def run(settings: Settings, prefix: str = "site-prod", promoted: str | None = None) -> dict[str, dict[str, Any]]:
        account = Account()
        pulumi.runtime.set_mocks(account, project="site", stack="prod", preview=False)

        @pulumi.runtime.test  # type: ignore[untyped-decorator]  # the SDK's decorator has no types
        def program() -> pulumi.Output[str]:
            bucket = pulumi.Output.from_input("arn:aws:s3:::site-prod-1")
            names = CloudNames("site", prefix, pulumi.Output.from_input("0a1b2c3"))
            source = pulumi.Output.from_input(promoted) if promoted else None
            return make_role(names, settings, PROD, bucket, pulumi.ResourceOptions(), promoted_bucket=source).arn

        program()
        return account.registered

    return run


def _resources(registered: dict[str, dict[str, Any]]) -> dict[str, list[str]]:
    statements = json.loads(registered[POLICY]["policy"])["Statement"]
    return {statement["Sid"]: statement["Resource"] for statement in statements}


def _condition(registered: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    (statement,) = json.loads(registered[ROLE]["assumeRolePolicy"])["Statement"]
    found: dict[str, dict[str, Any]] = statement["Condition"]
    return found


def test_pulumi_cloud_may_deploy_this_stack_alone(
    declare: Callable[[Settings], dict[str, dict[str, Any]]],
) -> None:
    """The role trusts tokens of this organization, project and stack, for any operation."""
    registered = declare(loaded())
    assert registered[PROVIDER] == {"url": "https://api.pulumi.com/oidc", "clientIdLists": ["acme"]}
    assert _condition(registered) == {
        "StringEquals": {"api.pulumi.com/oidc:aud": "acme"},
        "StringLike": {
            "api.pulumi.com/oidc:sub": ["pulumi:deploy:org:acme:project:site:stack:prod:operation:*:scope:write"]
        },
    }


def test_stacks_whose_names_only_begin_alike_are_not_trusted() -> None:
    """The subject of `prod` does not match `prod-2`."""
    (subject,) = issuer_of(DeploymentsSettings(createRole=True), PROD).subjects
    other = "pulumi:deploy:org:acme:project:site:stack:prod-2:operation:update:scope:write"
    assert not fnmatch.fnmatchcase(other, subject)
    assert fnmatch.fnmatchcase(other.replace("prod-2", "prod"), subject)


def test_github_actions_may_deploy_from_its_branch(
    declare: Callable[[Settings], dict[str, dict[str, Any]]],
) -> None:
    """The role trusts pushes to the stack's branch, and pull requests as long as those are previewed."""
    settings = {"runsOn": "github-actions", "repository": "acme/website", "branch": "release"}
    registered = declare(loaded(**settings))
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
    without = loaded(**settings, previewPullRequests="false").deployments
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
    """Tokens of old repositories have the names, those from July 2026 on also the ids of owner and repository."""
    settings = {"createRole": True, "runsOn": "github-actions", "repository": "acme/website"}
    trusted = issuer_of(DeploymentsSettings.model_validate(settings), PROD).subjects
    assert any(fnmatch.fnmatchcase(subject, pattern) for pattern in trusted) is is_trusted


def test_provider_that_is_there_is_used(
    declare: Callable[[Settings], dict[str, dict[str, Any]]],
) -> None:
    """An account has one OIDC provider for each issuer: one in the settings is used, and none is created."""
    arn = "arn:aws:iam::123456789012:oidc-provider/api.pulumi.com/oidc"
    registered = declare(loaded(oidcProviderArn=arn))
    assert PROVIDER not in registered
    (statement,) = json.loads(registered[ROLE]["assumeRolePolicy"])["Statement"]
    assert statement["Principal"] == {"Federated": arn}


def test_rights_end_at_the_stacks_own(
    declare: Callable[[Settings], dict[str, dict[str, Any]]],
) -> None:
    """No statement covers every resource; S3, alarms and the web ACL are restricted to the stack's own."""
    resources = _resources(declare(loaded(cloudfront__webAclArn=ACL)))
    logs = ["arn:aws:s3:::site-prod-logs-*", "arn:aws:s3:::*-logs-0a1b2c3"]
    assert resources["Bucket"] == ["arn:aws:s3:::site-prod-1", *logs]
    assert resources["Objects"] == [f"{bucket}/*" for bucket in resources["Bucket"]]
    assert resources["Logs"] == logs
    alarm = "arn:aws:cloudwatch:us-east-1:123456789012:alarm:"
    assert resources["Alarms"] == [f"{alarm}site-prod-5xx-*", f"{alarm}*-5xx-0a1b2c3"]
    assert resources["Distribution"] == ["arn:aws:cloudfront::123456789012:distribution/*"]
    assert resources["Tags"] == [f"arn:aws:cloudfront::123456789012:{kind}/*" for kind in actions.TAGGED]
    stores = ["arn:aws:cloudfront::123456789012:key-value-store/*"]
    assert resources["KeyValueStore"] == stores
    assert resources["WebAcl"] == [ACL]
    assert resources["OwnRole"] == ["arn:aws:iam::123456789012:role/site-prod-deploy-0a1b2c3"]
    assert not any(resource == "*" for each in resources.values() for resource in each)


@pytest.mark.parametrize("prefix", ["site-live", "shop-prod"])
def test_rights_survive_a_renamed_stack_or_project(
    declare: Callable[..., dict[str, dict[str, Any]]], prefix: str
) -> None:
    """Resources keep the names they were created with, and the role keeps its permissions for them."""
    before, after = (_resources(declare(loaded(), name)) for name in ("site-prod", prefix))
    alarm = "arn:aws:cloudwatch:us-east-1:123456789012:alarm:"
    existing = {
        "Bucket": ["arn:aws:s3:::site-prod-1", "arn:aws:s3:::site-prod-logs-0a1b2c3"],
        "Objects": ["arn:aws:s3:::site-prod-1/index.html", "arn:aws:s3:::site-prod-logs-0a1b2c3/1.gz"],
        "Logs": ["arn:aws:s3:::site-prod-logs-0a1b2c3"],
        "Alarms": [f"{alarm}site-prod-5xx-0a1b2c3"],
    }
    for sid, arns in existing.items():
        for arn in arns:
            for resources in (before, after):
                assert any(fnmatch.fnmatchcase(arn, pattern) for pattern in resources[sid]), (sid, arn)
    # What is created after the rename has the new name.
    assert f"arn:aws:s3:::{prefix}-logs-*" in after["Logs"]
    # The names of another stack still do not match.
    assert not any(fnmatch.fnmatchcase("arn:aws:s3:::site-prod-logs-9f9f9f9", one) for one in after["Logs"])


def test_a_push_that_turns_logs_and_alarms_on_does_not_change_the_policy(
    declare: Callable[..., dict[str, dict[str, Any]]],
) -> None:
    """The policy depends on the names alone, as a deployment must not change its own role."""
    on = loaded(cloudfront__logging="true", cloudfront__alarms="arn:aws:sns:us-east-1:123456789012:alerts")
    assert _resources(declare(on)) == _resources(declare(loaded()))


def test_stack_without_cloudfront_has_no_rights_there(
    declare: Callable[[Settings], dict[str, dict[str, Any]]],
) -> None:
    """The role of an S3 website, and of its review stacks, has no permission for distributions."""
    registered = declare(loaded(cloudfront__enabled="false", reviewStacks='["pr-*"]'))
    assert set(_resources(registered)) == {"Bucket", "Objects", "OwnRole", "OwnProvider"}


def test_a_promotion_may_read_the_objects_of_the_other_stack_alone(
    declare: Callable[..., dict[str, dict[str, Any]]],
) -> None:
    """The role has s3:GetObject on that bucket, and nothing else there."""
    registered = declare(loaded(), promoted="site-staging-1")
    statements = json.loads(registered[POLICY]["policy"])["Statement"]
    (found,) = [one for one in statements if any("staging" in arn for arn in one["Resource"])]
    assert (found["Action"], found["Resource"]) == (["s3:GetObject"], ["arn:aws:s3:::site-staging-1/*"])


def test_role_for_a_cloud_where_the_stack_is_not() -> None:
    """A self-managed backend has no organization, and no deployments that could assume the role."""
    with pytest.raises(
        HostingError, match="stack 'prod' is not stored there: pulumi login, or pulumi config set"
    ) as told:
        issuer_of(DeploymentsSettings(createRole=True), Stack("organization", "site", "prod"))
    assert str(told.value).endswith("--stack prod deployments:runsOn github-actions")
    github = {"createRole": True, "runsOn": "github-actions", "repository": "acme/website"}
    assert issuer_of(DeploymentsSettings.model_validate(github), Stack("organization", "site", "prod")).subjects


def test_review_stacks_share_the_role(declare: Callable[[Settings], dict[str, dict[str, Any]]]) -> None:
    """Review stacks in the settings are trusted too, and the role has permissions for their buckets."""
    registered = declare(loaded(reviewStacks='["pr-*"]'))
    assert _condition(registered)["StringLike"]["api.pulumi.com/oidc:sub"][1] == (
        "pulumi:deploy:org:acme:project:site:stack:pr-*:operation:*:scope:write"
    )
    resources = _resources(registered)
    assert all("arn:aws:s3:::site-pr-*" in resources[sid] for sid in ("Bucket", "Logs"))
    assert "arn:aws:cloudwatch:us-east-1:123456789012:alarm:site-pr-*" in resources["Alarms"]


@pytest.mark.parametrize(
    ("pattern", "bucket"),
    [
        ("pr-*", "site-pr-*"),
        ("feature*", "site-feature*"),
        ("staging", "site-staging-*"),
        ("a" * 60 + "-*", "site-" + "a" * 31 + "*"),
    ],
)
def test_buckets_of_review_stacks(pattern: str, bucket: str) -> None:
    """A pattern of stacks matches their buckets, not those of a stack with a similar name."""
    assert bucket_patterns("site", [pattern]) == [bucket]


STORE = "arn:aws:cloudfront::123456789012:key-value-store/s1"


def _previews_role(settings: Settings, stack: Stack = PROD) -> dict[str, dict[str, Any]]:
    """Declare the role of previews, and return the registered resources, by type."""
    account = Account()
    pulumi.runtime.set_mocks(account, project="site", stack="previews", preview=False)

    @pulumi.runtime.test  # type: ignore[untyped-decorator]  # the SDK's decorator has no types
    def program() -> pulumi.Output[str]:
        bucket, store = pulumi.Output.from_input("arn:aws:s3:::previews-1"), pulumi.Output.from_input(STORE)
        names = CloudNames("site", "site-previews", pulumi.Output.from_input("0a1b2c3"))
        opts = pulumi.ResourceOptions()
        return make_previews_role(names, settings, stack, opts, bucket_arn=bucket, store_arn=store).arn

    program()
    return account.registered


def test_the_role_of_previews_writes_to_the_edges_bucket_and_store_alone() -> None:
    """There are exact ARNs and three kinds of rights: no IAM, no CloudFront, no bucket policy, no other bucket."""
    registered = _previews_role(loaded(reviewStacks='["pr-*"]'))
    statements = json.loads(registered[POLICY]["policy"])["Statement"]
    assert [(one["Action"], one["Resource"]) for one in statements] == [
        (["s3:ListBucket"], ["arn:aws:s3:::previews-1"]),
        (["s3:DeleteObject", "s3:GetObject", "s3:PutObject"], ["arn:aws:s3:::previews-1/*"]),
        (list(DATA_ACTIONS), [STORE]),
    ]


def test_previews_assume_their_role_and_the_edge_does_not() -> None:
    """On Pulumi Cloud it trusts the review stacks; on GitHub the branch, and never a pull request's own run."""
    cloud = _condition(_previews_role(loaded(reviewStacks='["pr-*"]')))
    assert cloud["StringLike"]["api.pulumi.com/oidc:sub"] == [
        "pulumi:deploy:org:acme:project:site:stack:pr-*:operation:*:scope:write"
    ]
    github = _condition(_previews_role(loaded(runsOn="github-actions", repository="acme/website")))
    assert github["StringLike"]["token.actions.githubusercontent.com:sub"] == [
        "repo:acme/website:ref:refs/heads/main",
        "repo:acme@*/website@*:ref:refs/heads/main",
    ]


def test_a_role_of_previews_that_no_stack_could_assume() -> None:
    """Without review stacks, the message has the command that names them."""
    with pytest.raises(HostingError, match=r"--stack prod --path 'deployments:reviewStacks\[0\]' 'pr-\*'"):
        previews_issuer_of(DeploymentsSettings(createRole=True), PROD)


def test_no_right_stands_for_many() -> None:
    """Each action is written in full and once, and none writes to IAM."""
    kinds = [each for some in actions.CLOUDFRONT_ACTIONS.values() for each in some]
    every = [*actions.BUCKET_ACTIONS, *actions.OBJECT_ACTIONS, *kinds, *actions.TAG_ACTIONS, *actions.LOG_ACTIONS]
    assert len(set(every)) == len(every)
    granted = [action for statement in permissions_policy(SCOPE)["Statement"] for action in statement["Action"]]
    assert not any("*" in action for action in granted)
    assert all(action.startswith(("iam:Get", "iam:List")) for action in granted if action.startswith("iam:"))


def test_a_store_and_its_keys_are_one_statement() -> None:
    """The role has the six actions of the data API on the store's ARN; IAM cannot restrict them to single keys."""
    (statement,) = (one for one in permissions_policy(SCOPE)["Statement"] if one["Sid"] == "KeyValueStore")
    services = Counter(action.partition(":")[0] for action in statement["Action"])
    assert services == {"cloudfront": 4, "cloudfront-keyvaluestore": 6}


def test_rights_of_host_names_end_at_their_zone() -> None:
    """With a zone and a certificate there are permissions for both; without host names there are none."""
    zone = "arn:aws:route53:::hostedzone/Z1"
    certificates = "arn:aws:acm:us-east-1:123456789012:certificate/*"
    document = permissions_policy(replace(SCOPE, domain=DomainScope(certificates, zone)))
    resources = {statement["Sid"]: statement["Resource"] for statement in document["Statement"]}
    assert (resources["Zone"], resources["Certificates"]) == ([zone], [certificates])
    assert resources["ZoneChanges"] == ["arn:aws:route53:::change/*"]
    without = permissions_policy(SCOPE)
    assert {"Zone", "Zones", "ZoneChanges", "Certificates"}.isdisjoint(each["Sid"] for each in without["Statement"])


def test_policy_is_within_iams_limit() -> None:
    """With all statements and four buckets the policy is below the 10,240 characters of a role's policies."""
    zone = "arn:aws:route53:::hostedzone/" + "Z" * 32
    names = DomainScope("arn:aws:acm:us-east-1:123456789012:certificate/*", zone)
    assert len(json.dumps(permissions_policy(replace(SCOPE, domain=names)), separators=(",", ":"))) < 10_240
