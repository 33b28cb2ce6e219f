"""MiniStack's CloudFront asks the origin at every request, and its invalidations remove nothing.

CloudFront caches by the cache policy, answers from the cache, and says so in `X-Cache`:
https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/ConfiguringCaching.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.emulator.edge_cache import CacheKey, EdgeCache, OriginRequest, OriginResponse, TimesToLive, fetch
from sandbox.emulator.ministack import cache_behavior, replace
from sandbox.emulator.viewer_request import current

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from types import ModuleType

    from sandbox.emulator.ministack import Handler, MiniStack


def install(ministack: MiniStack) -> None:
    """Put one cache between CloudFront and the origins."""
    cloudfront, cache = ministack.cloudfront, EdgeCache()
    replace(cloudfront, "_fetch_from_origin", lambda original: with_cache(original, cloudfront, cache))
    replace(cloudfront, "_add_cloudfront_headers", with_cache_status)
    replace(cloudfront, "_create_invalidation", lambda original: with_invalidation(original, cloudfront, cache))


def with_cache(original: Handler, cloudfront: ModuleType, cache: EdgeCache) -> Handler:
    """Return a handler that fetches from the cache, or by ``original`` from the origin."""

    async def fetch_cached(
        origin: Mapping[str, Any], method: str, uri: str, query: str, headers: Mapping[str, str], *rest: object
    ) -> tuple[Any, ...]:
        state = current()
        state.origin_fetches += 1
        page = cache.error_page(state.error_key) if state.error_key else None
        if page is not None:
            return page

        async def send(request_headers: Mapping[str, str]) -> OriginResponse:
            return OriginResponse(*await original(origin, method, uri, query, request_headers, *rest))

        key_headers, ttl = _key_headers_and_ttl(cloudfront, uri, headers)
        # A behavior with caching disabled must not get what another behavior has cached under the same path.
        origin_id = str(origin["id"]) if ttl.maximum == 0 else ""
        key = CacheKey(state.distribution["ARN"], state.location, uri, query, key_headers, origin_id)
        response, state.is_hit = await fetch(cache, key, ttl, OriginRequest(method, headers, send))
        state.is_error = state.is_error or response.is_error
        if state.error_key is not None:
            cache.put_error_page(state.error_key, response)
        elif state.is_error and cache.get(key) is not None:
            state.error_key = key
        return response

    return fetch_cached


def _key_headers_and_ttl(
    cloudfront: ModuleType, uri: str, headers: Mapping[str, str]
) -> tuple[tuple[tuple[str, str], ...], TimesToLive]:
    state = current()
    is_error_page = state.origin_fetches > 1
    policy = _cache_policy(cloudfront, state.distribution, uri if is_error_page else state.path)
    names = sorted(name.lower() for name in (policy.get("Parameters") or {}).get("Headers", ()))
    ttl = TimesToLive.from_policy(policy, error_ttls(cloudfront, state.distribution))
    return tuple((name, headers.get(name, "")) for name in names), ttl


def _cache_policy(cloudfront: ModuleType, distribution: object, path: str) -> dict[str, Any]:
    """Return the cache policy of the behavior for a path; empty for a behavior with legacy cache settings."""
    policy_id = cache_behavior(cloudfront, distribution, path).get("cache_policy_id")
    sources = (cloudfront._cache_policies, cloudfront._MANAGED_CACHE_POLICIES)
    policy = next((found for policies in sources if (found := policies.get(policy_id))), None)
    return dict(policy["Config"]) if policy else {}


def error_ttls(cloudfront: ModuleType, distribution: object) -> dict[int, int]:
    """Return the error caching minimum TTL, in seconds, of each status for which the distribution sets it."""
    responses = cloudfront._find(cloudfront._dist_config_el(distribution), "CustomErrorResponses")
    items = None if responses is None else cloudfront._find(responses, "Items")
    texts = (
        [cloudfront._text(item, name) for name in ("ErrorCode", "ErrorCachingMinTTL")]
        for item in (() if items is None else items)
    )
    return {int(code): int(seconds) for code, seconds in texts if seconds}


def with_cache_status(original: Callable[..., dict[str, Any]]) -> Callable[..., dict[str, Any]]:
    """Return a function that adds CloudFront's headers by ``original``, and `Hit`, `Miss` or `Error` in `X-Cache`."""

    def add(headers: dict[str, Any], x_cache: str, *rest: object, **options: object) -> dict[str, Any]:
        state = current()
        status = "Error" if state.is_error else "Hit" if state.is_hit else "Miss"
        if x_cache.startswith("Miss"):
            x_cache = f"{status} from cloudfront"
        return original(headers, x_cache, *rest, **options)

    return add


def with_invalidation(
    original: Callable[[str, bytes], Any], cloudfront: ModuleType, cache: EdgeCache
) -> Callable[[str, bytes], Any]:
    """Return a function that creates an invalidation by ``original``, and removes its paths from the cache."""

    def invalidate(distribution: str, body: bytes) -> Any:  # noqa: ANN401 - MiniStack's response
        invalidations = cloudfront._invalidations
        count = len(invalidations.get(distribution, ()))
        response = original(distribution, body)
        # With a CallerReference that was used before there is no new invalidation.
        for invalidation in invalidations.get(distribution, ())[count:]:
            arn = cloudfront._distributions[distribution]["ARN"]
            cache.invalidate(arn, invalidation["InvalidationBatch"]["Paths"]["Items"])
        return response

    return invalidate
