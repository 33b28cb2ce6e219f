"""What a stage is called: by the engine, and in the cloud."""

from __future__ import annotations

import re

COMPONENT = "hosting:index:StaticSite"

# An Origin Access Control's name has 64 characters at the most, less the suffix that the provider adds:
# https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_OriginAccessControlConfig.html
_LONGEST_NAME = 48


def resource_name(project: str, stack: str) -> str:
    """Return the name that a stage's resources in the cloud begin with; it holds in S3 and in CloudFront."""
    plain = re.sub(r"[^a-z0-9]+", "-", f"{project}-{stack}".lower())
    return plain[:_LONGEST_NAME].strip("-")
