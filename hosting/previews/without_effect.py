"""The settings that have no effect on a preview edge, on a preview, or on a stack that is neither. Pure."""

from __future__ import annotations

import json
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from hosting.previews.settings import PreviewsSettings

_SITE, _EDGE, _PREVIEW, _PUBLIC_EDGE = "site", "edge", "preview", "public edge"
_NO_FILES = "as a preview edge publishes no files itself"
_NO_RESOURCES = "as a preview has no bucket, distribution, host names and role of its own"
_NO_PASSWORD = "as visitors need no password with 'previews:public'"  # noqa: S105 - a reason
_ALWAYS = "as a preview and its edge are always in bulk mode behind CloudFront"
_ON_PREVIEWS = "as only a preview has it"
_ON_EDGES = "as only a preview edge has it"


class _Row(NamedTuple):
    """Settings without effect.

    Attributes:
        pattern: the pattern of their keys, or of the paths of parts of lists and maps.
        kinds: the kinds of stacks on which they have none.
        reason: why, for a message.
        unless: the only value that says what such a stack does.
    """

    pattern: str
    kinds: tuple[str, ...]
    reason: str
    unless: str = ""


_TABLE = (
    _Row("website:appRoot", (_EDGE,), _NO_FILES),
    _Row("website:errorDocument", (_EDGE,), _NO_FILES),
    _Row("website:headersFile", (_EDGE,), _NO_FILES),
    _Row("website:indexDocument", (_EDGE,), _NO_FILES),
    _Row("website:redirects*", (_EDGE,), _NO_FILES),
    _Row("website:routing", (_EDGE,), _NO_FILES),
    _Row("website:bucketName", (_PREVIEW,), _NO_RESOURCES),
    _Row("website:cors", (_PREVIEW,), _NO_RESOURCES),
    _Row("website:retainBucket", (_PREVIEW,), _NO_RESOURCES),
    _Row("cloudfront:enabled", (_EDGE, _PREVIEW), _ALWAYS, unless="true"),
    # The TTLs are in the headers of the files. Of those of a distribution, 0 turns its cache off.
    _Row("cloudfront:defaultTtl", (_EDGE,), _NO_FILES),
    _Row("cloudfront:minTtl", (_EDGE,), _NO_FILES),
    _Row("cloudfront:maxTtl", (_EDGE,), _NO_FILES, unless="0"),
    _Row("cloudfront:errorResponses", (_EDGE,), _NO_FILES),
    _Row("cloudfront:errorResponses*.cachingMinTtl", (_PREVIEW,), _NO_RESOURCES),
    _Row("cloudfront:originReadTimeout", (_EDGE,), _NO_FILES),
    _Row("cloudfront:alarms", (_PREVIEW,), _NO_RESOURCES),
    _Row("cloudfront:compress", (_PREVIEW,), _NO_RESOURCES),
    _Row("cloudfront:geoRestriction", (_PREVIEW,), _NO_RESOURCES),
    _Row("cloudfront:httpVersion", (_PREVIEW,), _NO_RESOURCES),
    _Row("cloudfront:ipv6", (_PREVIEW,), _NO_RESOURCES),
    _Row("cloudfront:logging", (_PREVIEW,), _NO_RESOURCES),
    _Row("cloudfront:logRetentionDays", (_PREVIEW,), _NO_RESOURCES),
    _Row("cloudfront:originReadTimeout", (_PREVIEW,), _NO_RESOURCES),
    _Row("cloudfront:priceClass", (_PREVIEW,), _NO_RESOURCES),
    _Row("cloudfront:waitForDeployment", (_PREVIEW,), _NO_RESOURCES),
    _Row("cloudfront:webAclArn", (_PREVIEW,), _NO_RESOURCES),
    _Row("publish:mode", (_EDGE, _PREVIEW), _ALWAYS, unless="bulk"),
    _Row("publish:invalidate", (_PREVIEW,), _NO_RESOURCES),
    _Row("publish:invalidationMaxPaths", (_PREVIEW,), _NO_RESOURCES),
    _Row("publish:invalidationWait", (_PREVIEW,), _NO_RESOURCES),
    _Row("publish:*", (_EDGE,), _NO_FILES),
    _Row("review:*", (_EDGE,), _NO_FILES),
    _Row("domain:redirectAliases", (_EDGE,), "as all names of a preview edge are below its domain"),
    _Row("domain:validated", (_EDGE,), "as the certificate of a preview edge is in its zone, or has an ARN"),
    _Row("domain:*", (_PREVIEW,), _NO_RESOURCES),
    _Row("access:*", (_PUBLIC_EDGE,), _NO_PASSWORD),
    _Row("deployments:createRole", (_PREVIEW,), _NO_RESOURCES),
    _Row("deployments:oidcProviderArn", (_PREVIEW,), _NO_RESOURCES),
    _Row("deployments:reviewStacks", (_PREVIEW,), _NO_RESOURCES),
    _Row("previews:base", (_SITE, _EDGE), _ON_PREVIEWS),
    _Row("previews:expireDays", (_SITE, _EDGE), _ON_PREVIEWS),
    _Row("previews:maxDays", (_SITE, _PREVIEW), _ON_EDGES),
    _Row("previews:public", (_SITE, _PREVIEW), _ON_EDGES),
)


class Ineffective(NamedTuple):
    """A setting without effect.

    Attributes:
        path: its key, or the path of a part of a list or map, as `pulumi config rm --path` takes it.
        reason: why, for a message.
    """

    path: str
    reason: str


def without_effect(values: Mapping[str, str], previews: PreviewsSettings) -> tuple[Ineffective, ...]:
    """Return the settings in a stack's config that have no effect on a stack of its kind.

    Args:
        values: the config, as the stack has it.
        previews: its `previews:` settings.
    """
    kinds = _kinds(previews)
    found: list[Ineffective] = []
    for key, value in sorted(values.items()):
        whole = list(_ineffective(key, value, kinds))
        parts = () if whole else _parts(key, value)
        found += whole or [one for part in parts for one in _ineffective(part, "", kinds)]
    return tuple(found)


def _kinds(previews: PreviewsSettings) -> set[str]:
    if previews.domain is not None:
        return {_EDGE, _PUBLIC_EDGE} if previews.public else {_EDGE}
    return {_SITE if previews.edge is None else _PREVIEW}


def _ineffective(path: str, value: str, kinds: set[str]) -> Iterator[Ineffective]:
    """Yield the setting with the reason of the first row that has it; nothing if it has an effect."""
    for row in _TABLE:
        if kinds.intersection(row.kinds) and fnmatchcase(path, row.pattern):
            if not row.unless or value != row.unless:
                yield Ineffective(path, row.reason)
            return


def _parts(key: str, value: str) -> Iterator[str]:
    """Yield the paths of all parts of a list or map."""
    try:
        yield from _paths(key, json.loads(value) if value.startswith(("[", "{")) else None)
    except (ValueError, RecursionError):
        # A value of another program, which may be anything.
        return


def _paths(path: str, value: object) -> Iterator[str]:
    parts: Mapping[str, object] = {}
    if isinstance(value, dict):
        parts = {f"{path}.{name}": part for name, part in value.items()}
    elif isinstance(value, list):
        parts = {f"{path}[{number}]": part for number, part in enumerate(value)}
    for part, content in parts.items():
        yield part
        yield from _paths(part, content)
