"""The HTTP client: one connection a host and thread, kept open. It follows redirects on the same host only.

The standard library's client takes half of urllib3's CPU time for a request, and needs no other package.
"""

from __future__ import annotations

import hashlib
import http.client
import socket
import ssl
import zlib
from base64 import b64encode
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol, Self
from urllib.parse import urljoin, urlsplit

from hosting.answers.comparison import NO_SUCH_HOST, Answer
from hosting.verify.checks import origin_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from hosting.verify.checks import Check

_TIMEOUT_S = 20
_CHUNK_BYTES = 1 << 18
_START_BYTES = 1_000
_MOST_REDIRECTS = 5
_REDIRECTS = (301, 302, 303, 307, 308)
_GZIP_WINDOW = 31
_USER_AGENT = "hosting-verify"


class _CutConnectionError(http.client.HTTPException):
    """The body is shorter than announced, which ``read(amount)`` does not report."""


class Decoder(Protocol):
    """Decodes a body, part by part."""

    def decode(self, data: bytes) -> bytes:
        """Return the next decoded bytes."""


class _Identity:
    def decode(self, data: bytes) -> bytes:
        return data


class _Gzip:
    def __init__(self) -> None:
        self._decoder = zlib.decompressobj(_GZIP_WINDOW)

    def decode(self, data: bytes) -> bytes:
        return self._decoder.decompress(data)


class _Brotli:
    def __init__(self) -> None:
        import brotli  # noqa: PLC0415 - an optional package

        self._decoder, self._error = brotli.Decompressor(), brotli.error

    def decode(self, data: bytes) -> bytes:
        try:
            return bytes(self._decoder.process(data))
        except self._error as error:
            raise ValueError("the body is not valid Brotli") from error


_DECODERS: dict[str, Callable[[], Decoder]] = {"gzip": _Gzip, "br": _Brotli}


def encodings() -> list[str]:
    """Return the encodings that can be decoded: Brotli needs the package ``brotli``."""
    try:
        _Brotli()
    except ImportError:
        return ["gzip"]
    return ["gzip", "br"]


@dataclass(frozen=True)
class Credentials:
    """The user name and password of a site. The repr has no password."""

    username: str
    password: str = field(repr=False)

    @property
    def header(self) -> str:
        """The value of the Authorization header."""
        return "Basic " + b64encode(f"{self.username}:{self.password}".encode()).decode()


@dataclass(frozen=True)
class ClientOptions:
    """What all connections share.

    Attributes:
        site: the site's URL; only its origin gets the password.
        tls: verifies certificates.
        credentials: the site's password; None without one.
    """

    site: str
    tls: ssl.SSLContext
    credentials: Credentials | None = None


class HttpClient:
    """The connections of one thread."""

    def __init__(self, options: ClientOptions) -> None:
        self._options = options
        self._site = origin_of(options.site)
        self._connections: dict[str, http.client.HTTPConnection] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for connection in self._connections.values():
            connection.close()

    def answer(self, check: Check) -> Answer:
        """Send a check's request, and return its answer."""
        url = check.url
        for _ in range(_MOST_REDIRECTS if check.follows_redirects else 0):
            found = self._fetch(url, check)
            target = urljoin(url, found.headers.get("location", ""))
            if found.status not in _REDIRECTS or origin_of(target) != origin_of(url):
                return found
            url = target
        return self._fetch(url, check)

    def _fetch(self, url: str, check: Check) -> Answer:
        try:
            return self._exchange(url, check)
        except socket.gaierror as error:
            return Answer(url, NO_SUCH_HOST, error=f"the host does not exist ({error.strerror})", is_unknown_host=True)
        except (OSError, http.client.HTTPException, ValueError, zlib.error) as error:
            return Answer(url, error=_reason(error))

    def _exchange(self, url: str, check: Check) -> Answer:
        """Send a request; once more on a new connection if the server has closed the idle one."""
        origin = origin_of(url)
        is_reused = origin in self._connections
        try:
            return self._send(url, origin, check)
        except (http.client.RemoteDisconnected, ConnectionError, http.client.CannotSendRequest):
            self._drop(origin)
            if not is_reused:
                raise
            return self._send(url, origin, check)

    def _send(self, url: str, origin: str, check: Check) -> Answer:
        connection = self._connections.get(origin) or self._connect(origin)
        self._connections[origin] = connection
        parts = urlsplit(url)
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        try:
            connection.request(check.method, target, headers=self._headers(origin, check))
            return _read(url, connection.getresponse(), check)
        except BaseException:
            # The rest of the body would be read as the next answer.
            self._drop(origin)
            raise

    def _headers(self, origin: str, check: Check) -> dict[str, str]:
        headers = {"User-Agent": _USER_AGENT, "Accept": "*/*", "Accept-Encoding": check.accept_encoding}
        credentials = self._options.credentials
        if credentials and origin == self._site and not check.is_anonymous:
            headers["Authorization"] = credentials.header
        return {**headers, **{name.title(): value for name, value in check.headers.items()}}

    def _connect(self, origin: str) -> http.client.HTTPConnection:
        parts = urlsplit(origin)
        host = parts.hostname or ""
        if parts.scheme == "https":
            return http.client.HTTPSConnection(host, parts.port, timeout=_TIMEOUT_S, context=self._options.tls)
        return http.client.HTTPConnection(host, parts.port, timeout=_TIMEOUT_S)

    def _drop(self, origin: str) -> None:
        connection = self._connections.pop(origin, None)
        if connection is not None:
            connection.close()


def _read(url: str, response: http.client.HTTPResponse, check: Check) -> Answer:
    """Read the body; it is decoded only if the check asks for an encoding."""
    headers = {name.lower(): value for name, value in response.getheaders()}
    encoding = headers.get("content-encoding", "")
    decoder = _DECODERS[encoding]() if encoding and encoding == check.accept_encoding else _Identity()
    digest, size, start, body = hashlib.sha256(), 0, b"", bytearray()
    while data := response.read(_CHUNK_BYTES):
        decoded = decoder.decode(data)
        start += decoded[: _START_BYTES - len(start)]
        digest.update(decoded)
        size += len(decoded)
        if check.needs_body:
            body += decoded
    if response.length:
        raise _CutConnectionError(f"the connection was cut {response.length} bytes before the end of the body")
    return Answer(url, response.status, headers, digest.hexdigest(), size, start, bytes(body))


def _reason(error: Exception) -> str:
    if isinstance(error, http.client.IncompleteRead):
        return "the connection was cut before the end of the body"
    if isinstance(error, http.client.RemoteDisconnected):
        return "the connection was closed without an answer"
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"the certificate is not valid ({error.verify_message})"
    if isinstance(error, TimeoutError):
        return f"no answer within {_TIMEOUT_S} s"
    return str(getattr(error, "strerror", None) or error) or type(error).__name__
