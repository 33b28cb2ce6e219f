"""PUT requests to S3 over connections that stay open from one to the next."""

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
_BLOCK = 1 << 20
_CODE = re.compile(rb"<Code>([^<]+)</Code>")
_MESSAGE = re.compile(rb"<Message>([^<]*)</Message>")


@dataclass(frozen=True)
class Place:
    """Where a bucket answers.

    Attributes:
        url: the bucket's, without a slash at its end.
        region: its region.
        ca_bundle: the certificates to trust; None for botocore's, False to trust anyone.
        proxy: the URL of the HTTP proxy on the way there; None for none.
    """

    url: str
    region: str
    ca_bundle: str | bool | None = None
    proxy: str | None = None


class Transfer:
    """Puts objects into one bucket, from as many threads as there are."""

    def __init__(self, place: Place, credentials: Callable[[], Credentials]) -> None:
        """``credentials`` is asked before each request: what expires is renewed by then."""
        self._place = place
        self._credentials = credentials
        self._parts = urlsplit(place.url)
        # Its append and pop are atomic.
        self._idle: deque[http.client.HTTPConnection] = deque()
        self._tls = _tls(place) if self._parts.scheme == "https" else None

    def put(self, key: str, headers: Mapping[str, str], body: bytes | BinaryIO) -> tuple[str, bytes]:
        """Send one request, and return the answer's ETag, "" without one, and its body.

        Raises:
            S3Error: there was no answer, or one that says no.
        """
        path = self._parts.path + "/" + quote(key, safe="/-_.~")
        whole = signed(
            "PUT",
            self._parts.netloc,
            path,
            headers,
            region=self._place.region,
            credentials=self._credentials(),
            now=datetime.now(UTC),
        )
        connection = self._connection()
        try:
            all_sent = _sent(connection, path, body, whole)
            response = connection.getresponse()
            answer = response.read()
        except (OSError, http.client.HTTPException) as error:
            connection.close()
            raise S3Error("", str(error) or type(error).__name__) from error
        if all_sent:
            self._idle.append(connection)
        else:
            connection.close()
        if response.status != http.HTTPStatus.OK or _CODE.search(answer):
            # A copy may fail after its 200: https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html
            raise _refusal(response.status, answer)
        return (response.headers["ETag"] or "").strip('"'), answer

    def close(self) -> None:
        """Close the connections; the next request opens another."""
        while self._idle:
            self._idle.pop().close()

    def _connection(self) -> http.client.HTTPConnection:
        try:
            return self._idle.pop()
        except IndexError:
            return self._connect()

    def _connect(self) -> http.client.HTTPConnection:
        host, port = self._parts.hostname or "", self._parts.port
        if self._tls is None:
            return http.client.HTTPConnection(host, port, timeout=_TIMEOUT_S, blocksize=_BLOCK)
        if self._place.proxy is None:
            return http.client.HTTPSConnection(host, port, timeout=_TIMEOUT_S, blocksize=_BLOCK, context=self._tls)
        via = _proxy(self._place.proxy)
        connection = http.client.HTTPSConnection(
            via.hostname or "", via.port or 80, timeout=_TIMEOUT_S, blocksize=_BLOCK, context=self._tls
        )
        connection.set_tunnel(host, port or 443, _proxy_headers(via))
        return connection


def _sent(
    connection: http.client.HTTPConnection, path: str, body: bytes | BinaryIO, headers: Mapping[str, str]
) -> bool:
    """Send a request, and tell whether all of it went: S3 may refuse a large body before it has come in."""
    try:
        connection.request("PUT", path, body, dict(headers))
    except (BrokenPipeError, ConnectionResetError):
        # Why is in the answer, if there is one.
        return False
    return True


def _proxy(url: str) -> SplitResult:
    """Return a proxy's URL, which may be a host and a port alone."""
    return urlsplit(url if "//" in url else f"http://{url}")


def _proxy_headers(via: SplitResult) -> dict[str, str]:
    """Return what tells a proxy who asks."""
    if via.username is None:
        return {}
    who = f"{unquote(via.username)}:{unquote(via.password or '')}"
    return {"Proxy-Authorization": f"Basic {b64encode(who.encode()).decode()}"}


def _tls(place: Place) -> ssl.SSLContext:
    if place.ca_bundle is False:
        return ssl._create_unverified_context()  # noqa: S323, SLF001 - `aws:insecure` asks for exactly this
    # With it comes most of botocore, which a publish without TLS or with nothing to send does without.
    from botocore.httpsession import get_cert_path  # noqa: PLC0415 - see above

    given = place.ca_bundle if isinstance(place.ca_bundle, str) else os.environ.get("AWS_CA_BUNDLE")
    return ssl.create_default_context(cafile=given or str(get_cert_path(verify=True)))


def _refusal(status: int, answer: bytes) -> S3Error:
    code, message = _CODE.search(answer), _MESSAGE.search(answer)
    return S3Error(
        code[1].decode() if code else f"HTTP {status}",
        message[1].decode(errors="replace").rstrip(".") if message else "",
        status,
    )
