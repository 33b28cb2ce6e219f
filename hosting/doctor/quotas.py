"""Checks of the account's quotas that a stack uses: how many are left, counted by AWS's lists.

docs/limits.md has the same default quotas, and what a stack uses of each.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hosting.aws.cloudfront_lists import listed
from hosting.aws.regions import CLOUDFRONT_REGION
from hosting.doctor import state
from hosting.doctor.aws_clients import AWS_ERRORS
from hosting.doctor.lines import Line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from hosting.doctor.context import Context

_RAISE = "https://console.aws.amazon.com/servicequotas/home/services/{service}/quotas, or destroy a stack"
_ALMOST_FULL = 0.9
_KEY_TYPES = ["RSA_1024", "RSA_2048", "RSA_3072", "RSA_4096", "EC_prime256v1", "EC_secp384r1", "EC_secp521r1"]


@dataclass(frozen=True)
class Quota:
    """A quota of the account.

    Attributes:
        name: the plural of what is counted.
        service: the code of the service in Service Quotas.
        code: the quota's code there; empty if Service Quotas does not list it.
        default: the quota of a new account.
        kind: the type of the resource in the stack's state.
        count: counts what the account has.
        uses: returns how many the stack with these settings needs at most.
    """

    name: str
    service: str
    code: str
    default: int
    kind: str
    count: Callable[[Context], int]
    uses: Callable[[Context], int]


def _cloudfront(method: str, items: str, within: str, **arguments: str) -> Callable[[Context], int]:
    """Return a function that counts one of CloudFront's lists."""

    def count(context: Context) -> int:
        client = context.aws.client("cloudfront")
        return sum(1 for _ in listed(getattr(client, method), items=items, within=within, **arguments))

    return count


def _certificates(context: Context) -> int:
    """Count the certificates with any key; without `Includes` the list has only some of them.

    https://docs.aws.amazon.com/acm/latest/APIReference/API_Filters.html
    """
    client = context.aws.client("acm", CLOUDFRONT_REGION)
    pages = client.get_paginator("list_certificates").paginate(Includes={"keyTypes": _KEY_TYPES})
    return sum(len(page["CertificateSummaryList"]) for page in pages)


def _with_cloudfront(number: int) -> Callable[[Context], int]:
    return lambda context: number if context.settings.cloudfront.enabled else 0


def _own_certificate(context: Context) -> int:
    domain = context.settings.domain
    return int(bool(domain.names) and domain.certificate_arn is None)


def _functions(context: Context) -> int:
    """Count each function once: the list has its DEVELOPMENT and its LIVE stage."""
    client = context.aws.client("cloudfront")
    return len({each["Name"] for each in listed(client.list_functions, items="Items", within="FunctionList")})


# https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cloudfront-limits.html
# https://docs.aws.amazon.com/acm/latest/userguide/acm-limits.html
QUOTAS = (
    Quota(
        "distributions",
        "cloudfront",
        "L-24B04930",
        500,
        state.DISTRIBUTION,
        _cloudfront("list_distributions", "Items", "DistributionList"),
        _with_cloudfront(1),
    ),
    Quota("functions", "cloudfront", "", 100, state.FUNCTION, _functions, _with_cloudfront(2)),
    Quota(
        "key-value stores",
        "cloudfront",
        "",
        200,
        state.KEY_VALUE_STORE,
        _cloudfront("list_key_value_stores", "Items", "KeyValueStoreList"),
        _with_cloudfront(1),
    ),
    Quota(
        "origin access controls",
        "cloudfront",
        "",
        100,
        state.ACCESS_CONTROL,
        _cloudfront("list_origin_access_controls", "Items", "OriginAccessControlList"),
        _with_cloudfront(1),
    ),
    Quota(
        "custom origin request policies",
        "cloudfront",
        "L-C3659C43",
        20,
        state.REQUEST_POLICY,
        _cloudfront("list_origin_request_policies", "Items", "OriginRequestPolicyList", Type="custom"),
        # Only with redirects by country, which are in files that are not read here.
        lambda _: 0,
    ),
    Quota(
        "custom response headers policies",
        "cloudfront",
        "L-CF0D4FC5",
        20,
        "",
        _cloudfront("list_response_headers_policies", "Items", "ResponseHeadersPolicyList", Type="custom"),
        lambda _: 0,
    ),
    Quota("certificates in us-east-1", "acm", "L-F141DD1D", 2500, state.CERTIFICATE, _certificates, _own_certificate),
)


def check_quotas(context: Context) -> Iterator[Line]:
    """Compare what the account has of each quota with the quota, and with what the stack still needs."""
    limits = {service: _limits(context, service) for service in ("cloudfront", "acm")}
    for quota in QUOTAS:
        try:
            yield _line(context, quota, limits[quota.service].get(quota.code))
        except AWS_ERRORS as error:
            yield Line("not checked", f"The {quota.name} can't be counted ({error})")


def _line(context: Context, quota: Quota, applied: int | None) -> Line:
    limit = quota.default if applied is None else applied
    used, needed = quota.count(context), quota.uses(context) - len(context.state.of(quota.kind))
    source = " (AWS's default)" if applied is None else ""
    text, step = f"{used} of {limit}{source} {quota.name} are used", _RAISE.format(service=quota.service)
    if used + needed > limit and needed > 0:
        return Line("error", f"{text}, and the stack needs {needed} more", step)
    if used >= limit * _ALMOST_FULL:
        return Line("warning", text, step)
    return Line("ok", text)


def _limits(context: Context, service: str) -> dict[str, int]:
    """Return the account's quotas by their code; empty if Service Quotas does not answer."""
    try:
        client: Any = context.aws.client("service-quotas", CLOUDFRONT_REGION)
        pages = client.get_paginator("list_service_quotas").paginate(ServiceCode=service)
        return {quota["QuotaCode"]: int(quota["Value"]) for page in pages for quota in page["Quotas"]}
    except AWS_ERRORS:
        return {}
