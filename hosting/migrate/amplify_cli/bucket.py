"""Maps the template's bucket and its policy to `website:` settings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hosting.migrate.amplify_cli.routing_rules import map_routing_rules
from hosting.migrate.findings import number, objects, section, texts

if TYPE_CHECKING:
    from hosting.migrate.findings import Findings

_HANDLED = ""  # has a setting, or the program does it for each stack
_NO_SETTING = "this program has no setting for it, so the bucket goes without it (on a kept bucket it stays as it is)"
_BUCKET = {
    "BucketName": _HANDLED,
    "AccessControl": _HANDLED,
    "WebsiteConfiguration": _HANDLED,
    "CorsConfiguration": _HANDLED,
    "OwnershipControls": _HANDLED,
    "PublicAccessBlockConfiguration": _HANDLED,
    "Tags": "tags of one resource can't be set here; 'aws:defaultTags' tags all of a stack",
    "BucketEncryption": "S3 encrypts every bucket with its own keys; a KMS key of yours can't be set here",
    "VersioningConfiguration": _NO_SETTING,
    "LifecycleConfiguration": _NO_SETTING,
    "LoggingConfiguration": _NO_SETTING,
    "NotificationConfiguration": _NO_SETTING,
}
_WEBSITE = {
    "IndexDocument": _HANDLED,
    "ErrorDocument": _HANDLED,
    "RoutingRules": _HANDLED,
    "RedirectAllRequestsTo": "a bucket that only redirects has no site to publish",
}
_CORS = ("AllowedMethods", "AllowedOrigins", "AllowedHeaders", "ExposedHeaders", "MaxAge")


def map_bucket(template: dict[str, Any], outputs: dict[str, Any], findings: Findings) -> None:
    """Add the settings of the template's bucket to ``findings``."""
    resources = section(template, "Resources")
    bucket = section(resources, "S3Bucket")
    properties = section(bucket, "Properties")
    behind_cloudfront = "CloudFrontDistribution" in resources
    _name(properties, outputs, findings)
    if bucket.get("DeletionPolicy") == "Retain":
        findings.add_setting("website:retainBucket", True, "S3Bucket.DeletionPolicy")  # noqa: FBT003 - a value, not a flag
    _documents(resources, behind_cloudfront=behind_cloudfront, findings=findings)
    _cors(section(properties, "CorsConfiguration"), findings)
    _access(properties.get("AccessControl"), behind_cloudfront=behind_cloudfront, findings=findings)
    findings.add_unknown_keys("S3Bucket.", properties, _BUCKET)
    for name in ("BucketPolicy", "PrivateBucketPolicy"):
        _policy(name, section(resources, name, "Properties", "PolicyDocument"), findings)


def _name(properties: dict[str, Any], outputs: dict[str, Any], findings: Findings) -> None:
    """Map the bucket's name: the deployed one if it is known, else the one in the template."""
    deployed, computed = outputs.get("HostingBucketName"), properties.get("BucketName")
    if deployed:
        findings.add_setting("website:bucketName", deployed, "amplify-meta.json HostingBucketName")
        if isinstance(computed, str) and computed != deployed:
            findings.notes.append(
                f"The template would name the bucket '{computed}', but '{deployed}' is what is deployed."
            )
    elif isinstance(computed, str):
        findings.add_setting("website:bucketName", computed, "S3Bucket.BucketName")
    else:
        findings.add_gap(
            "S3Bucket.BucketName",
            "no file has the bucket's name (parameters.json has it, with the environment); "
            "'aws s3 ls' lists yours; --bucket-name <name> keeps it, otherwise the bucket gets a new name",
        )


def _documents(resources: dict[str, Any], *, behind_cloudfront: bool, findings: Findings) -> None:
    website = section(resources, "S3Bucket", "Properties", "WebsiteConfiguration")
    config = section(resources, "CloudFrontDistribution", "Properties", "DistributionConfig")
    index, root = website.get("IndexDocument"), config.get("DefaultRootObject")
    if behind_cloudfront and root:
        # Visitors of a private bucket only got the root object; the website configuration had no effect.
        findings.add_setting("website:indexDocument", root, "DistributionConfig.DefaultRootObject")
        if index not in (None, root):
            findings.notes.append(
                f"IndexDocument is '{index}' and DefaultRootObject '{root}'; the latter is used for both."
            )
    elif index:
        findings.add_setting("website:indexDocument", index, "WebsiteConfiguration.IndexDocument")
    if behind_cloudfront and root == "":
        findings.add_gap(
            "DistributionConfig.DefaultRootObject ''", "here '/' is always answered by website:indexDocument"
        )
    if website.get("ErrorDocument"):
        findings.add_setting("website:errorDocument", website["ErrorDocument"], "WebsiteConfiguration.ErrorDocument")
    map_routing_rules(website.get("RoutingRules"), findings, behind_cloudfront=behind_cloudfront)
    findings.add_unknown_keys("WebsiteConfiguration.", website, _WEBSITE)


def _cors(configuration: dict[str, Any], findings: Findings) -> None:
    rules = objects(configuration.get("CorsRules"))
    findings.add_setting("website:cors", [_cors_rule(rule) for rule in rules], "S3Bucket.CorsConfiguration")
    for rule in rules:
        findings.add_unknown_keys("CorsConfiguration.", rule, {**dict.fromkeys(_CORS, _HANDLED), "Id": _HANDLED})


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
            "S3Bucket.AccessControl is Private and there is no distribution: visitors can read the objects that "
            "`amplify publish` has uploaded with a public-read ACL. Here the bucket's policy lets everyone read. A "
            "kept bucket loses its ACLs, so its visitors are refused until the policy is there: the steps below set "
            "it first."
        )
    elif control != "PublicRead":
        findings.add_gap(
            f"S3Bucket.AccessControl {control}", "here no ACL opens a bucket; its policy lets anyone read files"
        )


def _policy(name: str, document: dict[str, Any], findings: Findings) -> None:
    """Report a policy that differs from Amplify's, which lets one principal read every object."""
    statements = objects(document.get("Statement"))
    if document and (len(statements) != 1 or not _is_written_by_amplify(statements[0])):
        findings.add_gap(
            f"{name} (edited by hand)",
            "the program writes the bucket's policy itself: CloudFront, or anyone, may read files",
        )


def _is_written_by_amplify(statement: dict[str, Any]) -> bool:
    reads = texts(statement.get("Action")) == ["s3:GetObject"] and statement.get("Effect") == "Allow"
    return reads and "Condition" not in statement
