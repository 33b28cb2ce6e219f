"""The right answers behind CloudFront: those of the functions' JavaScript, and the files and error pages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import pytest

from hosting.answers.cloudfront_site import SECURITY_HEADERS, CloudFrontSite
from hosting.answers.expected import Expected, VisitorRequest
from hosting.edge.function_code import compose
from hosting.publish.bulk.release_function import release_edge, release_functions
from tests.unit.edge.runtime import EdgeRuntime, request_event
from tests.unit.publish.bulk.memory import Site as MemorySite
from tests.unit.verify.sites import PAGES, URL, planned_site, settings_of, site_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from hosting.edge.plan import EdgePlan

REDIRECTS = "/old /docs/ 301\n/away https://other.example/x 302\n/copy /about.html 200\n/blog/* /news/:splat 301\n"
PATHS = [
    *("/", "/index.html", "/about", "/about/", "/about.html", "/docs", "/docs/", "/docs/index.html", "/docs/api"),
    *("/docs/api/", "/docs/api.html", "/v1.2", "/v1.2/", "/a%2Bb%20c.txt", "/LICENSE", "/LICENSE/", "/style.css"),
    *("/a%2bb%20c%2Etxt", "/~it's%20(1),%20@x.txt", "/%7Eit%27s%20%281%29%2C%20%40x.txt", "/%61bout"),
    *("/404", "/404.html", "/nowhere", "/nowhere/", "/nowhere.png", "/nowhere.html"),
    *("/old", "/away", "/copy", "/blog/2020/%C3%A4", "/news/x"),
]


@pytest.fixture(scope="module")
def edge() -> Iterator[EdgeRuntime]:
    """Run one Node process for the tests of this module."""
    with EdgeRuntime() as runtime:
        yield runtime


def by_the_function(edge: EdgeRuntime, plan: EdgePlan, path: str) -> tuple[int, str]:
    """Return the status and Location of the function's response, or 0 and the key that it requests."""
    found: dict[str, Any] = edge.request(plan.request_parts, request_event(path))
    if "statusCode" in found:
        return found["statusCode"], found["headers"]["location"]["value"]
    uri = f"/{plan.default_root_object}" if found["uri"] == "/" else found["uri"]
    return 0, unquote(uri.replace("+", " ")).removeprefix("/")


def by_the_model(site: CloudFrontSite, path: str) -> tuple[int, str]:
    """Return the same from the right answer; an error page stands for every missing key."""
    answer = site.answer(path)
    assert answer is not None
    return (answer.status, answer.location.removeprefix(URL)) if answer.location else (0, answer.key)


@pytest.mark.parametrize("routing", ["auto", "spa", "mpa", "pages", "errors"])
def test_the_answers_are_the_functions(edge: EdgeRuntime, tmp_path: Path, routing: str) -> None:
    """With each routing, every path gets the redirect or the object of the JavaScript."""
    files = PAGES
    if routing == "pages":
        renamed = {"about.html": "about/index.html", "docs/api.html": "docs/api/index.html"}
        files = {renamed.get(path, path): text for path, text in PAGES.items()}
    site, plan = planned_site(tmp_path, settings_of(website_routing=routing), files, redirects=REDIRECTS)
    for path in PATHS:
        status, place = by_the_function(edge, plan, path)
        if status == 0 and place not in files:
            error = site._missing()
            assert site.answer(path) == error
            continue
        assert by_the_model(site, path) == (status, place), path


def by_the_release(edge: EdgeRuntime, path: str) -> tuple[int, str]:
    """Return the status and Location of the function's response, or 0 and the path of the file or error page."""
    found: dict[str, Any] = edge.run(request_event(path))[0]
    if "statusCode" in found:
        return found["statusCode"], found["headers"]["location"]["value"]
    # `/.release/o/<publish>/<file>`, and `/.release/e/<publish>/<status>/<file>`
    parts = unquote(found["uri"]).split("/")
    return 0, "/".join(parts[4:] if parts[2] == "o" else parts[5:])


