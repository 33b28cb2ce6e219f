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
_NO_AWS_PROVIDER = "as only Pulumi's AWS provider reads it, and a preview has none of its resources"
_NO_PASSWORD = "as visitors need no password with 'previews:public'"  # noqa: S105 - a reason
_ALWAYS = "as a preview and its edge are always in bulk mode behind CloudFront"
_ON_PREVIEWS = "as only a preview has it"
_ON_EDGES = "as only a preview edge has it"


class _Row(NamedTuple):
    """Settings without effect.

    Attributes:
        kinds: the kinds of stacks on which they have none.
        reason: why, for a message.
        patterns: the patterns of their keys, or of the paths of parts of lists and maps.
        unless: the only value that says what such a stack does.
    """

    kinds: tuple[str, ...]
    reason: str
    patterns: tuple[str, ...]
    unless: str = ""


_SITE_FILES = ("appRoot", "errorDocument", "headersFile", "indexDocument", "redirects", "redirectsFile", "routing")
_OF_DISTRIBUTIONS = (
    *("alarms", "compress", "geoRestriction", "httpVersion", "ipv6", "logging", "logRetentionDays"),
    *("originReadTimeout", "priceClass", "waitForDeployment", "webAclArn"),
)
_OF_AWS_PROVIDER = (
    *("allowedAccountIds", "defaultTags", "ec2MetadataService*", "forbiddenAccountIds", "ignoreTags"),
    *("s3UsEast1RegionalEndpoint", "skip*", "tagPolicyCompliance", "tokenBucketRateLimiterCapacity", "userAgents"),
)
_INVALIDATION = ("invalidate", "invalidationMaxPaths", "invalidationWait")
_ROLE = ("createRole", "oidcProviderArn", "reviewStacks")
# The first row that has a setting counts.
_TABLE = (
    _Row((_EDGE, _PREVIEW), _ALWAYS, ("cloudfront:enabled",), unless="true"),
    _Row((_EDGE, _PREVIEW), _ALWAYS, ("publish:mode",), unless="bulk"),
    _Row((_EDGE,), _NO_FILES, tuple(f"website:{name}" for name in _SITE_FILES)),
    # The TTLs are in the headers of the files. Of those of a distribution, 0 turns its cache off.
    _Row((_EDGE,), _NO_FILES, ("cloudfront:maxTtl",), unless="0"),
    _Row((_EDGE,), _NO_FILES, ("cloudfront:defaultTtl", "cloudfront:minTtl", "cloudfront:originReadTimeout")),
    _Row((_EDGE,), _NO_FILES, ("cloudfront:errorResponses", "publish:*", "review:*")),
    _Row((_EDGE,), "as all names of a preview edge are below its domain", ("domain:redirectAliases",)),
    _Row((_EDGE,), "as the certificate of a preview edge is in its zone, or has an ARN", ("domain:validated",)),
    _Row((_PUBLIC_EDGE,), _NO_PASSWORD, ("access:*",)),
    _Row((_PREVIEW,), _NO_RESOURCES, ("website:bucketName", "website:cors", "website:retainBucket", "domain:*")),
    _Row((_PREVIEW,), _NO_AWS_PROVIDER, tuple(f"aws:{name}" for name in _OF_AWS_PROVIDER)),
    _Row((_PREVIEW,), _NO_RESOURCES, tuple(f"cloudfront:{name}" for name in _OF_DISTRIBUTIONS)),
    _Row((_PREVIEW,), _NO_RESOURCES, ("cloudfront:errorResponses*.cachingMinTtl",)),
    _Row((_PREVIEW,), _NO_RESOURCES, tuple(f"publish:{name}" for name in _INVALIDATION)),
    _Row((_PREVIEW,), _NO_RESOURCES, tuple(f"deployments:{name}" for name in _ROLE)),
    _Row((_SITE, _EDGE), _ON_PREVIEWS, ("previews:base", "previews:expireDays")),
    _Row((_SITE, _PREVIEW), _ON_EDGES, ("previews:maxDays", "previews:public")),
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
        if kinds.intersection(row.kinds) and any(fnmatchcase(path, pattern) for pattern in row.patterns):
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
