"""What CloudFront asks of a bucket for its logs, which it writes by an ACL of its own."""

import re
from collections.abc import Iterator

from sandbox.providers.aws.aws_client import Cloud
from sandbox.providers.aws.errors import AwsError
from sandbox.providers.values import Properties

_DOMAIN = re.compile(r"(?P<bucket>.+)\.s3(?:[.-](?P<region>[a-z0-9-]+))?\.amazonaws\.com(?:\.cn)?")
_NO_OWNERSHIP = "OwnershipControlsNotFoundError"


def logging_refusals(cloud: Cloud, inputs: Properties) -> Iterator[tuple[int, str, str]]:
    """Yield what is wrong with the bucket, in the words of AWS.

    https://github.com/hashicorp/terraform/issues/24962, https://github.com/hashicorp/terraform/issues/9176 and
    https://github.com/aws-samples/baseline-environment-on-aws/issues/363 have them.
    """
    domain = (inputs.get("loggingConfig") or {}).get("bucket")
    if not domain:
        return
    found = _DOMAIN.fullmatch(domain)
    if found is None:
        yield 400, "InvalidArgument", "The parameter Logging Bucket does not refer to a valid S3 bucket."
        return
    bucket, region = found["bucket"], found["region"]
    problem = _problem(cloud, bucket, region)
    if problem:
        yield 400, "InvalidArgument", f"The S3 bucket that you specified for CloudFront logs {problem}: {domain}"


def _problem(cloud: Cloud, bucket: str, region: str | None) -> str | None:
    try:
        cloud.s3("head_bucket", region, Bucket=bucket)
    except AwsError as refusal:
        if refusal.is_missing:
            return "doesn't exist"
        raise
    return None if _takes_acls(cloud, bucket, region) else "does not enable ACL access"


def _takes_acls(cloud: Cloud, bucket: str, region: str | None) -> bool:
    """Whether ACLs are on: off is what a bucket without ownership controls has, since April 2023.

    https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/standard-logging-legacy-s3.html
    """
    try:
        controls = cloud.s3("get_bucket_ownership_controls", region, Bucket=bucket)["OwnershipControls"]
    except AwsError as refusal:
        if refusal.code == _NO_OWNERSHIP:
            return False
        raise
    return all(rule["ObjectOwnership"] != "BucketOwnerEnforced" for rule in controls["Rules"])
