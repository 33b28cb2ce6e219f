from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError, NoCredentialsError

from hosting.aws.settings import AwsSettings
from hosting.doctor.aws_clients import StackClients
from hosting.doctor.credentials import check_credentials
from hosting.errors import HostingError
from tests.unit.doctor.conftest import results

if TYPE_CHECKING:
    from tests.unit.doctor.conftest import Account

NOW = datetime(2026, 11, 27, 12, 0, tzinfo=UTC)
ARN = "arn:aws:iam::123456789012:user/ada"


class Sts:
    """AWS's STS with a fixed answer or error."""

    def __init__(self, date: str = "", error: Exception | None = None) -> None:
        self._date, self._error = date, error

    def client(self, service: str, region: str | None = None) -> Any:  # noqa: ANN401 - boto3 generates its clients
        assert (service, region) == ("sts", None)
        return self

    def get_caller_identity(self) -> dict[str, Any]:
        if self._error:
            raise self._error
        headers = {"date": self._date} if self._date else {}
        return {"Account": "123456789012", "Arn": ARN, "ResponseMetadata": {"HTTPHeaders": headers}}


def check(sts: Sts, **values: object) -> list[tuple[str, str]]:
    """Return the results of a check at noon."""
    return results(check_credentials(sts, AwsSettings("us-east-1", values), lambda: NOW)[1])


def date(minutes: int) -> str:
    """Return a Date header some minutes after noon."""
    return f"{NOW + timedelta(minutes=minutes):%a, %d %b %Y %H:%M:%S GMT}"


def test_the_real_cloud_says_who_the_caller_is(account: Account) -> None:
    """The stack's own credentials are used; the answer's Date header is compared with the clock."""
    settings = account.settings().aws
    identity, lines = check_credentials(StackClients(settings), settings)
    assert identity is not None
    assert (identity.account, identity.partition) == (account.id, "aws")
    assert results(lines) == [("ok", f"You are {identity.arn}"), ("ok", "The clock agrees with AWS's")]


@pytest.mark.parametrize(
    ("minutes", "result"),
    [
        (4, ("ok", "The clock agrees with AWS's")),
        (6, ("error", "The clock is 6 minutes slow; AWS refuses more than 5")),
        (-90, ("error", "The clock is 90 minutes fast; AWS refuses more than 5")),
    ],
)
def test_clock(minutes: int, result: tuple[str, str]) -> None:
    """A clock that differs by more than five minutes from AWS's is an error."""
    assert check(Sts(date(minutes)))[-1] == result


def test_an_answer_without_a_date() -> None:
    """A proxy may remove the header."""
    assert check(Sts())[-1] == ("not checked", "The clock: AWS's answer has no date")


def test_refused_credentials_still_show_the_clock() -> None:
    """A wrong clock is a reason for the refusal, and the refusal has a Date header."""
    answer = {"Error": {"Code": "SignatureDoesNotMatch", "Message": "Signature expired"}}
    metadata = {"HTTPHeaders": {"date": date(10)}}
    error = ClientError({**answer, "ResponseMetadata": metadata}, "GetCallerIdentity")  # type: ignore[typeddict-item]  # only what is read
    (refusal, clock) = check(Sts(error=error))
    assert refusal[1].startswith("AWS does not accept the credentials (An error occurred (SignatureDoesNotMatch)")
    assert clock == ("error", "The clock is 10 minutes slow; AWS refuses more than 5")


def test_no_credentials() -> None:
    """Without credentials there is no identity, and the line says how to log in."""
    identity, lines = check_credentials(Sts(error=NoCredentialsError()), AwsSettings("us-east-1"))
    assert identity is None
    assert lines[0].next_step.startswith("aws sso login, aws configure")
    assert [line.status for line in lines] == ["error", "not checked"]


def test_a_mistake_in_the_aws_settings() -> None:
    """An error about the settings keeps its own command."""
    sts = Sts(error=HostingError("The token can't be read: pulumi config set aws:token <value>"))
    _, (line,) = check_credentials(sts, AwsSettings("us-east-1"))
    assert (line.text, line.next_step) == ("The token can't be read", "pulumi config set aws:token <value>")


@pytest.mark.parametrize("setting", [{"allowedAccountIds": ["1"]}, {"forbiddenAccountIds": ["123456789012"]}])
def test_another_account(setting: dict[str, object]) -> None:
    """An account that the settings do not allow is an error."""
    found = check(Sts(date(0)), **setting)
    assert found[1] == ("error", "The account 123456789012 is not one that the `aws:` settings allow")


def test_the_allowed_account() -> None:
    """The account that the settings allow is not mentioned."""
    assert len(check(Sts(date(0)), allowedAccountIds=["123456789012"])) == 2
