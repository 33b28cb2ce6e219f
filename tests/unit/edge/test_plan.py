"""What the edge does for a stack, from its settings and its tree."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest

from hosting.config.load import RawConfig, Settings, load_settings
from hosting.edge.plan import EdgePlan, staged_keys
from hosting.edge.route_choice import RouteChoice
from hosting.edge.rule_files import read_rule_files, unpublished_files
from hosting.edge.warnings import changed_kind, routing_output
from hosting.errors import EdgeError
from hosting.publish.staging.manifest import Manifest, ManifestEntry
from tests.unit.edge.plans import plan_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


def settings(stack: str = "prod", **config: str) -> Settings:
    """Return the settings of a stack, with `website:routing errors` by default."""
    config = {"website_routing": "errors", **config}
    values = {key.replace("_", ":"): value for key, value in config.items()}
    return load_settings(RawConfig(stack, values), {"AWS_REGION": "eu-north-1"})


ERRORS = '[{"errorCode": 403, "responseCode": 404, "responsePagePath": "/nix.html"}]'


def manifest(*paths: str) -> Manifest:
    """Return the manifest of files with these paths."""
    return Manifest.of([ManifestEntry(path, 5, "a" * 64, "text/html", None) for path in paths])


def keys_of(settings: Settings, folder: Path, paths: set[str]) -> Mapping[str, str]:
    """Return the keys of the files whose key is not their path."""
    return staged_keys(settings, read_rule_files(settings, folder), paths)


def test_only_pages_moves_files(tmp_path: Path) -> None:
    """With `pages` each page except error pages has the key of a folder's index document."""
    tree = {"index.html", "about.html", "404.html", "oops.html", "gone.html"}
    assert keys_of(settings(website_routing="spa"), tmp_path, tree) == {}
    own = '[{"errorCode": 404, "responseCode": 404, "responsePagePath": "/oops.html"}, {"errorCode": 500}]'
    pages = settings(website_routing="pages", website_errorDocument="gone.html", cloudfront_errorResponses=own)
    assert keys_of(pages, tmp_path, tree) == {"about.html": "about/index.html"}


def test_a_page_that_a_rule_names_keeps_its_name(tmp_path: Path) -> None:
    """The page of a fallback rule is an error page, so with `pages` its key does not change."""
    (tmp_path / "_redirects").write_text("/* /oops.html 404\n")
    pages = settings(website_routing="pages")
    assert keys_of(pages, tmp_path, {"index.html", "about.html", "oops.html"}) == {"about.html": "about/index.html"}
    plan = plan_of(pages, manifest("index.html", "about/index.html", "oops.html"), tmp_path)
    assert {(one.response_code, one.response_page_path) for one in plan.error_responses} == {(404, "/oops.html")}


def test_the_problems_of_all_rule_files_are_reported(tmp_path: Path) -> None:
    """The error has the problems of redirects and headers."""
    (tmp_path / "_redirects").write_text("/a /b 999\n")
    (tmp_path / "_headers").write_text("/*\n  no header\n")
    with pytest.raises(EdgeError) as caught:
        plan_of(settings(), manifest("index.html"), tmp_path)
    assert "line 1 of _redirects has the status '999'" in str(caught.value)
    assert "line 2 of _headers is not a header" in str(caught.value)


def answers(plan: EdgePlan) -> list[tuple[int, int | None, str | None]]:
    """Return the error responses as code, status and page."""
    return [(one.error_code, one.response_code, one.response_page_path) for one in plan.error_responses]


@pytest.mark.parametrize("routing", ["auto", "errors"])
def test_error_pages_have_canonical_paths(tmp_path: Path, routing: str) -> None:
    """CloudFront gets an error page without the function, so S3 would read a bare plus sign in its path as a space."""
    responses = '[{"errorCode": 404, "responseCode": 404, "responsePagePath": "/c++ (a).html"}, {"errorCode": 500}]'
    own = settings(website_routing=routing, cloudfront_errorResponses=responses)
    plan = plan_of(own, manifest("index.html", "c++ (a).html"), tmp_path)
    assert answers(plan) == [(404, 404, "/c%2B%2B%20(a).html"), (500, None, None)]
    assert plan.warnings == ()


