"""MiniStack has no Service Quotas.

The quotas that a site uses have their default values here. Service Quotas does not list the quotas of functions and
origin access controls: https://docs.aws.amazon.com/servicequotas/2019-06-24/apireference/API_ListServiceQuotas.html
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from sandbox.emulator.ministack import replace

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sandbox.emulator.ministack import Handler, MiniStack

_TARGET = "ServiceQuotasV20190624."
# https://docs.aws.amazon.com/general/latest/gr/cf_region.html, https://docs.aws.amazon.com/general/latest/gr/acm.html
_QUOTAS = {
    "cloudfront": {
        "L-24B04930": ("Web distributions per AWS account", 500),
        "L-7D134442": ("Cache policies per AWS account", 20),
        "L-C3659C43": ("Origin request policies per AWS account", 20),
        "L-CF0D4FC5": ("Response headers policies per AWS account", 20),
    },
    "acm": {"L-F141DD1D": ("ACM certificates", 2500)},
}
_MISSING = "The request failed because the specified {} does not exist."


def install(ministack: MiniStack) -> None:
    """Answer the service's requests before MiniStack chooses a service for them."""
    replace(ministack.app, "_dispatch_service_request", with_service_quotas)


def with_service_quotas(original: Handler) -> Handler:
    """Return a handler that answers requests to Service Quotas, and any other by ``original``."""

    async def handle(
        method: str, path: str, headers: Mapping[str, str], body: bytes, *arguments: object
    ) -> tuple[Any, ...]:
        target = headers.get("x-amz-target", "")
        if not target.startswith(_TARGET):
            return await original(method, path, headers, body, *arguments)
        status, answer = _answer(target.removeprefix(_TARGET), json.loads(body))
        return status, {"Content-Type": "application/x-amz-json-1.1"}, json.dumps(answer).encode()

    return handle


def _answer(operation: str, request: Mapping[str, str]) -> tuple[int, dict[str, Any]]:
    service = request.get("ServiceCode", "")
    quotas = _QUOTAS.get(service)
    if operation not in ("ListServiceQuotas", "GetServiceQuota"):
        return 400, {"__type": "UnknownOperationException"}
    if quotas is None:
        return 400, {"__type": "NoSuchResourceException", "Message": _MISSING.format("service")}
    if operation == "ListServiceQuotas":
        return 200, {"Quotas": [_quota(service, code) for code in quotas]}
    if request.get("QuotaCode") not in quotas:
        return 400, {"__type": "NoSuchResourceException", "Message": _MISSING.format("quota")}
    return 200, {"Quota": _quota(service, request["QuotaCode"])}


def _quota(service: str, code: str) -> dict[str, Any]:
    name, value = _QUOTAS[service][code]
    return {"ServiceCode": service, "QuotaCode": code, "QuotaName": name, "Value": float(value), "Unit": "None"}
