"""What botocore raises, as errors of the bucket's client."""

from __future__ import annotations

import pytest
from botocore.exceptions import BotoCoreError, ClientError, EndpointConnectionError

from hosting.publish.s3.errors import S3Error, s3_errors


@pytest.mark.parametrize(
    ("raised", "text", "passing"),
    [
        (ClientError({"Error": {"Code": "AccessDenied", "Message": "No."}}, "PutObject"), "AccessDenied: No", False),
        (ClientError({"Error": {"Code": "SlowDown", "Message": "Wait"}}, "PutObject"), "SlowDown: Wait", True),
        (EndpointConnectionError(endpoint_url="https://s3"), "EndpointConnectionError: Could not connect", False),
    ],
)
def test_errors_of_botocore_become_one_class(raised: Exception, text: str, *, passing: bool) -> None:
    """They keep S3's code, and whether another try may succeed."""

    @s3_errors()
    def fail() -> None:
        raise raised

    with pytest.raises(S3Error, match=text) as caught:
        fail()
    assert caught.value.passing is passing
    assert isinstance(caught.value.__cause__, ClientError | BotoCoreError)


def test_other_errors_stay_as_they_are() -> None:
    """A file that cannot be read is not an error of S3."""
    with pytest.raises(FileNotFoundError), s3_errors():
        raise FileNotFoundError
