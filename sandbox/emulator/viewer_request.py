"""What MiniStack's CloudFront is told of one request, and what it answers differently.

- A distribution answers under its aliases too: MiniStack keeps them, and answers under `<label>.cloudfront.net` alone,
  so that a function at the edge would never see another Host.
- A custom error page `/` is the default root object, where MiniStack asks S3 for the empty key: mended here, so that
  one request meets one configuration of the distribution from its beginning to its end.
- A function is told the query as the visitor sent it, in `rawQueryString()` too; MiniStack decodes it.
- A function is told of CloudFront's own headers only what a policy asks for, and a distribution turns countries away.
  Where a visitor comes from says his header CloudFront-Viewer-Country, since everyone here is on this machine.
"""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from sandbox.emulator.edge_cache import LOCATION
from sandbox.emulator.path_patterns import normal_path

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Mapping
    from types import ModuleType

    from sandbox.emulator.edge_cache import Key

# https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/adding-cloudfront-headers.html
COUNTRY = "cloudfront-viewer-country"
_OWN_HEADERS = "cloudfront-"
_BLOCKED = b"The Amazon CloudFront distribution is configured to block access from your country."


@dataclass
class Visit:
    """What the parts of MiniStack that answer one request are told besides.

    Attributes:
        query: as the visitor sent it.
        is_turned_away: the distribution is not for his country, of which he has not been told yet.
        distribution: MiniStack's own record.
        path: in its normal form, which is what a behavior is chosen by.
        location: the edge location that he is at.
        asked: how often the origin's answer was wanted; the second is for a custom error page.
        failed: what the error is kept under that the page is for.
        is_hit: the cache had the last answer.
        is_error: the origin's answer was an error, whatever is shown in its place.
        forwarded: the query that the origin is asked with.
    """

    query: str = ""
    is_turned_away: bool = False
    distribution: dict[str, Any] = field(default_factory=dict)
    path: str = ""
    location: str = ""
    asked: int = 0
    failed: Key | None = None
    is_hit: bool = False
    is_error: bool = False
    forwarded: str = ""


_visit: ContextVar[Visit] = ContextVar("visit")


class Asked(NamedTuple):
    """A request to a distribution, as MiniStack hands it on.

    Attributes:
        distribution: MiniStack's own record.
        path: decoded.
        uri: as the visitor sent it.
        query: as the visitor sent it.
        headers: by lower-case name.
        parameters: of the query, decoded.
        client: the visitor's address.
    """

    distribution: dict[str, Any]
    method: str
    path: str
    uri: str
    query: str
    headers: Mapping[str, str]
    body: bytes
    parameters: object
    client: str


def with_visits(
    known: Callable[..., Awaitable[tuple[Any, ...]]], cloudfront: ModuleType
) -> Callable[..., Awaitable[tuple[Any, ...]]]:
    """Return a function that answers a request by ``known``, while the others know of the visit."""

    async def answer(*request: Any) -> tuple[Any, ...]:  # noqa: ANN401 - MiniStack's own
        asked = Asked(*request)
        asked = asked._replace(path=normal_path(asked.uri))
        # Each request is a task of its own, and so is what it sets here.
        away = is_turned_away(cloudfront, asked.distribution, asked.headers.get(COUNTRY, ""))
        _visit.set(Visit(asked.query, away, asked.distribution, asked.path, asked.headers.get(LOCATION, "")))
        told = _told(cloudfront, asked.distribution, asked.path)
        shown = {
            name: value
            for name, value in asked.headers.items()
            if name != LOCATION and (not name.startswith(_OWN_HEADERS) or name in told)
        }
        return await known(*asked._replace(headers=shown))

    return answer


def current() -> Visit:
    """Return the visit that is being answered."""
    return _visit.get()


def behavior_of(cloudfront: ModuleType, distribution: object, path: str) -> dict[str, Any]:
    """Return what a distribution does with a path; empty for nothing."""
    config = cloudfront.parse_distribution_dataplane_config(distribution)
    found: dict[str, Any] | None = cloudfront._match_behavior(config, path)  # noqa: SLF001 - see above
    return found or {}


def _told(cloudfront: ModuleType, distribution: object, path: str) -> set[str]:
    """Return the headers that the policies of the behavior for a path name."""
    behavior = behavior_of(cloudfront, distribution, path)
    policies = (
        cloudfront.cache_policy_params(behavior.get("cache_policy_id")),
        cloudfront.origin_request_policy_config(behavior.get("origin_request_policy_id")),
    )
    listing = ("whitelist", "allViewerAndWhitelistCloudFront")
    return {
        name.lower()
        for policy in policies
        if policy and policy.get("HeaderBehavior") in listing
        for name in policy["Headers"]
    }


