"""The URL of a bucket and the credentials that are found without botocore are those of botocore."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import boto3
import pytest

from hosting.aws.plain_access import plain_bucket_url, plain_credentials, plain_store_url
from hosting.aws.session import request_url, url_of
from hosting.aws.settings import AwsSettings

if TYPE_CHECKING:
    from pathlib import Path

KEYS = {"AWS_ACCESS_KEY_ID": "AK", "AWS_SECRET_ACCESS_KEY": "SK"}


@pytest.fixture
def without_config(tmp_path: Path) -> dict[str, str]:
    """Return an environment with an AWS config file that does not exist."""
    return {"AWS_CONFIG_FILE": str(tmp_path / "config")}


def test_the_url_is_that_of_botocore(without_config: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    """In each region the URL of a bucket, with and without dots, is botocore's; other partitions have none here."""
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    session = boto3.Session("AK", "SK")
    regions = [(name, one) for name in session.get_available_partitions() for one in _regions(session, name)]
    urls = {}
    for partition, region in regions:
        client: Any = session.client("s3", region_name=region)
        for bucket in ("site", "www.site"):
            ours = plain_bucket_url(bucket, AwsSettings(region), without_config)
            expected = request_url(client, "PutObject", Bucket=bucket) if partition == "aws" else None
            urls[region, bucket] = (ours, expected)
    assert len(urls) > 80
    assert {key: found for key, found in urls.items() if found[0] != found[1]} == {}


def _regions(session: boto3.Session, partition: str) -> list[str]:
    return [one for one in session.get_available_regions("s3", partition) if one != "aws-global"]


@pytest.mark.parametrize(
    ("values", "environment", "expected"),
    [
        ({"endpoints": [{"s3": "http://127.0.0.1:1/"}]}, {}, "http://127.0.0.1:1/site"),
        ({"endpoints": [{"sts": "http://127.0.0.1:1/"}]}, {}, "https://site.s3.eu-west-1.amazonaws.com"),
        ({}, {"AWS_ENDPOINT_URL": "http://[::1]:1"}, "http://[::1]:1/site"),
        (
            {},
            {"AWS_ENDPOINT_URL": "http://127.0.0.1:1", "AWS_ENDPOINT_URL_S3": "http://127.0.0.1:2"},
            "http://127.0.0.1:2/site",
        ),
        ({}, {"AWS_ENDPOINT_URL": "http://localhost:1"}, None),
        ({"useFipsEndpoint": True}, {}, None),
        ({"s3UsePathStyle": True}, {}, None),
        ({}, {"AWS_USE_DUALSTACK_ENDPOINT": "true"}, None),
    ],
)
def test_other_endpoints(
    values: dict[str, Any], environment: dict[str, str], expected: str | None, without_config: dict[str, str]
) -> None:
    """A custom endpoint with an address has the bucket in its path; botocore decides what other settings mean."""
    assert plain_bucket_url("site", AwsSettings("eu-west-1", values), without_config | environment) == expected


@pytest.mark.parametrize("bucket", ["Site", "site--x-s3", "site-s3alias", "a..b", "s"])
def test_other_bucket_names(bucket: str, without_config: dict[str, str]) -> None:
    """A name that is not one of a general purpose bucket is left to botocore."""
    assert plain_bucket_url(bucket, AwsSettings("eu-west-1"), without_config) is None


@pytest.mark.parametrize(
    ("text", "is_plain"),
    [
        (b"[default]\nregion = eu-west-1\n[profile a]\nrole_arn = b\n", True),
        (b"[default]\nendpoint_url = http://127.0.0.1:1\n", False),
        (b"[profile a]\ns3 =\n  addressing_style = path\n", False),
        (b"\xff", False),
    ],
)
def test_config_file(tmp_path: Path, text: bytes, *, is_plain: bool) -> None:
    """A config file with a setting about endpoints, in any profile, leaves the URL to botocore."""
    path = tmp_path / "config"
    path.write_bytes(text)
    url = plain_bucket_url("site", AwsSettings("eu-west-1"), {"AWS_CONFIG_FILE": str(path)})
    assert url == ("https://site.s3.eu-west-1.amazonaws.com" if is_plain else None)


@pytest.mark.parametrize(
    ("values", "environment", "expected"),
    [
        ({}, KEYS, ("AK", "SK", None)),
        ({}, {**KEYS, "AWS_SESSION_TOKEN": "T"}, ("AK", "SK", "T")),
        ({"accessKey": "own", "secretKey": "its", "token": "t"}, KEYS, ("own", "its", "t")),
        ({"accessKey": "own", "secretKey": "its"}, {**KEYS, "AWS_PROFILE": "p"}, ("own", "its", None)),
        ({"accessKey": "own"}, KEYS, None),
        ({}, {}, None),
        ({}, {**KEYS, "AWS_PROFILE": "p"}, None),
        ({}, {**KEYS, "AWS_CREDENTIAL_EXPIRATION": "2026-01-01T00:00:00Z"}, None),
        ({"profile": "p"}, KEYS, None),
        ({"accessKey": "own", "secretKey": "its", "assumeRoles": [{"roleArn": "a"}]}, KEYS, None),
    ],
)
def test_credentials(
    values: dict[str, Any], environment: dict[str, str], expected: tuple[str, str, str | None] | None
) -> None:
    """Keys of the settings come before those of the environment; botocore finds any other credentials."""
    assert plain_credentials(AwsSettings("eu-west-1", values), environment) == expected


ARN = "arn:aws:cloudfront::123456789012:key-value-store/11111111-2222-3333-4444-555555555555"


@pytest.mark.parametrize(
    ("values", "environment", "is_plain"),
    [
        ({}, {}, True),
        ({"endpoints": [{"cloudfrontkeyvaluestore": "http://kvs@127.0.0.1:1/"}]}, {}, True),
        ({}, {"AWS_ENDPOINT_URL_CLOUDFRONT_KEYVALUESTORE": "http://kvs.localhost:1"}, True),
        ({}, {"AWS_ENDPOINT_URL": "http://localhost:1/path"}, True),
        ({}, {"AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true", "AWS_ENDPOINT_URL": "http://localhost:1"}, False),
        ({"useDualstackEndpoint": True}, {}, False),
    ],
)
def test_the_url_of_a_store_is_that_of_botocore(
    values: dict[str, Any],
    environment: dict[str, str],
    *,
    is_plain: bool,
    without_config: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The account is the first label of the host; settings that botocore has to judge have none here."""
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    environment = {**KEYS, **without_config, **environment}
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    settings = AwsSettings("eu-west-1", values)
    found = plain_store_url(ARN, settings, environment)
    assert (found is not None) is is_plain
    if is_plain:
        assert found == url_of("cloudfront-keyvaluestore", "GetKey", settings, KvsARN=ARN)


@pytest.mark.parametrize(
    ("arn", "region"), [(ARN.replace("aws", "aws-cn", 1), "eu-west-1"), (ARN, "cn-north-1"), (f"{ARN}/x", "eu-west-1")]
)
def test_other_stores_are_for_botocore(arn: str, region: str, without_config: dict[str, str]) -> None:
    """Another partition, and what is not the ARN of a store."""
    assert plain_store_url(arn, AwsSettings(region), without_config) is None
