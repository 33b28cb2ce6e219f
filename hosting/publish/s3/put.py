"""Signed requests to S3: PUT, and the few others of a publish."""

from __future__ import annotations

import hashlib
import http.client
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, BinaryIO
from urllib.parse import quote

from hosting.aws.connections import Connections, RequestError
from hosting.publish.s3.errors import S3Error
from hosting.publish.s3.signing import signed

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from hosting.aws.connections import Endpoint
    from hosting.aws.credentials import Credentials

_SAFE = "/-_.~"
SHA256_OF_NOTHING = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
_CODE = re.compile(rb"<Code>([^<]+)</Code>")
_MESSAGE = re.compile(rb"<Message>([^<]*)</Message>")


class PutClient:
    """Sends requests to one bucket, from any number of threads."""

    def __init__(self, endpoint: Endpoint, region: str, credentials: Callable[[], Credentials]) -> None:
        """``endpoint`` is that of the bucket; ``credentials`` is called for each request, as they may expire."""
        self._region = region
        self._credentials = credentials
        self._connections = Connections(endpoint)
        self._url = self._connections.url

    def put(self, key: str, headers: Mapping[str, str], body: bytes | BinaryIO) -> tuple[str, bytes]:
        """Send one request, and return the response's ETag, "" without one, and its body.

        Raises:
            S3Error: there was no response, or it is an error.
        """
        response, response_body = self._answer("PUT", quote(key, safe=_SAFE), {}, headers, body)
        return (response.headers["ETag"] or "").strip('"'), response_body

    def get(self, key: str) -> tuple[Mapping[str, str], bytes]:
        """Return the headers, by lower-case name, and the content of an object.

        Raises:
            S3Error: as ``put``.
        """
        headers = {"x-amz-content-sha256": SHA256_OF_NOTHING}
        response, content = self._answer("GET", quote(key, safe=_SAFE), {}, headers, b"")
        return {name.lower(): value for name, value in response.headers.items()}, content

    def call(self, method: str, parameters: Mapping[str, str], headers: Mapping[str, str], body: bytes = b"") -> bytes:
        """Send one request about the bucket itself, and return the response's body.

        Raises:
            S3Error: as ``put``.
        """
        sha256 = {"x-amz-content-sha256": hashlib.sha256(body).hexdigest()}
        return self._answer(method, "", parameters, {**headers, **sha256}, body)[1]

    def _answer(
        self,
        method: str,
        key: str,
        parameters: Mapping[str, str],
        headers: Mapping[str, str],
        body: bytes | BinaryIO,
    ) -> tuple[http.client.HTTPResponse, bytes]:
        """Sign and send a request; return the response and its body, unless it is an error."""
        path = f"{self._url.path}/{key}"
        query = "&".join(sorted(f"{quote(name, safe='')}={quote(parameters[name], safe='')}" for name in parameters))
        signed_headers = signed(
            method,
            self._connections.host,
            path,
            headers,
            query=query,
            region=self._region,
            credentials=self._credentials(),
            now=datetime.now(UTC),
        )
        url = f"{path}?{query}" if query else path
        try:
            response, response_body = self._connections.request(method, url, signed_headers, body)
        except RequestError as error:
            raise S3Error("", str(error)) from error
        # Copies and deletions can fail after their status 200; the body of an object may have any content:
        # https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html
        may_have_error = not (method == "GET" and key)
        if response.status != http.HTTPStatus.OK or (may_have_error and _CODE.search(response_body)):
            raise _error(response.status, response_body)
        return response, response_body

    def close(self) -> None:
        """Close all idle connections; the next request opens a new one."""
        self._connections.close()


def _error(status: int, body: bytes) -> S3Error:
    code, message = _CODE.search(body), _MESSAGE.search(body)
    return S3Error(
        code[1].decode() if code else f"HTTP {status}",
        message[1].decode(errors="replace").rstrip(".") if message else "",
        status,
    )
