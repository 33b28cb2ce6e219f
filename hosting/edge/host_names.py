"""The redirect from the site's other host names to the first one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hosting.edge.function_code import function_part

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hosting.domain.settings import DomainSettings
    from hosting.edge.function_code import FunctionPart


def host_name_parts(settings: DomainSettings) -> Iterator[FunctionPart]:
    """Yield the part that redirects, if the site has more than one host name and `domain:redirectAliases` is true."""
    if settings.redirect_aliases and settings.is_attached and len(settings.names) > 1:
        yield function_part("hostNames", list(settings.names))
