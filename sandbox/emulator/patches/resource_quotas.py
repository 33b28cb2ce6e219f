"""MiniStack creates any number of CloudFront's resources.

CloudFront rejects one more than the quota of the account with an error of the type:
https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_CreateCachePolicy.html#API_CreateCachePolicy_Errors
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.emulator.ministack import replace
from sandbox.emulator.quotas import quota

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

    from sandbox.emulator.ministack import MiniStack

# MiniStack's function that creates a resource, its store of these resources, and the quota, which also names the error.
_QUOTAS = (
    ("_create_cache_policy", "_cache_policies", "CachePolicies"),
    ("_create_oac", "_oacs", "OriginAccessControls"),
    ("_cf_create_function", "_functions", "Functions"),
    ("_create_distribution", "_distributions", "Distributions"),
)
# MiniStack creates both by one function, which gets their store.
_POLICY_QUOTAS = (
    ("_origin_request_policies", "OriginRequestPolicies"),
    ("_response_headers_policies", "ResponseHeadersPolicies"),
)


def install(ministack: MiniStack) -> None:
    """Check the quota before each creation."""
    cloudfront = ministack.cloudfront
    for function, store, name in _QUOTAS:
        replace(cloudfront, function, _limited(cloudfront, store, name))
    replace(cloudfront, "_policy_create", lambda original: with_policy_quotas(original, cloudfront))


def _limited(cloudfront: ModuleType, store: str, name: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    return lambda original: with_quota(original, cloudfront, store, name)


def with_quota(original: Callable[..., Any], cloudfront: ModuleType, store: str, name: str) -> Callable[..., Any]:
    """Return a function that creates a resource by ``original`` unless the account has as many as the quota."""

    def create(*arguments: object) -> Any:  # noqa: ANN401 - MiniStack's response
        if len(getattr(cloudfront, store)) >= quota(name):
            return _error(cloudfront, name)
        return original(*arguments)

    return create


def with_policy_quotas(original: Callable[..., Any], cloudfront: ModuleType) -> Callable[..., Any]:
    """Return a function that creates a policy by ``original`` unless its store has as many as the quota."""

    def create(store: Any, *arguments: object) -> Any:  # noqa: ANN401 - MiniStack's store and response
        for store_name, name in _POLICY_QUOTAS:
            if store is getattr(cloudfront, store_name) and len(store) >= quota(name):
                return _error(cloudfront, name)
        return original(store, *arguments)

    return create


def _error(cloudfront: ModuleType, name: str) -> Any:  # noqa: ANN401 - MiniStack's response
    noun = "".join(f" {char.lower()}" if char.isupper() else char for char in name).strip()
    return cloudfront._error(f"TooMany{name}", f"You have reached the maximum number of {noun} for this account.", 400)
