"""What S3 refuses of an upload, and MiniStack takes."""

from __future__ import annotations

import hashlib

import pytest

from sandbox.emulator.patches.upload_checksums import with_checksums


@pytest.mark.parametrize(
    ("told", "refused"),
    [
        (hashlib.sha256(b"body").hexdigest(), False),
        (hashlib.sha256(b"other").hexdigest(), True),
        ("UNSIGNED-PAYLOAD", False),
        ("STREAMING-UNSIGNED-PAYLOAD-TRAILER", False),
        (None, False),
    ],
)
def test_a_body_that_is_not_what_was_signed(told: str | None, refused: bool) -> None:  # noqa: FBT001 - a parameter of the test
    """A signed checksum has to be the body's; where none is signed, the other checks decide."""
    check = with_checksums(lambda _headers, _body: "known", lambda *error: error)
    found = check({} if told is None else {"x-amz-content-sha256": told}, b"body")
    assert found == (
        (
            "XAmzContentSHA256Mismatch",
            "The provided 'x-amz-content-sha256' header does not match what was computed.",
            400,
        )
        if refused
        else "known"
    )
