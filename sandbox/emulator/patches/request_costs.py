"""MiniStack parses a distribution's XML several times a request, and ends a Node process after each burst of requests.

Visitors of CloudFront notice nothing of that. It makes a crawl of a site, and each test, several times slower. So the
parsed XML is kept, and Node processes stay for as many requests at once as browsers and crawlers send. The list of
distributions, which the gateway requests for each visitor, is written again only when a distribution has changed.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from sandbox.emulator.ministack import replace

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sandbox.emulator.ministack import MiniStack

_XML = "config_xml"
_IDLE_PROCESSES = 16
_DISTRIBUTIONS = 128


def install(ministack: MiniStack) -> None:
    """Keep the parsed XML of distributions, and idle Node processes."""
    elements = KeptElements(ministack.cloudfront._dist_config_el)
    replace(ministack.cloudfront, "_dist_config_el", lambda _: elements.get)
    replace(ministack.cloudfront, "_set_distribution_aliases", elements.forget_after)
    replace(
        ministack.cloudfront,
        "_list_distributions",
        lambda original: with_kept_list(original, ministack.cloudfront._distributions),
    )
    replace(ministack.cloudfront.cloudfront_js._pool, "max_idle", lambda _: _IDLE_PROCESSES)


class KeptElements:
    """The parsed XML of distributions, by its text."""

    def __init__(self, parse: Callable[[Mapping[str, Any]], Any]) -> None:
        self._parsed = lru_cache(_DISTRIBUTIONS)(lambda xml: parse({_XML: xml}))

    def get(self, distribution: Mapping[str, Any]) -> Any:  # noqa: ANN401 - the parser's element
        """Return the element of a distribution."""
        return self._parsed(distribution.get(_XML))

    def forget_after(self, original: Callable[..., Any]) -> Callable[..., Any]:
        """Return a function that runs ``original``, which changes an element, and then forgets all of them."""

        def change(*arguments: object) -> Any:  # noqa: ANN401 - what MiniStack returns
            result = original(*arguments)
            self._parsed.cache_clear()
            return result

        return change


def with_kept_list(
    original: Callable[[], tuple[int, dict[str, str], bytes]], distributions: Mapping[str, object]
) -> Callable[[], tuple[int, dict[str, str], bytes]]:
    """Return a function that lists the distributions by ``original``, once for each state of all of them."""
    kept: dict[str, tuple[int, dict[str, str], bytes]] = {}

    def listed() -> tuple[int, dict[str, str], bytes]:
        state = repr(list(distributions.values()))
        if state not in kept:
            kept.clear()
            kept[state] = original()
        status, headers, body = kept[state]
        # MiniStack adds headers to the response.
        return status, dict(headers), body

    return listed
