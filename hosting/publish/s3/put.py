"""Signed requests to S3 over connections that are reused: PUT, and the few others of a publish."""

from __future__ import annotations

import hashlib
import http.client
import os
import re
import ssl
from base64 import b64encode
from collections import deque
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO
from urllib.parse import SplitResult, quote, unquote, urlsplit

from hosting.publish.s3.errors import S3Error
from hosting.publish.s3.signing import signed

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from hosting.publish.s3.signing import Credentials

_TIMEOUT_S = 60
_BLOCK_BYTES = 1 << 20
_SAFE = "/-_.~"
SHA256_OF_NOTHING = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
_CODE = re.compile(rb"<Code>([^<]+)</Code>")
_MESSAGE = re.compile(rb"<Message>([^<]*)</Message>")


@dataclass(frozen=True)
class BucketEndpoint:
    """The endpoint of a bucket.

    Attributes:
        url: the bucket's URL, without a trailing slash.
        region: the bucket's region.
        ca_bundle: the file of trusted certificates; None for botocore's, False to trust any certificate.
        proxy: the URL of an HTTP proxy, None without one.
    """

    url: str
    region: str
    ca_bundle: str | bool | None = None
    proxy: str | None = None


class PutClient:
    """Sends requests to one bucket, from any number of threads."""

    def __init__(self, endpoint: BucketEndpoint, credentials: Callable[[], Credentials]) -> None:
        """``credentials`` is called for each request, as credentials may expire."""
        self._endpoint = endpoint
        self._credentials = credentials
        self._url = urlsplit(endpoint.url)
        # The append and pop of a deque are atomic.
        self._idle: deque[http.client.HTTPConnection] = deque()
        self._tls = _tls_context(endpoint) if self._url.scheme == "https" else None

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
            self._url.netloc,
            path,
            headers,
            query=query,
            region=self._endpoint.region,
            credentials=self._credentials(),
            now=datetime.now(UTC),
        )
        url = f"{path}?{query}" if query else path
        response, response_body = self._request(method, url, signed_headers, body)
        # Copies and deletions can fail after their status 200; the body of an object may have any content:
        # https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html
        may_have_error = not (method == "GET" and key)
        if response.status != http.HTTPStatus.OK or (may_have_error and _CODE.search(response_body)):
            raise _error(response.status, response_body)
        return response, response_body

    def _request(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes | BinaryIO
    ) -> tuple[http.client.HTTPResponse, bytes]:
        """Send a request over an idle or a new connection, and return the response and its body."""
        connection = self._connection()
        try:
            is_complete = _send(connection, method, url, body, headers)
            response = connection.getresponse()
            response_body = response.read()
        except (OSError, http.client.HTTPException) as error:
            connection.close()
            raise S3Error("", str(error) or type(error).__name__) from error
        if is_complete:
            self._idle.append(connection)
        else:
            connection.close()
        return response, response_body

    def close(self) -> None:
        """Close all idle connections; the next request opens a new one."""
        while self._idle:
            self._idle.pop().close()

    def _connection(self) -> http.client.HTTPConnection:
        try:
            return self._idle.pop()
        except IndexError:
            return self._connect()

    def _connect(self) -> http.client.HTTPConnection:
        host, port = self._url.hostname or "", self._url.port
        if self._tls is None:
            return http.client.HTTPConnection(host, port, timeout=_TIMEOUT_S, blocksize=_BLOCK_BYTES)
        if self._endpoint.proxy is None:
            return http.client.HTTPSConnection(
                host, port, timeout=_TIMEOUT_S, blocksize=_BLOCK_BYTES, context=self._tls
            )
        proxy = _proxy_url(self._endpoint.proxy)
        connection = http.client.HTTPSConnection(
            proxy.hostname or "",
            proxy.port or 80,
            timeout=_TIMEOUT_S,
            blocksize=_BLOCK_BYTES,
            context=self._tls,
        )
        connection.set_tunnel(host, port or 443, _proxy_headers(proxy))
        return connection


def _send(
    connection: http.client.HTTPConnection, method: str, url: str, body: bytes | BinaryIO, headers: Mapping[str, str]
) -> bool:
    """Send a request; return whether all of it was sent, as S3 may refuse a large body before its end."""
    try:
        connection.request(method, url, body, dict(headers))
    except (BrokenPipeError, ConnectionResetError):
        # The reason is in the response, if there is one.
        return False
    return True


def _proxy_url(url: str) -> SplitResult:
    """Return a proxy's URL; the setting may be only a host and a port."""
    return urlsplit(url if "//" in url else f"http://{url}")


def _proxy_headers(proxy: SplitResult) -> dict[str, str]:
    """Return the headers that authenticate at a proxy."""
    if proxy.username is None:
        return {}
    user_password = f"{unquote(proxy.username)}:{unquote(proxy.password or '')}"
    return {"Proxy-Authorization": f"Basic {b64encode(user_password.encode()).decode()}"}


def _tls_context(endpoint: BucketEndpoint) -> ssl.SSLContext:
    if endpoint.ca_bundle is False:
        return ssl._create_unverified_context()  # noqa: S323, SLF001 - `aws:insecure` requires this  # nosec B323
    ca_bundle = endpoint.ca_bundle if isinstance(endpoint.ca_bundle, str) else os.environ.get("AWS_CA_BUNDLE")
    return ssl.create_default_context(cafile=ca_bundle or _default_ca_bundle())


def _default_ca_bundle() -> str:
    """Return the file of botocore's ``get_cert_path``, whose module imports most of botocore and takes 0.2 s."""
    try:
        from certifi import where  # noqa: PLC0415 - installed only beside other packages
    except ImportError:
        import botocore  # noqa: PLC0415 - only without certifi

        return str(Path(botocore.__file__).with_name("cacert.pem"))
    return where()


def _error(status: int, body: bytes) -> S3Error:
    code, message = _CODE.search(body), _MESSAGE.search(body)
    return S3Error(
        code[1].decode() if code else f"HTTP {status}",
        message[1].decode(errors="replace").rstrip(".") if message else "",
        status,
    )
