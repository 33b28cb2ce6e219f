"""CloudFront distributions."""

import time
import uuid
from typing import Any, ClassVar

from sandbox.providers.aws.api_shapes import from_api, to_api
from sandbox.providers.aws.aws_client import AwsClient
from sandbox.providers.aws.cloudfront_distribution_checks import check_distribution
from sandbox.providers.aws.cloudfront_distribution_fields import DISTRIBUTION_FIELDS, OUTPUTS, PROVIDER_ONLY
from sandbox.providers.aws.cloudfront_function import retag
from sandbox.providers.aws.errors import AwsError, keeping_created
from sandbox.providers.aws.resource import Resource
from sandbox.providers.aws.tags import all_tags, tag_list, tag_properties
from sandbox.providers.changes import differences
from sandbox.providers.schema import Fields
from sandbox.providers.values import Properties

# The Route 53 zone of all distributions: https://docs.aws.amazon.com/general/latest/gr/cf_region.html
HOSTED_ZONE_ID = "Z2FDTNDATAQYW2"
# AWS takes minutes; the emulator is ready at once.
POLL_SECONDS = 2.0
DEPLOYMENT_SECONDS = 90 * 60.0
_CONFIG_FIELDS: Fields = {name: field for name, field in DISTRIBUTION_FIELDS.items() if name != "tags"}
_API_FIELDS: Fields = {name: field for name, field in DISTRIBUTION_FIELDS.items() if name not in PROVIDER_ONLY}


class Distribution(Resource):
    """aws.cloudfront.Distribution."""

    token = "aws:cloudfront/distribution:Distribution"  # noqa: S105 - a type's token, not a secret
    title = "CloudFront Distribution"
    fields: ClassVar[Fields] = DISTRIBUTION_FIELDS
    outputs = OUTPUTS
    tagged = True

    def create(self, aws: AwsClient, inputs: Properties) -> str:
        """Create it, and wait for its deployment if waitForDeployment is set."""
        check_distribution(aws, "CloudFront: CreateDistribution", inputs)
        config = {"CallerReference": f"pulumi-{uuid.uuid4()}", **api_config(inputs)}
        tags = {"Items": tag_list(all_tags(aws, inputs))}
        with_tags = {"DistributionConfig": config, "Tags": tags}
        response = aws.cloudfront("create_distribution_with_tags", DistributionConfigWithTags=with_tags)
        identifier = str(response["Distribution"]["Id"])
        if inputs["waitForDeployment"]:
            with keeping_created(identifier):
                _wait_until_deployed(aws, identifier)
        return identifier

    def read(self, aws: AwsClient, identifier: str, state: Properties) -> Properties | None:
        """GetDistribution and its tags."""
        try:
            response = aws.cloudfront("get_distribution", Id=identifier)
            arn = response["Distribution"]["ARN"]
            tags = aws.cloudfront("list_tags_for_resource", Resource=arn)["Tags"].get("Items", [])
        except AwsError as error:
            if error.is_not_found:
                return None
            raise
        found = response["Distribution"]
        return {
            **dict.fromkeys(_API_FIELDS),
            **properties_of(found["DistributionConfig"]),
            **tag_properties(aws, tags),
            "arn": arn,
            "callerReference": found["DistributionConfig"]["CallerReference"],
            "domainName": found["DomainName"],
            "etag": response["ETag"],
            "hostedZoneId": HOSTED_ZONE_ID,
            "lastModifiedTime": str(found["LastModifiedTime"]),
            "status": found["Status"],
            "retainOnDelete": state.get("retainOnDelete", False),
            "waitForDeployment": state.get("waitForDeployment", True),
        }

    def update(self, aws: AwsClient, identifier: str, old: Properties, new: Properties) -> None:
        """Update its config if the state has another one, and its tags.

        pulumi-aws sends the ETag of the state, too, but then, if it has changed, the current one:
        https://github.com/hashicorp/terraform-provider-aws/pull/24537
        """
        if differences(_CONFIG_FIELDS, old, new):
            check_distribution(aws, "CloudFront: UpdateDistribution", new, identifier)
            current = aws.cloudfront("get_distribution_config", Id=identifier)
            config = {"CallerReference": current["DistributionConfig"]["CallerReference"], **api_config(new)}
            aws.cloudfront("update_distribution", Id=identifier, IfMatch=current["ETag"], DistributionConfig=config)
            if new["waitForDeployment"]:
                _wait_until_deployed(aws, identifier)
        retag(aws, old, new)

    def delete(self, aws: AwsClient, identifier: str, state: Properties) -> None:
        """Disable it, wait, and delete it; with retainOnDelete only disable it."""
        try:
            current = aws.cloudfront("get_distribution_config", Id=identifier)
            etag, config = current["ETag"], current["DistributionConfig"]
            if config["Enabled"]:
                disabled = {**config, "Enabled": False}
                response = aws.cloudfront(
                    "update_distribution", Id=identifier, IfMatch=etag, DistributionConfig=disabled
                )
                etag = response["ETag"]
            if state.get("retainOnDelete"):
                return
            _wait_until_deployed(aws, identifier)
            aws.cloudfront("delete_distribution", Id=identifier, IfMatch=etag)
        except AwsError as error:
            if not error.is_not_found:
                raise


