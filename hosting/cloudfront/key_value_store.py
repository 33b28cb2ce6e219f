"""The CloudFront KeyValueStore from which the functions read what does not fit into their code."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pulumi
from pulumi_aws.cloudfront import KeyValueStore

from hosting.resource_names import STORE_COMMENT

if TYPE_CHECKING:
    from hosting.aws.cloud_names import CloudNames
    from hosting.resource_names import ResourceNames


def make_key_value_store(names: ResourceNames, opts: pulumi.ResourceOptions) -> KeyValueStore:
    """Return a store without keys, which the dynamic providers write.

    Pulumi generates its name. With a fixed name, a replacement could not be created before the old store is deleted,
    and a function must not lose its store: https://www.pulumi.com/docs/iac/concepts/resources/names/#autonaming
    """
    return _store(names, "store", opts)


def make_release_store(names: CloudNames, opts: pulumi.ResourceOptions) -> KeyValueStore:
    """Return the store of bulk mode, which is for the releases of one bucket.

    Another bucket replaces the store. Otherwise visitors would be switched to the releases of the other bucket before
    the distribution reads it.
    """
    by_bucket = pulumi.ResourceOptions(replacement_trigger=names.suffix)
    return _store(names, "release-store", pulumi.ResourceOptions.merge(opts, by_bucket))


def _store(names: ResourceNames, role: str, opts: pulumi.ResourceOptions) -> KeyValueStore:
    return KeyValueStore(names.logical(role), comment=STORE_COMMENT.format(names.prefix), opts=opts)
