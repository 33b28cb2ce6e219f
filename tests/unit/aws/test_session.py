"""Our own AWS calls use the credentials, region and endpoints of the stack's `aws:` settings."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import pytest
from botocore.exceptions import EndpointResolutionError, EndpointVariantError

from hosting.aws.session import _transport, client, make_session, request_url
from hosting.aws.settings import AwsSettings
from hosting.errors import HostingError
from sandbox.tests.loopback import Loopback

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

ANSWER = """<{0}Response xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><{0}Result><Credentials>
<AccessKeyId>{1}</AccessKeyId><SecretAccessKey>made-up</SecretAccessKey><SessionToken>token</SessionToken>
<Expiration>{2}</Expiration></Credentials></{0}Result></{0}Response>"""


class Sts(Loopback):
    """A loopback STS that gives each assumed role a key of its own, and keeps what it was asked."""

    def __init__(self) -> None:
        self.asked: list[dict[str, str]] = []
        self.signers: list[str] = []
        self.expiration = "2999-01-01T00:00:00Z"
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                asked = {key: values[0] for key, values in parse_qs(body).items()}
                outer.asked.append(asked)
                outer.signers.append(self.headers.get("Authorization", ""))
                answer = ANSWER.format(asked["Action"], f"ASSUMED{len(outer.asked)}", outer.expiration).encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_: Any) -> None:  # noqa: ANN401 - http.server's shape
                """Stay quiet."""

        super().__init__(Handler)


@pytest.fixture
def sts() -> Iterator[Sts]:
    """Serve an STS for one test."""
    with Sts() as service:
        yield service


def key_of(made: Any) -> str:  # noqa: ANN401 - boto3 makes its clients at run time
    """Return the access key that a client signs with."""
    return str(made._request_signer._credentials.access_key)


def settings(**values: Any) -> AwsSettings:  # noqa: ANN401 - one of the settings' kinds
    """Return settings with made-up keys."""
    return AwsSettings("eu-north-1", {"accessKey": "OWNKEY", "secretKey": "made-up", **values})


def test_keys_region_and_endpoint_are_the_stacks() -> None:
    """The client signs with the stack's keys, in its region, for its endpoint."""
    made = client("s3", settings(endpoints=[{"cloudfront": "http://127.0.0.1:1"}, {"s3": "http://127.0.0.1:2"}]))
    assert key_of(made) == "OWNKEY"
    assert made.meta.region_name == "eu-north-1"
    assert made.meta.endpoint_url == "http://127.0.0.1:2"


def test_without_an_endpoint_it_is_awss_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """A service that the stack does not redirect is AWS's."""
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    assert client("s3", settings()).meta.endpoint_url == "https://s3.eu-north-1.amazonaws.com"


def test_roles_are_assumed_one_after_the_other(sts: Sts) -> None:
    """Each link of `aws:assumeRoles` is assumed with the credentials of the one before."""
    roles: list[dict[str, Any]] = [
        {"roleArn": "arn:aws:iam::1:role/first", "sessionName": "me", "externalId": "ours", "duration": "1h30m"},
        {"roleArn": "arn:aws:iam::2:role/second", "policyArns": ["arn:aws:iam::aws:policy/P"], "tags": {"a": "b"}},
    ]
    made = client("cloudfront", settings(assumeRoles=roles, endpoints=[{"sts": sts.url}]))
    assert key_of(made) == "ASSUMED2"
    first, second = sts.asked
    assert (first["RoleArn"], first["RoleSessionName"], first["ExternalId"]) == (roles[0]["roleArn"], "me", "ours")
    assert first["DurationSeconds"] == "5400"
    assert (second["RoleSessionName"], second["PolicyArns.member.1.arn"]) == ("hosting", "arn:aws:iam::aws:policy/P")
    assert (second["Tags.member.1.Key"], second["Tags.member.1.Value"]) == ("a", "b")
    assert "OWNKEY" in sts.signers[0]
    assert "ASSUMED1" in sts.signers[1]


@pytest.mark.parametrize("from_file", [True, False])
def test_a_web_identity_is_exchanged_for_a_role(sts: Sts, tmp_path: Path, from_file: bool) -> None:  # noqa: FBT001 - a table
    """A CI job's token, given as a value or as a file, is sent for the role's credentials."""
    file = tmp_path / "token"
    file.write_text("made-up-token")
    token = {"webIdentityTokenFile": str(file)} if from_file else {"webIdentityToken": "made-up-token"}
    role = {"roleArn": "arn:aws:iam::1:role/ci", **token}
    made = client("s3", settings(assumeRoleWithWebIdentity=role, endpoints=[{"sts": sts.url}]))
    assert key_of(made) == "ASSUMED1"
    (asked,) = sts.asked
    assert asked["WebIdentityToken"] == "made-up-token"


