"""MiniStack reads a distribution's configuration several times a request.

Viewers of CloudFront notice nothing of that. It makes a crawl of a site, and each test, several times slower. So the
parsed XML is kept, and what MiniStack reads in it.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from sandbox.emulator.ministack import replace

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sandbox.emulator.ministack import MiniStack

_XML = "config_xml"
_DISTRIBUTIONS = 128


def install(ministack: MiniStack) -> None:
    """Keep the parsed XML of distributions, and their configurations."""
    cloudfront = ministack.cloudfront
    elements = KeptResults(cloudfront._dist_config_el)
    replace(cloudfront, "_dist_config_el", lambda _: elements.get)
    replace(cloudfront, "_set_distribution_aliases", elements.forget_after)
    replace(cloudfront, "parse_distribution_dataplane_config", lambda original: KeptResults(original).get)


class KeptResults:
    """What a function of MiniStack makes of the XML of distributions, by its text."""

    def __init__(self, parse: Callable[[Mapping[str, Any]], Any]) -> None:
        self._parsed = lru_cache(_DISTRIBUTIONS)(lambda xml: parse({_XML: xml}))

    def get(self, distribution: Mapping[str, Any]) -> Any:  # noqa: ANN401 - what MiniStack returns
        """Return the result of a distribution."""
        return self._parsed(distribution.get(_XML))

    def forget_after(self, original: Callable[..., Any]) -> Callable[..., Any]:
        """Return a function that runs ``original``, which changes a result, and then forgets all of them."""

        def change(*arguments: object) -> Any:  # noqa: ANN401 - what MiniStack returns
            result = original(*arguments)
            self._parsed.cache_clear()
            return result

        return change
