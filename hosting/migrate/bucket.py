"""The template's bucket and its policy -> `website:` settings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hosting.migrate.findings import number, objects, section, texts
from hosting.migrate.routing_rules import map_routing_rules

if TYPE_CHECKING:
    from hosting.migrate.findings import Findings

_BY_THE_PROGRAM = ""  # handled, here or by the program on every stack
_NO_SETTING = "this program has no setting for it, so the bucket goes without it (on a kept bucket it stays as it is)"
_BUCKET = {
    "BucketName": _BY_THE_PROGRAM,
    "AccessControl": _BY_THE_PROGRAM,
    "WebsiteConfiguration": _BY_THE_PROGRAM,
    "CorsConfiguration": _BY_THE_PROGRAM,
    "OwnershipControls": _BY_THE_PROGRAM,
    "PublicAccessBlockConfiguration": _BY_THE_PROGRAM,
    "Tags": "tags of one resource can't be set here; 'aws:defaultTags' tags all of a stack",
    "BucketEncryption": "S3 encrypts every bucket with its own keys; a KMS key of yours can't be set here",
    "VersioningConfiguration": _NO_SETTING,
    "LifecycleConfiguration": _NO_SETTING,
    "LoggingConfiguration": _NO_SETTING,
    "NotificationConfiguration": _NO_SETTING,
}
_WEBSITE = {
    "IndexDocument": _BY_THE_PROGRAM,
    "ErrorDocument": _BY_THE_PROGRAM,
    "RoutingRules": _BY_THE_PROGRAM,
    "RedirectAllRequestsTo": "a bucket that only redirects holds no site to publish",
}
_CORS = ("AllowedMethods", "AllowedOrigins", "AllowedHeaders", "ExposedHeaders", "MaxAge")


def map_bucket(template: dict[str, Any], outputs: dict[str, Any], findings: Findings) -> None:
    """Put what the template says of the bucket into ``findings``."""
    resources = section(template, "Resources")
    bucket = section(resources, "S3Bucket")
    properties = section(bucket, "Properties")
    behind_cloudfront = "CloudFrontDistribution" in resources
    _name(properties, outputs, findings)
    if bucket.get("DeletionPolicy") == "Retain":
        findings.found("website:retainBucket", True, "S3Bucket.DeletionPolicy")  # noqa: FBT003 - a value, no flag
    _documents(resources, behind_cloudfront=behind_cloudfront, findings=findings)
    _cors(section(properties, "CorsConfiguration"), findings)
    _access(properties.get("AccessControl"), behind_cloudfront=behind_cloudfront, findings=findings)
    findings.strangers("S3Bucket.", properties, _BUCKET)
    for name in ("BucketPolicy", "PrivateBucketPolicy"):
        _policy(name, section(resources, name, "Properties", "PolicyDocument"), findings)


def _name(properties: dict[str, Any], outputs: dict[str, Any], findings: Findings) -> None:
    """The deployed name, if it is known, is better than the one worked out."""
    deployed, computed = outputs.get("HostingBucketName"), properties.get("BucketName")
    if deployed:
        findings.found("website:bucketName", deployed, "amplify-meta.json HostingBucketName")
        if isinstance(computed, str) and computed != deployed:
            findings.notes.append(
                f"The template would name the bucket '{computed}', but '{deployed}' is what is deployed."
            )
    elif isinstance(computed, str):
        findings.found("website:bucketName", computed, "S3Bucket.BucketName")
    else:
        findings.gap(
            "S3Bucket.BucketName",
            "no file here says what the bucket is called (parameters.json has it, with the environment); "
            "'aws s3 ls' lists yours; --bucket-name <name> keeps it, else the bucket gets a new name",
        )


def _documents(resources: dict[str, Any], *, behind_cloudfront: bool, findings: Findings) -> None:
    website = section(resources, "S3Bucket", "Properties", "WebsiteConfiguration")
    config = section(resources, "CloudFrontDistribution", "Properties", "DistributionConfig")
    index, root = website.get("IndexDocument"), config.get("DefaultRootObject")
    if behind_cloudfront and root:
        # Visitors of a private bucket only ever met the root object; the website configuration lay idle.
        findings.found("website:indexDocument", root, "DistributionConfig.DefaultRootObject")
        if index not in (None, root):
            findings.notes.append(
                f"IndexDocument is '{index}' and DefaultRootObject '{root}'; the latter is taken for both."
            )
    elif index:
        findings.found("website:indexDocument", index, "WebsiteConfiguration.IndexDocument")
    if behind_cloudfront and root == "":
        findings.gap("DistributionConfig.DefaultRootObject ''", "here '/' is always answered by website:indexDocument")
    if website.get("ErrorDocument"):
        findings.found("website:errorDocument", website["ErrorDocument"], "WebsiteConfiguration.ErrorDocument")
    map_routing_rules(website.get("RoutingRules"), findings, behind_cloudfront=behind_cloudfront)
    findings.strangers("WebsiteConfiguration.", website, _WEBSITE)


def _cors(configuration: dict[str, Any], findings: Findings) -> None:
    rules = objects(configuration.get("CorsRules"))
    findings.found("website:cors", [_cors_rule(rule) for rule in rules], "S3Bucket.CorsConfiguration")
    for rule in rules:
        findings.strangers("CorsConfiguration.", rule, {**dict.fromkeys(_CORS, _BY_THE_PROGRAM), "Id": _BY_THE_PROGRAM})


def _cors_rule(rule: dict[str, Any]) -> dict[str, Any]:
    mapped: dict[str, Any] = {
        "allowedMethods": texts(rule.get("AllowedMethods")),
        "allowedOrigins": texts(rule.get("AllowedOrigins")),
        "allowedHeaders": texts(rule.get("AllowedHeaders")),
        "exposeHeaders": texts(rule.get("ExposedHeaders")),
        "maxAgeSeconds": number(rule.get("MaxAge")),
    }
    return {key: value for key, value in mapped.items() if value not in ([], None)}


def _access(control: object, *, behind_cloudfront: bool, findings: Findings) -> None:
    if behind_cloudfront or control is None:
        return
    if control == "Private":
        findings.notes.append(
            "S3Bucket.AccessControl is Private and there is no distribution: nobody could read that site. "
            "A stack without CloudFront is public here; pulumi config set cloudfront:enabled true puts it behind one."
        )
    elif control != "PublicRead":
        findings.gap(
            f"S3Bucket.AccessControl {control}", "here no ACL opens a bucket; its policy lets anyone read files"
        )


def _policy(name: str, document: dict[str, Any], findings: Findings) -> None:
    """Tell a policy that was edited from the one that Amplify wrote: let one principal read every object."""
    statements = objects(document.get("Statement"))
    if document and (len(statements) != 1 or not _is_amplifys(statements[0])):
        findings.gap(
            f"{name} (edited by hand)",
            "the program writes the bucket's policy itself: CloudFront, or anyone, may read files",
        )


def _is_amplifys(statement: dict[str, Any]) -> bool:
    reads = texts(statement.get("Action")) == ["s3:GetObject"] and statement.get("Effect") == "Allow"
    return reads and "Condition" not in statement
