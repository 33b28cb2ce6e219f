"""Proxies over HTTP, deployed by the real engine: an API on loopback with an app, a site of pages, and bulk mode."""

from __future__ import annotations

import http.client
import json
import socket
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from sandbox.tests.echo_api import EchoApi

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.e2e.harness import Answer, Project

SITE = {
    "index.html": "<h1>home</h1>",
    "about.html": "<h1>about</h1>",
    "app.js": "console.log('app')",
    "_headers": "/*\n  X-Own: site\n",
}
NOT_FOUND = "<h1>not here</h1>"
PASSWORD = {"Authorization": "Basic cHJldmlldzpjb3JyZWN0LWhvcnNl"}


@pytest.fixture(scope="module")
def api() -> Iterator[EchoApi]:
    """An API."""
    with EchoApi() as running:
        yield running


def rules(api: EchoApi) -> str:
    """Return a `_redirects` with proxies to the API."""
    return f"/api/old /new 302\n/api/* {api.url}/v1/:splat 200\n/hook {api.url}/in 200\n/home / 301\n"


def project_with(new_project: Callable[[str], Project], files: dict[str, str], **config: str) -> Project:
    """Return a PROD stack of these files; `website_routing` stands for `website:routing`."""
    project = new_project("prod")
    for path, text in files.items():
        project.write(f"www/{path}", text)
    for key, value in {"publish_directory": "www", **config}.items():
        project.config(key.replace("_", ":"), value)
    return project


@pytest.fixture(scope="module")
def app(new_project: Callable[[str], Project], api: EchoApi) -> Project:
    """Return the deployed stack of an app for the tests of this module, which run in order."""
    files = {**SITE, "_redirects": rules(api)}
    project = project_with(new_project, files, website_routing="spa")
    project.up()
    return project


def request_of(answer: Answer) -> dict[str, Any]:
    """Return the request that the API got, from its response."""
    found: dict[str, Any] = json.loads(answer.text)
    return found


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE"])
def test_what_the_api_gets(app: Project, method: str) -> None:
    """The API gets method, path, query, cookies and body unchanged, and the visitor's Host in a header."""
    body = None if method == "GET" else '{"ä": 1}'.encode()
    headers = {"Cookie": "a=b; c=d", "Authorization": "Bearer token", "X-Forwarded-Host": "evil.example"}
    answer = app.get("/api/a+b/%2Fc?x=1&x=%20", method=method, headers=headers, body=body)
    assert answer.status == 200
    assert (request_of(answer)["method"], request_of(answer)["target"]) == (method, "/v1/a+b/%2Fc?x=1&x=%20")
    assert request_of(answer)["body"] == (body or b"").decode()
    sent = request_of(answer)["headers"]
    assert (sent["cookie"], sent["authorization"], sent["host"]) == ("a=b; c=d", "Bearer token", "localhost")
    assert sent["x-forwarded-host"] == app.outputs()["distributionDomain"]


def test_the_answers_are_the_apis(app: Project) -> None:
    """A response of the API has its own headers, and none of the site's."""
    page, answer = app.get("/").headers, app.get("/api/x").headers
    assert (page["x-own"], page["referrer-policy"]) == ("site", "strict-origin-when-cross-origin")
    assert {"x-own", "referrer-policy", "strict-transport-security", "cache-control"} & answer.keys() == set()
    assert (answer["set-cookie"], answer["content-type"]) == ("a=b; HttpOnly", "application/json")
    moved = app.get("/api/moved")
    assert (moved.status, moved.headers["location"]) == (302, "https://api.example.com/there")
    head = app.get("/api/x", method="HEAD")
    assert (head.status, head.body) == (200, b"")


def test_which_paths_are_the_apis(app: Project, api: EchoApi) -> None:
    """The API gets `/api` and the paths below it, earlier redirects apply, and the app gets all other paths."""
    for path, target in (("/api", "/v1/"), ("/api/", "/v1/"), ("/api/x.js", "/v1/x.js"), ("/hook/?a", "/in?a")):
        assert request_of(app.get(path))["target"] == target
    before = len(api.requests)
    old = app.get("/api/old")
    assert (old.status, old.headers["location"]) == (302, "/new")
    assert app.get("/home").headers["location"] == "/"
    for path in ("/client/route", "/apis/x", "/API/x"):
        assert app.get(path).text == SITE["index.html"]
    assert app.get("/app.js").text == SITE["app.js"]
    assert len(api.requests) == before


def test_paths_that_cloudfront_reads_otherwise(app: Project, api: EchoApi) -> None:
    """An ambiguous path is refused: it reaches neither the API nor the bucket."""
    before = len(api.requests)
    for path in ("//api/x", "/x/../api/y", "/%61pi/x", "/api/../app.js", "/api%2Fx", "/api/%2e%2e/x", "/./hook"):
        assert (path, app.get(path).status) == (path, 400)
    assert len(api.requests) == before
    assert request_of(app.get("/api//x"))["target"] == "/v1//x"


@pytest.mark.parametrize("status", [400, 403, 404, 422, 500, 503])
def test_an_app_shows_every_error_as_it_is(app: Project, api: EchoApi, status: int) -> None:
    """Errors of the API arrive unchanged, and are not cached."""
    before = len(api.requests)
    for _ in range(2):
        answer = app.get(f"/api/status/{status}")
        assert (answer.status, request_of(answer)) == (status, {"error": status})
    assert len(api.requests) == before + 2


