"""Tags: those of the resource, and the provider's default tags."""

from collections.abc import Iterable, Mapping

from sandbox.providers.aws.aws_client import AwsClient
from sandbox.providers.values import Properties


def all_tags(aws: AwsClient, inputs: Properties) -> dict[str, str]:
    """Return the tags that AWS gets; the resource's tags override the default ones."""
    return {**aws.config.default_tags, **(inputs.get("tags") or {})}


def tag_list(tags: Mapping[str, str]) -> list[dict[str, str]]:
    """Return tags in the form of the AWS APIs."""
    return [{"Key": key, "Value": value} for key, value in sorted(tags.items())]


def tag_properties(aws: AwsClient, found: Iterable[Mapping[str, str]]) -> Properties:
    """Return `tags` and `tagsAll` for the tags that AWS has."""
    every = {tag["Key"]: tag["Value"] for tag in found if not tag["Key"].startswith("aws:")}
    defaults = aws.config.default_tags
    return {"tags": {key: value for key, value in every.items() if defaults.get(key) != value}, "tagsAll": every}
