"""What the edge does for a stack, from its settings and its tree."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from hosting.config import RawConfig, Settings, load_settings
from hosting.errors import EdgeError
from hosting.plan import EdgePlan, keys_for, plan_edge, rule_files
from hosting.publish.manifest import Manifest, ManifestEntry

if TYPE_CHECKING:
    from pathlib import Path


def settings(stack: str = "prod", **config: str) -> Settings:
    """Return the settings of a stack; `website_routing` stands for `website:routing`."""
    values = {key.replace("_", ":"): value for key, value in config.items()}
    return load_settings(RawConfig(stack, values), {"AWS_REGION": "eu-north-1"})


ERRORS = '[{"errorCode": 403, "responseCode": 404, "responsePagePath": "/nix.html"}]'


def manifest(*paths: str) -> Manifest:
    """Return the manifest of a tree."""
    return Manifest.of([ManifestEntry(path, 5, "a" * 64, "text/html", None) for path in paths])


def test_only_pages_moves_files(tmp_path: Path) -> None:
    """With `pages` each page but the error pages has the key of a folder's index document."""
    tree = {"index.html", "about.html", "404.html", "oops.html", "gone.html"}
    assert keys_for(settings(website_routing="spa"), tmp_path, tree) == {}
    own = '[{"errorCode": 404, "responseCode": 404, "responsePagePath": "/oops.html"}, {"errorCode": 500}]'
    pages = settings(website_routing="pages", website_errorDocument="gone.html", cloudfront_errorResponses=own)
    assert keys_for(pages, tmp_path, tree) == {"about.html": "about/index.html"}


def test_a_page_that_a_rule_names_keeps_its_name(tmp_path: Path) -> None:
    """The page of a rule for what is missing is an error page: with `pages` it stays what CloudFront asks for."""
    (tmp_path / "_redirects").write_text("/* /oops.html 404\n")
    pages = settings(website_routing="pages")
    assert keys_for(pages, tmp_path, {"index.html", "about.html", "oops.html"}) == {"about.html": "about/index.html"}
    plan = plan_edge("site", pages, manifest("index.html", "about/index.html", "oops.html"), tmp_path)
    assert {(one.response_code, one.response_page_path) for one in plan.error_responses} == {(404, "/oops.html")}


def test_the_files_of_rules_are_told_together(tmp_path: Path) -> None:
    """What is wrong in the redirects does not hide what is wrong in the headers."""
    (tmp_path / "_redirects").write_text("/a /b 999\n")
    (tmp_path / "_headers").write_text("/*\n  no header\n")
    with pytest.raises(EdgeError) as at_staging:
        keys_for(settings(website_routing="pages"), tmp_path, {"index.html"})
    with pytest.raises(EdgeError) as planned:
        plan_edge("site", settings(), manifest("index.html"), tmp_path)
    for said in (str(at_staging.value), str(planned.value)):
        assert "line 1 of _redirects has the status '999'" in said
        assert "line 2 of _headers is not a header" in said


def test_the_trees_own_page_answers_what_is_missing(tmp_path: Path) -> None:
    """With a router `404.html` is the error document if the tree has it and the stack names none."""
    plan = plan_edge("site", settings(website_routing="pages"), manifest("index.html", "404.html"), tmp_path)
    assert {error.response_page_path for error in plan.error_responses} == {"/404.html"}
    assert plan.error_document == "404.html"
    without = plan_edge("site", settings(website_routing="pages"), manifest("index.html"), tmp_path)
    assert {error.response_page_path for error in without.error_responses} == {"/index.html"}
    errors = plan_edge("site", settings(), manifest("index.html", "404.html"), tmp_path)
    assert (errors.error_document, errors.default_root, errors.requests) == ("index.html", "index.html", ())


def test_a_release_that_is_pinned_without_its_files_has_the_pages_that_answer_what_is_missing(tmp_path: Path) -> None:
    """A pin is neither refused for them nor an update of the distribution."""
    rules = '[{"source": "/<*>", "target": "/index.html", "status": "404-200"}]'
    for own in ({"website_redirects": rules}, {"website_routing": "pages"}):
        pinned = settings(**own, publish_mode="bulk", publish_release="0123")
        with_files = plan_edge("site", settings(**own), manifest("index.html", "404.html"), tmp_path)
        without = plan_edge("site", pinned, manifest(), tmp_path)
        assert without.error_responses == with_files.error_responses
        assert without.default_root == with_files.default_root


