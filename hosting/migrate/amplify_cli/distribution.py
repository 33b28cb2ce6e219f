"""Maps the template's distribution to `cloudfront:` settings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hosting.migrate.amplify_cli.viewer_access import map_viewer_access
from hosting.migrate.findings import boolean, number, objects, section, texts

if TYPE_CHECKING:
    from hosting.migrate.findings import Findings

_HANDLED = ""  # has a setting, or the program does it for each stack
_NO_EDGE_CODE = "there is no setting for code at the edge"
_CONFIG = {
    **dict.fromkeys(
        (
            "Aliases", "CacheBehaviors", "CNAMEs", "Comment", "CustomErrorResponses", "DefaultCacheBehavior",
            "DefaultRootObject", "Enabled", "HttpVersion", "IPV6Enabled", "Logging", "Origins", "PriceClass",
            "Restrictions", "ViewerCertificate", "WebACLId",
        ),
        _HANDLED,
    ),
    "OriginGroups": "a distribution here has one origin, its bucket",
}  # fmt: skip
_PROPERTIES = {
    "DistributionConfig": _HANDLED,
    "Tags": "tags of one resource can't be set here; 'aws:defaultTags' tags all of a stack",
}
_ORIGIN = {
    **dict.fromkeys(("Id", "DomainName", "OriginPath", "S3OriginConfig"), _HANDLED),
    "OriginAccessControlId": _HANDLED,
    "OriginCustomHeaders": "a bucket needs no headers; CloudFront reads it by an origin access control",
    "OriginShield": "there is no setting for Origin Shield",
    "CustomOriginConfig": "the distribution reads the bucket itself, and not its website address",
    "ConnectionAttempts": "CloudFront's default is used",
    "ConnectionTimeout": "CloudFront's default is used",
}
_BEHAVIOR = {
    **dict.fromkeys(
        (
            "AllowedMethods", "CachedMethods", "Compress", "DefaultTTL", "ForwardedValues", "MaxTTL", "MinTTL",
            "TargetOriginId", "ViewerProtocolPolicy",
        ),
        _HANDLED,
    ),
    "CachePolicyId": "cloudfront:defaultTtl, minTtl and maxTtl say how long the edge keeps files",
    "OriginRequestPolicyId": "a bucket needs nothing of the visitor's request but its path",
    "ResponseHeadersPolicyId": "the program attaches a managed one, with the usual security headers",
    "LambdaFunctionAssociations": _NO_EDGE_CODE,
    "FunctionAssociations": _NO_EDGE_CODE,
    "TrustedSigners": "there is no setting for signed URLs: everyone may read the site",
    "TrustedKeyGroups": "there is no setting for signed URLs: everyone may read the site",
}  # fmt: skip
# CloudFormation's defaults:
# https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-properties-cloudfront-distribution-defaultcachebehavior.html
_TTLS = (("DefaultTTL", "defaultTtl", 86400), ("MinTTL", "minTtl", 0), ("MaxTTL", "maxTtl", 31536000))


def map_distribution(template: dict[str, Any], findings: Findings) -> None:
    """Add the settings of the template's distribution to ``findings``."""
    resource = section(template, "Resources", "CloudFrontDistribution")
    findings.add_setting("cloudfront:enabled", bool(resource), "Resources.CloudFrontDistribution")
    if not resource:
        return
    config = section(resource, "Properties", "DistributionConfig")
    findings.add_unknown_keys("CloudFrontDistribution.", section(resource, "Properties"), _PROPERTIES)
    _plain(config, findings)
    _behavior(section(config, "DefaultCacheBehavior"), findings)
    responses = [_error_response(one) for one in objects(config.get("CustomErrorResponses"))]
    findings.add_setting("cloudfront:errorResponses", responses, "DistributionConfig.CustomErrorResponses")
    _routing(findings)
    _behaviors(config, findings)
    _origins(config, findings)
    map_viewer_access(config, findings)
    if config.get("Comment"):
        findings.add_gap("DistributionConfig.Comment", "the program writes the stage's name there")
    findings.add_unknown_keys("DistributionConfig.", config, _CONFIG)


def _routing(findings: Findings) -> None:
    """Keep the routing of Amplify's distribution, which has only error responses."""
    findings.add_setting("website:routing", "errors", "DistributionConfig.CustomErrorResponses")
    findings.notes.append(
        "`website:routing errors` answers as the distribution did: a path without a file gets the page of the error "
        "responses, also `/docs/` and pages that do not exist. `auto` serves each page at its own URL, an app's routes "
        "with the app, and missing pages with 404 (docs/routing.md): pulumi config rm website:routing && pulumi "
        "config rm cloudfront:errorResponses"
    )


