"""The bucket itself."""

import re
import secrets
from collections.abc import Iterator
from typing import ClassVar

from sandbox.providers.aws.cloud import Cloud
from sandbox.providers.aws.errors import AwsError
from sandbox.providers.aws.regions import hosted_zone_id
from sandbox.providers.aws.resource import Resource
from sandbox.providers.aws.tags import all_tags, tag_list, tag_properties
from sandbox.providers.naming import AutoName
from sandbox.providers.schema import Failure, Fields, flag, text, text_map
from sandbox.providers.values import Properties

# A DeleteObjects call takes this many keys at most.
DELETE_BATCH = 1000
DEFAULT_LOCATION = "us-east-1"
# The provider adds 26 characters to a prefix: https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/s3_bucket
LONGEST_PREFIX = 63 - 26


class Bucket(Resource):
    """aws.s3.Bucket."""

    token = "aws:s3/bucket:Bucket"  # noqa: S105 - a type's token, not a secret
    title = "S3 Bucket"
    fields: ClassVar[Fields] = {
        "bucket": text(replaces=True, low=1, high=63, cloud_decides=True, is_name=True),
        "bucketPrefix": text(replaces=True, low=1, high=LONGEST_PREFIX, cloud_decides=True),
        "forceDestroy": flag(default=False),
        "region": text(replaces=True, cloud_decides=True),
        "tags": text_map(),
    }
    outputs = ("arn", "bucketDomainName", "bucketRegion", "bucketRegionalDomainName", "hostedZoneId")
    auto_name = AutoName("bucket", 63, lower=True, prefix_field="bucketPrefix")
    tagged = True

    def conflicts(self, inputs: Properties) -> Iterator[Failure]:
        """S3's naming rules: https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html."""
        name = inputs.get("bucket")
        if name and inputs.get("bucketPrefix"):
            yield "bucket", '"bucket": conflicts with bucket_prefix'
        if isinstance(name, str) and (reason := _name_problem(name)):
            yield "bucket", f"validating S3 Bucket ({name}) name: {reason}"

    def known_outputs(self, cloud: Cloud, inputs: Properties) -> Properties:
        """Nothing of a bucket depends on its making but its ARN and domains, which pulumi-aws leaves unknown too."""
        region = inputs.get("region") or cloud.region
        return {"region": region}

    def create(self, cloud: Cloud, inputs: Properties) -> str:
        """CreateBucket; AWS has it private, with ACLs off and public access blocked."""
        name = str(inputs.get("bucket") or f"{inputs['bucketPrefix']}{secrets.token_hex(13)}")
        region = inputs.get("region") or cloud.region
        location = {} if region == DEFAULT_LOCATION else {"LocationConstraint": region}
        _refuse_own_bucket(cloud, name, region)
        cloud.s3(
            "create_bucket",
            region,
            Bucket=name,
            **({"CreateBucketConfiguration": location} if location else {}),
        )
        if tags := all_tags(cloud, inputs):
            cloud.s3("put_bucket_tagging", region, Bucket=name, Tagging={"TagSet": tag_list(tags)})
        return name

    def read(self, cloud: Cloud, identifier: str, state: Properties) -> Properties | None:
        """HeadBucket, its region and its tags."""
        try:
            head = cloud.s3("head_bucket", state.get("region"), Bucket=identifier)
        except AwsError as refusal:
            if refusal.is_missing:
                return None
            raise
        region = head.get("BucketRegion") or state.get("region") or cloud.region
        return {
            "bucket": identifier,
            "bucketPrefix": state.get("bucketPrefix", ""),
            "arn": f"arn:{cloud.partition}:s3:::{identifier}",
            "bucketDomainName": f"{identifier}.s3.amazonaws.com",
            "bucketRegionalDomainName": f"{identifier}.s3.{region}.amazonaws.com",
            "bucketRegion": region,
            "region": region,
            "hostedZoneId": hosted_zone_id(region),
            "forceDestroy": state.get("forceDestroy", False),
            **tag_properties(cloud, _tags(cloud, identifier, region)),
        }

    def update(self, cloud: Cloud, identifier: str, old: Properties, new: Properties) -> None:
        """Only tags and forceDestroy change in place, and the latter is no matter of the cloud's."""
        region = old.get("region")
        tags = all_tags(cloud, new)
        if tags:
            cloud.s3("put_bucket_tagging", region, Bucket=identifier, Tagging={"TagSet": tag_list(tags)})
        elif old.get("tagsAll"):
            cloud.s3("delete_bucket_tagging", region, Bucket=identifier)

    def delete(self, cloud: Cloud, identifier: str, state: Properties) -> None:
        """DeleteBucket, emptied before where forceDestroy says so."""
        region = state.get("region")
        try:
            if state.get("forceDestroy") is True:
                _empty(cloud, identifier, region)
            cloud.s3("delete_bucket", region, Bucket=identifier)
        except AwsError as refusal:
            if not refusal.is_missing:
                raise


# pulumi-aws refuses these before it asks S3; most texts are its own.
_NAME_RULES = (
    (r".{3,63}", "expected length of bucket to be in the range (3 - 63)"),
    (r"[0-9a-z.-]*", "only lowercase alphanumeric characters and hyphens allowed"),
    (r"[^.-](.*[^.-])?", "bucket name must begin and end with a letter or number"),
    (r"(?!.*\.\.).*", "bucket name must not contain two adjacent periods"),
    (r"(?!(\d{1,3}\.){3}\d{1,3}$).*", "bucket name must not be formatted as an IP address"),
    (r"(?!xn--|sthree-|amzn-s3-demo-).*", "bucket name has a prefix that S3 keeps for itself"),
    (r".*(?<!-s3alias)(?<!--ol-s3)(?<!\.mrap)(?<!--x-s3)", "bucket name has a suffix that S3 keeps for itself"),
)


def _name_problem(name: str) -> str | None:
    return next((reason for rule, reason in _NAME_RULES if not re.fullmatch(rule, name)), None)


def _refuse_own_bucket(cloud: Cloud, name: str, region: str) -> None:
    """CreateBucket succeeds in us-east-1 for a bucket that one has already; pulumi-aws refuses to adopt it."""
    try:
        cloud.s3("head_bucket", region, Bucket=name)
    except AwsError:
        return
    raise AwsError(
        "S3: CreateBucket",
        409,
        "BucketAlreadyExists",
        "The requested bucket name is not available. The bucket namespace is shared by all users of the system. "
        "Please select a different name and try again.",
    )


def _tags(cloud: Cloud, name: str, region: str) -> list[dict[str, str]]:
    try:
        return list(cloud.s3("get_bucket_tagging", region, Bucket=name)["TagSet"])
    except AwsError as refusal:
        if refusal.code == "NoSuchTagSet":
            return []
        raise


def _empty(cloud: Cloud, name: str, region: str | None) -> None:
    for page in cloud.pages("s3", "list_object_versions", region, Bucket=name):
        found = [*page.get("Versions", []), *page.get("DeleteMarkers", [])]
        keys = [{"Key": item["Key"], "VersionId": item["VersionId"]} for item in found]
        for start in range(0, len(keys), DELETE_BATCH):
            batch = {"Objects": keys[start : start + DELETE_BATCH], "Quiet": True}
            cloud.s3("delete_objects", region, Bucket=name, Delete=batch)
