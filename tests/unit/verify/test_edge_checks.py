"""The tests of `edge.test.yaml` as requests to the real edge."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from hosting.edge_tests.edge_test_file import parse_edge_tests
from hosting.verify.edge_checks import edge_checks
from tests.unit.verify.sites import URL, settings_of, site_of

if TYPE_CHECKING:
    from pathlib import Path

    from hosting.config.load import Settings
    from hosting.verify.edge_checks import EdgeChecks

LOCAL = "http://localhost:8000"
ATTACHED = {"domain_names": ["www.example.com", "example.com"], "domain_zone": "example.com"}
PASSWORD = {"access_username": "me", "access_password": "secret"}


def checks_of(folder: Path, request: str, settings: Settings, url: str = URL) -> EdgeChecks:
    """Return the checks of one test, at the site's address."""
    tests = parse_edge_tests(f"tests: [{{request: {{{request}}}, expect: {{status: 301, location: /x}}}}]")
    return edge_checks(tests, settings, replace(site_of(folder, settings), url=url))


def test_a_request_with_all_that_a_test_can_say(tmp_path: Path) -> None:
    """Method, headers, location, and texts in the body; without `access` no password is sent."""
    tests = parse_edge_tests(
        "tests:\n- request: {path: '/a?b', method: POST, headers: {Range: bytes=0-1}}\n"
        "  expect: {status: 206, location: c, headers: {A: b}, absent: d, body: e}\n"
    )
    (check,) = edge_checks(tests, settings_of(), site_of(tmp_path, settings_of())).checks
    (expected,) = check.expected
    assert (check.kind, check.url, check.subject) == ("edge tests", f"{URL}/a?b", "line 2, POST /a?b")
    assert (check.method, check.headers, check.is_anonymous) == ("POST", {"range": "bytes=0-1"}, True)
    assert (expected.status, expected.location, expected.headers) == (206, f"{URL}/c", {"a": "b"})
    assert (expected.absent, expected.contains, check.needs_body) == (("d",), ("e",), True)


def test_the_sandbox_takes_a_country_and_a_host(tmp_path: Path) -> None:
    """On this machine they are request headers."""
    (check,) = checks_of(tmp_path, "path: /, country: DE, host: example.com", settings_of(**ATTACHED), LOCAL).checks
    assert check.headers == {"cloudfront-viewer-country": "DE", "host": "example.com"}
    assert check.url == f"{LOCAL}/"


def test_another_host_name_is_asked_itself(tmp_path: Path) -> None:
    """On AWS the request goes to that host, and the location is relative to it."""
    (check,) = checks_of(tmp_path, "path: /a, host: example.com", settings_of(**ATTACHED)).checks
    assert (check.url, check.expected[0].location, check.headers) == (
        "https://example.com/a",
        "https://example.com/x",
        {},
    )


def test_the_password(tmp_path: Path) -> None:
    """`access` sends it."""
    (check,) = checks_of(tmp_path, "path: /, access: true", settings_of(**PASSWORD)).checks
    assert not check.is_anonymous


@pytest.mark.parametrize(
    ("request_", "values", "reason"),
    [
        ("path: /, country: DE", {}, "the edge knows the country by the visitor's address"),
        ("path: /, host: example.com", {}, "example.com is not in domain:names of the stack prod"),
        ("path: /, host: example.com", {"domain_names": ["example.com"]}, "the host names are not attached yet"),
        (
            "path: /, host: example.com, access: true",
            {**ATTACHED, **PASSWORD},
            "the password is sent only to the site's address",
        ),
    ],
)
def test_what_the_real_edge_cannot_run(tmp_path: Path, request_: str, values: dict[str, object], reason: str) -> None:
    """The test is skipped, and a note has the reason and its line."""
    found = checks_of(tmp_path, request_, settings_of(**values))
    assert found.checks == []
    assert found.notes == [f"edge.test.yaml: 1 skipped because {reason} (line 1)"]
