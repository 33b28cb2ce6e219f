"""Maps the headers of netlify.toml to blocks of a `_headers` file, which this program reads as Netlify does.

https://docs.netlify.com/manage/routing/headers/#syntax-for-the-netlify-configuration-file
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from hosting.migrate.findings import objects, section

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hosting.migrate.host_rules import HostRules

_UNQUOTED = "/:*?#[]@!$&'()+,;=%~"
# Headers that only Netlify's own cache reads: https://docs.netlify.com/build/caching/caching-overview/
_FOR_NETLIFY = ("netlify-cdn-cache-control", "netlify-vary", "netlify-cache-tag", "cache-tag", "cdn-cache-control")


def map_headers(headers: object, rules: HostRules) -> None:
    """Add the headers of netlify.toml; those without a counterpart are gaps."""
    for number, entry in enumerate(objects(headers)):
        path = entry.get("for")
        where = f"headers[{number}] {path if isinstance(path, str) else ''}".rstrip()
        if not isinstance(path, str) or not path.strip():
            rules.findings.add_gap(where, "it has no 'for' that is text")
        elif path.startswith("/.netlify/"):
            rules.findings.add_gap(where, "its paths stay at Netlify")
        else:
            pattern = "/" + quote(path.strip().lstrip("/"), safe=_UNQUOTED)
            rules.add_header_blocks(where, [pattern], _values(where, entry, rules))


def _values(where: str, entry: dict[str, Any], rules: HostRules) -> Iterator[tuple[str, str]]:
    """Yield names and values; a list is one value, separated by commas."""
    for name, value in section(entry, "values").items():
        if name.strip().lower() in _FOR_NETLIFY:
            rules.findings.add_gap(
                f"{where} {name}", "only Netlify's cache reads it; here publishing invalidates the edge"
            )
        elif isinstance(value, list) and all(isinstance(one, str) for one in value):
            yield name.strip(), ", ".join(one.strip() for one in value)
        elif isinstance(value, str):
            yield name.strip(), ", ".join(part.strip() for part in value.split(","))
        else:
            rules.findings.add_gap(f"{where} {name}", "its value is not text, which Netlify refuses")
