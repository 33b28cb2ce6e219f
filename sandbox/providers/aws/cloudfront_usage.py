"""The distributions that use a resource: AWS rejects its deletion, the emulator does not."""

from collections.abc import Iterator

from sandbox.providers.aws.aws_client import AwsClient
from sandbox.providers.aws.errors import AwsError
from sandbox.providers.values import Properties


def distributions(aws: AwsClient) -> list[Properties]:
    """Return the summaries of all distributions of the account."""
    pages = aws.pages("cloudfront", "list_distributions", None)
    return [summary for page in pages for summary in page["DistributionList"].get("Items", [])]


def check_not_in_use(aws: AwsClient, noun: str, reference: str) -> None:
    """Reject the deletion of a resource that distributions refer to by its id or ARN.

    Raises:
        AwsError: a distribution uses it.
    """
    if any(reference in set(_references(summary)) for summary in distributions(aws)):
        message = f"Cannot delete the {_words(noun)} because it's in use by one or more distributions."
        raise AwsError(f"CloudFront: Delete{noun}", 409, f"{noun}InUse", message)


def _references(summary: Properties) -> Iterator[object]:
    for origin in summary["Origins"].get("Items", []):
        yield origin.get("OriginAccessControlId")
    for behavior in [summary["DefaultCacheBehavior"], *summary["CacheBehaviors"].get("Items", [])]:
        yield behavior.get("CachePolicyId")
        yield behavior.get("OriginRequestPolicyId")
        yield behavior.get("ResponseHeadersPolicyId")
        for association in behavior.get("FunctionAssociations", {}).get("Items", []):
            yield association["FunctionARN"]


def _words(noun: str) -> str:
    return "".join(f" {char.lower()}" if char.isupper() else char for char in noun).strip()
