"""PUT requests to S3 over connections that are reused."""

from __future__ import annotations

import http.client
import os
import re
import ssl
from base64 import b64encode
from collections import deque
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, BinaryIO
from urllib.parse import SplitResult, quote, unquote, urlsplit

from hosting.publish.s3.errors import S3Error
from hosting.publish.s3.signing import signed

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from hosting.publish.s3.signing import Credentials

_TIMEOUT_S = 60
_BLOCK_BYTES = 1 << 20
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
    """Sends PUT requests to one bucket, from any number of threads."""

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
        path = self._url.path + "/" + quote(key, safe="/-_.~")
        signed_headers = signed(
            "PUT",
            self._url.netloc,
            path,
            headers,
            region=self._endpoint.region,
            credentials=self._credentials(),
            now=datetime.now(UTC),
        )
        response, response_body = self._request(path, signed_headers, body)
        if response.status != http.HTTPStatus.OK or _CODE.search(response_body):
            # A copy can fail after its status 200: https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html
            raise _error(response.status, response_body)
        return (response.headers["ETag"] or "").strip('"'), response_body

    def _request(
        self, path: str, headers: Mapping[str, str], body: bytes | BinaryIO
    ) -> tuple[http.client.HTTPResponse, bytes]:
        """Send a request over an idle or a new connection, and return the response and its body."""
        connection = self._connection()
        try:
            is_complete = _send(connection, path, body, headers)
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
    connection: http.client.HTTPConnection, path: str, body: bytes | BinaryIO, headers: Mapping[str, str]
) -> bool:
    """Send a request; return whether all of it was sent, as S3 may refuse a large body before its end."""
    try:
        connection.request("PUT", path, body, dict(headers))
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
    # This imports most of botocore, which a publish without TLS or without uploads does not need.
    from botocore.httpsession import get_cert_path  # noqa: PLC0415 - see above

    ca_bundle = endpoint.ca_bundle if isinstance(endpoint.ca_bundle, str) else os.environ.get("AWS_CA_BUNDLE")
    return ssl.create_default_context(cafile=ca_bundle or str(get_cert_path(verify=True)))


def _error(status: int, body: bytes) -> S3Error:
    code, message = _CODE.search(body), _MESSAGE.search(body)
    return S3Error(
        code[1].decode() if code else f"HTTP {status}",
        message[1].decode(errors="replace").rstrip(".") if message else "",
        status,
    )
