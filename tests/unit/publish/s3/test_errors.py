"""botocore's errors, as errors of the bucket's client."""

from __future__ import annotations

from http.client import IncompleteRead

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError
from botocore.parsers import ResponseParserError
from urllib3.exceptions import ProtocolError

from hosting.publish.s3.errors import S3Error, s3_errors


@pytest.mark.parametrize(
    ("raised", "text", "is_transient"),
    [
        (ClientError({"Error": {"Code": "AccessDenied", "Message": "No."}}, "PutObject"), "AccessDenied: No", False),
        (ClientError({"Error": {"Code": "SlowDown", "Message": "Wait"}}, "PutObject"), "SlowDown: Wait", True),
        (EndpointConnectionError(endpoint_url="https://s3"), "EndpointConnectionError: Could not connect", False),
        (ResponseParserError("Unable to parse\nb'<Li'"), "ResponseParserError: Unable to parse$", False),
        (ProtocolError("Connection broken"), "ProtocolError: Connection broken", False),
        (IncompleteRead(b""), "IncompleteRead: IncompleteRead", False),
    ],
)
def test_errors_of_botocore_become_one_class(raised: Exception, text: str, *, is_transient: bool) -> None:
    """Each keeps S3's code, and whether another attempt may succeed."""

    @s3_errors()
    def fail() -> None:
        raise raised

    with pytest.raises(S3Error, match=text) as caught:
        fail()
    assert caught.value.is_transient is is_transient
    assert caught.value.__cause__ is raised


def test_other_errors_stay_as_they_are() -> None:
    """An error of the file system is not an error of S3."""
    with pytest.raises(FileNotFoundError), s3_errors():
        raise FileNotFoundError
