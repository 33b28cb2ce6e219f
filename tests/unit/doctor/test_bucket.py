from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from hosting.doctor.bucket import check_bucket
from hosting.doctor.state import BUCKET, PROVIDER, StateResource
from hosting.resource_names import COMPONENT
from tests.unit.doctor.conftest import resource, results

if TYPE_CHECKING:
    from hosting.doctor.lines import Line
    from tests.unit.doctor.conftest import Account

OWN = resource(BUCKET, "my-site", "site-bucket")


def check(account: Account, *resources: StateResource) -> Line:
    """Return the line about the bucket `my-site`."""
    (line,) = check_bucket(account.context(*resources, website__bucketName="my-site"))
    return line


def test_a_generated_name(account: Account) -> None:
    """Without a name in the settings there is nothing to check."""
    assert results(check_bucket(account.context())) == [("ok", "The bucket gets a name that no other bucket has")]


def test_a_free_name(account: Account) -> None:
    """S3 answers 404 for a name that nobody has; that is an error for a bucket that the stack has deployed."""
    assert check(account).text == "The name my-site is free"
    assert check(account, OWN).text == "The bucket my-site is in the stack's state, and does not exist"
    assert check(account, OWN).next_step == "pulumi up --refresh, which creates it again"


def test_a_bucket_of_this_account(account: Account) -> None:
    """A bucket that the stack's state does not have can be imported into its component."""
    account.client("s3").create_bucket(Bucket="my-site")
    assert check(account, OWN).text == "The bucket my-site is this stack's"
    site = StateResource(COMPONENT, "urn:component::site")
    line = check(account, site, resource(PROVIDER, "1", "site-us-east-1"), resource(PROVIDER, "2", "site-aws"))
    assert line.status == "warning"
    assert line.next_step.startswith(
        "pulumi import aws:s3/bucket:Bucket site-bucket my-site --parent site=urn:component::site --provider 'aws=urn:"
    )
    assert line.next_step.count("site-aws") == 1
    assert "--parent" not in check(account).next_step


class S3:
    """S3 that answers HEAD with a status."""

    def __init__(self, code: str) -> None:
        self._code = code

    def client(self, service: str, region: str | None = None) -> Any:  # noqa: ANN401 - boto3 generates its clients
        assert (service, region) == ("s3", None)
        return self

    def head_bucket(self, **_: str) -> None:
        raise ClientError({"Error": {"Code": self._code, "Message": ""}}, "HeadBucket")


@pytest.mark.parametrize(
    ("code", "is_own", "text"),
    [
        ("403", False, "The bucket my-site belongs to somebody else"),
        ("403", True, "The credentials have no right to the stack's bucket my-site"),
        ("301", False, "The bucket my-site is in another region than the stack's"),
    ],
)
def test_a_bucket_that_is_not_usable(account: Account, code: str, text: str, *, is_own: bool) -> None:
    """S3 answers 403 for somebody else's bucket, and 301 for one in another region."""
    context = account.context(*([OWN] if is_own else []), website__bucketName="my-site")
    assert results(check_bucket(replace(context, aws=S3(code)))) == [("error", text)]


def test_another_error(account: Account) -> None:
    """Any other error is left to the runner."""
    with pytest.raises(ClientError):
        list(check_bucket(replace(account.context(website__bucketName="my-site"), aws=S3("503"))))