def test_an_error_document_that_is_not_there_is_told(tmp_path: Path) -> None:
    """On DEV S3 would answer with an error of its own; with CloudFront, or with the page there, nothing is said."""
    named = {"website_errorDocument": "405.html"}
    (warning,) = plan_edge("site", settings("dev", **named), manifest("index.html"), tmp_path).warnings
    assert warning.startswith("There is no '405.html', which 'website:errorDocument' names")
    assert warning.endswith("pulumi config set --stack dev website:errorDocument index.html")
    assert plan_edge("site", settings("dev", **named), manifest("index.html", "405.html"), tmp_path).warnings == ()
    assert plan_edge("site", settings("prod", **named), manifest("index.html"), tmp_path).warnings == ()


def test_files_of_rules_do_nothing_without_a_distribution(tmp_path: Path) -> None:
    """On DEV each file of rules has its warning, with the command that gives it an edge."""
    (tmp_path / "_redirects").write_text("/a /b\n")
    (tmp_path / "_headers").write_text("/*\n  X-A: b\n")
    plan = plan_edge("site", settings("dev"), manifest("index.html"), tmp_path)
    assert [re.findall(r"_\w+|pulumi config.*", warning) for warning in plan.warnings] == [
        [name, "pulumi config set --stack dev cloudfront:enabled true"] for name in ("_redirects", "_headers")
    ]


def test_what_does_not_fit_is_refused_before_anything_is_touched(tmp_path: Path) -> None:
    """Too many headers fail with the function's figures, as too many redirects do."""
    (tmp_path / "_headers").write_text(
        "".join(f"/folder-{number}/*\n  X-Frame-Options: DENY\n" for number in range(400))
    )
    with pytest.raises(EdgeError, match=r"viewer-response function is \d+ bytes, CloudFront takes 10240"):
        plan_edge("site", settings(), manifest("index.html"), tmp_path)


def test_warnings_of_the_files_are_the_plans(tmp_path: Path) -> None:
    """A rule or a header that is left out is named at preview, and a redirects.json of another tool too."""
    (tmp_path / "_redirects").write_text("/a /b\n/a /c\n/* /404 404\n")
    (tmp_path / "_headers").write_text("/*\n  Server: mine\n")
    (tmp_path / "redirects.json").write_text("{}")
    plan = plan_edge("site", settings(), manifest("index.html", "404.html"), tmp_path)
    assert [warning.split(" ")[0:4] for warning in plan.warnings[:3]] == [
        ["line", "2", "of", "_redirects"],
        ["redirects.json", "is", "published", "as"],
        ["line", "2", "of", "_headers"],
    ]
    assert {error.response_page_path for error in plan.error_responses} == {"/404.html"}
    assert rule_files(tmp_path) == ["_redirects", "customHttp.yml", "_headers"]


def with_headers(folder: Path, *paths: str, rules: str = "", **config: str) -> EdgePlan:
    """Return the plan of a site with a file of headers."""
    (folder / "_headers").write_text("/*\n  X-Frame-Options: DENY\n")
    (folder / "_redirects").write_text(rules)
    return plan_edge("site", settings(**config), manifest("index.html", *paths), folder)


def pieces(plan: EdgePlan) -> list[str]:
    """Return the names of what is asked for each request."""
    return [piece.name for piece in plan.requests]


def test_deep_links_are_led_where_there_are_headers(tmp_path: Path) -> None:
    """CloudFront runs no function for what an error response answers, so the one for requests leads there itself."""
    plan = with_headers(tmp_path, "LICENSE")
    assert (pieces(plan), plan.default_root, plan.warnings) == (["deepLinks"], "index.html", ())
    assert '["/index.html",{"/LICENSE":0}]' in plan.requests[0].code
    app = with_headers(tmp_path, "app.html", rules="/a /b\n/* /app.html 200\n")
    assert pieces(app) == ["redirects", "root", "deepLinks"]
    assert '["/app.html",{}]' in app.requests[-1].code
    bulk = with_headers(tmp_path, publish_mode="bulk")
    assert (pieces(bulk), bulk.warnings) == ([], ())
    (tmp_path / "_headers").unlink()
    assert plan_edge("site", settings(), manifest("index.html"), tmp_path).requests == ()


