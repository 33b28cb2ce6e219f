"""The HTTP client: what it sends, what it follows, and what it does about broken connections."""

from __future__ import annotations

import gzip
import hashlib
import http.client
import socket
import ssl
import sys
from typing import TYPE_CHECKING

import brotli
import pytest

from hosting.answers.expected import Expected
from hosting.verify.checks import Check
from hosting.verify.http_client import ClientOptions, Credentials, HttpClient, encodings
from tests.unit.verify.server import ChosenAnswers, Page

if TYPE_CHECKING:
    from collections.abc import Callable

    from hosting.answers.comparison import Answer

PAGE = Page(b"<h1>home</h1>", headers={"X-Amz-Cf-Pop": "FRA56-P4"})


def client_of(url: str, credentials: Credentials | None = None) -> HttpClient:
    """Return a client for a site."""
    return HttpClient(ClientOptions(url, ssl.create_default_context(), credentials))


def ask(url: str, *, follows: bool = False, encoding: str = "identity") -> Answer:
    """Return the answer to one request."""
    with client_of(url) as client:
        return client.answer(Check("files", url, (), follows_redirects=follows, accept_encoding=encoding))


def test_an_answer_has_status_headers_and_hash() -> None:
    """The body is hashed, and only its beginning kept."""
    body = b"x" * 300_000
    with ChosenAnswers({"/a?b=c": [Page(body, headers={"X-Amz-Cf-Pop": "FRA56-P4"})]}) as server:
        answer = ask(f"{server.url}/a?b=c")
    assert (answer.status, answer.size, answer.error) == (200, 300_000, "")
    assert answer.sha256 == hashlib.sha256(body).hexdigest()
    assert answer.start == b"x" * 1_000
    assert answer.headers["x-amz-cf-pop"] == "FRA56-P4"


def test_a_request_of_a_test() -> None:
    """It has its own headers in place of the client's, and the body is kept where texts are expected in it."""
    body = b"x" * 2_000 + b"end"
    with ChosenAnswers({"/": [Page(body)]}) as server:
        check = Check(
            "edge tests",
            f"{server.url}/",
            (Expected(200, contains=("end",)),),
            headers={"host": "www.example.com", "accept-encoding": "br"},
        )
        with client_of(server.url) as client:
            answer = client.answer(check)
        ((_, sent),) = server.requests
    assert (sent["Host"], sent["Accept-Encoding"]) == ("www.example.com", "br")
    assert (answer.body, answer.start) == (body, body[:1_000])


def test_a_connection_is_kept_open() -> None:
    """Several requests use one connection; a new one replaces what the server has closed in between."""
    with ChosenAnswers({"/": [PAGE, PAGE, Page(b"", headers={"X-Close": "silently"}), PAGE]}) as server:
        with client_of(server.url) as client:
            check = Check("files", f"{server.url}/", ())
            answers = [client.answer(check) for _ in range(4)]
        assert [answer.status for answer in answers] == [200] * 4
        assert server.connections == 2


def test_a_server_without_an_answer() -> None:
    """A new connection is not tried twice, and the reason is in the answer."""
    with ChosenAnswers({"/": [None]}) as server:
        answer = ask(f"{server.url}/")
        assert answer.error == "the connection was closed without an answer"
        assert server.connections == 1


@pytest.mark.parametrize(
    ("page", "error"),
    [
        (Page(b"half", missing_bytes=4), "the connection was cut 4 bytes before the end of the body"),
        (Page(b"half", is_chunked=True), "the connection was cut before the end of the body"),
        (Page(b"no gzip", headers={"Content-Encoding": "gzip"}), "incorrect header check"),
        (Page(b"no brotli" * 9, headers={"Content-Encoding": "br"}), "the body is not valid Brotli"),
    ],
)
def test_a_broken_body(page: Page, error: str) -> None:
    """A body that is cut off or can't be decoded is no answer."""
    encoding = page.headers.get("Content-Encoding", "identity")
    with ChosenAnswers({"/": [page]}) as server:
        answer = ask(f"{server.url}/", encoding=encoding)
    assert answer.status == 0
    assert error in answer.error