def test_the_web_identity_comes_first_and_roles_after_it(sts: Sts, monkeypatch: pytest.MonkeyPatch) -> None:
    """As with the provider: the token is for the first role, its credentials are for the next, and so on."""
    for key in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(key, raising=False)
    values = {
        "assumeRoleWithWebIdentity": {
            "roleArn": "arn:aws:iam::1:role/ci",
            "webIdentityToken": "tttt",
            "duration": "1.5h",
        },
        "assumeRoles": [{"roleArn": "arn:aws:iam::2:role/one"}, {"roleArn": "arn:aws:iam::3:role/two"}],
        "endpoints": [{"sts": sts.url}],
    }
    made = client("s3", AwsSettings("eu-north-1", values))
    assert key_of(made) == "ASSUMED3"
    assert [asked["Action"] for asked in sts.asked] == ["AssumeRoleWithWebIdentity", "AssumeRole", "AssumeRole"]
    assert [asked["RoleArn"][-3:] for asked in sts.asked] == ["/ci", "one", "two"]
    assert sts.asked[0]["DurationSeconds"] == "5400"
    assert sts.signers[0] == ""
    assert "ASSUMED1" in sts.signers[1]
    assert "ASSUMED2" in sts.signers[2]


def test_what_the_web_identity_leaves_out_is_in_the_environment(
    sts: Sts, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """AWS's own variables name role, session and token file."""
    (tmp_path / "token").write_text("from-file\n")
    monkeypatch.setenv("AWS_WEB_IDENTITY_TOKEN_FILE", str(tmp_path / "token"))
    monkeypatch.setenv("AWS_ROLE_ARN", "arn:aws:iam::1:role/env")
    monkeypatch.setenv("AWS_ROLE_SESSION_NAME", "job")
    client("s3", settings(assumeRoleWithWebIdentity={}, endpoints=[{"sts": sts.url}]))
    (asked,) = sts.asked
    names = ("WebIdentityToken", "RoleArn", "RoleSessionName")
    assert [asked[name] for name in names] == ["from-file", "arn:aws:iam::1:role/env", "job"]


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("", "has no token, nor is AWS_WEB_IDENTITY_TOKEN_FILE set: pulumi config set --path"),
        ("gone", r"can't be read from '.*gone' \(No such file or directory\): pulumi config set"),
        ("binary", r"can't be read from '.*binary' \(not text\): pulumi config set"),
    ],
)
def test_a_web_identity_without_a_token_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, message: str
) -> None:
    """Nothing named, nothing there, nothing readable: each is a sentence with a command."""
    monkeypatch.delenv("AWS_WEB_IDENTITY_TOKEN_FILE", raising=False)
    (tmp_path / "binary").write_bytes(b"\xff")
    file = str(tmp_path / name) if name else ""
    role = {"roleArn": "arn:aws:iam::1:role/ci", "webIdentityTokenFile": file}
    with pytest.raises(HostingError, match=message):
        client("s3", settings(assumeRoleWithWebIdentity=role))


def test_assumed_credentials_are_renewed_when_they_expire(sts: Sts) -> None:
    """A publish that takes longer than a role's session goes on with the next one; each link renews its own."""
    sts.expiration = (datetime.now(UTC) + timedelta(minutes=1)).isoformat()
    roles = [{"roleArn": "arn:aws:iam::1:role/one"}, {"roleArn": "arn:aws:iam::2:role/two"}]
    session = make_session(settings(assumeRoles=roles, endpoints=[{"sts": sts.url}]))
    credentials = session.get_credentials()
    assert credentials is not None
    count = len(sts.asked)
    sts.expiration = "2999-01-01T00:00:00Z"
    assert credentials.get_frozen_credentials().access_key == f"ASSUMED{count + 2}"
    assert [asked["RoleArn"][-3:] for asked in sts.asked[count:]] == ["one", "two"]
    assert f"ASSUMED{count + 1}" in sts.signers[-1]
    assert credentials.get_frozen_credentials().access_key == f"ASSUMED{count + 2}"


def test_a_profile_is_read_from_the_stacks_own_files(tmp_path: Path) -> None:
    """`aws:profile` is looked up in `aws:sharedCredentialsFiles`."""
    credentials = tmp_path / "credentials"
    credentials.write_text("[me]\naws_access_key_id = FROMFILE\naws_secret_access_key = made-up\n")
    values = {"profile": "me", "sharedCredentialsFiles": [str(credentials)]}
    assert key_of(client("s3", AwsSettings("eu-north-1", values))) == "FROMFILE"


def test_transport_settings_reach_the_client() -> None:
    """Proxies, retries, certificate checks and the way to name a bucket are the stack's."""
    made = client("s3", settings(httpsProxy="http://127.0.0.1:3", maxRetries=7, insecure=True))
    assert made.meta.config.proxies == {"https": "http://127.0.0.1:3"}
    assert made.meta.config.retries["total_max_attempts"] == 7
    assert made._endpoint.http_session._verify is False
    assert made.meta.config.s3 is None
    assert client("s3", settings(s3UsePathStyle=True)).meta.config.s3 == {"addressing_style": "path"}


def test_a_host_without_a_proxy_is_asked_directly(monkeypatch: pytest.MonkeyPatch) -> None:
    """`aws:noProxy` is for our calls too, whatever the environment says of proxies."""
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:4")
    direct = settings(httpsProxy="http://127.0.0.1:3", noProxy="example.com,.amazonaws.com")
    assert client("s3", direct).meta.config.proxies == {}
    assert client("s3", settings(noProxy="example.com")).meta.config.proxies == {"https": "http://127.0.0.1:4"}