def _plain(config: dict[str, Any], findings: Findings) -> None:
    if "HttpVersion" in config:
        version = config["HttpVersion"]
        lowered = version.lower() if isinstance(version, str) else version
        findings.add_setting("cloudfront:httpVersion", lowered, "DistributionConfig.HttpVersion")
    if "PriceClass" in config:
        findings.add_setting("cloudfront:priceClass", config["PriceClass"], "DistributionConfig.PriceClass")
    if "IPV6Enabled" in config:
        findings.add_setting("cloudfront:ipv6", boolean(config["IPV6Enabled"]), "DistributionConfig.IPV6Enabled")
    if boolean(config.get("Enabled", True)) is False:
        findings.add_gap(
            "DistributionConfig.Enabled false",
            "a distribution here always answers; to have none, pulumi config set cloudfront:enabled false",
        )


def _behavior(behavior: dict[str, Any], findings: Findings) -> None:
    # With a cache policy CloudFront ignores these TTLs.
    for theirs, ours, default in () if "CachePolicyId" in behavior else _TTLS:
        findings.add_setting(
            f"cloudfront:{ours}", number(behavior.get(theirs, default)), f"DefaultCacheBehavior.{theirs}"
        )
    if "Compress" in behavior:
        findings.add_setting("cloudfront:compress", boolean(behavior["Compress"]), "DefaultCacheBehavior.Compress")
    protocol = behavior.get("ViewerProtocolPolicy", "redirect-to-https")
    if protocol != "redirect-to-https":
        findings.add_gap(f"ViewerProtocolPolicy {protocol}", "here plain HTTP is always redirected to HTTPS")
    forwarded = section(behavior, "ForwardedValues")
    if boolean(forwarded.get("QueryString")) is True:
        findings.add_gap(
            "ForwardedValues.QueryString true", "here the cache ignores query strings: a file is the same with any"
        )
    if section(forwarded, "Cookies").get("Forward", "none") != "none":
        findings.add_gap("ForwardedValues.Cookies", "here the cache ignores cookies: a file is the same with any")
    if texts(forwarded.get("Headers", [])):
        findings.add_gap("ForwardedValues.Headers", "here the cache ignores the visitor's headers")
    findings.add_unknown_keys("DefaultCacheBehavior.", behavior, _BEHAVIOR)


def _error_response(value: dict[str, Any]) -> dict[str, Any]:
    """Map an error response; an empty page path and an empty or zero code mean none."""
    mapped = {
        "errorCode": number(value.get("ErrorCode")),
        "responseCode": number(value.get("ResponseCode")) or None,
        "responsePagePath": value.get("ResponsePagePath") or None,
        # https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_CustomErrorResponse.html has the 10 seconds.
        "cachingMinTtl": number(value.get("ErrorCachingMinTTL", 10)),
    }
    return {key: value for key, value in mapped.items() if value is not None}


def _behaviors(config: dict[str, Any], findings: Findings) -> None:
    for behavior in objects(config.get("CacheBehaviors")):
        findings.add_gap(
            f"CacheBehaviors '{behavior.get('PathPattern')}'",
            "there is one cache behaviour here; how long browsers keep a file is publish:cacheControl, by pattern, and "
            "the edge gets an invalidation for each changed file",
        )


def _origins(config: dict[str, Any], findings: Findings) -> None:
    target = section(config, "DefaultCacheBehavior").get("TargetOriginId")
    origins = objects(config.get("Origins"))
    for origin in origins:
        name = f"Origins '{origin.get('Id')}'"
        findings.add_unknown_keys(f"{name} ", origin, _ORIGIN)
        if len(origins) > 1 and origin.get("Id") != target:
            findings.add_gap(name, "a distribution here has one origin, its bucket")
        elif origin.get("OriginPath"):
            findings.add_gap(f"{name} OriginPath {origin['OriginPath']}", "here the site lies at the bucket's root")
        elif not section(origin, "S3OriginConfig").get("OriginAccessIdentity"):
            findings.notes.append(
                f"{name} reads a public bucket, as the first Amplify releases did; here the bucket is private, and "
                "only the distribution may read it."
            )
