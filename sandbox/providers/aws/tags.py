"""Tags: the resource's own, and under them the provider's default tags."""

from collections.abc import Iterable, Mapping

from sandbox.providers.aws.aws_client import Cloud
from sandbox.providers.values import Properties


def all_tags(cloud: Cloud, inputs: Properties) -> dict[str, str]:
    """What the resource is tagged with: its own tags win over the default ones."""
    return {**cloud.config.default_tags, **(inputs.get("tags") or {})}


def tag_list(tags: Mapping[str, str]) -> list[dict[str, str]]:
    """Tags as the AWS APIs take them."""
    return [{"Key": key, "Value": value} for key, value in sorted(tags.items())]


def tag_properties(cloud: Cloud, found: Iterable[Mapping[str, str]]) -> Properties:
    """`tags` and `tagsAll` of what the cloud has."""
    every = {tag["Key"]: tag["Value"] for tag in found if not tag["Key"].startswith("aws:")}
    defaults = cloud.config.default_tags
    return {"tags": {key: value for key, value in every.items() if defaults.get(key) != value}, "tagsAll": every}
