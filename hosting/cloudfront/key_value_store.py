"""The CloudFront KeyValueStore from which the functions read what does not fit into their code."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulumi_aws.cloudfront import KeyValueStore

from hosting.resource_names import STORE_COMMENT

if TYPE_CHECKING:
    import pulumi

    from hosting.resource_names import ResourceNames


def make_key_value_store(names: ResourceNames, opts: pulumi.ResourceOptions) -> KeyValueStore:
    """Return a store without keys, which the dynamic providers write.

    Pulumi generates its name. With a fixed name, a replacement could not be created before the old store is deleted,
    and a function must not lose its store: https://www.pulumi.com/docs/iac/concepts/resources/names/#autonaming
    """
    return KeyValueStore(names.logical("store"), comment=STORE_COMMENT.format(names.prefix), opts=opts)
