"""MiniStack has no ListConflictingAliases.

CloudFront lists the distributions of all accounts that have an alias, or one that overlaps with it, and hides parts of
their IDs. The caller has to name a distribution of its own whose certificate covers the alias:
https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_ListConflictingAliases.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.emulator.aliases import matches_alias
from sandbox.emulator.ministack import replace

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from types import ModuleType

    from sandbox.emulator.ministack import Handler, MiniStack

_PATH = "/2020-05-31/conflicting-alias"
_MAX_ITEMS = "100"


def install(ministack: MiniStack) -> None:
    """Answer the operation."""
    replace(
        ministack.cloudfront,
        "handle_request",
        lambda original: with_conflicting_aliases(original, ministack.cloudfront, ministack.acm),
    )


def with_conflicting_aliases(original: Handler, cloudfront: ModuleType, acm: ModuleType) -> Handler:
    """Return a handler that answers the operation, and any other request by ``original``."""

    async def handle(
        method: str, path: str, headers: Mapping[str, str], body: bytes, query: Mapping[str, Any]
    ) -> tuple[Any, ...]:
        if method != "GET" or path != _PATH:
            return await original(method, path, headers, body, query)
        return _answer(cloudfront, acm, cloudfront._qval(query, "DistributionId"), cloudfront._qval(query, "Alias"))

    return handle


def _answer(cloudfront: ModuleType, acm: ModuleType, distribution_id: str, alias: str) -> tuple[Any, ...]:
    distribution = cloudfront._distributions.get(distribution_id)
    error: tuple[Any, ...]
    if distribution is None:
        error = cloudfront._error("NoSuchDistribution", "The specified distribution does not exist.", 404)
        return error
    if not any(matches_alias(alias.lower(), [name]) for name in _certified(cloudfront, acm, distribution)):
        message = "The distribution has no certificate that covers the alias."
        error = cloudfront._error("InvalidArgument", message, 400)
        return error
    conflicts = list(_conflicts(cloudfront, alias.lower()))

    def build(root: object) -> None:
        add = cloudfront.SubElement
        add(root, "MaxItems").text = _MAX_ITEMS
        add(root, "Quantity").text = str(len(conflicts))
        items = add(root, "Items")
        for name, owner in conflicts:
            item = add(items, "ConflictingAlias")
            add(item, "Alias").text = name
            add(item, "DistributionId").text = _half_hidden(owner["Id"])
            add(item, "AccountId").text = _half_hidden(owner["ARN"].split(":")[4])

    answer: tuple[Any, ...] = cloudfront._xml_response("ConflictingAliasesList", build)
    return answer


def _certified(cloudfront: ModuleType, acm: ModuleType, distribution: object) -> list[str]:
    """Return the names on the certificate of a distribution."""
    viewer = cloudfront._find(cloudfront._dist_config_el(distribution), "ViewerCertificate")
    arn = "" if viewer is None else cloudfront._text(viewer, "ACMCertificateArn")
    certificate = acm._certificates.get(arn) or {}
    return list(certificate.get("SubjectAlternativeNames", [certificate.get("DomainName", "")]))


def _conflicts(cloudfront: ModuleType, alias: str) -> Iterator[tuple[str, Mapping[str, str]]]:
    for distribution in cloudfront._distributions.values():
        for name in cloudfront._get_distribution_aliases(distribution):
            if cloudfront._domains_overlap(alias, name):
                yield name, distribution


def _half_hidden(identifier: str) -> str:
    half = len(identifier) // 2
    return "*" * half + identifier[half:]