@pytest.mark.parametrize("routing", ["auto", "spa", "pages"])
def test_with_a_router_only_404_is_mapped(tmp_path: Path, routing: str) -> None:
    """The page is 404.html, else the error document that is set. Without both, there is no error page."""
    own = {"website_routing": routing}
    plan = plan_of(settings(**own), manifest("index.html", "404.html"), tmp_path)
    assert answers(plan) == [(404, 404, "/404.html")]
    assert answers(plan_of(settings(**own), manifest("index.html"), tmp_path)) == []
    set_ = settings(**own, website_errorDocument="oh no.html")
    assert answers(plan_of(set_, manifest("index.html", "oh no.html"), tmp_path)) == [(404, 404, "/oh%20no.html")]
    both = plan_of(set_, manifest("index.html", "404.html"), tmp_path)
    assert answers(both) == [(404, 404, "/404.html")]
    assert [re.findall(r"'website:errorDocument' has no effect", warning) for warning in both.warnings] == [
        ["'website:errorDocument' has no effect"]
    ]
    last = settings(**own, cloudfront_errorResponses=ERRORS)
    assert answers(plan_of(last, manifest("index.html", "404.html", "nix.html"), tmp_path)) == [(403, 404, "/nix.html")]


def test_the_error_document_of_an_s3_website(tmp_path: Path) -> None:
    """It is the setting, else the app page, else 404.html, else the index document."""
    auto = {"website_routing": "auto"}
    for tree, document in (
        (("index.html", "a.js"), "index.html"),
        (("200.html", "a.js"), "200.html"),
        (("index.html", "a.html", "404.html"), "404.html"),
        (("index.html", "a.html"), "index.html"),
    ):
        assert plan_of(settings("dev", **auto), manifest(*tree), tmp_path).error_document == document
    own = settings("dev", **auto, website_errorDocument="x.html")
    assert plan_of(own, manifest("index.html", "404.html", "x.html"), tmp_path).error_document == "x.html"
    errors = plan_of(settings(), manifest("index.html", "404.html"), tmp_path)
    assert (errors.error_document, errors.default_root_object) == ("index.html", "index.html")


def test_a_rollback_without_files_keeps_the_error_pages(tmp_path: Path) -> None:
    """A rollback without files is accepted: the error pages of the settings are taken for published."""
    rules = '[{"source": "/<*>", "target": "/index.html", "status": "404-200"}]'
    for own in ({"website_redirects": rules}, {"website_routing": "pages"}):
        pinned = settings(**own, publish_mode="bulk", publish_release="0123")
        with_files = plan_of(settings(**own), manifest("index.html", "404.html"), tmp_path)
        without = plan_of(pinned, manifest(), tmp_path)
        assert without.error_responses == with_files.error_responses
    named = settings(
        website_routing="auto", website_errorDocument="oops.html", publish_mode="bulk", publish_release="0123"
    )
    assert answers(plan_of(named, manifest(), tmp_path)) == [(404, 404, "/oops.html")]


def test_a_missing_error_document_is_a_warning(tmp_path: Path) -> None:
    """On DEV a missing error document is a warning; with CloudFront, or with the page, nothing is said."""
    named = {"website_errorDocument": "405.html"}
    (warning,) = plan_of(settings("dev", **named), manifest("index.html"), tmp_path).warnings
    assert warning.startswith("The page '405.html' in 'website:errorDocument' does not exist")
    assert warning.endswith("pulumi config set --stack dev website:errorDocument index.html")
    assert plan_of(settings("dev", **named), manifest("index.html", "405.html"), tmp_path).warnings == ()
    assert plan_of(settings("prod", **named), manifest("index.html"), tmp_path).warnings == ()


def test_rule_files_have_no_effect_without_cloudfront(tmp_path: Path) -> None:
    """On DEV each rule file has a warning with the command that enables CloudFront."""
    (tmp_path / "_redirects").write_text("/a /b\n")
    (tmp_path / "_headers").write_text("/*\n  X-A: b\n")
    plan = plan_of(settings("dev"), manifest("index.html"), tmp_path)
    assert [re.findall(r"_\w+|pulumi config.*", warning) for warning in plan.warnings] == [
        [name, "pulumi config set --stack dev cloudfront:enabled true"] for name in ("_redirects", "_headers")
    ]


