from __future__ import annotations

from hosting.aws.settings import AwsSettings
from hosting.aws.tags import tags_digest


def test_other_tags_have_another_digest() -> None:
    """The order of the tags makes no difference, and without tags there is no digest."""
    tags = [{"tags": {"a": "1", "b": "2"}}, {"tags": {"b": "2", "a": "1"}}, {"tags": {"a": "1"}}]
    first, again, other = (tags_digest(AwsSettings("eu-west-1", {"defaultTags": one})) for one in tags)
    assert first == again != other
    assert tags_digest(AwsSettings("eu-west-1")) == ""
