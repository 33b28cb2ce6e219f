"""The checks that the bucket's own addresses are closed to visitors. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hosting.answers.comparison import NO_SUCH_HOST
from hosting.answers.expected import FORBIDDEN, NOT_FOUND, Expected
from hosting.answers.file_urls import path_of_key
from hosting.verify.checks import Check

if TYPE_CHECKING:
    from collections.abc import Iterator

# Regions of other partitions: https://docs.aws.amazon.com/general/latest/gr/s3.html
_SUFFIXES = {"cn-": "amazonaws.com.cn", "eusc-": "amazonaws.eu"}
_SUFFIX = "amazonaws.com"
_KIND = "bucket"


def bucket_checks(bucket: str, region: str, key: str, *, is_public: bool) -> Iterator[Check]:
    """Yield the checks of the bucket's REST and website endpoints, with the key of one of its objects.

    A bucket that is an S3 website is public: only its listing must be closed.
    """
    suffix = next((suffix for prefix, suffix in _SUFFIXES.items() if region.startswith(prefix)), _SUFFIX)
    # AWS's certificate does not cover a bucket name with a dot as a host name.
    # https://docs.aws.amazon.com/AmazonS3/latest/userguide/VirtualHosting.html
    host = f"s3.{region}.{suffix}"
    rest = f"https://{host}/{bucket}" if "." in bucket else f"https://{bucket}.{host}"
    refused = (Expected(FORBIDDEN),)
    yield Check(_KIND, f"{rest}/?list-type=2", refused, "listing", is_anonymous=True)
    if is_public:
        return
    yield Check(_KIND, rest + path_of_key(key), refused, "an object", is_anonymous=True)
    # A bucket without a website configuration answers 404. A private one with it would answer 403. Only one of the two
    # forms exists in each region: https://docs.aws.amazon.com/AmazonS3/latest/userguide/WebsiteEndpoints.html
    for form in (f"s3-website-{region}", f"s3-website.{region}"):
        url = f"http://{bucket}.{form}.{suffix}/"
        yield Check(_KIND, url, (Expected(NOT_FOUND), Expected(NO_SUCH_HOST)), "website endpoint", is_anonymous=True)
