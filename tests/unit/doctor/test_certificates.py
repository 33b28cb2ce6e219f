from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from hosting.doctor.certificates import check_certificate
from hosting.doctor.state import CERTIFICATE
from tests.unit.doctor.conftest import resource, results

if TYPE_CHECKING:
    from hosting.doctor.lines import Line
    from tests.unit.doctor.conftest import Account

NAMES = {"domain__names": '["www.example.com", "example.com"]'}
ZONE = {**NAMES, "domain__zone": "example.com"}
ARN = "arn:aws:acm:us-east-1:123456789012:certificate/12345678-1234-1234-1234-123456789012"
OWN = resource(CERTIFICATE, ARN)
GIVEN = {**NAMES, "domain__certificateArn": ARN}
ISSUED = {
    "Status": "ISSUED",
    "DomainName": "www.example.com",
    "SubjectAlternativeNames": ["*.example.com", "example.com"],
}


class Acm:
    """ACM with one certificate, or an error."""

    def __init__(self, code: object = "", **certificate: object) -> None:
        self._code, self._certificate = str(code), certificate

    def client(self, service: str, region: str | None = None) -> Any:  # noqa: ANN401 - boto3 generates its clients
        assert (service, region) == ("acm", "us-east-1")
        return self

    def describe_certificate(self, CertificateArn: str) -> dict[str, Any]:  # noqa: N803 - boto3's name
        if self._code:
            raise ClientError({"Error": {"Code": self._code, "Message": ""}}, "DescribeCertificate")
        assert CertificateArn == ARN
        return {"Certificate": self._certificate}


def given(account: Account, **certificate: Any) -> list[Line]:  # noqa: ANN401 - boto3's shape
    """Return the lines about a certificate of the settings."""
    return list(check_certificate(replace(account.context(**GIVEN), aws=Acm(**{**ISSUED, **certificate}))))


def test_without_names_or_certificate(account: Account) -> None:
    """Without names there is no certificate; with them the first `pulumi up` requests one."""
    assert list(check_certificate(account.context())) == []
    expected = [("ok", "`pulumi up` requests a certificate in us-east-1")]
    assert results(check_certificate(account.context(**ZONE))) == expected


def test_the_real_cloud_has_a_certificate(account: Account) -> None:
    """A certificate that ACM has is described."""
    client = account.client("acm")
    arn = client.request_certificate(
        DomainName="www.example.com", SubjectAlternativeNames=["www.example.com", "example.com"]
    )["CertificateArn"]
    (line,) = check_certificate(account.context(resource(CERTIFICATE, arn), **ZONE))
    assert line.text == f"The certificate {arn} is issued, in us-east-1"


def test_a_certificate_that_does_not_exist(account: Account) -> None:
    """A deleted certificate of the stack is created again; one of the settings has to be replaced there."""
    (own,), (configured,) = (
        check_certificate(account.context(OWN, **ZONE)),
        check_certificate(account.context(**GIVEN)),
    )
    assert own.text == configured.text == f"The certificate {ARN} does not exist in us-east-1"
    assert own.next_step == "pulumi up --refresh"
    assert configured.next_step == "pulumi config set --stack prod domain:certificateArn '<another ARN>'"


def test_another_error(account: Account) -> None:
    """Any other error is left to the runner."""
    with pytest.raises(ClientError):
        list(check_certificate(replace(account.context(OWN, **ZONE), aws=Acm("AccessDenied"))))


@pytest.mark.parametrize(
    ("config", "step"),
    [(NAMES, "create them: pulumi stack output --stack prod domainRecords"), (ZONE, "wait some minutes")],
)
def test_a_certificate_that_waits(account: Account, config: dict[str, str], step: str) -> None:
    """A certificate that is not validated yet is a warning, with what it waits for."""
    aws = Acm(**{**ISSUED, "Status": "PENDING_VALIDATION"})
    (line,) = check_certificate(replace(account.context(OWN, **config), aws=aws))
    assert line.status == "warning"
    assert line.next_step.startswith(step)


def test_a_certificate_that_failed(account: Account) -> None:
    """A certificate that is not usable is an error with ACM's reason."""
    aws = Acm(**{**ISSUED, "Status": "FAILED", "FailureReason": "CAA_ERROR"})
    (own,) = check_certificate(replace(account.context(OWN, **ZONE), aws=aws))
    assert own.text == f"The certificate {ARN} is FAILED (CAA_ERROR)"
    assert own.next_step == "delete it in ACM, then pulumi up --refresh"
    (configured,) = given(account, Status="EXPIRED")
    assert configured.text == f"The certificate {ARN} is EXPIRED"


def test_names_that_are_not_on_the_certificate(account: Account) -> None:
    """A wildcard covers one label; the stack requests another certificate by itself, the user's has to be replaced."""
    _, line = given(account, SubjectAlternativeNames=["*.www.example.com", "www.example.com"])
    assert (line.status, line.text) == ("error", f"The certificate {ARN} does not have example.com")
    old = {"Status": "ISSUED", "DomainName": "www.example.com"}
    lines = results(check_certificate(replace(account.context(OWN, **ZONE), aws=Acm(**old))))
    assert lines[-1] == ("ok", "`pulumi up` requests another certificate, with example.com")


def test_the_end_of_an_imported_certificate(account: Account) -> None:
    """ACM does not renew imported certificates: their last month is a warning."""
    soon, later = datetime.now(UTC) + timedelta(days=3), datetime.now(UTC) + timedelta(days=90)
    imported = {"RenewalEligibility": "INELIGIBLE"}
    assert [line.status for line in given(account, NotAfter=soon, **imported)] == ["ok", "warning"]
    assert [line.status for line in given(account, NotAfter=later, **imported)] == ["ok"]
    assert [line.status for line in given(account, NotAfter=soon, RenewalEligibility="ELIGIBLE")] == ["ok"]
