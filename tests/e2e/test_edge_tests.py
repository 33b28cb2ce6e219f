"""One `edge.test.yaml` at the preview, by the model of the edge, and after `up`, at the sandbox's edge: both agree."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import boto3
import pytest
import yaml

from sandbox.tests.echo_api import EchoApi

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.e2e.harness import Project, Result

SITE = {
    "index.html": "<h1>Welcome</h1>",
    "404.html": "<h1>Not here</h1>",
    "docs/index.html": "<h1>Docs</h1>",
    "about.html": "<h1>About</h1>",
    "app.js": "app()",
    "_headers": "/docs/*\n  X-Frame-Options: DENY\n  X-Docs: yes\n",
}
REDIRECTS = """\
/old/*          /docs/:splat   301
/search q=:q    /find/:q       302
/tagged         /docs/?from=tag#top 302
/shop           /de/shop       302  Country=de
/shop           /en/shop       302
/copy           /docs/         200
/api/*          {api}/:splat   200
"""
HOST = "edge-tests.example"
ACCESS = "access: true"
# A request, what must come, and whether the preview runs the test: an API's answer and a range are the edge's alone.
TESTS = [
    ("path: /", "status: 200, body: Welcome, headers: {X-Frame-Options: SAMEORIGIN}, absent: X-Docs", True),
    ("path: /docs/", "status: 200, headers: {X-Frame-Options: DENY, X-Docs: yes}, body: [Docs, <h1>]", True),
    ("path: '/docs?a=b'", "status: 301, location: '/docs/?a=b'", True),
    ("path: /docs/index.html", "status: 200, body: Docs", True),
    ("path: /docs, method: HEAD", "status: 301, location: /docs/", True),
    ("path: /about", "status: 200, body: About", True),
    ("path: /app.js", "status: 200, headers: {Content-Type: text/javascript; charset=utf-8}", True),
    ("path: '/old/a%20b?c=d'", "status: 301, location: '/docs/a%20b?c=d'", True),
    ("path: '/search?q=a%20b&x=1'", "status: 302, location: /find/a%20b", True),
    ("path: /search/", "status: 404, body: Not here", True),
    ("path: '/tagged?a=b'", "status: 302, location: '/docs/?from=tag#top'", True),
    ("path: /shop, country: DE", "status: 302, location: /de/shop", True),
    ("path: /shop, country: FR", "status: 302, location: /en/shop", True),
    ("path: /, country: KP", "status: 403", True),
    ("path: /copy", "status: 200, body: Docs", True),
    ("path: /nowhere.png", "status: 404, body: Not here", True),
    ("path: /, method: POST", "status: 403", True),
    (f"path: '/docs?a=b', host: {HOST}", f"status: 301, location: 'https://www.{HOST}/docs?a=b'", True),
    (f"path: /docs, host: www.{HOST}", "status: 301, location: /docs/", True),
    ("path: /api/users", "status: 200, body: /users", False),
    ("path: /api/users, method: POST", "status: 200, body: POST", False),
    ("path: /app.js, headers: {Range: bytes=0-2}", "status: 206, body: app", False),
]
REFUSED = [("path: /", "status: 401", True), ("path: /api/users", "status: 401", True)]


def written(tests: list[tuple[str, str, bool]], more: str = "") -> str:
    """Return tests as YAML."""
    entry = "- {{request: {{{}{}}}, expect: {{{}}}}}\n"
    return "".join(
        entry.format(
            request, more, expect.replace("text/javascript; charset=utf-8", "'text/javascript; charset=utf-8'")
        )
        for request, expect, _ in tests
    )


@pytest.fixture(scope="module")
def project(new_project: Callable[[str], Project]) -> Iterator[Project]:
    """Return a PROD stack with rules of all kinds, for the tests of this module, which run in order."""
    project = new_project("prod")
    route53 = boto3.Session("test", "test", region_name="us-east-1").client(
        "route53", endpoint_url=project.sandbox.env["AWS_ENDPOINT_URL"]
    )
    route53.create_hosted_zone(Name=HOST, CallerReference=HOST)
    with EchoApi() as api:
        for path, text in {**SITE, "_redirects": REDIRECTS.format(api=api.url)}.items():
            project.write(f"www/{path}", text)
        project.write("edge.test.yaml", f"tests:\n{written(TESTS, f', {ACCESS}')}{written(REFUSED)}")
        project.config("publish:directory", "www")
        project.config("domain:zone", HOST)
        project.config("domain:names", json.dumps([f"www.{HOST}", HOST]))
        project.config("cloudfront:geoRestriction", '{"deny": ["KP"]}')
        project.config("access:username", "preview")
        project.config("access:password", "correct-horse", "--secret")
        yield project


def words(result: Result) -> str:
    """Return an output without line breaks."""
    return " ".join(result.output.split())


@pytest.mark.parametrize("mode", ["managed", "bulk"])
def test_the_preview_and_the_edge_agree(project: Project, mode: str) -> None:
    """All tests that the preview runs pass, and then at the edge these and the others, in both modes."""
    project.config("publish:mode", mode)
    total, run = len(TESTS) + len(REFUSED), sum(is_run for *_, is_run in [*TESTS, *REFUSED])
    output = words(project.up())
    assert f"edge.test.yaml: {run} of {total} tests pass" in output
    assert "2 skipped because another server answers the path" in output
    assert "1 skipped because only the edge knows the answer to range" in output
    status, report = project.verify()
    assert report["wrong"] == [], report["wrong"]
    assert (status, report["checks"]["edge tests"]) == (0, {"count": total, "wrong": 0})


def test_what_fails_at_the_preview_is_wrong_at_the_edge(project: Project) -> None:
    """With another status in each test, the preview refuses as many tests as are wrong at the edge."""
    before = yaml.safe_load((project.path / "edge.test.yaml").read_text())["tests"]
    changed = [{**test, "expect": {"status": test["expect"]["status"] + 1}} for test in before]
    project.write("edge.test.yaml", yaml.safe_dump({"tests": changed}))
    refused = project.up(check=False)
    run = sum(is_run for *_, is_run in [*TESTS, *REFUSED])
    assert refused.code != 0
    assert f"{run} tests of {len(before)} in edge.test.yaml would fail; nothing was deployed" in words(refused)
    assert "line 2, GET /: status is 200, not 201" in words(refused)
    status, report = project.verify()
    assert (status, report["checks"]["edge tests"]) == (1, {"count": len(before), "wrong": len(before)})
    assert {wrong["kind"] for wrong in report["wrong"]} == {"edge tests"}