@pytest.mark.parametrize("routing", ["auto", "spa", "mpa", "pages", "errors"])
def test_the_answers_are_those_of_bulk_mode(edge: EdgeRuntime, tmp_path: Path, routing: str) -> None:
    """With each routing, every path gets the redirect or the file of bulk mode, whose function knows all files."""
    files = PAGES
    if routing == "pages":
        renamed = {"about.html": "about/index.html", "docs/api.html": "docs/api/index.html"}
        files = {renamed.get(path, path): text for path, text in PAGES.items()}
    settings = settings_of(website_routing=routing, publish_mode="bulk")
    site, plan = planned_site(tmp_path, settings, files, redirects=REDIRECTS)
    functions = release_functions(plan)
    memory = MemorySite()
    memory.publish(files, release_edge(plan, functions.tables, routing))
    edge.load(compose(functions.request_parts), memory.store.items)
    for path in sorted(
        {*PATHS, "//", "/404/", "/index", "/index/", "/about/index", "/about/index/", "/docs/index", "/docs/index/"}
    ):
        assert (path, by_the_model(site, path)) == (path, by_the_release(edge, path))


def test_a_file_has_its_headers_and_those_of_the_rules(tmp_path: Path) -> None:
    """The manifest's headers, the security headers, and the rules' on top; none for a path that a rule rewrites."""
    rules = "/*\n  X-Frame-Options: DENY\n/docs/*\n  Cache-Control: no-store\n"
    site = site_of(tmp_path, settings_of(), headers=rules, redirects="/copy /docs/ 200\n")
    docs, copy = site.answer("/docs/"), site.answer("/copy")
    assert docs is not None
    assert docs.headers == {
        **SECURITY_HEADERS,
        "content-type": "text/html; charset=utf-8",
        "cache-control": "no-store",
        "x-frame-options": "DENY",
    }
    assert copy is not None
    assert (copy.key, copy.headers) == ("docs/index.html", {})


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({}, (404, "404.html")),
        ({"website_routing": "spa"}, (200, "index.html")),
        ({"website_routing": "errors"}, (200, "index.html")),
        ({"website_routing": "errors", "cloudfront_errorResponses": []}, (403, "")),
        ({"website_routing": "mpa", "cloudfront_errorResponses": []}, (404, "")),
    ],
)
def test_an_unknown_path_gets_the_page_of_the_settings(
    tmp_path: Path, values: dict[str, object], expected: tuple[int, str]
) -> None:
    """A 404 page, the app page, or S3's own error."""
    answer = site_of(tmp_path, settings_of(**values)).answer("/nowhere/")
    assert answer is not None
    assert (answer.status, answer.key) == expected


def test_an_error_page_that_is_not_published_has_only_a_status(tmp_path: Path) -> None:
    """The page's bytes are not known then."""
    page = [{"errorCode": 404, "responseCode": 404, "responsePagePath": "/gone.html"}]
    site = site_of(tmp_path, settings_of(website_routing="mpa", cloudfront_errorResponses=page))
    assert site.answer("/nowhere/") == Expected(404)


def test_the_app_page_has_the_headers_of_its_rules(tmp_path: Path) -> None:
    """With `errors` the function that serves the app page finds its headers; without a page it goes by the path."""
    settings = settings_of(website_routing="errors")
    site = site_of(tmp_path, settings, headers="/index.html\n  X-Home: yes\n")
    home = site.answer("/")
    assert home is not None
    assert home.headers["x-home"] == "yes"
    assert site._header_routes.app_page == "index.html"
    without = site_of(tmp_path, settings_of(website_routing="errors", cloudfront_errorResponses=[]))
    assert without._header_routes.app_page == ""