def api_config(inputs: Properties) -> Properties:
    """Return the DistributionConfig for these inputs, without its CallerReference."""
    config = to_api(_API_FIELDS, {"comment": "", **inputs})
    behaviors = [config["DefaultCacheBehavior"], *config.get("CacheBehaviors", {}).get("Items", [])]
    for behavior in behaviors:
        behavior["AllowedMethods"]["CachedMethods"] = behavior.pop("CachedMethods")
    for origin in config["Origins"]["Items"]:
        origin.setdefault("OriginPath", "")
        if "CustomOriginConfig" not in origin:
            # Empty: origin access controls replace the older origin access identities.
            origin["S3OriginConfig"] = {"OriginAccessIdentity": ""}
    for response in config.get("CustomErrorResponses", {}).get("Items", []):
        if "ResponseCode" in response:
            # A string in the API, a number in the provider.
            response["ResponseCode"] = str(response["ResponseCode"])
    if "Logging" in config:
        config["Logging"] = {"Enabled": True, "Prefix": "", **config["Logging"]}
    geo = config["Restrictions"]["GeoRestriction"]
    geo.update(geo.pop("Locations", {"Quantity": 0}))
    return config


def properties_of(config: Properties) -> Properties:
    """Return the properties in a DistributionConfig."""
    readable: dict[str, Any] = {**config}
    readable["DefaultCacheBehavior"] = _readable_behavior(config["DefaultCacheBehavior"])
    ordered = [_readable_behavior(behavior) for behavior in config.get("CacheBehaviors", {}).get("Items", [])]
    readable["CacheBehaviors"] = {"Items": ordered}
    geo = config.get("Restrictions", {}).get("GeoRestriction", {"RestrictionType": "none"})
    locations = {"Items": geo.get("Items", [])}
    if not config.get("Logging", {}).get("Enabled"):
        readable.pop("Logging", None)
    readable["Restrictions"] = {"GeoRestriction": {"RestrictionType": geo["RestrictionType"], "Locations": locations}}
    responses = config.get("CustomErrorResponses", {}).get("Items", [])
    readable["CustomErrorResponses"] = {"Items": [_readable_response(response) for response in responses]}
    return from_api(_API_FIELDS, readable)


def _readable_response(response: Properties) -> Properties:
    code = response.get("ResponseCode")
    return {**response, "ResponseCode": int(code) if code else None}


def _readable_behavior(behavior: Properties) -> Properties:
    methods = behavior.get("AllowedMethods", {})
    return {**behavior, "CachedMethods": methods.get("CachedMethods", {"Items": []})}


def _wait_until_deployed(aws: AwsClient, identifier: str) -> None:
    deadline = time.monotonic() + DEPLOYMENT_SECONDS
    while aws.cloudfront("get_distribution", Id=identifier)["Distribution"]["Status"] != "Deployed":
        if time.monotonic() > deadline:
            raise AwsError(
                "CloudFront: GetDistribution", 0, "Timeout", f"{identifier} is not deployed after 90 minutes"
            )
        time.sleep(POLL_SECONDS)
