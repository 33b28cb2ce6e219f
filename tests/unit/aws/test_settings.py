"""The `aws:` settings read outside of the program, by the invalidation's provider."""

from __future__ import annotations

import pytest

from hosting.aws.settings import settings_from, settings_of


def test_without_a_region_there_are_no_settings() -> None:
    """Neither config nor environment names a region: that is an error, not a guess."""
    with pytest.raises(ValueError, match="has no region"):
        settings_of({}, {})


def test_the_environments_region_will_do() -> None:
    """AWS_REGION stands in for `aws:region`."""
    assert settings_of({}, {"AWS_REGION": "eu-west-1"}).region == "eu-west-1"


def test_settings_are_asked_for_by_their_whole_key() -> None:
    """A dynamic provider's config answers one key at a time; what is not set is left out."""
    config = {"aws:region": "eu-west-2", "aws:maxRetries": "3", "website:bucketName": "x"}
    settings = settings_from(config.get, {})
    assert (settings.region, settings.values) == ("eu-west-2", {"region": "eu-west-2", "maxRetries": 3})
