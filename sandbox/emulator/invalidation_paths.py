"""The invalidation paths that CloudFront accepts.

https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/invalidation-specifying-objects.html: a path begins
with a slash and has at most 4,000 characters; characters that are not ASCII, or unsafe by RFC 1738, are URL-encoded.

AWS's page does not say what happens otherwise. By public reports the answer is `InvalidArgument`, with the message
`INVALID_PATHS`:

- a raw `~`: https://github.com/aws/aws-sdk-js-v3/issues/4042
- no leading slash: https://github.com/rust-lang/promote-release/pull/94
- raw spaces: https://github.com/andrusha/middleman-cloudfront/pull/15
- raw brackets: https://knowledge-capsule.site/cloudfront-cache-delete-specific-character/
"""

from __future__ import annotations

import re

INVALID_PATHS = "Your request contains one or more invalid invalidation paths."
_LONGEST = 4_000
# Printable ASCII without RFC 1738's unsafe characters, of which `%` begins an escape:
# https://www.rfc-editor.org/rfc/rfc1738.html#section-2.2
_ACCEPTED = re.compile(r"""/(?:[A-Za-z0-9$\-_.+!*'(),;/?:@&=]|%[0-9A-Fa-f]{2})*""")


def is_accepted(path: str) -> bool:
    """Whether CloudFront accepts an invalidation path."""
    return len(path) <= _LONGEST and _ACCEPTED.fullmatch(path) is not None


def covers(invalidation: str, uri: str) -> bool:
    """Whether an invalidation path removes what is cached under a URI.

    A `*` is a wildcard only at the end. Both are compared as they are written: `%7E` does not remove `/~`, as the first
    report above says. Where CloudFront should normalize one of them, a publish is still right.
    """
    return uri.startswith(invalidation[:-1]) if invalidation.endswith("*") else uri == invalidation
