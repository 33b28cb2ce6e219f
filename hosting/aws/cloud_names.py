"""Names in AWS that the stack is recognized by, that are unique, and that stay when the stack is renamed."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi

from hosting.resource_names import ResourceNames

if TYPE_CHECKING:
    from pulumi_aws.s3 import Bucket

_DIGITS = 7


@dataclass(frozen=True)
class CloudNames(ResourceNames):
    """The names of the resources beside the site's bucket.

    Attributes:
        suffix: hexadecimal digits that no other site's names end with.
    """

    suffix: pulumi.Output[str]

    @classmethod
    def beside(cls, bucket: Bucket, names: ResourceNames) -> CloudNames:
        """Return the names beside ``bucket``, whose own name is unique in AWS: the suffix is a hash of it."""
        suffix = bucket.bucket.apply(lambda name: hashlib.sha256(name.encode()).hexdigest()[:_DIGITS])
        return cls(names.site, names.prefix, suffix)

    def physical(self, role: str) -> pulumi.Output[str]:
        """Return the name in AWS of the resource with this role: `<project>-<stack>-<role>-<suffix>`."""
        return pulumi.Output.concat(self.prefix, "-", role, "-", self.suffix)


def keep_name(name_property: str, opts: pulumi.ResourceOptions) -> pulumi.ResourceOptions:
    """Return ``opts`` of a resource that keeps the name that it was created with.

    A renamed stack or a moved bucket would change the name, and AWS renames most resources only by replacing them.
    """
    return pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(ignore_changes=[name_property]))