class _NotSentError(Exception):
    """Ends a call before its request is sent."""


def called(made: Any, operation: Callable[..., object], **arguments: str) -> str:  # noqa: ANN401 - as key_of()
    """Return the URL of the request that a call of botocore's client would send."""
    urls: list[str] = []

    def end(request: Any, **_: object) -> None:  # noqa: ANN401 - botocore's AWSPreparedRequest
        urls.append(str(request.url).partition("?")[0].rstrip("/"))
        raise _NotSentError

    made.meta.events.register_first("before-send", end)
    with pytest.raises(_NotSentError):
        operation(**arguments)
    made.meta.events.unregister("before-send", end)
    return urls[0]


def url_or_error(get: Callable[[], str]) -> str:
    """Return a URL, or the message of the error."""
    try:
        return get()
    except EndpointResolutionError as error:
        return str(error)


@pytest.fixture
def without_endpoints(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have no endpoint in the environment."""
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)


@pytest.mark.usefixtures("without_endpoints")
@pytest.mark.parametrize("dual_stack", [False, True])
@pytest.mark.parametrize("fips", [False, True])
def test_url_of_a_bucket_is_that_of_botocore(fips: bool, dual_stack: bool) -> None:  # noqa: FBT001 - a table
    """In every region, with and without FIPS and dual-stack endpoints, uploads go where botocore's own go."""
    values = settings(useFipsEndpoint=fips, useDualstackEndpoint=dual_stack)
    session = make_session(values)
    partitions = session.get_available_partitions()
    regions = {region for name in partitions for region in session.get_available_regions("s3", name)}
    assert {"us-east-1", "us-gov-west-1", "cn-north-1", "eusc-de-east-1", "us-iso-east-1"} <= regions
    differences = {}
    for region in sorted(regions):
        with suppress(EndpointVariantError):  # botocore knows no such endpoint: the first request would fail
            made = session.client("s3", region_name=region, config=_transport(values.values, {}))
            ours = url_or_error(lambda made=made: request_url(made, "PutObject", Bucket="site"))  # type: ignore[misc]
            theirs = url_or_error(lambda made=made: called(made, made.head_bucket, Bucket="site"))  # type: ignore[misc]
            if ours != theirs:
                differences[region] = (ours, theirs)
    assert differences == {}


@pytest.mark.usefixtures("without_endpoints")
@pytest.mark.parametrize(
    ("region", "values", "bucket", "expected"),
    [
        ("eu-west-1", {}, "site", "https://site.s3.eu-west-1.amazonaws.com"),
        ("eu-west-1", {}, "www.site", "https://s3.eu-west-1.amazonaws.com/www.site"),
        ("eu-west-1", {"s3UsePathStyle": True}, "site", "https://s3.eu-west-1.amazonaws.com/site"),
        ("us-east-1", {"useFipsEndpoint": True}, "site", "https://site.s3-fips.us-east-1.amazonaws.com"),
        ("cn-north-1", {}, "site", "https://site.s3.cn-north-1.amazonaws.com.cn"),
        (
            "eusc-de-east-1",
            {"useFipsEndpoint": True, "useDualstackEndpoint": True},
            "site",
            "https://site.s3-fips.dualstack.eusc-de-east-1.amazonaws.eu",
        ),
        ("eu-west-1", {"endpoints": [{"s3": "http://127.0.0.1:4566/"}]}, "site", "http://127.0.0.1:4566/site"),
    ],
)
def test_url_of_a_bucket(region: str, values: dict[str, Any], bucket: str, expected: str) -> None:
    """The bucket is in the host where AWS's certificate covers it, and otherwise in the path."""
    keys = {"accessKey": "OWNKEY", "secretKey": "made-up"}
    assert request_url(client("s3", AwsSettings(region, {**keys, **values})), "PutObject", Bucket=bucket) == expected


@pytest.mark.usefixtures("without_endpoints")
@pytest.mark.parametrize("region", ["us-east-1", "us-gov-west-1", "eusc-de-east-1"])
@pytest.mark.parametrize("values", [{}, {"useFipsEndpoint": True}, {"useDualstackEndpoint": True}], ids=str)
def test_proxy_is_chosen_for_the_host_of_the_request(
    region: str, values: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The host that `noProxy` is compared with is the one that botocore sends the request to."""
    hosts: list[str] = []
    monkeypatch.setattr("hosting.aws.session.proxy_for", lambda url, *_: hosts.append(url))
    made = AwsSettings(region, {"accessKey": "OWNKEY", "secretKey": "made-up", **values})
    sent = [
        called(client_, getattr(client_, operation))
        for service, operation in (
            ("s3", "list_buckets"),
            ("sts", "get_caller_identity"),
            ("cloudfront", "list_functions"),
        )
        for client_ in [client(service, made)]
    ]
    assert [urlsplit(url).netloc for url in hosts] == [urlsplit(url).netloc for url in sent]
