"""The `aws:` settings, read outside of the program by a dynamic provider."""

from __future__ import annotations

import pytest

from hosting.aws.settings import aws_settings, settings_from


def test_without_a_region_there_are_no_settings() -> None:
    """Without a region in config and environment, there is an error and no default."""
    with pytest.raises(ValueError, match="has no region"):
        aws_settings({}, {})


def test_the_region_may_come_from_the_environment() -> None:
    """AWS_REGION is used without `aws:region`."""
    assert aws_settings({}, {"AWS_REGION": "eu-west-1"}).region == "eu-west-1"


def test_settings_are_read_by_their_whole_key() -> None:
    """A dynamic provider's config returns one key at a time; unset keys are left out."""
    config = {"aws:region": "eu-west-2", "aws:maxRetries": "3", "website:bucketName": "x"}
    settings = settings_from(config.get, {})
    assert (settings.region, settings.values) == ("eu-west-2", {"region": "eu-west-2", "maxRetries": 3})