def test_warnings_of_the_files_are_the_plans(tmp_path: Path) -> None:
    """Ignored rules and headers, and a redirects.json of another tool, are warnings."""
    (tmp_path / "_redirects").write_text("/a /b\n/a /c\n/* /404 404\n")
    (tmp_path / "_headers").write_text("/*\n  Server: mine\n")
    (tmp_path / "redirects.json").write_text("{}")
    plan = plan_of(settings(), manifest("index.html", "404.html"), tmp_path)
    assert [warning.split(" ")[0:4] for warning in plan.warnings[:3]] == [
        ["line", "2", "of", "_redirects"],
        ["redirects.json", "is", "published", "as"],
        ["line", "2", "of", "_headers"],
    ]
    assert {error.response_page_path for error in plan.error_responses} == {"/404.html"}
    unpublished = ["edge.test.yaml", "_redirects", "customHttp.yml", "_headers"]
    assert unpublished_files(read_rule_files(settings(), tmp_path)) == unpublished


def with_headers(folder: Path, *paths: str, rules: str = "", **config: str) -> EdgePlan:
    """Return the plan of a site with a `_headers` file."""
    (folder / "_headers").write_text("/*\n  X-Frame-Options: DENY\n")
    (folder / "_redirects").write_text(rules)
    return plan_of(settings(**config), manifest("index.html", *paths), folder)


def parts(plan: EdgePlan) -> list[str]:
    """Return the names of the viewer-request function's parts."""
    return [part.name for part in plan.request_parts]


def test_every_function_puts_the_path_in_canonical_form(tmp_path: Path) -> None:
    """Rules and host names get the path as it was sent, and the router the canonical one, with any routing."""
    plain = plan_of(settings(), manifest("index.html"), tmp_path)
    assert (parts(plain), plain.default_root_object) == (["canonicalUri"], "index.html")
    (tmp_path / "_redirects").write_text("/a /b\n")
    for routing, router in (("auto", "route"), ("pages", "pages"), ("errors", "root")):
        plan = plan_of(settings(website_routing=routing), manifest("index.html"), tmp_path)
        assert parts(plan) == ["redirects", "canonicalUri", router]


def test_with_headers_a_function_serves_the_app_page(tmp_path: Path) -> None:
    """CloudFront runs no function for an error response, so the function for requests serves the app page."""
    plan = with_headers(tmp_path, "LICENSE")
    assert (parts(plan), plan.default_root_object, plan.warnings) == (["canonicalUri", "appPage"], "index.html", ())
    assert '["/index.html",{"/LICENSE":0}]' in plan.request_parts[1].code
    app = with_headers(tmp_path, "app.html", rules="/a /b\n/* /app.html 200\n")
    assert parts(app) == ["redirects", "canonicalUri", "root", "appPage"]
    assert '["/app.html",{}]' in app.request_parts[-1].code
    bulk = with_headers(tmp_path, publish_mode="bulk")
    assert (parts(bulk), bulk.warnings) == ([], ())


def test_pages_without_headers_are_a_warning(tmp_path: Path) -> None:
    """If an error response has a page with status 200 that no function can serve, there is a warning."""
    command = "pulumi config set --stack prod website:routing auto"
    one = '[{"errorCode": 403, "responseCode": 200, "responsePagePath": "/index.html"}]'
    two = one.replace("]", ', {"errorCode": 404, "responseCode": 200, "responsePagePath": "/404.html"}]')
    many = [f"file-{number:04}" for number in range(800)]
    for plan in (
        with_headers(tmp_path, rules="/* /index.html 200\n", website_routing="pages"),
        with_headers(tmp_path, cloudfront_errorResponses=one),
        with_headers(tmp_path, cloudfront_errorResponses=two),
        with_headers(tmp_path, *many),
    ):
        assert "appPage" not in parts(plan)
        assert [warning.endswith(command) for warning in plan.warnings if "does not exist" not in warning] == [True]
    for config_without_warning in (
        {"website_routing": "spa"},
        {"website_routing": "pages"},
        {"cloudfront_errorResponses": "[]"},
    ):
        assert with_headers(tmp_path, **config_without_warning).warnings == ()
    routed = with_headers(tmp_path, cloudfront_errorResponses=one, website_routing="spa").warnings
    assert [warning for warning in routed if warning.endswith("config rm --stack prod cloudfront:errorResponses")]


