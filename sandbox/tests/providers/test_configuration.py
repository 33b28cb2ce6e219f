from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from pulumi.runtime.proto import provider_pb2

from sandbox.providers.aws.service import AwsProvider
from sandbox.providers.values import SECRET, SIGNATURE, UNKNOWN, to_struct
from sandbox.tests.providers.conftest import config_for
from sandbox.tests.providers.harness import RefusedError, serving

if TYPE_CHECKING:
    from pathlib import Path

    from types_boto3_s3 import S3Client

    from sandbox.tests.providers.harness import Engine

BUCKET = "aws:s3/bucket:Bucket"


def test_without_a_region(bare: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a region in config or environment the error says what to type."""
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name, raising=False)
    [refusal] = bare.check_config()
    assert "pulumi config set aws:region <value>" in refusal


def test_the_environments_region(bare: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """AWS_REGION stands in for the setting."""
    monkeypatch.setenv("AWS_REGION", "eu-west-1")
    assert bare.check_config() == []


def test_the_profiles_region(bare: Engine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A profile's own region stands in for both."""
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "config").write_text("[profile team]\nregion = eu-west-3\n")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    assert bare.check_config(profile="team") == []


def test_what_is_no_region(bare: Engine) -> None:
    """A region that AWS doesn't have is refused where that is asked for."""
    assert bare.check_config(region="mars-1", skipRegionValidation="false") == ["region: invalid AWS Region: mars-1"]
    assert bare.check_config(region="mars-1") == []


@pytest.mark.parametrize("region", ["mars", "us-east-9"])
def test_no_credentials_are_valid_in_what_is_no_region(
    bare: Engine, endpoint: str, monkeypatch: pytest.MonkeyPatch, region: str
) -> None:
    """The SDKs leave the check out, and yet AWS has nobody there who knows the credentials."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)
    config = {"accessKey": "a", "secretKey": "b", "skipRegionValidation": "true"}
    with pytest.raises(RefusedError, match=rf"unable to validate AWS credentials.*\n.*invalid AWS Region: {region}"):
        bare.configure(region=region, **config)
    bare.configure(region=region, skipCredentialsValidation="true", **config)
    bare.configure(region="eusc-de-east-1", **config)


def test_an_unknown_key(bare: Engine) -> None:
    """A setting that the sandbox doesn't honour is refused by name."""
    [refusal] = bare.check_config(region="us-east-1", ignoreTags='{"keys":["a"]}')
    assert refusal.startswith("ignoreTags: ")


def test_wrong_types(bare: Engine) -> None:
    """Settings arrive as JSON in strings; what isn't of the setting's type is refused."""
    refusals = bare.check_config(region="us-east-1", maxRetries="many", endpoints="{}", skipCredentialsValidation="x")
    assert sorted(refusal.split(":")[0] for refusal in refusals) == [
        "endpoints",
        "maxRetries",
        "skipCredentialsValidation",
    ]


def test_settings_as_the_engine_sends_them(bare: Engine, endpoint: str, s3: S3Client) -> None:
    """JSON in strings, as an explicit provider and stack config both send it, is understood."""
    config = config_for(endpoint)
    bare.configure(**{**config, "endpoints": json.dumps(config["endpoints"]), "version": "7.51.1"})
    made = bare.make(BUCKET, called="from-json")
    assert s3.head_bucket(Bucket=made.id)["ResponseMetadata"]["HTTPStatusCode"] == 200


def test_secrets_stay_secrets(bare: Engine) -> None:
    """The inputs of the provider go back as they came, so that a key stays encrypted in the state."""
    secret = {SIGNATURE: SECRET, "value": "key"}
    news = to_struct({"region": "us-east-1", "secretKey": secret})
    answer = bare.stub.CheckConfig(provider_pb2.CheckRequest(news=news))
    assert answer.inputs == news


def test_another_region_replaces_everything(bare: Engine) -> None:
    """A provider of another region is another provider; another key isn't."""
    olds = to_struct({"region": "us-east-1", "accessKey": "a"})
    for news, replaced in (({"region": "eu-west-1", "accessKey": "a"}, ["region"]), ({"region": "us-east-1"}, [])):
        answer = bare.stub.DiffConfig(provider_pb2.DiffRequest(olds=olds, old_inputs=olds, news=to_struct(news)))
        assert list(answer.replaces) == replaced
        assert answer.changes == provider_pb2.DiffResponse.DIFF_SOME


def test_an_unknown_setting_waits_for_the_run(bare: Engine) -> None:
    """A preview in which the configuration isn't known yet is no error."""
    bare.configure(region="us-east-1", accessKey=UNKNOWN)