def test_what_others_decide_has_no_right_answer(tmp_path: Path) -> None:
    """A proxy's paths belong to its server, and a rule by country depends on the visitor."""
    rules = "/api/* https://api.example/:splat 200\n/shop /de 302 Country=de\n"
    site = site_of(tmp_path, settings_of(), redirects=rules)
    assert site.answer("/api/users") is None
    assert site.answer("/%61pi/users") is None
    assert site.answer("/shop") is None
    assert site.answer("/style.css") is not None


def test_a_rule_with_another_condition_does_not_apply(tmp_path: Path) -> None:
    """A rule for another host or with a query is skipped, and the next one counts."""
    rules = "https://other.example/docs/ /y 301\n/docs/ id=:id /z/:id 301\n/docs/ /x 301!\n"
    redirect = site_of(tmp_path, settings_of(), redirects=rules).answer("/docs/")
    assert redirect is not None
    assert redirect.location == f"{URL}/x"


def test_a_file_comes_before_a_rule_without_force(tmp_path: Path) -> None:
    """A path of a file is the file, and a later rule does not apply to it either."""
    site = site_of(tmp_path, settings_of(), redirects="/docs/* /x/:splat\n/docs/* /y/:splat 301!\n")
    assert [(found.status, found.location) for path in ("/docs/", "/docs/gone") if (found := site.answer(path))] == [
        (200, ""),
        (301, f"{URL}/x/gone"),
    ]


@pytest.mark.parametrize(
    "query",
    ["", "a=b", "a=b&a=c", "q=x%20y", "q=", "z", "q=x&more=1", 'q="<x>[1]', "q=%zz&=", "q=a+b"],
)
@pytest.mark.parametrize("path", ["/docs", "/old", "/found", "/tagged", "/away", "/exact"])
def test_queries_are_those_of_the_function(edge: EdgeRuntime, tmp_path: Path, path: str, query: str) -> None:
    """Redirects keep the visitor's query, use it, or drop it, as the JavaScript does."""
    rules = (
        "/old /docs/#top 301\n/found q=:q /find/:q 301\n/tagged /docs/?from=tag 302\n/away https://other.example/ 302\n"
        "/exact q=a%20b /right 301\n"
    )
    site, plan = planned_site(tmp_path, settings_of(), redirects=rules)
    expected = site.answer_to(VisitorRequest(path, query))
    event = request_event(path, event_query(query))
    event["request"]["rawQueryString"] = query
    found: dict[str, Any] = edge.request(plan.request_parts, event)
    assert expected is not None
    location = expected.location.removeprefix(URL) if expected.location else ""
    assert location == (found["headers"]["location"]["value"] if "statusCode" in found else "")


def event_query(text: str) -> dict[str, list[str]]:
    """Return the parameters of an event."""
    values: dict[str, list[str]] = {}
    for pair in filter(None, text.split("&")):
        name, _, value = pair.partition("=")
        values.setdefault(name, []).append(value)
    return values


def test_the_country_and_the_host_of_a_request(tmp_path: Path) -> None:
    """With them, rules for countries and hosts are decided."""
    rules = "/shop /de 302 Country=de\n/shop /en 302\nhttps://other.example/docs/ /y 301!\n"
    site = site_of(tmp_path, settings_of(), redirects=rules)
    requests = [
        VisitorRequest("/shop", country="DE"),
        VisitorRequest("/shop", country="FR"),
        VisitorRequest("/docs/", host="other.example"),
    ]
    answers = [site.answer_to(request) for request in requests]
    assert [answer.location.removeprefix(URL) for answer in answers if answer] == ["/de", "/en", "/y"]
    assert site.answer_to(VisitorRequest("/shop")) is None


def test_a_rule_without_force_keeps_files(tmp_path: Path) -> None:
    """Below its folder it answers only paths that have no file."""
    site = site_of(tmp_path, settings_of(), redirects="/docs/* /about 301\n")
    kept, gone = site.answer("/docs/api"), site.answer("/docs/gone")
    assert kept is not None
    assert gone is not None
    assert (kept.status, kept.key) == (200, "docs/api.html")
    assert (gone.status, gone.location) == (301, f"{URL}/about")