def test_a_redirect_to_the_stacks_own_name_is_a_loop(tmp_path: Path) -> None:
    """Rules are checked against `domain:names`, also before the names are attached."""
    (tmp_path / "_redirects").write_text("/* https://www.example.com/:splat\n")
    plan_of(settings(), manifest("index.html"), tmp_path)
    own = settings(domain_names='["www.example.com", "example.com"]')
    with pytest.raises(EdgeError, match=r"line 1 of _redirects redirects '/x/y' in an endless loop"):
        plan_of(own, manifest("index.html"), tmp_path)


def test_a_page_for_blocked_visitors_is_a_warning(tmp_path: Path) -> None:
    """By default the error response for 403 would show the index document to visitors that are blocked."""
    config = {"cloudfront_geoRestriction": '{"deny": ["US"]}'}
    (warning,) = plan_of(settings(**config), manifest("index.html"), tmp_path).warnings
    assert "'cloudfront:geoRestriction' blocks get the page '/' with status 200" in warning
    for config_without_warning in ({"website_routing": "spa"}, {"cloudfront_errorResponses": "[]"}):
        assert plan_of(settings(**config, **config_without_warning), manifest("index.html"), tmp_path).warnings == ()
    (idle,) = plan_of(settings("dev", **config), manifest("index.html"), tmp_path).warnings
    assert idle.startswith("'cloudfront:geoRestriction' has no effect without CloudFront")
    assert idle.endswith("pulumi config set --stack dev cloudfront:enabled true")


def test_a_missing_error_page_is_a_warning(tmp_path: Path) -> None:
    """A missing error page is a warning; a missing index document is reported elsewhere."""
    for own in ({"website_routing": "spa", "website_errorDocument": "nix.html"}, {"cloudfront_errorResponses": ERRORS}):
        (warning,) = plan_of(settings(**own), manifest("home.html"), tmp_path).warnings
        assert warning.startswith("The error page 'nix.html' does not exist")
        assert plan_of(settings(**own), manifest("nix.html"), tmp_path).warnings == ()
    assert plan_of(settings(), manifest("home.html"), tmp_path).warnings == ()


AUTO = {"website_routing": "auto"}


@pytest.mark.parametrize(
    ("rule", "kind", "error"),
    [
        ("", "app", []),
        ("/* /index.html 200", "app", []),
        ("/* /other.html 200", "app", []),
        ("/* /404.html 404", "pages", [(404, 404, "/404.html")]),
    ],
)
def test_a_rule_for_unknown_paths_decides(
    tmp_path: Path, rule: str, kind: str, error: list[tuple[int, int, str]]
) -> None:
    """With `auto` a fallback rule with 200 sets the app page, and one with 404 keeps the 404 for unknown paths."""
    (tmp_path / "_redirects").write_text(rule)
    tree = ["index.html", *([] if not rule else ["404.html" if "404" in rule else "other.html"])]
    plan = plan_of(settings(**AUTO), manifest(*tree), tmp_path)
    assert ("app" if plan.routes.app_page else "pages", answers(plan)) == (kind, error)
    assert not rule or plan.routes.app_page in (rule.split()[1].lstrip("/"), "")


def test_a_page_for_403_alone_is_a_warning(tmp_path: Path) -> None:
    """With a router missing files give a 404, so a page for 403 alone is a warning."""
    own = settings(**AUTO, cloudfront_errorResponses=ERRORS)
    (warning,) = plan_of(own, manifest("index.html", "nix.html"), tmp_path).warnings
    assert "with this routing missing files give a 404" in warning
    assert warning.endswith("pulumi config set --stack prod website:routing errors")
    both = ERRORS.replace("]", ', {"errorCode": 404, "responseCode": 404, "responsePagePath": "/nix.html"}]')
    without_warning = [settings(**AUTO, cloudfront_errorResponses=both), settings(cloudfront_errorResponses=ERRORS)]
    for unaffected in without_warning:
        assert plan_of(unaffected, manifest("index.html", "nix.html"), tmp_path).warnings == ()


