"""An emulator for the whole session, a gateway in front of it, and helpers that create sites."""

from __future__ import annotations

import http.client
import itertools
import json
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import boto3
import pytest

from sandbox import emulator_process
from sandbox.environment import Home, endpoint_variables
from sandbox.gateway.server import Gateway
from sandbox.tests.gateway.stores import new_store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from types_boto3_cloudfront import CloudFrontClient
    from types_boto3_s3 import S3Client
    from types_boto3_s3.type_defs import PublicAccessBlockConfigurationTypeDef

NUMBERS = itertools.count(1)
BLOCKED: PublicAccessBlockConfigurationTypeDef = {
    "BlockPublicAcls": True,
    "IgnorePublicAcls": True,
    "BlockPublicPolicy": True,
    "RestrictPublicBuckets": True,
}


@dataclass(frozen=True)
class Reply:
    """A response over HTTP."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes

    def __getitem__(self, header: str) -> str | None:
        return self.headers[header]


@dataclass(frozen=True)
class Browser:
    """Sends requests to the gateway with any Host header, each on a new connection."""

    port: int
    host: str

    def get(self, path: str, method: str = "GET", **headers: str) -> Reply:
        """Send a request; header names are written with underscores."""
        return self.send(path, method, b"", **headers)

    def send(self, path: str, method: str, body: bytes, /, **headers: str) -> Reply:
        """Send a request with a body."""
        # Long enough for a busy machine: late in a run the emulator has a hundred distributions to list.
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)) as connection:
            connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
            length = {"Content-Length": str(len(body))} if body else {}
            for name, value in {"Host": self.host, **length, **headers}.items():
                connection.putheader(name.replace("_", "-"), value)
            connection.endheaders(body or None)
            with connection.getresponse() as response:
                return Reply(response.status, response.headers, response.read())


@dataclass(frozen=True)
class Account:
    """The account that owns the buckets and the distributions."""

    s3: S3Client
    cloudfront: CloudFrontClient
    port: int

    def bucket(self, pages: dict[str, str] | None = None) -> str:
        """Create a bucket with HTML pages."""
        name = f"site-{next(NUMBERS)}"
        self.s3.create_bucket(Bucket=name)
        for key, text in (pages or {}).items():
            self.s3.put_object(Bucket=name, Key=key, Body=text.encode(), ContentType="text/html; charset=utf-8")
        return name

    def website(self, pages: dict[str, str], error: str | None = None, prefix: str = "") -> str:
        """Create a bucket that is a website; everything below the prefix is public."""
        name = self.bucket(pages)
        configuration: Any = {"IndexDocument": {"Suffix": "index.html"}}
        if error:
            configuration["ErrorDocument"] = {"Key": error}
        self.s3.put_bucket_website(Bucket=name, WebsiteConfiguration=configuration)
        self.allow(name, {"Principal": "*", "Resource": f"arn:aws:s3:::{name}/{prefix}*"})
        return name

    def allow(self, bucket: str, grant: dict[str, Any]) -> None:
        """Give the bucket a policy with one statement that allows reading."""
        statement = {"Effect": "Allow", "Action": "s3:GetObject", **grant}
        self.s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps({"Version": "2012-10-17", "Statement": [statement]}))

    def website_browser(self, bucket: str) -> Browser:
        """Return a browser at the bucket's website endpoint."""
        return Browser(self.port, f"{bucket}.s3-website-us-east-1.amazonaws.com")

    def distribution(self, bucket: str, **settings: Any) -> dict[str, Any]:  # noqa: ANN401 - CloudFront's own shapes
        """Create a distribution in front of a bucket that only the distribution may read."""
        self.s3.put_public_access_block(Bucket=bucket, PublicAccessBlockConfiguration=BLOCKED)
        behavior = {
            "TargetOriginId": "bucket",
            "ViewerProtocolPolicy": "redirect-to-https",
            "Compress": True,
            "CachePolicyId": self._cache_policy(),
            "AllowedMethods": {"Quantity": 2, "Items": ["GET", "HEAD"]},
            **settings.pop("behavior", {}),
        }
        config: Any = {
            "CallerReference": f"{bucket}-{next(NUMBERS)}",
            "Comment": "",
            "Enabled": True,
            "DefaultRootObject": "index.html",
            "Origins": {"Quantity": 1, "Items": [self.origin(bucket)]},
            "DefaultCacheBehavior": behavior,
            **settings,
        }
        created = self.cloudfront.create_distribution(DistributionConfig=config)["Distribution"]
        condition = {"StringEquals": {"AWS:SourceArn": created["ARN"]}}
        principal = {"Service": "cloudfront.amazonaws.com"}
        self.allow(bucket, {"Principal": principal, "Resource": f"arn:aws:s3:::{bucket}/*", "Condition": condition})
        return dict(created)

    def function(
        self, code: str, *headers: str, event: str = "viewer-request", store: str | None = None
    ) -> dict[str, Any]:
        """Return the settings of a behavior with a function that gets these CloudFront headers, and has a store."""
        name = f"function-{next(NUMBERS)}"
        config: Any = {"Comment": "", "Runtime": "cloudfront-js-2.0"}
        if store:
            config["KeyValueStoreAssociations"] = {"Quantity": 1, "Items": [{"KeyValueStoreARN": store}]}
        created = self.cloudfront.create_function(Name=name, FunctionConfig=config, FunctionCode=code.encode())
        self.cloudfront.publish_function(Name=name, IfMatch=created["ETag"])
        arn = created["FunctionSummary"]["FunctionMetadata"]["FunctionARN"]
        associations = {"Quantity": 1, "Items": [{"EventType": event, "FunctionARN": arn}]}
        return {"FunctionAssociations": associations, **(self._policy_with(headers) if headers else {})}

    def _policy_with(self, headers: tuple[str, ...]) -> dict[str, str]:
        listed: Any = {"HeaderBehavior": "whitelist", "Headers": {"Quantity": len(headers), "Items": list(headers)}}
        created = self.cloudfront.create_origin_request_policy(
            OriginRequestPolicyConfig={
                "Name": f"headers-{next(NUMBERS)}",
                "HeadersConfig": listed,
                "CookiesConfig": {"CookieBehavior": "none"},
                "QueryStringsConfig": {"QueryStringBehavior": "none"},
            }
        )
        return {"OriginRequestPolicyId": created["OriginRequestPolicy"]["Id"]}

    def browser(self, distribution: dict[str, Any]) -> Browser:
        """Return a browser at the distribution's own domain."""
        return Browser(self.port, distribution["DomainName"])

    def origin(self, bucket: str) -> dict[str, Any]:
        """Return the bucket as an origin with an origin access control."""
        created = self.cloudfront.create_origin_access_control(
            OriginAccessControlConfig={
                "Name": f"access-{next(NUMBERS)}",
                "SigningProtocol": "sigv4",
                "SigningBehavior": "always",
                "OriginAccessControlOriginType": "s3",
            }
        )
        return {
            "Id": "bucket",
            "DomainName": f"{bucket}.s3.us-east-1.amazonaws.com",
            "OriginAccessControlId": created["OriginAccessControl"]["Id"],
            "S3OriginConfig": {"OriginAccessIdentity": ""},
        }

    def _cache_policy(self) -> str:
        created = self.cloudfront.create_cache_policy(
            CachePolicyConfig={
                "Name": f"cache-{next(NUMBERS)}",
                "MinTTL": 60,
                "ParametersInCacheKeyAndForwardedToOrigin": {
                    "EnableAcceptEncodingGzip": True,
                    "HeadersConfig": {"HeaderBehavior": "none"},
                    "CookiesConfig": {"CookieBehavior": "none"},
                    "QueryStringsConfig": {"QueryStringBehavior": "none"},
                },
            }
        )
        return created["CachePolicy"]["Id"]


