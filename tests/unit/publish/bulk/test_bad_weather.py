"""Publishing through a front that refuses, drops and delays: what S3 and networks do on a bad day."""

from __future__ import annotations

import http.client
import itertools
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from hosting.aws.settings import AwsSettings
from hosting.errors import PublishError
from tests.unit.publish.bulk.conftest import Recording, many

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.unit.publish.bulk.conftest import Site

SLOW_DOWN = b"<Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message></Error>"
EXPIRED = b"<Error><Code>ExpiredToken</Code><Message>The provided token has expired.</Message></Error>"


class Front(ThreadingHTTPServer):
    """Passes requests on to the cloud; PUTs of pages only as `weather` lets them."""

    daemon_threads = True

    def __init__(self, cloud: str) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.cloud = urlsplit(cloud)
        self.numbers = itertools.count()
        self.weather = "fine"
        self.refused = 0


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    server: Front

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        """Say nothing."""

    def do_GET(self) -> None:
        """Pass it on."""
        self._pass_on()

    do_POST = do_DELETE = do_HEAD = do_GET  # noqa: N815 - names of the base class

    def do_PUT(self) -> None:
        """Pass it on, or not."""
        number = next(self.server.numbers)
        if not self.path.endswith(".html") or self.server.weather == "fine":
            self._pass_on()
        elif self.server.weather == "rain" and number % 5 == 0:
            self._refuse(503, SLOW_DOWN)
        elif self.server.weather == "rain" and number % 7 == 0:
            self.server.refused += 1
            self.close_connection = True
        elif self.server.weather == "night" and number > 40:
            self._refuse(400, EXPIRED)
        else:
            self._pass_on()

    def _refuse(self, status: int, body: bytes) -> None:
        self.server.refused += 1
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self._answer(status, [], body)

    def _pass_on(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        to = http.client.HTTPConnection(self.server.cloud.hostname or "", self.server.cloud.port, timeout=20)
        to.request(self.command, self.path, body, dict(self.headers))
        answer = to.getresponse()
        data = answer.read()
        to.close()
        kept = [(name, value) for name, value in answer.getheaders() if name.lower() not in _ANEW]
        self._answer(answer.status, kept, data)

    def _answer(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        self.send_response_only(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


_ANEW = {"content-length", "transfer-encoding", "connection"}


@pytest.fixture
def front(site: Site, endpoint: str) -> Iterator[Front]:
    """Put a front before the site's bucket."""
    server = Front(endpoint)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    url = f"http://127.0.0.1:{server.server_port}"
    straight = site.store
    settings = AwsSettings("us-east-1", {"accessKey": "test", "secretKey": "test", "endpoints": [{"s3": url}]})
    site.store = Recording(site.bucket, settings)
    yield server
    site.store.close_connections()
    site.store._s3.close()
    site.store = straight
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_publish_gets_through_slow_downs_and_lost_connections(site: Site, front: Front) -> None:
    """One request in three fails for a passing reason; all files arrive, and visitors would notice nothing."""
    site.files |= many(60)
    front.weather = "rain"
    done = site.publish()
    assert front.refused > 10
    front.weather = "fine"
    assert site.seen(done) == site.files


def test_credentials_that_expire_end_a_publish_that_the_next_one_continues(site: Site, front: Front) -> None:
    """The message says why and what to do; with new ones only the rest is sent."""
    site.files |= many(100)
    front.weather = "night"
    with pytest.raises(PublishError, match=r"ExpiredToken: .* has expired\. The live site is unchanged"):
        site.publish()
    arrived = set(site.store.uploaded)
    assert arrived
    front.weather = "fine"
    done = site.publish()
    assert arrived & set(site.store.uploaded) == set()
    assert site.seen(done) == site.files