def test_what_is_recognized_is_reported(tmp_path: Path) -> None:
    """The preview has a note about it, a second one about an unused 200.html, and none with another routing."""
    pages = manifest("index.html", "404.html", "200.html", "a/index.html")
    assert plan_of(settings(**AUTO), pages, tmp_path).notes == (
        "Routing: pages, with trailing slash; 404.html",
        (
            "Unknown paths get 404.html with status 404. To serve 200.html for them with status 200: "
            "pulumi config set --stack prod website:routing spa"
        ),
    )
    assert plan_of(settings(**AUTO), manifest("index.html"), tmp_path).notes == ("Routing: single-page app",)
    assert plan_of(settings(website_routing="spa"), pages, tmp_path).notes == ()
    own = settings(
        **AUTO, cloudfront_errorResponses='[{"errorCode": 404, "responseCode": 200, "responsePagePath": "/"}]'
    )
    assert plan_of(own, pages, tmp_path).notes[0] == (
        "Routing: pages, with trailing slash; / with status 200 for missing files"
    )
    pinned = settings(**AUTO, publish_mode="bulk", publish_release="0123")
    assert not [note for note in plan_of(pinned, pages, tmp_path).notes if note.startswith("Routing")]


@pytest.mark.parametrize(
    ("tree", "note"),
    [
        (
            ("index.html",),
            "On this stage S3 serves index.html for the app's routes, but with status 404 instead of 200.",
        ),
        (
            ("index.html", "about.html"),
            "On this stage S3 serves /about.html only at /about.html; behind CloudFront it is also at /about.",
        ),
        (("index.html", "a/index.html"), ""),
    ],
)
def test_what_an_s3_website_cannot_do_is_reported(tmp_path: Path, tree: tuple[str, ...], note: str) -> None:
    """On DEV a note says what works behind CloudFront, but not on S3."""
    assert plan_of(settings("dev", **AUTO), manifest(*tree), tmp_path).notes == ((note,) if note else ())


def test_another_kind_of_site_is_a_warning() -> None:
    """The warning names the file that made the difference, and the command that keeps the previous kind."""
    app, pages = (RouteChoice("index.html").routes(tree) for tree in ({"index.html"}, {"index.html", "new.html"}))
    grown = changed_kind("app", pages, "prod")
    shrunk = changed_kind("pages", app, "prod")
    assert grown is not None
    assert "With 'new.html' it has several pages" in grown
    assert grown.endswith("pulumi config set --stack prod website:routing spa")
    assert shrunk is not None
    assert shrunk.endswith("pulumi config set --stack prod website:routing mpa")
    rendered = RouteChoice("index.html").routes({"index.html", "200.html", "about.html"})
    for previous, routes in (("app", app), ("app", rendered), ("pages", pages), ("errors", app), (None, app)):
        assert changed_kind(previous, routes, "prod") is None
    assert [routing_output("auto", one) for one in (app, pages)] == ["app", "pages"]
    assert routing_output("spa", pages) == "spa"


def test_with_mpa_there_is_no_app_page(tmp_path: Path) -> None:
    """With `mpa` a site with only an index document is not an app, and pages keep their form."""
    alone = plan_of(settings(website_routing="mpa"), manifest("index.html"), tmp_path)
    assert alone.routes.answer("/users/").path == "/users/index.html"
    assert (alone.routes.app_page, alone.error_responses) == ("", ())
    several = plan_of(settings(website_routing="mpa"), manifest("index.html", "a.html", "b.html"), tmp_path)
    assert several.routes.answer("/a/") == ("/a", True)


def test_the_app_page_of_error_responses_is_a_key(tmp_path: Path) -> None:
    """An error page with an encoded URL is served by the function in bulk mode, too, so there is no warning."""
    errors = json.dumps(
        [{"errorCode": code, "responseCode": 200, "responsePagePath": "/my%20app.html"} for code in (403, 404)]
    )
    plan = with_headers(tmp_path, "my app.html", cloudfront_errorResponses=errors, publish_mode="bulk")
    assert plan.error_app_page == "my app.html"
    assert plan.warnings == ()
