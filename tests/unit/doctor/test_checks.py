from __future__ import annotations

from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError, NoCredentialsError

from hosting.deployments.cli import CommandResult
from hosting.doctor.checks import CHECKS, Doctor, run_checks
from tests.unit.deployments.fakes import FakeCli
from tests.unit.doctor.conftest import NAME_SERVERS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hosting.aws.settings import AwsSettings
    from hosting.doctor.context import Context
    from hosting.doctor.lines import Line
    from tests.unit.doctor.conftest import Account

EXPORTED = {"version": 3, "deployment": {"resources": []}}


def lines(account: Account, **results: CommandResult | dict[str, Any]) -> list[Line]:
    """Return the lines of all checks of a stack in the account."""

    def clients(settings: AwsSettings) -> Any:  # noqa: ANN401 - boto3 generates its clients
        assert settings.region == "us-east-1"
        return account.context().aws

    config = {key: {"value": value} for key, value in account.config.items()}
    cli = FakeCli(**{"config": config, "stack_export": EXPORTED, **results})
    return list(Doctor(cli, clients, lambda _: NAME_SERVERS).lines("site", "prod", {}, (3, 11, 7)))


def test_all_checks(account: Account) -> None:
    """Each line has the name of its check, in the order of the checks."""
    names = list(dict.fromkeys(line.check for line in lines(account)))
    # Without host names, their checks have nothing to say, and without functions theirs.
    assert names == ["versions", "stack", "credentials", "rights", "quotas", "bucket", "store", "left-overs"]


def test_a_state_that_is_not_readable(account: Account) -> None:
    """Without the state, the checks that compare with it do not run, and the others do."""
    broken = CommandResult(255, "", "error: failed to load checkpoint: unexpected end of JSON input")
    found = lines(account, stack_export=broken)
    assert [(line.check, line.status) for line in found if line.check not in ("versions", "stack", "credentials")] == [
        ("left-overs", "not checked"),
        ("rights", "not checked"),
    ]


def test_a_config_that_is_not_readable(account: Account) -> None:
    """Without the settings AWS is not asked."""
    assert lines(account, config=CommandResult(1, "", "error: no"))[-1].text.startswith("AWS is checked once")


def test_credentials_that_are_not_accepted() -> None:
    """Without an identity AWS is not asked for anything else."""

    class NoCredentials:
        def client(self, service: str, region: str | None = None) -> Any:  # noqa: ANN401 - as above
            assert (service, region) == ("sts", None)
            raise NoCredentialsError

    cli = FakeCli(config={"aws:region": {"value": "us-east-1"}}, stack_export=EXPORTED)
    without: Any = NoCredentials()
    found = list(Doctor(cli, lambda _: without, lambda _: NAME_SERVERS).lines("site", "prod", {}, (3, 11)))
    assert [line.status for line in found[-3:]] == ["error", "not checked", "not checked"]


def test_one_check_that_fails(account: Account) -> None:
    """A check that AWS refuses is not checked, and the next one runs."""

    def refused(context: Context) -> Iterable[Line]:
        raise ClientError({"Error": {"Code": "AccessDenied", "Message": context.stack}}, "HeadBucket")

    bucket = next(check for check in CHECKS if check[0] == "bucket")
    found = list(run_checks(account.context(), (("refused", refused), bucket)))
    assert [(line.check, line.status) for line in found] == [("refused", "not checked"), ("bucket", "ok")]
    assert "AccessDenied" in found[0].text
