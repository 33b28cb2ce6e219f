"""What CloudFront requires of the bucket for its logs, which it writes by an ACL."""

import re
from collections.abc import Iterator

from sandbox.providers.aws.aws_client import AwsClient
from sandbox.providers.aws.errors import AwsError
from sandbox.providers.values import Properties

_DOMAIN = re.compile(r"(?P<bucket>.+)\.s3(?:[.-](?P<region>[a-z0-9-]+))?\.amazonaws\.com(?:\.cn)?")
_NO_OWNERSHIP_CONTROLS = "OwnershipControlsNotFoundError"


def logging_errors(aws: AwsClient, inputs: Properties) -> Iterator[tuple[int, str, str]]:
    """Yield the errors of the bucket, with AWS's texts.

    The texts are in https://github.com/hashicorp/terraform/issues/24962,
    https://github.com/hashicorp/terraform/issues/9176 and
    https://github.com/aws-samples/baseline-environment-on-aws/issues/363.
    """
    domain = (inputs.get("loggingConfig") or {}).get("bucket")
    if not domain:
        return
    found = _DOMAIN.fullmatch(domain)
    if found is None:
        yield 400, "InvalidArgument", "The parameter Logging Bucket does not refer to a valid S3 bucket."
        return
    bucket, region = found["bucket"], found["region"]
    problem = _problem(aws, bucket, region)
    if problem:
        yield 400, "InvalidArgument", f"The S3 bucket that you specified for CloudFront logs {problem}: {domain}"


def _problem(aws: AwsClient, bucket: str, region: str | None) -> str | None:
    try:
        aws.s3("head_bucket", region, Bucket=bucket)
    except AwsError as error:
        if error.is_not_found:
            return "doesn't exist"
        raise
    return None if _takes_acls(aws, bucket, region) else "does not enable ACL access"


def _takes_acls(aws: AwsClient, bucket: str, region: str | None) -> bool:
    """Return whether ACLs are enabled; since April 2023 they are not in a bucket without ownership controls.

    https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/standard-logging-legacy-s3.html
    """
    try:
        controls = aws.s3("get_bucket_ownership_controls", region, Bucket=bucket)["OwnershipControls"]
    except AwsError as error:
        if error.code == _NO_OWNERSHIP_CONTROLS:
            return False
        raise
    return all(rule["ObjectOwnership"] != "BucketOwnerEnforced" for rule in controls["Rules"])
