"""Which distributions use what: AWS deletes nothing that is in use, the emulator does."""

from collections.abc import Iterator

from sandbox.providers.aws.aws_client import Cloud
from sandbox.providers.aws.errors import AwsError
from sandbox.providers.values import Properties


def distributions(cloud: Cloud) -> list[Properties]:
    """The summaries of every distribution of the account."""
    pages = cloud.pages("cloudfront", "list_distributions", None)
    return [summary for page in pages for summary in page["DistributionList"].get("Items", [])]


def refuse_in_use(cloud: Cloud, noun: str, reference: str) -> None:
    """Refuse the deletion of the thing that distributions refer to as `reference`, an id or an ARN.

    Raises:
        AwsError: one does.
    """
    if any(reference in set(_references(summary)) for summary in distributions(cloud)):
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