def test_a_stream_arrives_as_it_comes(app: Project, api: EchoApi) -> None:
    """The first event arrives before the API sends the second one."""
    connection = http.client.HTTPConnection(urlsplit(app.url()).netloc, timeout=20)
    connection.request("GET", "/api/stream")
    with connection.getresponse() as response:
        assert response.read1() == b"data: one\n\n"
        assert not api.log.resume.is_set()
        api.log.resume.set()
        assert response.read() == b"data: two\n\n"
    connection.close()


def test_a_second_up_changes_nothing(app: Project) -> None:
    """A second up and a refresh change nothing."""
    assert app.up().changes == {}
    assert app.pulumi("refresh", "--yes", "--skip-preview", "--stack", "prod").changes == {}


def test_the_password_is_not_forwarded(app: Project) -> None:
    """The site's password protects the API, too, but is not forwarded, which the preview reports."""
    app.config("access:username", "preview")
    app.config("access:password", "correct-horse", "--secret")
    assert "do not get visitors' Authorization headers" in app.up().output
    assert app.get("/api/x").status == 401
    answer = app.get("/api/x", headers=PASSWORD)
    assert (answer.status, "authorization" in request_of(answer)["headers"]) == (200, False)
    app.unset("access:username", "access:password")


def test_servers_that_do_not_answer(app: Project, api: EchoApi, tmp_path: Path) -> None:
    """An untrusted certificate, a refused connection and a timeout give 502, 502 and 504."""
    app.config("cloudfront:originReadTimeout", "1")
    with EchoApi(tmp_path) as untrusted, socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        nobody = f"http://localhost:{taken.getsockname()[1]}"
        app.write(
            "www/_redirects",
            f"/tls/* {untrusted.url}/:splat 200\n/nobody {nobody}/ 200\n/api/* {api.url}/:splat 200\n",
        )
        app.up()
        before = len(api.requests)
        assert [app.get(path).status for path in ("/tls/x", "/nobody", "/api/slow", "/api/x")] == [502, 502, 504, 200]
        assert untrusted.requests == []
    assert [request.target for request in api.requests[before:]] == ["/slow"] * 3 + ["/x"]


def test_unsupported_proxies_are_refused(app: Project) -> None:
    """Unsupported proxies are reported with their lines, and too many proxies with the quota."""
    app.write("www/_redirects", "/a/:b https://api.example.com/:b 200\n/* http://api.example.com/:splat 200\n")
    refused = app.pulumi("preview", "--stack", "prod", check=False)
    assert refused.code != 0
    assert "line 1 of _redirects is a proxy for a pattern that CloudFront does not support" in refused.output
    assert "line 2 of _redirects is a proxy for all paths" in refused.output
    app.write("www/_redirects", "".join(f"/{number}/* https://a.example.com/:splat 200\n" for number in range(38)))
    refused = app.pulumi("preview", "--stack", "prod", check=False)
    assert "The 38 proxies need 76 cache behaviors" in refused.output
    app.write("www/_redirects", "/api/* http://localhost:4000/:splat 200\n")
    elsewhere = {"AWS_ENDPOINT_URL_CLOUDFRONT": "https://cloudfront.example.com"}
    refused = app.pulumi("preview", "--stack", "prod", check=False, env=elsewhere)
    assert "which is this machine: AWS can't reach it" in refused.output


def test_a_site_of_pages(new_project: Callable[[str], Project], api: EchoApi) -> None:
    """A 404 of the API gets the site's page, which the preview reports; its other errors arrive unchanged."""
    files = {**SITE, "404.html": NOT_FOUND, "_redirects": rules(api)}
    project = project_with(new_project, files)
    assert "404 by the page '/404.html'; visitors get all others unchanged" in project.up().output
    missing = project.get("/api/status/404")
    assert (missing.status, missing.text) == (404, NOT_FOUND)
    for status in (400, 403, 422, 500):
        answer = project.get(f"/api/status/{status}")
        assert (answer.status, request_of(answer)) == (status, {"error": status})
    assert request_of(project.get("/api/about", method="POST", body=b"x"))["target"] == "/v1/about"
    assert project.get("/about").text == SITE["about.html"]
    assert project.up().changes == {}


def test_bulk_mode(new_project: Callable[[str], Project], api: EchoApi) -> None:
    """In bulk mode the API's paths are not routed to the release, and visitors get its errors as they are."""
    files = {**SITE, "404.html": NOT_FOUND, "_redirects": rules(api)}
    project = project_with(new_project, files, publish_mode="bulk")
    for text in (SITE["about.html"], "<h1>about us</h1>"):
        project.write("www/about.html", text)
        project.up()
        assert project.get("/about").text == text
        assert request_of(project.get("/api/about?x"))["target"] == "/v1/about?x"
        assert request_of(project.get("/api/.release/x", method="DELETE"))["target"] == "/v1/.release/x"
        for status in (404, 422):
            answer = project.get(f"/api/status/{status}")
            assert (answer.status, request_of(answer)) == (status, {"error": status})
        assert project.get("//api/about").status == 400
    assert project.up().changes == {}
