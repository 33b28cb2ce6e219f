"""Amplify Gen1 projects as each generation of the Amplify CLI wrote them."""

from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

HOSTING = "amplify/backend/hosting/S3AndCloudFront"
TEMPLATE = f"{HOSTING}/template.json"
PARAMETERS = f"{HOSTING}/parameters.json"
CONFIG = "amplify/.config/project-config.json"
LOCAL = "amplify/.config/local-env-info.json"
TEAM = "amplify/team-provider-info.json"
META = "amplify/backend/amplify-meta.json"

Json = dict[str, Any]

_READS = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": {"Fn::Join": ["", ["arn:aws:s3:::", "*"]]}}
_ANYONE = {"Version": "2012-10-17", "Statement": [{**_READS, "Sid": "PublicReadForGetBucketObjects", "Principal": "*"}]}
_IDENTITY = {"CanonicalUser": {"Fn::GetAtt": ["OriginAccessIdentity", "S3CanonicalUserId"]}}
_ENVIRONMENT_SUFFIX = {
    "Fn::If": [
        "ShouldNotCreateEnvResources",
        {"Ref": "bucketName"},
        {"Fn::Join": ["", [{"Ref": "bucketName"}, "-", {"Ref": "env"}]]},
    ]
}


def errors(*codes: int, status: int = 200, page: str = "/") -> list[Json]:
    """Return custom error responses as Amplify writes them."""
    return [
        {"ErrorCachingMinTTL": 300, "ErrorCode": code, "ResponseCode": status, "ResponsePagePath": page}
        for code in codes
    ]


def first_generation() -> Json:
    """2018: no parameters, a literal name, a public bucket, and an origin without an identity."""
    return {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": "Stack for static web hosting",
        "Resources": {
            "S3Bucket": {
                "Type": "AWS::S3::Bucket",
                "Properties": {
                    "BucketName": "old-shop-20180912101112-hostingbucket",
                    "AccessControl": "PublicRead",
                    "WebsiteConfiguration": {"IndexDocument": "index.html", "ErrorDocument": "index.html"},
                    "CorsConfiguration": {"CorsRules": [_cors("Authorization")]},
                },
                "DeletionPolicy": "Retain",
            },
            "BucketPolicy": {
                "Type": "AWS::S3::BucketPolicy",
                "Properties": {"PolicyDocument": _ANYONE, "Bucket": {"Ref": "S3Bucket"}},
            },
            "CloudFrontDistribution": _distribution({}, "allow-all"),
        },
        "Outputs": _outputs(),
    }


def second_generation() -> Json:
    """2019: an environment suffix by condition, and an identity that reads the private bucket."""
    identity = {"Fn::Join": ["", ["origin-access-identity/cloudfront/", {"Ref": "OriginAccessIdentity"}]]}
    template = bucket_only()
    bucket = template["Resources"]["S3Bucket"]["Properties"]
    del bucket["AccessControl"], bucket["WebsiteConfiguration"]
    template["Resources"] |= {
        "OriginAccessIdentity": {
            "Type": "AWS::CloudFront::CloudFrontOriginAccessIdentity",
            "Properties": {"CloudFrontOriginAccessIdentityConfig": {"Comment": "Reads the bucket"}},
        },
        "CloudFrontDistribution": _distribution({"OriginAccessIdentity": identity}, "redirect-to-https"),
        "PrivateBucketPolicy": {
            "Type": "AWS::S3::BucketPolicy",
            "Properties": {
                "PolicyDocument": {"Statement": [{**_READS, "Principal": _IDENTITY}]},
                "Bucket": {"Ref": "S3Bucket"},
            },
        },
    }
    template["Outputs"] = _outputs() | {"CloudFrontOriginAccessIdentity": {"Value": {"Ref": "OriginAccessIdentity"}}}
    return template


def third_generation() -> Json:
    """7.x: the description is JSON in a string, and there is also a website configuration."""
    template = second_generation()
    template["Description"] = json.dumps({"createdOn": "Linux", "createdBy": "Amplify", "createdWith": "8.3.0"})
    template["Resources"]["S3Bucket"]["Properties"]["WebsiteConfiguration"] = {
        "IndexDocument": "index.html",
        "ErrorDocument": "index.html",
    }
    return template


def fourth_generation() -> Json:
    """10.x: the origin is the bucket's regional name."""
    template = third_generation()
    (origin,) = config_of(template)["Origins"]
    origin["DomainName"] = {"Fn::GetAtt": ["S3Bucket", "RegionalDomainName"]}
    return template


def fifth_generation() -> Json:
    """12.x: the bucket says that it is private."""
    template = fourth_generation()
    template["Resources"]["S3Bucket"]["Properties"]["AccessControl"] = "Private"
    return template


GENERATIONS = (first_generation, second_generation, third_generation, fourth_generation, fifth_generation)


