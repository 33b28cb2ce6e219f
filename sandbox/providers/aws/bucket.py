"""S3 buckets."""

import re
import secrets
from collections.abc import Iterator
from typing import ClassVar

from sandbox.providers.auto_names import AutoName
from sandbox.providers.aws.aws_client import AwsClient
from sandbox.providers.aws.errors import AwsError, keeping_created
from sandbox.providers.aws.regions import hosted_zone_id
from sandbox.providers.aws.resource import Resource
from sandbox.providers.aws.tags import all_tags, tag_list, tag_properties
from sandbox.providers.schema import Failure, Fields, boolean, string, string_map
from sandbox.providers.values import Properties

# A DeleteObjects call takes this many keys at most.
DELETE_BATCH = 1000
DEFAULT_LOCATION = "us-east-1"
# The provider adds 26 characters to a prefix:
# https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/s3_bucket
MAX_PREFIX_LENGTH = 63 - 26


class Bucket(Resource):
    """aws.s3.Bucket."""

    token = "aws:s3/bucket:Bucket"  # noqa: S105 - a type's token, not a secret
    title = "S3 Bucket"
    fields: ClassVar[Fields] = {
        "bucket": string(replaces=True, low=1, high=63, computed=True, is_name=True),
        "bucketPrefix": string(replaces=True, low=1, high=MAX_PREFIX_LENGTH, computed=True),
        "forceDestroy": boolean(default=False),
        "region": string(replaces=True, computed=True),
        "tags": string_map(),
    }
    outputs = ("arn", "bucketDomainName", "bucketRegion", "bucketRegionalDomainName", "hostedZoneId")
    auto_name = AutoName("bucket", 63, lower=True, prefix_field="bucketPrefix")
    tagged = True

    def conflicts(self, inputs: Properties) -> Iterator[Failure]:
        """Check S3's naming rules: https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html."""
        name = inputs.get("bucket")
        if name and inputs.get("bucketPrefix"):
            yield "bucket", '"bucket": conflicts with bucket_prefix'
        if isinstance(name, str) and (reason := _name_problem(name)):
            yield "bucket", f"validating S3 Bucket ({name}) name: {reason}"

    def preview_outputs(self, aws: AwsClient, inputs: Properties) -> Properties:
        """Return the region; pulumi-aws leaves ARN and domains unknown, though the name determines them."""
        region = inputs.get("region") or aws.region
        return {"region": region}

    def create(self, aws: AwsClient, inputs: Properties) -> str:
        """CreateBucket; as on AWS the bucket is private, with ACLs off and public access blocked."""
        name = str(inputs.get("bucket") or f"{inputs['bucketPrefix']}{secrets.token_hex(13)}")
        region = inputs.get("region") or aws.region
        location = {} if region == DEFAULT_LOCATION else {"LocationConstraint": region}
        _check_not_owned(aws, name, region)
        aws.s3(
            "create_bucket",
            region,
            Bucket=name,
            **({"CreateBucketConfiguration": location} if location else {}),
        )
        if tags := all_tags(aws, inputs):
            with keeping_created(name):
                aws.s3("put_bucket_tagging", region, Bucket=name, Tagging={"TagSet": tag_list(tags)})
        return name

    def read(self, aws: AwsClient, identifier: str, state: Properties) -> Properties | None:
        """HeadBucket, its region and its tags."""
        try:
            head = aws.s3("head_bucket", state.get("region"), Bucket=identifier)
        except AwsError as error:
            if error.is_not_found:
                return None
            raise
        region = head.get("BucketRegion") or state.get("region") or aws.region
        return {
            "bucket": identifier,
            "bucketPrefix": state.get("bucketPrefix", ""),
            "arn": f"arn:{aws.partition}:s3:::{identifier}",
            "bucketDomainName": f"{identifier}.s3.amazonaws.com",
            "bucketRegionalDomainName": f"{identifier}.s3.{region}.amazonaws.com",
            "bucketRegion": region,
            "region": region,
            "hostedZoneId": hosted_zone_id(region),
            "forceDestroy": state.get("forceDestroy", False),
            **tag_properties(aws, _tags(aws, identifier, region)),
        }

    def update(self, aws: AwsClient, identifier: str, old: Properties, new: Properties) -> None:
        """Change the tags; forceDestroy changes in place too, but is only a setting of the provider."""
        region = old.get("region")
        tags = all_tags(aws, new)
        if tags:
            aws.s3("put_bucket_tagging", region, Bucket=identifier, Tagging={"TagSet": tag_list(tags)})
        elif old.get("tagsAll"):
            aws.s3("delete_bucket_tagging", region, Bucket=identifier)

    def delete(self, aws: AwsClient, identifier: str, state: Properties) -> None:
        """DeleteBucket, after its objects if forceDestroy is set."""
        region = state.get("region")
        try:
            if state.get("forceDestroy") is True:
                _empty(aws, identifier, region)
            aws.s3("delete_bucket", region, Bucket=identifier)
        except AwsError as error:
            if not error.is_not_found:
                raise


# pulumi-aws rejects these itself, mostly with these texts.
_NAME_RULES = (
    (r".{3,63}", "expected length of bucket to be in the range (3 - 63)"),
    (r"[0-9a-z.-]*", "only lowercase alphanumeric characters and hyphens allowed"),
    (r"[^.-](.*[^.-])?", "bucket name must begin and end with a letter or number"),
    (r"(?!.*\.\.).*", "bucket name must not contain two adjacent periods"),
    (r"(?!(\d{1,3}\.){3}\d{1,3}$).*", "bucket name must not be formatted as an IP address"),
    (r"(?!xn--|sthree-|amzn-s3-demo-).*", "bucket name has a prefix that S3 reserves"),
    (r".*(?<!-s3alias)(?<!--ol-s3)(?<!\.mrap)(?<!--x-s3)", "bucket name has a suffix that S3 reserves"),
)


def _name_problem(name: str) -> str | None:
    return next((reason for rule, reason in _NAME_RULES if not re.fullmatch(rule, name)), None)


def _check_not_owned(aws: AwsClient, name: str, region: str) -> None:
    """Reject a bucket that the account has already, as pulumi-aws does: CreateBucket succeeds for it in us-east-1."""
    try:
        aws.s3("head_bucket", region, Bucket=name)
    except AwsError:
        return
    raise AwsError(
        "S3: CreateBucket",
        409,
        "BucketAlreadyExists",
        "The requested bucket name is not available. The bucket namespace is shared by all users of the system. "
        "Please select a different name and try again.",
    )


def _tags(aws: AwsClient, name: str, region: str) -> list[dict[str, str]]:
    try:
        return list(aws.s3("get_bucket_tagging", region, Bucket=name)["TagSet"])
    except AwsError as error:
        if error.code == "NoSuchTagSet":
            return []
        raise


def _empty(aws: AwsClient, name: str, region: str | None) -> None:
    for page in aws.pages("s3", "list_object_versions", region, Bucket=name):
        found = [*page.get("Versions", []), *page.get("DeleteMarkers", [])]
        keys = [{"Key": item["Key"], "VersionId": item["VersionId"]} for item in found]
        for start in range(0, len(keys), DELETE_BATCH):
            batch = {"Objects": keys[start : start + DELETE_BATCH], "Quiet": True}
            aws.s3("delete_objects", region, Bucket=name, Delete=batch)
