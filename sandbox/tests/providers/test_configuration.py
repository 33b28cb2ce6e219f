from __future__ import annotations

import json
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING, Any

import pytest
from pulumi.runtime.proto import provider_pb2

from sandbox.providers.aws.service import AwsProvider
from sandbox.providers.values import SECRET, SIGNATURE, UNKNOWN, to_struct
from sandbox.tests.loopback import Loopback
from sandbox.tests.providers.conftest import config_for
from sandbox.tests.providers.harness import RejectedError, serving

if TYPE_CHECKING:
    from pathlib import Path

    from types_boto3_s3 import S3Client

    from sandbox.tests.providers.harness import Engine

BUCKET = "aws:s3/bucket:Bucket"


def test_missing_region(bare: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a region in config or environment the message says what to type."""
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name, raising=False)
    [message] = bare.check_config()
    assert "pulumi config set aws:region <value>" in message


def test_region_of_the_environment(bare: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """AWS_REGION replaces the setting."""
    monkeypatch.setenv("AWS_REGION", "eu-west-1")
    assert bare.check_config() == []


def test_region_of_the_profile(bare: Engine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A profile's region replaces both."""
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "config").write_text("[profile team]\nregion = eu-west-3\n")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    assert bare.check_config(profile="team") == []


def test_invalid_region(bare: Engine) -> None:
    """A region that AWS does not have is rejected if the validation is on."""
    assert bare.check_config(region="mars-1", skipRegionValidation="false") == ["region: invalid AWS Region: mars-1"]
    assert bare.check_config(region="mars-1") == []


