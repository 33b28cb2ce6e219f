"""Lifecycle rules of a bucket."""

from typing import ClassVar

from sandbox.providers.aws.bucket_settings import BUCKET_FIELDS, BucketSetting
from sandbox.providers.schema import Fields, block, integer, list_of, string
from sandbox.providers.values import Properties


class BucketLifecycleConfiguration(BucketSetting):
    """aws.s3.BucketLifecycleConfiguration, with rules by prefix that expire objects."""

    token = "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration"  # noqa: S105 - a type's token
    title = "S3 Bucket Lifecycle Configuration"
    call_name = "bucket_lifecycle_configuration"
    delete_call = "delete_bucket_lifecycle"
    fields: ClassVar[Fields] = {
        **BUCKET_FIELDS,
        "rules": list_of(
            block(
                {
                    "abortIncompleteMultipartUpload": block({"daysAfterInitiation": integer(low=1)}),
                    "expiration": block({"days": integer(low=1)}),
                    "filter": block({"prefix": string(low=0)}),
                    "id": string(required=True, low=1, high=255),
                    "status": string(required=True, choices=("Enabled", "Disabled")),
                }
            ),
        ),
    }

    def payload(self, inputs: Properties) -> Properties:
        """Return the rules for the put call."""
        return {"LifecycleConfiguration": {"Rules": [_rule(rule) for rule in inputs.get("rules") or []]}}

    def properties(self, response: Properties, state: Properties, region: str) -> Properties:
        """Return the rules."""
        del state, region
        return {"rules": [_properties(rule) for rule in response["Rules"]]}


def _rule(rule: Properties) -> Properties:
    found: Properties = {"ID": rule["id"], "Status": rule["status"]}
    found["Filter"] = {"Prefix": (rule.get("filter") or {}).get("prefix", "")}
    if rule.get("expiration"):
        found["Expiration"] = {"Days": int(rule["expiration"]["days"])}
    if rule.get("abortIncompleteMultipartUpload"):
        days = int(rule["abortIncompleteMultipartUpload"]["daysAfterInitiation"])
        found["AbortIncompleteMultipartUpload"] = {"DaysAfterInitiation": days}
    return found


def _properties(rule: Properties) -> Properties:
    upload = rule.get("AbortIncompleteMultipartUpload")
    return {
        "id": rule["ID"],
        "status": rule["Status"],
        "filter": {"prefix": rule.get("Filter", {}).get("Prefix", "")},
        "expiration": {"days": rule["Expiration"]["Days"]} if "Expiration" in rule else None,
        "abortIncompleteMultipartUpload": {"daysAfterInitiation": upload["DaysAfterInitiation"]} if upload else None,
    }
