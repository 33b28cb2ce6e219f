"""Puts the edge's cache where MiniStack's CloudFront asks the origin each time, and where it invalidates nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.emulator.edge_cache import Answer, Ask, EdgeCache, Key, Limits, answered
from sandbox.emulator.viewer_request import behavior_of, current

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping
    from types import ModuleType


def with_cache(
    known: Callable[..., Awaitable[tuple[Any, ...]]], cloudfront: ModuleType, cache: EdgeCache
) -> Callable[..., Awaitable[tuple[Any, ...]]]:
    """Return a function that asks the cache, and by ``known`` the origin."""

    async def fetch(
        origin: Mapping[str, Any],
        method: str,
        uri: str,
        query: str,
        headers: Mapping[str, str],
        *rest: object,
    ) -> tuple[Any, ...]:
        visit = current()
        visit.asked += 1
        is_error_page = visit.asked > 1
        page = cache.page(visit.failed) if visit.failed else None
        if page is not None:
            return page

        async def send(told: Mapping[str, str]) -> Answer:
            return Answer(*await known(origin, method, uri, query, told, *rest))

        policy = _cache_policy(cloudfront, visit.distribution, uri if is_error_page else visit.path)
        names = sorted(name.lower() for name in (policy.get("Parameters") or {}).get("Headers", ()))
        told = tuple((name, headers.get(name, "")) for name in names)
        limits = Limits.of(policy, error_lifetimes(cloudfront, visit.distribution))
        # With caching disabled nothing answers that another behavior has kept under the same path.
        apart = str(origin["id"]) if limits.maximum == 0 else ""
        key = Key(visit.distribution["ARN"], visit.location, uri, query, told, apart)
        answer, visit.is_hit = await answered(cache, key, limits, Ask(method, headers, send))
        visit.is_error = visit.is_error or answer.is_error
        if visit.failed is not None:
            cache.keep_page(visit.failed, answer)
        elif visit.is_error and cache.get(key) is not None:
            visit.failed = key
        return answer

    return fetch


def _cache_policy(cloudfront: ModuleType, distribution: object, path: str) -> dict[str, Any]:
    """Return the cache policy of the behavior for a path; empty for one of the old kind, without."""
    wanted = behavior_of(cloudfront, distribution, path).get("cache_policy_id")
    known = (cloudfront._cache_policies, cloudfront._MANAGED_CACHE_POLICIES)  # noqa: SLF001 - see above
    policy = next((found for policies in known if (found := policies.get(wanted))), None)
    return dict(policy["Config"]) if policy else {}


def error_lifetimes(cloudfront: ModuleType, distribution: object) -> dict[int, int]:
    """Return how long a distribution keeps each error, in seconds, where it says so."""
    rules = cloudfront._find(cloudfront._dist_config_el(distribution), "CustomErrorResponses")  # noqa: SLF001 - see above
    items = None if rules is None else cloudfront._find(rules, "Items")  # noqa: SLF001 - see above
    texts = (
        [cloudfront._text(item, name) for name in ("ErrorCode", "ErrorCachingMinTTL")]  # noqa: SLF001 - see above
        for item in (() if items is None else items)
    )
    return {int(code): int(seconds) for code, seconds in texts if seconds}


def with_hits(known: Callable[..., dict[str, Any]]) -> Callable[..., dict[str, Any]]:
    """Return a function that adds CloudFront's headers by ``known``, of which one says where the answer is from."""

    def add(headers: dict[str, Any], x_cache: str, *rest: object, **named: object) -> dict[str, Any]:
        visit = current()
        source = "Error" if visit.is_error else "Hit" if visit.is_hit else "Miss"
        return known(headers, f"{source} from cloudfront" if x_cache.startswith("Miss") else x_cache, *rest, **named)

    return add


def with_forgetting(
    known: Callable[[str, bytes], Any], cloudfront: ModuleType, cache: EdgeCache
) -> Callable[[str, bytes], Any]:
    """Return a function that makes an invalidation by ``known``; one that is made makes the cache forget."""

    def invalidate(distribution: str, body: bytes) -> Any:  # noqa: ANN401 - MiniStack's own answer
        made = cloudfront._invalidations  # noqa: SLF001 - see above
        before = len(made.get(distribution, ()))
        answer = known(distribution, body)
        # One whose CallerReference has been there before does nothing.
        for one in made.get(distribution, ())[before:]:
            arn = cloudfront._distributions[distribution]["ARN"]  # noqa: SLF001 - see above
            cache.invalidate(arn, one["InvalidationBatch"]["Paths"]["Items"])
        return answer

    return invalidate
