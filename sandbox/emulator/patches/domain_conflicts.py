"""MiniStack's ListDomainConflicts needs no certificate, and does not return the names that conflict.

CloudFront lists the names of all accounts that are the same or overlap, hides the first half of their distributions'
IDs, and answers only if the certificate of the distribution in the request covers the name:
https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_ListDomainConflicts.html
https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/alternate-domain-names-move-find-source.html
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from sandbox.emulator.aliases import matches_alias
from sandbox.emulator.ministack import replace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from types import ModuleType

    from sandbox.emulator.ministack import MiniStack


def install(ministack: MiniStack) -> None:
    """List each overlapping name, if the certificate covers the name in the request."""
    cloudfront, acm = ministack.cloudfront, ministack.acm
    replace(cloudfront, "_list_domain_conflicts", lambda original: with_overlapping_names(original, cloudfront, acm))


def with_overlapping_names(
    original: Callable[[bytes], tuple[Any, ...]], cloudfront: ModuleType, acm: ModuleType
) -> Callable[[bytes], tuple[Any, ...]]:
    """Return a handler that refuses what ``original`` refuses, and a name that the certificate does not cover."""

    def respond(body: bytes) -> tuple[Any, ...]:
        response = original(body)
        if response[0] != HTTPStatus.OK:
            return response
        request = cloudfront._parse_body(body)
        domain = cloudfront._text(request, "Domain").lower()
        resource = cloudfront._find(request, "DomainControlValidationResource")
        distribution = cloudfront._distributions.get(cloudfront._text(resource, "DistributionId"))
        if distribution is None:
            # A distribution tenant, which no program of this repository has.
            return response
        if not matches_alias(domain, _certified(cloudfront, acm, distribution)):
            message = "The distribution has no certificate that covers the domain."
            refusal: tuple[Any, ...] = cloudfront._error("InvalidArgument", message, HTTPStatus.BAD_REQUEST)
            return refusal
        return _response(cloudfront, list(_conflicts(cloudfront, domain)))

    return respond


def _response(cloudfront: ModuleType, conflicts: list[tuple[str, Mapping[str, str]]]) -> tuple[Any, ...]:
    def build(root: object) -> None:
        add = cloudfront.SubElement
        items = add(root, "DomainConflicts")
        for name, owner in conflicts:
            # Both the list and its elements have this name in the model of the API.
            item = add(items, "DomainConflicts")
            add(item, "Domain").text = name
            add(item, "ResourceType").text = "distribution"
            add(item, "ResourceId").text = _half_hidden(owner["Id"])
            add(item, "AccountId").text = _half_hidden(owner["ARN"].split(":")[4])

    response: tuple[Any, ...] = cloudfront._xml_response("ListDomainConflictsResult", build)
    return response


def _certified(cloudfront: ModuleType, acm: ModuleType, distribution: object) -> list[str]:
    """Return the names on the certificate of a distribution."""
    viewer = cloudfront._find(cloudfront._dist_config_el(distribution), "ViewerCertificate")
    arn = "" if viewer is None else cloudfront._text(viewer, "ACMCertificateArn")
    # CloudFront's certificates are in us-east-1, and the request may be signed for another region.
    certificates = {key[-1]: certificate for key, certificate in acm._certificates._data.items()}
    certificate = certificates.get(arn) or {}
    return list(certificate.get("SubjectAlternativeNames", [certificate.get("DomainName", "")]))


def _conflicts(cloudfront: ModuleType, domain: str) -> Iterator[tuple[str, Mapping[str, str]]]:
    """Yield the names that cover the domain, or that it covers, with their distributions."""
    for distribution in cloudfront._distributions.values():
        for name in cloudfront._get_distribution_aliases(distribution):
            if matches_alias(domain, [name]) or matches_alias(name.lower(), [domain]):
                yield name, distribution


def _half_hidden(identifier: str) -> str:
    half = len(identifier) // 2
    return "*" * half + identifier[half:]
