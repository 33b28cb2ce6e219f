"""Names of a stack's resources: the component's type in Pulumi, and the prefix of names in AWS."""

from __future__ import annotations

import re

COMPONENT = "hosting:index:StaticSite"

# The name of an origin access control has at most 64 characters, with the suffix that the provider adds:
# https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_OriginAccessControlConfig.html
_LONGEST_NAME = 48


def resource_name(project: str, stack: str) -> str:
    """Return the prefix of a stack's names in AWS, valid in S3 and in CloudFront."""
    plain = re.sub(r"[^a-z0-9]+", "-", f"{project}-{stack}".lower())
    # Pulumi allows projects and stacks that are named `_`.
    return plain[:_LONGEST_NAME].strip("-") or "site"