def test_pages_without_their_headers_are_warned_of(tmp_path: Path) -> None:
    """Where a page answers with 200 for what is missing, and nothing can lead there, a warning says so."""
    mend = "pulumi config set --stack prod website:routing spa"
    one = '[{"errorCode": 403, "responseCode": 200, "responsePagePath": "/index.html"}]'
    two = one.replace("]", ', {"errorCode": 404, "responseCode": 200, "responsePagePath": "/404.html"}]')
    gone = two.replace("index.html", "gone.html").replace("404.html", "gone.html")
    many = [f"file-{number:04}" for number in range(800)]
    for plan in (
        with_headers(tmp_path, rules="/* /index.html 200\n", website_routing="pages"),
        with_headers(tmp_path, cloudfront_errorResponses=one),
        with_headers(tmp_path, cloudfront_errorResponses=two),
        with_headers(tmp_path, *many),
        with_headers(tmp_path, *many[:60], publish_mode="bulk"),
        with_headers(tmp_path, publish_mode="bulk", cloudfront_errorResponses=gone),
    ):
        assert "deepLinks" not in pieces(plan)
        assert [warning.endswith(mend) for warning in plan.warnings if "There is no '" not in warning] == [True]
    for calm in ({"website_routing": "spa"}, {"website_routing": "pages"}, {"cloudfront_errorResponses": "[]"}):
        assert with_headers(tmp_path, **calm).warnings == ()
    assert with_headers(tmp_path, cloudfront_errorResponses=one, website_routing="spa").warnings == ()


def test_a_redirect_to_the_stacks_own_name_is_a_circle(tmp_path: Path) -> None:
    """Rules are held against `domain:names`, also before the names are attached."""
    (tmp_path / "_redirects").write_text("/* https://www.example.com/:splat\n")
    plan_edge("site", settings(), manifest("index.html"), tmp_path)
    own = settings(domain_names='["www.example.com", "example.com"]')
    with pytest.raises(EdgeError, match=r"line 1 of _redirects redirects '/x/y' without end"):
        plan_edge("site", own, manifest("index.html"), tmp_path)


def test_a_refusal_that_a_page_replaces_is_warned_of(tmp_path: Path) -> None:
    """By default the error response for 403 would show the first page to visitors who are turned away."""
    config = {"cloudfront_geoRestriction": '{"deny": ["US"]}'}
    (warning,) = plan_edge("site", settings(**config), manifest("index.html"), tmp_path).warnings
    assert "'cloudfront:geoRestriction' turns away get the page '/' with status 200" in warning
    for calm in ({"website_routing": "spa"}, {"cloudfront_errorResponses": "[]"}):
        assert plan_edge("site", settings(**config, **calm), manifest("index.html"), tmp_path).warnings == ()
    (idle,) = plan_edge("site", settings("dev", **config), manifest("index.html"), tmp_path).warnings
    assert idle.startswith("'cloudfront:geoRestriction' need CloudFront, which this stack has not")
    assert idle.endswith("pulumi config set --stack dev cloudfront:enabled true")


def test_an_error_page_that_is_not_there_is_told(tmp_path: Path) -> None:
    """Visitors would get S3's XML in its place; a missing first page is told elsewhere."""
    for own in ({"website_routing": "spa", "website_errorDocument": "nix.html"}, {"cloudfront_errorResponses": ERRORS}):
        (warning,) = plan_edge("site", settings(**own), manifest("home.html"), tmp_path).warnings
        assert warning.startswith("There is no 'nix.html', which answers for errors")
        assert plan_edge("site", settings(**own), manifest("nix.html"), tmp_path).warnings == ()
    assert plan_edge("site", settings(), manifest("home.html"), tmp_path).warnings == ()