def is_turned_away(cloudfront: ModuleType, distribution: object, country: str) -> bool:
    """Whether a distribution is not for a country; one that nobody knows is let in.

    https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/georestrictions.html
    """
    settings = cloudfront._dist_config_el(distribution)  # noqa: SLF001 - see above
    for name in ("Restrictions", "GeoRestriction"):
        settings = None if settings is None else cloudfront._find(settings, name)  # noqa: SLF001 - see above
    if settings is None or not country:
        return False
    items = cloudfront._find(settings, "Items")  # noqa: SLF001 - see above
    listed = country in {item.text for item in (() if items is None else items)}
    kind = cloudfront._text(settings, "RestrictionType", "none")  # noqa: SLF001 - see above
    return listed is {"whitelist": False, "blacklist": True}.get(kind)


def without_functions_for_the_turned_away(known: Callable[[Any], dict[str, Any]]) -> Callable[[Any], dict[str, Any]]:
    """Return a function that tells what a distribution does, for visitors whose country it is for or not."""

    def config(distribution: object) -> dict[str, Any]:
        found = known(distribution)
        for behavior in (found["default_behavior"], *found["ordered_behaviors"]):
            if behavior and _visit.get().is_turned_away:
                behavior["functions"] = {}
        return found

    return config


def with_refusals(known: Callable[..., Awaitable[tuple[Any, ...]]]) -> Callable[..., Awaitable[tuple[Any, ...]]]:
    """Return a function that asks the origin, once in whose place the turned away get CloudFront's 403.

    A custom error response for 403 answers them as well.
    """

    async def fetch(*asked: object) -> tuple[Any, ...]:
        visit = _visit.get()
        if not visit.is_turned_away:
            return await known(*asked)
        visit.is_turned_away = False
        visit.is_error = True
        return 403, "Forbidden", {"content-type": "text/html"}, _BLOCKED

    return fetch


def with_raw_queries(known: Callable[..., dict[str, Any]]) -> Callable[..., dict[str, Any]]:
    """Return a function that makes the event for a function at the edge, with the query as it was sent.

    https://github.com/KensioSoftware/yulin/issues/1024
    """

    def event(*told: object) -> dict[str, Any]:
        found, query = known(*told), _visit.get().query
        found["request"]["querystring"] = parameters(query)
        if query:
            found["request"]["rawQueryString"] = query
        return found

    return event


def parameters(query: str) -> dict[str, Any]:
    """Return the parameters of a query in the shape of an event, nothing decoded.

    https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/functions-event-structure.html
    """
    values: dict[str, list[dict[str, str]]] = {}
    for pair in filter(None, query.split("&")):
        name, _, value = pair.partition("=")
        values.setdefault(name, []).append({"value": value})
    return {name: found[0] | ({"multiValue": found} if len(found) > 1 else {}) for name, found in values.items()}


def with_raw_query_strings(script: str) -> str:
    """Return the script that runs functions with `rawQueryString()`, which is text in the event as it comes.

    https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/general-helper-methods.html
    """
    begin = "const entry = compile(code);"
    if script.count(begin) != 1:
        raise ValueError(f"MiniStack's script has not one '{begin}': see what runs functions in its new version")
    return script.replace(
        begin, f"const raw = event.request.rawQueryString; event.request.rawQueryString = () => raw; {begin}"
    )


def with_error_page_at_the_root(known: Callable[[Any], dict[str, Any]]) -> Callable[[Any], dict[str, Any]]:
    """Return a function that tells what a distribution does: by ``known``, and `/` as an error page is its root object.

    https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/DefaultRootObject.html
    """

    def config(distribution: object) -> dict[str, Any]:
        found = known(distribution)
        for rule in found["custom_error_responses"].values():
            if rule["page"] == "/":
                rule["page"] += found["default_root_object"]
        return found

    return config


def with_aliases(known: Callable[[str], str | None], cloudfront: ModuleType) -> Callable[[str], str | None]:
    """Return a function that tells the label of the distribution for a Host: by ``known``, else by its aliases."""

    def label(host: str) -> str | None:
        found: str | None = known(host)
        return found or _label_of_alias(cloudfront, host.partition(":")[0].lower())

    return label


def _label_of_alias(cloudfront: ModuleType, host: str) -> str | None:
    for distribution in cloudfront._distributions.values():  # noqa: SLF001 - see above
        if is_one_of(host, cloudfront._get_distribution_aliases(distribution)):  # noqa: SLF001 - see above
            return str(distribution["DomainName"]).partition(".")[0]
    return None


def is_one_of(host: str, aliases: Iterable[str]) -> bool:
    """Whether a Host is one of ``aliases``; a * is for any name before it, of as many labels as it has.

    https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/CNAMEs.html#alternate-domain-names-wildcard
    """
    return any(host == one.lower() or (one.startswith("*.") and host.endswith(one[1:].lower())) for one in aliases)
