"""Spellings of a path: what a function and S3 make of them, and which invalidation paths are refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from sandbox.tests.gateway.conftest import Account

# Redirects to the path that the function sees.
ECHO = "function handler(e) { return { statusCode: 302, headers: { location: { value: e.request.uri } } }; }"
ENCODED = "function handler(e) { e.request.uri = e.request.uri.replace(/\\+/g, '%2B'); return e.request; }"


def invalidate(account: Account, distribution: str, *paths: str) -> None:
    """Create an invalidation."""
    account.cloudfront.create_invalidation(
        DistributionId=distribution,
        InvalidationBatch={"Paths": {"Quantity": len(paths), "Items": list(paths)}, "CallerReference": repr(paths)},
    )


def test_a_function_gets_the_path_as_it_was_sent(account: Account) -> None:
    """Neither escapes nor plus signs are changed before the function runs."""
    browser = account.browser(account.distribution(account.bucket(), behavior=account.function(ECHO)))
    path = "/a+b%2B%7E~'%27(%2F).html"
    assert browser.get(path)["Location"] == path


def test_s3_reads_a_plus_sign_as_a_space(account: Account) -> None:
    """An object with a plus sign in its key is found only if the function encodes it."""
    bucket = account.bucket({"a+b.html": "plus", "a b.html": "space"})
    plain = account.browser(account.distribution(bucket))
    assert [plain.get(path).body for path in ("/a+b.html", "/a%2Bb.html")] == [b"space", b"plus"]
    encoded = account.browser(account.distribution(bucket, behavior=account.function(ENCODED)))
    assert encoded.get("/a+b.html").body == b"plus"


def test_invalidation_paths_that_cloudfront_refuses(account: Account) -> None:
    """One path with a raw `~` is an `InvalidArgument`, and nothing is invalidated; without it all is accepted."""
    distribution = account.distribution(account.bucket({"index.html": "root"}))
    browser, identifier = account.browser(distribution), distribution["Id"]
    browser.get("/index.html")
    with pytest.raises(ClientError) as refused:
        invalidate(account, identifier, "/index.html", "/runtime~main.js")
    error = refused.value.response
    assert error["ResponseMetadata"]["HTTPStatusCode"] == 400
    assert error["Error"]["Code"] == "InvalidArgument"
    assert error["Error"]["Message"] == "Your request contains one or more invalid invalidation paths."
    assert browser.get("/index.html")["X-Cache"] == "Hit from cloudfront"
    invalidate(account, identifier, "/index.html", "/runtime*")
    assert browser.get("/index.html")["X-Cache"] == "Miss from cloudfront"


def test_an_unknown_distribution_comes_first(account: Account) -> None:
    """For a distribution that does not exist, the paths do not matter."""
    with pytest.raises(ClientError, match="NoSuchDistribution"):
        invalidate(account, "E0000000000000", "/~")
