"""Connections to one host, which are reused, from any number of threads, through a proxy if there is one.

The clients of the bucket and of the key-value store have them: boto3's clients take several times as long to import,
and for each request.
"""

from __future__ import annotations

import http.client
import os
import ssl
import time
import weakref
from base64 import b64encode
from collections import deque
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO
from urllib.parse import SplitResult, unquote, urlsplit

from hosting.aws.proxies import proxy_for

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hosting.aws.settings import AwsSettings

_BLOCK_BYTES = 1 << 20
# A server may close an idle connection; then a request over it has no response.
_MAX_IDLE_S = 10
# Idle connections, with the time since when they are idle.
_Idle = deque[tuple[http.client.HTTPConnection, float]]


@dataclass(frozen=True)
class Endpoint:
    """An endpoint of AWS.

    Attributes:
        url: its URL, without a trailing slash.
        ca_bundle: the file of trusted certificates; None for botocore's, False to trust any certificate.
        proxy: the URL of an HTTP proxy, None without one.
        connect_timeout_s: how long a connection may take.
        timeout_s: how long the server may be silent.
    """

    url: str
    ca_bundle: str | bool | None = None
    proxy: str | None = None
    connect_timeout_s: float = 60
    timeout_s: float = 60


def endpoint_of(url: str, settings: AwsSettings, **timeouts: float) -> Endpoint:
    """Return the endpoint with this URL, with the certificates and the proxy of the settings."""
    bundle = False if settings.values.get("insecure") else settings.values.get("customCaBundle")
    return Endpoint(url, bundle, proxy_for(url, settings.values, os.environ), **timeouts)


class RequestError(Exception):
    """A request without a whole response.

    Attributes:
        is_sent: whether the server may have got it.
    """

    def __init__(self, error: Exception, *, is_sent: bool) -> None:
        super().__init__(str(error) or type(error).__name__)
        self.is_sent = is_sent


class Connections:
    """The connections to one endpoint."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint
        self.url = urlsplit(endpoint.url)
        # The append and pop of a deque are atomic.
        self._idle: _Idle = deque()
        self._tls = _tls_context(endpoint) if self.url.scheme == "https" else None
        weakref.finalize(self, _close, self._idle)

    @property
    def host(self) -> str:
        """The host with its port, as the header `Host` has it."""
        return self.url.netloc.rpartition("@")[2]

    def request(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes | BinaryIO | None
    ) -> tuple[http.client.HTTPResponse, bytes]:
        """Send a request over an idle or a new connection, and return the response and its body.

        Raises:
            RequestError: there was no whole response.
        """
        connection = self._connection()
        try:
            is_complete = _send(connection, method, url, body, headers)
            response = connection.getresponse()
            response_body = response.read()
        except (OSError, http.client.HTTPException) as error:
            connection.close()
            raise RequestError(error, is_sent=True) from error
        if is_complete:
            self._idle.append((connection, time.monotonic()))
        else:
            connection.close()
        return response, response_body

    def close(self) -> None:
        """Close all idle connections; the next request opens a new one."""
        _close(self._idle)

    def _connection(self) -> http.client.HTTPConnection:
        """Return an idle connection, or a new one."""
        try:
            connection, since = self._idle.pop()
        except IndexError:
            return self._connected()
        if time.monotonic() - since < _MAX_IDLE_S:
            return connection
        connection.close()
        return self._connected()

    def _connected(self) -> http.client.HTTPConnection:
        connection = self._new()
        try:
            connection.connect()
        except (OSError, http.client.HTTPException) as error:
            connection.close()
            raise RequestError(error, is_sent=False) from error
        connection.sock.settimeout(self._endpoint.timeout_s)
        return connection

    def _new(self) -> http.client.HTTPConnection:
        host, port, timeout_s = self.url.hostname or "", self.url.port, self._endpoint.connect_timeout_s
        if self._tls is None:
            return http.client.HTTPConnection(host, port, timeout=timeout_s, blocksize=_BLOCK_BYTES)
        if self._endpoint.proxy is None:
            return http.client.HTTPSConnection(host, port, timeout=timeout_s, blocksize=_BLOCK_BYTES, context=self._tls)
        proxy = _proxy_url(self._endpoint.proxy)
        connection = http.client.HTTPSConnection(
            proxy.hostname or "", proxy.port or 80, timeout=timeout_s, blocksize=_BLOCK_BYTES, context=self._tls
        )
        connection.set_tunnel(host, port or 443, _proxy_headers(proxy))
        return connection


def _close(idle: _Idle) -> None:
    while idle:
        idle.pop()[0].close()


def _send(
    connection: http.client.HTTPConnection,
    method: str,
    url: str,
    body: bytes | BinaryIO | None,
    headers: Mapping[str, str],
) -> bool:
    """Send a request; return whether all of it was sent, as a server may refuse a large body before its end."""
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


def _tls_context(endpoint: Endpoint) -> ssl.SSLContext:
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
