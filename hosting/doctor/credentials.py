"""Checks of the credentials: who the caller is, whether the account is the right one, and the machine's clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from hosting.doctor.aws_clients import AWS_ERRORS, answer_date
from hosting.doctor.context import Identity
from hosting.doctor.lines import Line
from hosting.errors import HostingError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from hosting.aws.settings import AwsSettings
    from hosting.doctor.aws_clients import AwsClients

# AWS refuses a signature that is older: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-troubleshooting.html
_MOST_SKEW = timedelta(minutes=5)
_LOG_IN = "aws sso login, aws configure, or set AWS_PROFILE; then: aws sts get-caller-identity"


def check_credentials(
    aws: AwsClients, settings: AwsSettings, now: Callable[[], datetime] = lambda: datetime.now(UTC)
) -> tuple[Identity | None, list[Line]]:
    """Ask AWS who the caller is; return that, None without an answer, and the lines."""
    try:
        answer = aws.client("sts").get_caller_identity()
    except AWS_ERRORS as error:
        date = answer_date(error)
        lines = [Line("error", f"AWS does not accept the credentials ({error})", _LOG_IN)]
        return None, [*lines, *_clock(date, now())]
    except HostingError as error:
        text, _, step = str(error).partition(": ")
        return None, [Line("error", text, step)]
    identity = Identity(answer["Account"], answer["Arn"])
    date = answer["ResponseMetadata"]["HTTPHeaders"].get("date", "")
    return identity, [*_account_lines(identity, settings), *_clock(date, now())]


def _account_lines(identity: Identity, settings: AwsSettings) -> Iterator[Line]:
    """Yield who the caller is, and whether the `aws:` settings allow the account."""
    yield Line("ok", f"You are {identity.arn}")
    allowed = settings.values.get("allowedAccountIds")
    forbidden = settings.values.get("forbiddenAccountIds", [])
    if (allowed and identity.account not in allowed) or identity.account in forbidden:
        text = f"The account {identity.account} is not one that the `aws:` settings allow"
        yield Line("error", text, "use other credentials, or change aws:allowedAccountIds or aws:forbiddenAccountIds")


def _clock(date: str, now: datetime) -> Iterator[Line]:
    """Yield whether the machine's clock is right, by the Date header of an answer."""
    if not date:
        yield Line("not checked", "The clock: AWS's answer has no date")
        return
    skew = now - parsedate_to_datetime(date)
    minutes = abs(skew) / timedelta(minutes=1)
    if abs(skew) > _MOST_SKEW:
        text = (
            f"The clock is {minutes:.0f} minutes {'fast' if skew > timedelta(0) else 'slow'}; AWS refuses more than 5"
        )
        yield Line("error", text, "turn on the time synchronization of this machine")
    else:
        yield Line("ok", "The clock agrees with AWS's")