@pytest.mark.parametrize(("encoding", "compress"), [("gzip", gzip.compress), ("br", brotli.compress)])
def test_a_body_is_decoded_if_its_encoding_was_asked_for(encoding: str, compress: Callable[[bytes], bytes]) -> None:
    """A file that is stored compressed is compared as it is."""
    stored = compress(b"home")
    with ChosenAnswers({"/": [Page(stored, headers={"Content-Encoding": encoding})]}) as server:
        asked, identity = ask(f"{server.url}/", encoding=encoding), ask(f"{server.url}/")
    assert asked.sha256 == hashlib.sha256(b"home").hexdigest()
    assert identity.sha256 == hashlib.sha256(stored).hexdigest()


def test_redirects_are_followed_on_the_same_host_only() -> None:
    """Up to five of them, and never without being asked to."""
    with ChosenAnswers({"/": [PAGE]}) as other:
        pages: dict[str, list[Page | None]] = {
            "/old": [Page(status=301, headers={"Location": "/new"})],
            "/new": [PAGE],
            "/away": [Page(status=302, headers={"Location": f"{other.url}/"})],
            "/loop": [Page(status=302, headers={"Location": "/loop"})],
        }
        with ChosenAnswers(pages) as server:
            followed, away = ask(f"{server.url}/old", follows=True), ask(f"{server.url}/away", follows=True)
            plain, loop = ask(f"{server.url}/old"), ask(f"{server.url}/loop", follows=True)
            assert (followed.status, followed.url) == (200, f"{server.url}/new")
            assert (away.status, plain.status, loop.status) == (302, 301, 302)
        assert other.requests == []


def test_only_the_site_gets_the_password() -> None:
    """Not another host, not an anonymous check; and no repr has it."""
    credentials = Credentials("me", "secret")
    with ChosenAnswers({"/": [PAGE]}) as site, ChosenAnswers({"/": [PAGE]}) as other:
        with client_of(site.url, credentials) as client:
            client.answer(Check("files", f"{site.url}/", ()))
            client.answer(Check("files", f"{site.url}/", (), is_anonymous=True))
            client.answer(Check("bucket", f"{other.url}/", ()))
        sent = [headers.get("Authorization") for _, headers in (*site.requests, *other.requests)]
    assert sent == ["Basic bWU6c2VjcmV0", None, None]
    assert "secret" not in repr(ClientOptions(site.url, ssl.create_default_context(), credentials))


def test_a_host_that_does_not_exist(monkeypatch: pytest.MonkeyPatch) -> None:
    """The error differs from that of a host that does not answer."""

    def refuse(*_: object, **__: object) -> None:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "create_connection", refuse)
    answer = ask("https://missing.example/")
    assert answer.is_unknown_host
    assert answer.error == "the host does not exist (Name or service not known)"


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (TimeoutError(), "no answer within 20 s"),
        (ConnectionRefusedError(111, "Connection refused"), "Connection refused"),
        (http.client.BadStatusLine("x"), "x"),
        (http.client.HTTPException(), "HTTPException"),
    ],
)
def test_the_reason_for_no_answer(monkeypatch: pytest.MonkeyPatch, error: Exception, reason: str) -> None:
    """Each error has a sentence."""

    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(socket, "create_connection", fail)
    assert ask("http://www.example.com/").error == reason


def test_an_invalid_certificate(monkeypatch: pytest.MonkeyPatch) -> None:
    """The reason is OpenSSL's."""
    error = ssl.SSLCertVerificationError(1, "failed")
    error.verify_message = "self-signed certificate"

    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(socket, "create_connection", fail)
    assert ask("https://www.example.com/").error == "the certificate is not valid (self-signed certificate)"


def test_brotli_is_asked_for_if_it_can_be_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    """The package is optional."""
    assert encodings() == ["gzip", "br"]
    monkeypatch.setitem(sys.modules, "brotli", None)
    assert encodings() == ["gzip"]