@pytest.fixture(scope="session")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """The folder of the emulator."""
    home = Home(tmp_path_factory.mktemp("cloud"))
    home.create_folders()
    return home


@pytest.fixture(scope="session")
def endpoint(cloud: Home) -> Iterator[str]:
    """Start an emulator for the tests of this folder."""
    # The tests have policies of their own, each with its distribution.
    many = ("CachePolicies", "OriginRequestPolicies", "ResponseHeadersPolicies", "OriginAccessControls", "Functions")
    cloud.quotas.write_text(json.dumps(dict.fromkeys(many, 1000)))
    emulator_process.ensure_installed()
    yield emulator_process.start(cloud)
    emulator_process.stop(cloud)


@pytest.fixture(scope="session")
def account(cloud: Home, endpoint: str) -> Iterator[Account]:
    """Start a gateway of a home without stacks."""
    session = boto3.Session("test", "test", region_name="us-east-1")
    s3 = session.client("s3", endpoint_url=endpoint)
    cloudfront = session.client("cloudfront", endpoint_url=endpoint)
    with Gateway(cloud, endpoint) as gateway:
        yield Account(s3, cloudfront, gateway.port)
    s3.close()
    cloudfront.close()


@pytest.fixture
def configure(cloud: Home) -> Iterator[Callable[..., None]]:
    """Change the settings of stores until the end of a test; by default new ones are READY at once."""

    def write_settings(**settings: object) -> None:
        cloud.store_settings.write_text(json.dumps({"provisioningSeconds": 0, **settings}))

    write_settings()
    yield write_settings
    cloud.store_settings.unlink()


@pytest.fixture(scope="session")
def data(endpoint: str) -> Any:  # noqa: ANN401 - its stubs are not installed
    """A client of the data API, with the endpoint that the sandbox's environment has."""
    session: Any = boto3.Session("test", "test", region_name="us-east-1")
    url = endpoint_variables(endpoint)["AWS_ENDPOINT_URL_CLOUDFRONT_KEYVALUESTORE"]
    return session.client("cloudfront-keyvaluestore", endpoint_url=url)


@pytest.fixture
def store(account: Account, configure: Callable[..., None]) -> str:
    """The ARN of a new store that is READY."""
    configure(clock=100)
    return str(new_store(account)["ARN"])
