"""The names of a site's resources: in Pulumi, and in AWS."""

from __future__ import annotations

import re
from dataclasses import dataclass

COMPONENT = "hosting:index:StaticSite"
EDGE_COMPONENT = "hosting:index:PreviewEdge"
PREVIEW_COMPONENT = "hosting:index:Preview"
# The component of the program in this repository, and of a project made with `pulumi new`.
SITE = "site"

# The comment of the key-value store, whose name Pulumi generates; {} is `<project>-<stack>`.
STORE_COMMENT = "What the functions of {} read"

# `bucketPrefix` takes 37 characters, and the hyphen after the prefix is one of them:
# https://www.pulumi.com/registry/packages/aws/api-docs/s3/bucket/#bucketprefix_python
MAX_PREFIX_LENGTH = 36


def resource_name(project: str, stack: str) -> str:
    """Return `<project>-<stack>` in the alphabet of S3's and CloudFront's names, cut to ``MAX_PREFIX_LENGTH``."""
    plain = re.sub(r"[^a-z0-9]+", "-", f"{project}-{stack}".lower())
    return plain[:MAX_PREFIX_LENGTH].strip("-") or SITE


@dataclass(frozen=True)
class ResourceNames:
    """The names of a site's resources.

    A logical name holds neither the project nor the stack, so that a renamed stack keeps its resources.

    Attributes:
        site: the component's logical name, with which those of its children begin.
        prefix: `<project>-<stack>`, with which the names in AWS begin.
    """

    site: str
    prefix: str

    def logical(self, role: str) -> str:
        """Return the logical name of the resource with this role, such as ``bucket``."""
        return f"{self.site}-{role}"