def bucket_only() -> Json:
    """2019 on, without a distribution."""
    return {
        "Parameters": {"env": {"Type": "String"}, "bucketName": {"Type": "String"}},
        "Conditions": {"ShouldNotCreateEnvResources": {"Fn::Equals": [{"Ref": "env"}, "NONE"]}},
        "Resources": {
            "S3Bucket": {
                "Type": "AWS::S3::Bucket",
                "DeletionPolicy": "Retain",
                "Properties": {
                    "BucketName": copy.deepcopy(_ENVIRONMENT_SUFFIX),
                    "AccessControl": "PublicRead",
                    "WebsiteConfiguration": {"IndexDocument": "index.html", "ErrorDocument": "index.html"},
                    "CorsConfiguration": {"CorsRules": [_cors("Authorization", "Content-Length")]},
                },
            }
        },
        "Outputs": {name: one for name, one in _outputs().items() if not name.startswith("CloudFront")},
    }


def _cors(*headers: str) -> Json:
    return {"AllowedHeaders": [*headers], "AllowedMethods": ["GET"], "AllowedOrigins": ["*"], "MaxAge": 3000}


def _distribution(origin: Json, protocol: str) -> Json:
    bucket = {"Fn::GetAtt": ["S3Bucket", "DomainName"]}
    return {
        "Type": "AWS::CloudFront::Distribution",
        "DependsOn": ["S3Bucket"],
        "Properties": {
            "DistributionConfig": {
                "HttpVersion": "http2",
                "Origins": [{"DomainName": bucket, "Id": "hostingS3Bucket", "S3OriginConfig": origin}],
                "Enabled": "true",
                "DefaultCacheBehavior": {
                    "AllowedMethods": ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"],
                    "TargetOriginId": "hostingS3Bucket",
                    "ForwardedValues": {"QueryString": "false"},
                    "ViewerProtocolPolicy": protocol,
                    "DefaultTTL": 86400,
                    "MaxTTL": 31536000,
                    "MinTTL": 60,
                    "Compress": True,
                },
                "DefaultRootObject": "index.html",
                "CustomErrorResponses": errors(400, 403, 404),
            }
        },
    }


def _outputs() -> Json:
    return {
        "Region": {"Value": {"Ref": "AWS::Region"}},
        "HostingBucketName": {"Value": {"Ref": "S3Bucket"}},
        "WebsiteURL": {"Value": {"Fn::GetAtt": ["S3Bucket", "WebsiteURL"]}},
        "CloudFrontDistributionID": {"Value": {"Ref": "CloudFrontDistribution"}},
    }


def config_of(template: Json) -> Json:
    """Return the template's DistributionConfig."""
    config: Json = template["Resources"]["CloudFrontDistribution"]["Properties"]["DistributionConfig"]
    return config


def behavior_of(template: Json) -> Json:
    """Return the template's DefaultCacheBehavior."""
    behavior: Json = config_of(template)["DefaultCacheBehavior"]
    return behavior


def bucket_of(template: Json) -> Json:
    """Return the properties of the template's bucket."""
    properties: Json = template["Resources"]["S3Bucket"]["Properties"]
    return properties


def commands(build: str | None = "npm run-script build", directory: str | None = "build") -> Json:
    """Return a project-config.json."""
    given = {
        "SourceDir": "src",
        "DistributionDir": directory,
        "BuildCommand": build,
        "StartCommand": "npm run-script start",
    }
    return {
        "projectName": "shop",
        "version": "3.0",
        "frontend": "javascript",
        "javascript": {
            "framework": "react",
            "config": {key: value for key, value in given.items() if value is not None},
        },
        "providers": ["awscloudformation"],
    }


def team(*environments: str) -> Json:
    """Return a team-provider-info.json."""
    return {
        name: {"awscloudformation": {"Region": "eu-west-1", "StackName": f"amplify-shop-{name}-101112"}}
        for name in environments
    }


def meta(environment: str = "dev", **outputs: str) -> Json:
    """Return an amplify-meta.json."""
    return {
        "providers": {"awscloudformation": {"StackName": f"amplify-shop-{environment}-101112"}},
        "hosting": {"S3AndCloudFront": {"service": "S3AndCloudFront", "output": outputs}},
    }


def write(root: Path, files: dict[str, Any]) -> Path:
    """Write ``files``, as JSON unless they are text, below ``root``, and return it."""
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes((content if isinstance(content, str) else json.dumps(content, indent=4)).encode())
    return root


def project(root: Path, template: Json, **files: Any) -> Path:  # noqa: ANN401 - any JSON, or a broken file's text
    """Write a whole project: ``template``, and its other files, unless ``files`` replace them (None: without the file).

    The keys of ``files`` are the names of the constants above, in lower case, and ``ignore``.
    """
    given: dict[str, Any] = {
        "parameters": {"bucketName": "shop-20190304-hostingbucket"},
        "config": commands(),
        "team": team("dev"),
    } | files
    names = {"parameters": PARAMETERS, "config": CONFIG, "team": TEAM, "local": LOCAL, "meta": META}
    names |= {"ignore": "amplifyPublishIgnore.json", "amplifyrc": ".amplifyrc"}
    return write(
        root,
        {TEMPLATE: template} | {names[key]: content for key, content in given.items() if content is not None},
    )
