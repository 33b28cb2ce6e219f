from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from hosting.doctor.quotas import QUOTAS, check_quotas
from hosting.doctor.state import ACCESS_CONTROL
from tests.unit.doctor.conftest import resource, results

if TYPE_CHECKING:
    from tests.unit.doctor.conftest import Account

BULK = {"publish__mode": "bulk"}


def create_access_controls(account: Account, *numbers: int) -> None:
    """Create origin access controls."""
    signing = {"SigningProtocol": "sigv4", "SigningBehavior": "always", "OriginAccessControlOriginType": "s3"}
    for number in numbers:
        config = {"Name": f"control-{number}", **signing}
        account.client("cloudfront").create_origin_access_control(OriginAccessControlConfig=config)


def access_controls(account: Account, *in_state: str, **config: str) -> tuple[str, str]:
    """Return the result about origin access controls."""
    context = account.context(*(resource(ACCESS_CONTROL, each) for each in in_state), **config)
    found = [line for line in check_quotas(context) if "access controls" in line.text]
    return results(found)[0]


def test_a_new_account(account: Account) -> None:
    """Each quota is a line; the number comes from Service Quotas where it lists the quota."""
    lines = results(check_quotas(account.context(**BULK)))
    assert len(lines) == len(QUOTAS)
    assert lines[0] == ("ok", "0 of 500 distributions are used")
    assert lines[1] == ("ok", "0 of 100 (AWS's default) functions are used")
    assert lines[2] == ("ok", "0 of 200 (AWS's default) key-value stores are used")
    assert lines[-1] == ("ok", "0 of 2500 certificates in us-east-1 are used")


def test_a_full_quota(account: Account) -> None:
    """A full quota is an error for a stack that needs one more, and a warning for any other."""
    create_access_controls(account, *range(100))
    text = "100 of 100 (AWS's default) origin access controls are used"
    assert access_controls(account) == ("error", f"{text}, and the stack needs 1 more")
    assert access_controls(account, "own") == ("warning", text)
    assert access_controls(account, cloudfront__enabled="false") == ("warning", text)


def test_an_almost_full_quota(account: Account) -> None:
    """From 90 % on a quota is a warning, also if the stack still fits."""
    create_access_controls(account, *range(89))
    assert access_controls(account)[0] == "ok"
    create_access_controls(account, 90)
    assert access_controls(account) == ("warning", "90 of 100 (AWS's default) origin access controls are used")


class Refusing:
    """Clients that refuse a service, and the real ones for any other."""

    def __init__(self, account: Account, refused: str) -> None:
        self._real, self._refused = account.context().aws, refused

    def client(self, service: str, region: str | None = None) -> Any:  # noqa: ANN401 - boto3 generates its clients
        return self if service == self._refused else self._real.client(service, region)

    def get_paginator(self, name: str) -> Any:  # noqa: ANN401 - as above
        raise ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, name)


def test_no_right_to_service_quotas(account: Account) -> None:
    """Without that right, AWS's defaults are compared."""
    lines = results(check_quotas(replace(account.context(), aws=Refusing(account, "service-quotas"))))
    assert lines[0] == ("ok", "0 of 500 (AWS's default) distributions are used")


def test_a_refused_list(account: Account) -> None:
    """What can't be counted is not checked, and the other quotas are."""
    lines = results(check_quotas(replace(account.context(), aws=Refusing(account, "acm"))))
    assert [status for status, _ in lines] == ["ok"] * (len(QUOTAS) - 1) + ["not checked"]
    assert lines[-1][1].startswith("The certificates in us-east-1 can't be counted (An error occurred (AccessDenied)")


def test_functions_are_counted_once(account: Account) -> None:
    """A published function is listed in two stages, and is one function."""
    client = account.client("cloudfront")
    config = {"Comment": "", "Runtime": "cloudfront-js-2.0"}
    code = b"function handler(event) { return event.request; }"
    etag = client.create_function(Name="f", FunctionConfig=config, FunctionCode=code)["ETag"]
    client.publish_function(Name="f", IfMatch=etag)
    assert results(check_quotas(account.context()))[1] == ("ok", "1 of 100 (AWS's default) functions are used")
