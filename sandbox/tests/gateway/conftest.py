"""A real local cloud for the whole session, a door to it, and what tests put into it."""

from __future__ import annotations

import http.client
import itertools
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import boto3
import pytest

from sandbox import emulator_process as cloud
from sandbox.environment import Home
from sandbox.gateway.server import Door

if TYPE_CHECKING:
    from collections.abc import Iterator

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
    """What came back over HTTP."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes

    def __getitem__(self, header: str) -> str | None:
        return self.headers[header]


@dataclass(frozen=True)
class Browser:
    """Asks the door for paths, with whatever Host name; each time on a connection of its own."""

    port: int
    host: str

    def get(self, path: str, method: str = "GET", **headers: str) -> Reply:
        """Send one request; header names are written with underscores."""
        return self.send(path, method, b"", **headers)

    def send(self, path: str, method: str, body: bytes, /, **headers: str) -> Reply:
        """Send one request with a body."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
        length = {"Content-Length": str(len(body))} if body else {}
        for name, value in {"Host": self.host, **length, **headers}.items():
            connection.putheader(name.replace("_", "-"), value)
        connection.endheaders(body or None)
        with connection.getresponse() as response:
            reply = Reply(response.status, response.headers, response.read())
        connection.close()
        return reply


@dataclass(frozen=True)
class World:
    """The cloud as its owner sees it."""

    s3: S3Client
    cloudfront: CloudFrontClient
    port: int

    def bucket(self, pages: dict[str, str] | None = None) -> str:
        """Make a bucket with HTML pages in it."""
        name = f"site-{next(NUMBERS)}"
        self.s3.create_bucket(Bucket=name)
        for key, text in (pages or {}).items():
            self.s3.put_object(Bucket=name, Key=key, Body=text.encode(), ContentType="text/html; charset=utf-8")
        return name

    def website(self, pages: dict[str, str], error: str | None = None, prefix: str = "") -> str:
        """Make a bucket that is a website, with everything below the prefix public."""
        name = self.bucket(pages)
        configuration: Any = {"IndexDocument": {"Suffix": "index.html"}}
        if error:
            configuration["ErrorDocument"] = {"Key": error}
        self.s3.put_bucket_website(Bucket=name, WebsiteConfiguration=configuration)
        self.allow(name, {"Principal": "*", "Resource": f"arn:aws:s3:::{name}/{prefix}*"})
        return name

    def allow(self, bucket: str, grant: dict[str, Any]) -> None:
        """Give the bucket a policy of one statement that allows reading."""
        statement = {"Effect": "Allow", "Action": "s3:GetObject", **grant}
        self.s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps({"Version": "2012-10-17", "Statement": [statement]}))

    def visit(self, bucket: str) -> Browser:
        """Visit the bucket at its website endpoint."""
        return Browser(self.port, f"{bucket}.s3-website-us-east-1.amazonaws.com")

    def distribution(self, bucket: str, **settings: Any) -> dict[str, Any]:  # noqa: ANN401 - CloudFront's own shapes
        """Put a distribution in front of the bucket, which only it may read, as the program's PROD does."""
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
        made = self.cloudfront.create_distribution(DistributionConfig=config)["Distribution"]
        condition = {"StringEquals": {"AWS:SourceArn": made["ARN"]}}
        principal = {"Service": "cloudfront.amazonaws.com"}
        self.allow(bucket, {"Principal": principal, "Resource": f"arn:aws:s3:::{bucket}/*", "Condition": condition})
        return dict(made)

    def function(self, code: str, *told: str, event: str = "viewer-request") -> dict[str, Any]:
        """Return what a behavior has for a function, to which CloudFront adds these headers of its own."""
        name = f"function-{next(NUMBERS)}"
        made = self.cloudfront.create_function(
            Name=name, FunctionConfig={"Comment": "", "Runtime": "cloudfront-js-2.0"}, FunctionCode=code.encode()
        )
        self.cloudfront.publish_function(Name=name, IfMatch=made["ETag"])
        arn = made["FunctionSummary"]["FunctionMetadata"]["FunctionARN"]
        associations = {"Quantity": 1, "Items": [{"EventType": event, "FunctionARN": arn}]}
        return {"FunctionAssociations": associations, **(self._told(told) if told else {})}

    def _told(self, headers: tuple[str, ...]) -> dict[str, str]:
        listed: Any = {"HeaderBehavior": "whitelist", "Headers": {"Quantity": len(headers), "Items": list(headers)}}
        made = self.cloudfront.create_origin_request_policy(
            OriginRequestPolicyConfig={
                "Name": f"told-{next(NUMBERS)}",
                "HeadersConfig": listed,
                "CookiesConfig": {"CookieBehavior": "none"},
                "QueryStringsConfig": {"QueryStringBehavior": "none"},
            }
        )
        return {"OriginRequestPolicyId": made["OriginRequestPolicy"]["Id"]}

    def through(self, distribution: dict[str, Any]) -> Browser:
        """Visit a distribution at its own name."""
        return Browser(self.port, distribution["DomainName"])

    def origin(self, bucket: str) -> dict[str, Any]:
        """Return the bucket as an origin that a distribution alone may read."""
        made = self.cloudfront.create_origin_access_control(
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
            "OriginAccessControlId": made["OriginAccessControl"]["Id"],
            "S3OriginConfig": {"OriginAccessIdentity": ""},
        }

    def _cache_policy(self) -> str:
        made = self.cloudfront.create_cache_policy(
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
        return made["CachePolicy"]["Id"]


@pytest.fixture(scope="session")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Start a real local cloud of the tests' own."""
    home = Home(tmp_path_factory.mktemp("cloud"))
    home.make()
    cloud.ensure_installed()
    yield cloud.start(home)
    cloud.stop(home)


@pytest.fixture(scope="session")
def world(endpoint: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Open a door to the cloud, of a home without stacks."""
    home = Home(tmp_path_factory.mktemp("home"))
    session = boto3.Session("test", "test", region_name="us-east-1")
    s3 = session.client("s3", endpoint_url=endpoint)
    cloudfront = session.client("cloudfront", endpoint_url=endpoint)
    with Door(home, endpoint) as door:
        yield World(s3, cloudfront, door.port)
    s3.close()
    cloudfront.close()
