"""Tests against the edge plan: what passes, what fails, and what is skipped with which reason."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hosting.answers.site import site_at
from hosting.answers.site_rules import site_rules
from hosting.edge.plan import plan_edge
from hosting.edge.rule_files import read_rule_files
from hosting.edge_tests.edge_test_file import parse_edge_tests
from hosting.edge_tests.planned_answers import PlannedSite
from tests.unit.verify.sites import manifest_of, settings_of

if TYPE_CHECKING:
    from pathlib import Path

    from hosting.config.load import Settings
    from hosting.edge_tests.outcomes import Outcome

FILES = {"index.html": "Welcome", "404.html": "Not here", "docs/index.html": "Docs", "app.js": "app()"}
REDIRECTS = """\
/old/*          /docs/:splat              301
/search q=:q    /find/:q                  302
/shop           /de/shop                  302  Country=de
/shop           /en/shop                  302
/copy           /docs/                    200
/api/*          https://api.example/:splat 200
"""
HEADERS = "/docs/*\n  X-Frame-Options: DENY\n  X-Docs: yes\n"
NAMES = {"domain_names": ["www.example.com", "example.com"], "domain_zone": "example.com"}


def outcome_of(folder: Path, test: str, settings: Settings | None = None) -> Outcome:
    """Return the outcome of one test at a site with rules; ``test`` is the element of the file's list."""
    settings = settings or settings_of()
    (folder / "_redirects").write_text(REDIRECTS)
    (folder / "_headers").write_text(HEADERS)
    manifest = manifest_of(FILES)
    rules = site_rules(settings, plan_edge("site", settings, manifest, read_rule_files(settings, folder)))
    site = site_at("https://www.example.com", manifest, rules)
    (parsed,) = parse_edge_tests(f"tests: [{test}]")
    return PlannedSite(settings, site, lambda key: FILES[key].encode()).outcome(parsed)


def the_test(request: str, expect: str, more: str = "") -> str:
    """Return a test."""
    return f"{{request: {{{request}}}, expect: {{{expect}}}{more}}}"


@pytest.mark.parametrize(
    ("request_", "expect"),
    [
        ("path: /", "status: 200, body: Welcome"),
        ("path: /docs/", "status: 200, headers: {X-Docs: yes, X-Frame-Options: DENY}, absent: X-Powered-By"),
        ("path: /docs", "status: 301, location: /docs/"),
        ("path: '/docs?a=b'", "status: 301, location: '/docs/?a=b'"),
        ("path: /docs, method: HEAD", "status: 301, location: https://www.example.com/docs/"),
        ("path: '/old/a?b=c'", "status: 301, location: '/docs/a?b=c'"),
        ("path: '/search?q=a%20b'", "status: 302, location: /find/a%20b"),
        ("path: /search/", "status: 404, body: Not here"),
        ("path: /shop, country: DE", "status: 302, location: /de/shop"),
        ("path: /shop, country: FR", "status: 302, location: /en/shop"),
        ("path: /copy", "status: 200, body: Docs"),
        ("path: /nowhere/", "status: 404, headers: {Content-Type: 'text/html; charset=utf-8'}"),
        ("path: /, method: POST", "status: 403"),
    ],
)
def test_what_the_plan_answers(tmp_path: Path, request_: str, expect: str) -> None:
    """Status, location with the query, headers, and text in the body, also of an error page."""
    outcome = outcome_of(tmp_path, the_test(request_, expect))
    assert (outcome.differences, outcome.skipped) == ((), "")


@pytest.mark.parametrize(
    ("request_", "expect", "difference"),
    [
        ("path: /", "status: 404", "status is 200, not 404"),
        ("path: /docs", "status: 200", "status is 301, a redirect to /docs/, not 200"),
        ("path: /docs", "status: 301, location: /manual/", "location is /docs/, not /manual/"),
        ("path: /", "status: 200, location: /x", "location is missing, not /x"),
        ("path: /docs/", "status: 200, headers: {X-Docs: no}", "x-docs is 'yes', not 'no'"),
        ("path: /app.js", "status: 200, headers: {X-Docs: yes}", "x-docs is missing, not 'yes'"),
        ("path: /docs/", "status: 200, absent: X-Docs", "x-docs is 'yes', not absent"),
        ("path: /", "status: 200, body: Hello", "the body is without it, not one with 'Hello'"),
        ("path: /docs", "status: 301, body: Docs", "the body is without it, not one with 'Docs'"),
    ],
)
def test_what_is_not_as_it_must_be(tmp_path: Path, request_: str, expect: str, difference: str) -> None:
    """A failing test says what comes, and what must come; URLs of the site are paths."""
    outcome = outcome_of(tmp_path, the_test(request_, expect))
    assert [str(found) for found in outcome.differences] == [difference]


@pytest.mark.parametrize(
    ("request_", "expect", "reason"),
    [
        ("path: /api/users", "status: 200", "another server answers the path"),
        ("path: /api/users, method: POST", "status: 201", "another server answers the path"),
        ("path: /shop", "status: 302", "the answer depends on the visitor's country: add request.country"),
        ("path: /, method: OPTIONS", "status: 200", "only the edge knows the answer to OPTIONS"),
        ("path: /, headers: {Range: bytes=0-1}", "status: 206", "only the edge knows the answer to range"),
        ("path: /, host: other.example", "status: 200", "other.example is not in domain:names of the stack prod"),
        ("path: /", "status: 200, headers: {ETag: a}", "only the edge knows etag of this answer"),
        ("path: /", "status: 200, absent: [X-Amz-Id]", "only the edge knows x-amz-id of this answer"),
        ("path: /copy", "status: 200, headers: {X-Docs: yes}", "only the edge knows x-docs of this answer"),
        ("path: /docs", "status: 301, headers: {X-Docs: yes}", "only the edge knows x-docs of this answer"),
        ("path: /, method: PUT", "status: 403, body: Forbidden", "only the edge knows the body of this answer"),
    ],
)
def test_what_only_the_edge_knows(tmp_path: Path, request_: str, expect: str, reason: str) -> None:
    """The test is skipped with the reason."""
    outcome = outcome_of(tmp_path, the_test(request_, expect))
    assert (outcome.differences, outcome.skipped) == ((), reason)


def test_the_known_part_of_an_answer_can_fail(tmp_path: Path) -> None:
    """A status that is wrong is reported, although the header is not known."""
    outcome = outcome_of(tmp_path, the_test("path: /", "status: 404, headers: {ETag: a}"))
    assert [str(found) for found in outcome.differences] == ["status is 200, not 404"]


@pytest.mark.parametrize(
    ("stacks", "reason"),
    [("prod", ""), ("[dev, pr*]", ""), ("[dev, beta]", "it is not for the stack prod")],
)
def test_a_test_for_certain_stacks(tmp_path: Path, stacks: str, reason: str) -> None:
    """Names, and patterns of names."""
    test = the_test("path: /", "status: 200", f", stacks: {stacks}")
    assert outcome_of(tmp_path, test).skipped == reason


@pytest.mark.parametrize(
    ("request_", "expect", "stacks", "reason"),
    [
        ("path: /docs", "status: 302, location: /docs/", "dev", ""),
        ("path: /docs/", "status: 200, body: Docs, absent: X-Docs", "dev", ""),
        ("path: /docs/", "status: 200", "", "the stack dev has no CloudFront"),
        ("path: /, country: DE", "status: 200", "dev", "a host and a country need CloudFront"),
        ("path: /, method: PUT", "status: 405", "dev", "only the edge knows the answer to PUT"),
    ],
)
def test_a_stack_without_cloudfront(tmp_path: Path, request_: str, expect: str, stacks: str, reason: str) -> None:
    """Only tests that name it run, with the answers of the S3 website."""
    test = the_test(request_, expect, f", stacks: {stacks}" if stacks else "")
    outcome = outcome_of(tmp_path, test, settings_of("dev"))
    assert (outcome.differences, outcome.skipped) == ((), reason)


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        ("path: /", 401),
        ("path: /api/users", 401),
        ("path: /, access: true", 200),
        ("path: /, headers: {Authorization: Basic bWU6c2VjcmV0}", 200),
        ("path: /, headers: {Authorization: Basic bWU6d3Jvbmc=}", 401),
    ],
)
def test_a_password(tmp_path: Path, request_: str, status: int) -> None:
    """`access: true` sends the password of the config; without it each path is refused."""
    settings = settings_of(access_username="me", access_password="secret")
    outcome = outcome_of(tmp_path, the_test(request_, f"status: {status}"), settings)
    assert (outcome.differences, outcome.skipped) == ((), "")


def test_without_a_password_access_changes_nothing(tmp_path: Path) -> None:
    """One file serves stages with and without a password."""
    assert outcome_of(tmp_path, the_test("path: /, access: true", "status: 200")).differences == ()


@pytest.mark.parametrize(
    ("restriction", "country", "status"),
    [
        ({"allow": ["DE"]}, "DE", 200),
        ({"allow": ["DE"]}, "FR", 403),
        ({"deny": ["DE"]}, "DE", 403),
        ({"deny": ["DE"]}, "FR", 200),
    ],
)
def test_countries_that_are_refused(tmp_path: Path, restriction: dict[str, object], country: str, status: int) -> None:
    """CloudFront refuses them before anything else; without a country the visitor is from a served one."""
    settings = settings_of(cloudfront_geoRestriction=restriction)
    test = the_test(f"path: /, country: {country}", f"status: {status}")
    assert outcome_of(tmp_path, test, settings).differences == ()
    assert outcome_of(tmp_path, the_test("path: /", "status: 200"), settings).differences == ()


@pytest.mark.parametrize(
    ("values", "host", "expect"),
    [
        (NAMES, "example.com", "status: 301, location: 'https://www.example.com/docs?a=b'"),
        (NAMES, "www.example.com", "status: 301, location: '/docs/?a=b'"),
        ({**NAMES, "domain_redirectAliases": "false"}, "example.com", "status: 301, location: '/docs/?a=b'"),
    ],
)
def test_another_host_name(tmp_path: Path, values: dict[str, object], host: str, expect: str) -> None:
    """It redirects to the first name, unless the stack turns that off."""
    outcome = outcome_of(tmp_path, the_test(f'path: "/docs?a=b", host: {host}', expect), settings_of(**values))
    assert outcome.differences == ()