def test_no_credentials(bare: Engine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A machine without any login is told so at once."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name, raising=False)
    for name in ("AWS_SHARED_CREDENTIALS_FILE", "AWS_CONFIG_FILE"):
        monkeypatch.setenv(name, str(tmp_path / "none"))
    with pytest.raises(RefusedError, match="No valid credential sources found"):
        bare.configure(region="us-east-1")


def test_no_such_profile(bare: Engine) -> None:
    """A profile that isn't there is named."""
    with pytest.raises(RefusedError, match=r"profile \(nobody\) could not be found"):
        bare.configure(region="us-east-1", profile="nobody")


@pytest.mark.parametrize("setting", [{}, {"assumeRoles": [{"roleArn": "arn:aws:iam::123456789012:role/deploy"}]}])
def test_a_sandbox_that_is_stopped(bare: Engine, setting: dict[str, Any]) -> None:
    """Where nothing listens on this machine, that is said before any resource is tried, with what to type."""
    with pytest.raises(RefusedError) as caught:
        bare.configure(**config_for("http://127.0.0.1:1", maxRetries=0, **setting))
    assert str(caught.value).endswith(
        "the sandbox's cloud is not running (http://127.0.0.1:1 refuses connections); start it with: make sandbox"
    )
    assert "credentials" not in str(caught.value)


def test_a_cloud_that_stops_later(bare: Engine) -> None:
    """Where credentials are not validated, the first call says it."""
    bare.configure(**config_for("http://127.0.0.1:1", maxRetries=0, skipCredentialsValidation=True))
    with pytest.raises(RefusedError, match="cloud is not running"):
        bare.invoke("aws:index/getCallerIdentity:getCallerIdentity")


def test_a_cloud_elsewhere_that_does_not_answer(bare: Engine) -> None:
    """Of other machines pulumi-aws's own words hold."""
    with pytest.raises(RefusedError, match=r"unable to validate AWS credentials(.|\n)*EndpointConnectionError"):
        # Not a loopback address by its name, and yet nothing that leaves this machine.
        bare.configure(**config_for("http://0.0.0.0:1", maxRetries=0))


def test_an_assumed_role(bare: Engine, endpoint: str) -> None:
    """The calls are made as the role; a Python program's snake_case keys do as well."""
    role = {"role_arn": "arn:aws:iam::123456789012:role/deploy", "session_name": "ci", "duration": "1h"}
    assert bare.check_config(region="us-east-1", assumeRoles=[role]) == []
    bare.configure(**config_for(endpoint, assumeRoles=[role]))
    caller = bare.invoke("aws:index/getCallerIdentity:getCallerIdentity")
    assert caller["arn"] == "arn:aws:sts::123456789012:assumed-role/deploy/ci"


def test_a_web_identity(bare: Engine, endpoint: str, tmp_path: Path) -> None:
    """A CI job's token is exchanged for a role, without any key."""
    (tmp_path / "token").write_text("a.b.c")
    identity = {
        "roleArn": "arn:aws:iam::123456789012:role/deploy",
        "sessionName": "ci",
        "webIdentityTokenFile": str(tmp_path / "token"),
    }
    bare.configure(**config_for(endpoint, assumeRoleWithWebIdentity=identity))
    caller = bare.invoke("aws:index/getCallerIdentity:getCallerIdentity")
    assert caller["arn"] == "arn:aws:sts::123456789012:assumed-role/deploy/ci"


def test_a_role_that_is_no_arn(bare: Engine) -> None:
    """A role must be named in full."""
    assert bare.check_config(region="us-east-1", assumeRoles=[{"roleArn": "deploy"}]) == [
        'assumeRoles[0].roleArn: roleArn is an invalid ARN, got "deploy"'
    ]


def test_accounts_that_are_not_allowed(bare: Engine, endpoint: str) -> None:
    """A login to another account than the allowed ones, or to a forbidden one, is refused."""
    for setting in ({"allowedAccountIds": ["111111111111"]}, {"forbiddenAccountIds": ["000000000000"]}):
        with pytest.raises(RefusedError, match="AWS account ID not allowed: 000000000000"):
            bare.configure(**config_for(endpoint, **setting))
    bare.configure(**config_for(endpoint, allowedAccountIds=["000000000000"]))


def test_default_tags(endpoint: str, s3: S3Client) -> None:
    """Default tags are on every resource that has tags, under its own; changing them is a difference."""
    for engine in serving(AwsProvider()):
        engine.configure(**config_for(endpoint, defaultTags={"tags": {"stage": "dev", "who": "default"}}))
        made = engine.make(BUCKET, called="default-tags", tags={"who": "own"})
        assert made.state["tagsAll"] == {"stage": "dev", "who": "own"}
        tags = s3.get_bucket_tagging(Bucket=made.id)["TagSet"]
        assert sorted((tag["Key"], tag["Value"]) for tag in tags) == [("stage", "dev"), ("who", "own")]
        engine.refresh(made)
        assert engine.diff(made, tags={"who": "own"}) == {}
        engine.configure(**config_for(endpoint, defaultTags={"tags": {"stage": "prod"}}))
        assert engine.diff(made, tags={"who": "own"}) == {"tagsAll": "UPDATE"}
        engine.change(made, tags={"who": "own"})
        assert made.state["tagsAll"] == {"stage": "prod", "who": "own"}


def test_invokes(engine: Engine) -> None:
    """The region, the account and the partition are told."""
    assert engine.invoke("aws:index/getRegion:getRegion")["region"] == "us-east-1"
    assert engine.invoke("aws:index/getRegion:getRegion", region="eu-west-1")["description"] == "Europe (Ireland)"
    assert engine.invoke("aws:index/getCallerIdentity:getCallerIdentity")["accountId"] == "000000000000"
    assert engine.invoke("aws:index/getPartition:getPartition")["dnsSuffix"] == "amazonaws.com"


def test_unknown_invokes(engine: Engine) -> None:
    """Another data source, and another argument of a known one, are refused by name."""
    with pytest.raises(RefusedError, match="no function aws:ec2/getAmi:getAmi"):
        engine.invoke("aws:ec2/getAmi:getAmi")
    with pytest.raises(RefusedError, match="takes no 'colour'"):
        engine.invoke("aws:index/getRegion:getRegion", colour="red")