class _CutResponse(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        """Send the first bytes of a document, and end the response."""
        self.send_response(200)
        self.send_header("Content-Type", "text/xml")
        self.end_headers()
        self.wfile.write(b"<GetCallerIdentityResponse><GetCaller")

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name of the base class
        """Print nothing."""


def test_cut_response(bare: Engine) -> None:
    """A response that is cut off is an error of the request, not an exception in the provider."""
    with (
        Loopback(_CutResponse) as cut,
        pytest.raises(RejectedError, match=r"(?s)unable to validate AWS credentials.*STS: GetCallerIdentity"),
    ):
        bare.configure(**config_for(cut.url))


@pytest.mark.parametrize("region", ["mars", "us-east-9"])
def test_credentials_in_an_invalid_region(
    bare: Engine, endpoint: str, monkeypatch: pytest.MonkeyPatch, region: str
) -> None:
    """Without the validation of regions, the validation of credentials fails for an unknown region."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)
    config = {"accessKey": "a", "secretKey": "b", "skipRegionValidation": "true"}
    with pytest.raises(RejectedError, match=rf"unable to validate AWS credentials.*\n.*invalid AWS Region: {region}"):
        bare.configure(region=region, **config)
    bare.configure(region=region, skipCredentialsValidation="true", **config)
    bare.configure(region="eusc-de-east-1", **config)


def test_unknown_key(bare: Engine) -> None:
    """A setting without an effect in the sandbox is rejected by name."""
    [message] = bare.check_config(region="us-east-1", ignoreTags='{"keys":["a"]}')
    assert message.startswith("ignoreTags: ")


def test_wrong_types(bare: Engine) -> None:
    """Settings arrive as JSON in strings; a value of another type is rejected."""
    messages = bare.check_config(region="us-east-1", maxRetries="many", endpoints="{}", skipCredentialsValidation="x")
    assert sorted(message.split(":")[0] for message in messages) == [
        "endpoints",
        "maxRetries",
        "skipCredentialsValidation",
    ]


def test_settings_as_the_engine_sends_them(bare: Engine, endpoint: str, s3: S3Client) -> None:
    """JSON in strings is parsed, from an explicit provider and from stack config."""
    config = config_for(endpoint)
    bare.configure(**{**config, "endpoints": json.dumps(config["endpoints"]), "version": "7.51.1"})
    created = bare.create(BUCKET, resource_name="from-json")
    assert s3.head_bucket(Bucket=created.id)["ResponseMetadata"]["HTTPStatusCode"] == 200


def test_secrets_stay_secrets(bare: Engine) -> None:
    """The inputs are returned unchanged, so that a key stays encrypted in the state."""
    secret = {SIGNATURE: SECRET, "value": "key"}
    news = to_struct({"region": "us-east-1", "secretKey": secret})
    response = bare.stub.CheckConfig(provider_pb2.CheckRequest(news=news))
    assert response.inputs == news


def test_changed_region(bare: Engine) -> None:
    """Another region replaces the provider, another key does not."""
    olds = to_struct({"region": "us-east-1", "accessKey": "a"})
    for news, replaced in (({"region": "eu-west-1", "accessKey": "a"}, ["region"]), ({"region": "us-east-1"}, [])):
        response = bare.stub.DiffConfig(provider_pb2.DiffRequest(olds=olds, old_inputs=olds, news=to_struct(news)))
        assert list(response.replaces) == replaced
        assert response.changes == provider_pb2.DiffResponse.DIFF_SOME


def test_unknown_setting(bare: Engine) -> None:
    """A preview in which the configuration is not known yet does not fail."""
    bare.configure(region="us-east-1", accessKey=UNKNOWN)


def test_missing_credentials(bare: Engine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A machine without a login gets pulumi-aws's message at once."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name, raising=False)
    for name in ("AWS_SHARED_CREDENTIALS_FILE", "AWS_CONFIG_FILE"):
        monkeypatch.setenv(name, str(tmp_path / "none"))
    with pytest.raises(RejectedError, match="No valid credential sources found"):
        bare.configure(region="us-east-1")


def test_missing_profile(bare: Engine) -> None:
    """The message names a profile that does not exist."""
    with pytest.raises(RejectedError, match=r"profile \(missing\) could not be found"):
        bare.configure(region="us-east-1", profile="missing")


@pytest.mark.parametrize("setting", [{}, {"assumeRoles": [{"roleArn": "arn:aws:iam::123456789012:role/deploy"}]}])
def test_stopped_sandbox(bare: Engine, setting: dict[str, Any]) -> None:
    """If no process listens on this machine, the message says so before any resource, and what to type."""
    with pytest.raises(RejectedError) as caught:
        bare.configure(**config_for("http://127.0.0.1:1", maxRetries=0, **setting))
    assert str(caught.value).endswith(
        "the sandbox is not running (http://127.0.0.1:1 refuses connections); start it with: make sandbox"
    )
    assert "credentials" not in str(caught.value)


def test_stopped_sandbox_without_validation(bare: Engine) -> None:
    """If credentials are not validated, the first request has that message."""
    bare.configure(**config_for("http://127.0.0.1:1", maxRetries=0, skipCredentialsValidation=True))
    with pytest.raises(RejectedError, match="the sandbox is not running"):
        bare.invoke("aws:index/getCallerIdentity:getCallerIdentity")


def test_unreachable_endpoint_of_another_machine(bare: Engine) -> None:
    """For another machine the message is pulumi-aws's."""
    with pytest.raises(RejectedError, match=r"unable to validate AWS credentials(.|\n)*EndpointConnectionError"):
        # Not one of the loopback names, though the request does not leave this machine.
        bare.configure(**config_for("http://0.0.0.0:1", maxRetries=0))


def test_assumed_role(bare: Engine, endpoint: str) -> None:
    """Requests use the role; a Python program's snake_case keys are accepted."""
    role = {"role_arn": "arn:aws:iam::123456789012:role/deploy", "session_name": "ci", "duration": "1h"}
    assert bare.check_config(region="us-east-1", assumeRoles=[role]) == []
    bare.configure(**config_for(endpoint, assumeRoles=[role]))
    caller = bare.invoke("aws:index/getCallerIdentity:getCallerIdentity")
    assert caller["arn"] == "arn:aws:sts::123456789012:assumed-role/deploy/ci"


def test_web_identity(bare: Engine, endpoint: str, tmp_path: Path) -> None:
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


def test_invalid_role(bare: Engine) -> None:
    """A role must be an ARN."""
    assert bare.check_config(region="us-east-1", assumeRoles=[{"roleArn": "deploy"}]) == [
        'assumeRoles[0].roleArn: roleArn is an invalid ARN, got "deploy"'
    ]


def test_allowed_and_forbidden_accounts(bare: Engine, endpoint: str) -> None:
    """An account that is not allowed, or forbidden, is rejected."""
    for setting in ({"allowedAccountIds": ["111111111111"]}, {"forbiddenAccountIds": ["000000000000"]}):
        with pytest.raises(RejectedError, match="AWS account ID not allowed: 000000000000"):
            bare.configure(**config_for(endpoint, **setting))
    bare.configure(**config_for(endpoint, allowedAccountIds=["000000000000"]))


def test_default_tags(endpoint: str, s3: S3Client) -> None:
    """Default tags are on every resource with tags, and its own override them; a changed one is a difference."""
    for engine in serving(AwsProvider()):
        engine.configure(**config_for(endpoint, defaultTags={"tags": {"stage": "dev", "who": "default"}}))
        created = engine.create(BUCKET, resource_name="default-tags", tags={"who": "own"})
        assert created.state["tagsAll"] == {"stage": "dev", "who": "own"}
        tags = s3.get_bucket_tagging(Bucket=created.id)["TagSet"]
        assert sorted((tag["Key"], tag["Value"]) for tag in tags) == [("stage", "dev"), ("who", "own")]
        engine.refresh(created)
        assert engine.diff(created, tags={"who": "own"}) == {}
        engine.configure(**config_for(endpoint, defaultTags={"tags": {"stage": "prod"}}))
        assert engine.diff(created, tags={"who": "own"}) == {"tagsAll": "UPDATE"}
        engine.update(created, tags={"who": "own"})
        assert created.state["tagsAll"] == {"stage": "prod", "who": "own"}


def test_invokes(engine: Engine) -> None:
    """The data sources return the region, the account and the partition."""
    assert engine.invoke("aws:index/getRegion:getRegion")["region"] == "us-east-1"
    assert engine.invoke("aws:index/getRegion:getRegion", region="eu-west-1")["description"] == "Europe (Ireland)"
    assert engine.invoke("aws:index/getCallerIdentity:getCallerIdentity")["accountId"] == "000000000000"
    assert engine.invoke("aws:index/getPartition:getPartition")["dnsSuffix"] == "amazonaws.com"


def test_unknown_invokes(engine: Engine) -> None:
    """An unknown data source, and an unknown argument, are rejected by name."""
    with pytest.raises(RejectedError, match="no function aws:ec2/getAmi:getAmi"):
        engine.invoke("aws:ec2/getAmi:getAmi")
    with pytest.raises(RejectedError, match="takes no 'colour'"):
        engine.invoke("aws:index/getRegion:getRegion", colour="red")
