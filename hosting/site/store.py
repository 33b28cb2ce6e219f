"""The key-value store of the rules that do not fit into the functions' code, with its keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hosting.cloudfront.key_value_store import make_key_value_store
from hosting.providers.store_items import StoreCleanup, StoreItems

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pulumi

    from hosting.resource_names import ResourceNames


class RuleStore:
    """Declares the store and its keys.

    Attributes:
        arn: the ARN of the store.
        items: its keys, on which the functions must depend.
    """

    def __init__(
        self,
        names: ResourceNames,
        items: Mapping[str, str],
        store_opts: pulumi.ResourceOptions,
        items_opts: pulumi.ResourceOptions,
    ) -> None:
        self._names, self._keys = names, tuple(items)
        self.arn: pulumi.Output[str] = make_key_value_store(names, store_opts).arn
        self.items = StoreItems(names.logical("store-items"), self.arn, items, items_opts)

    def declare_cleanup(self, opts: pulumi.ResourceOptions) -> None:
        """Declare the removal of earlier keys; ``opts`` must depend on the published functions."""
        StoreCleanup(self._names.logical("store-cleanup"), self.arn, self._keys, opts)
