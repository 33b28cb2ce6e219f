"""Rule files of real sites: rules without effect are ignored with a warning, as in Netlify and Cloudflare."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from hosting.config.load import RawConfig, load_settings
from hosting.edge.redirect_checks import check_rules, with_published_pages
from hosting.edge.route_choice import RouteChoice
from hosting.edge.routing import router_redirects
from hosting.edge.rule_files import read_rule_files
from hosting.errors import EdgeError
from hosting.formats.redirects.files import is_published, read_redirects
from hosting.formats.redirects.rules import ViewerRequest
from tests.unit.edge.test_redirects import amplify, netlify, result_of

if TYPE_CHECKING:
    from pathlib import Path

    from tests.unit.edge.runtime import EdgeRuntime

LINE = "line {} of _redirects"


def sources(folder: Path, *lines: str) -> list[str]:
    """Return the places of the rules of a `_redirects` that run at the edge."""
    return [rule.where for rule in netlify(folder, *lines).rules]


@pytest.mark.parametrize(
    ("lines", "kept", "warned"),
    [
        (["/a /b", "", "/a /c"], [1], ["line 3 of _redirects is never used: line 1 of _redirects is for the same"]),
        (["/:x /b 302", "/:y /c 302"], [1], ["line 2 of _redirects is never used: line 1"]),
        (["/a/ /b", "/a /c"], [1], ["line 2 of _redirects is never used"]),
        (["/a /b", "/a /c Country=de"], [1], ["line 2 of _redirects is never used"]),
        (["/a /b Country=de,at", "/a /c Country=at"], [1], ["line 2 of _redirects is never used"]),
        (["/a x=1 y=2 /b", "/a y=2 x=1 /c"], [1], ["line 2 of _redirects is never used"]),
        (["/a x=:x /b", "/a x=2 /c"], [1], ["line 2 of _redirects is never used"]),
        (["/a/* /b", "/a/* /c 200"], [1], ["line 2 of _redirects is never used"]),
        (["/a x=1 /b", "/a x=2 /b", "/a /b Country=de", "/a /b"], [1, 2, 3, 4], []),
        (["/a /b", "/a/ /b"], [1], []),
        (["/* https://b.example/:splat", "/a /b"], [1], ["line 2 of _redirects is never used: line 1 of"]),
        (["/* https://b.example/:splat", "/* /404.html 404"], [1], ["line 2 of _redirects is never used"]),
        (["/* /index.html 200", "/* /404.html 404"], [], ["line 2 of _redirects is never used: line 1 of"]),
        (["/* /index.html 200", "/* /index.html 200"], [], []),
        (["/a /a"], [], ["line 1 of _redirects does nothing: it redirects a path to itself"]),
        (["/a /a/"], [], ["line 1 of _redirects does nothing"]),
        (["/a/* /a/:splat?x=1"], [], ["line 1 of _redirects does nothing"]),
        (["https://a.example/* https://a.example/:splat"], [], ["line 1 of _redirects does nothing"]),
        (["/a /a 200", "/a/* /a/:splat 200!", "/c id=:id /c"], [1, 2, 3], []),
        (["/a#b /c", "/a /b"], [2], ["line 1 of _redirects is never used: browsers do not send what follows '#'"]),
        (["/fr/* /fr/404.html 404"], [], ["line 1 of _redirects has a 404 page for a part of the site. "]),
        (["/:lang/* /:lang/404/ 404"], [], ["line 1 of _redirects has a 404 page for a part of the site"]),
        (["a/b /c"], [1], ["line 1 of _redirects is used with a leading slash: '/a/b'"]),
        (["/a /b/:c"], [1], ["line 1 of _redirects has ':c' in its target, which is used as text: its source does"]),
        (["/a /b/*"], [1], ["line 1 of _redirects has '*' in its target, which is used as text"]),
        (["/a /b/:splat"], [1], ["line 1 of _redirects has ':splat' in its target, which is used as text"]),
        (["/caching/* go-get=:go-get /golang/caching.html 200"], [1], []),
    ],
)  # fmt: skip
def test_rules_without_effect_are_left_out(
    tmp_path: Path, lines: list[str], kept: list[int], warned: list[str]
) -> None:
    """A rule without effect is not in the function, and a warning names it unless that is harmless."""
    redirects = netlify(tmp_path, *lines)
    assert [rule.where for rule in redirects.rules] == [LINE.format(number) for number in kept]
    assert len(redirects.warnings) == len(warned)
    for warning, beginning in zip(redirects.warnings, warned, strict=True):
        assert warning.startswith(beginning)


@pytest.mark.parametrize(
    ("lines", "kept"),
    [
        (["http://a.example/* https://b.example/:splat", "https://a.example/* https://b.example/:splat"], [2]),
        (["https://a.example/* https://b.example/:splat", "http://a.example/* https://c.example/:splat"], [1]),
        (["http://a.example/* https://b.example/:splat"], [1]),
        (["http://www.a.example/* https://www.a.example/:splat"], []),
        (["http://a.example/x https://b.example/x", "/* https://c.example/:splat"], [1, 2]),
        (["/* https://c.example/:splat", "http://a.example/x https://b.example/x"], [1]),
    ],
)
def test_a_rule_for_http_gives_way(tmp_path: Path, lines: list[str], kept: list[int]) -> None:
    """CloudFront redirects http to https first, so of two rules the one for https is used, without a warning."""
    redirects = netlify(tmp_path, *lines)
    assert [rule.where for rule in redirects.rules] == [LINE.format(number) for number in kept]
    assert redirects.warnings == ()


def test_a_part_of_the_site_as_an_app(edge: EdgeRuntime, tmp_path: Path) -> None:
    """Amplify's 404-200 for a folder serves the page for all paths in the folder without an extension."""
    redirects = amplify(tmp_path, {"source": "/app/<*>", "target": "app/index.html", "status": "404-200"})
    assert result_of(edge, redirects, "/app/deep/link") == "app/index.html"
    assert result_of(edge, redirects, "/app/app.js") == "app/app.js"


@pytest.mark.parametrize(
    ("target", "page"),
    [
        ("/404", "/404.html"),
        ("/404.html", "/404.html"),
        ("/docs", "/docs/index.html"),
        ("/docs/", "/docs/index.html"),
        ("/", "/index.html"),
        ("/my%20page", "/my%20page.html"),
        ("/LICENSE", "/LICENSE"),
    ],
)
def test_a_page_is_named_as_its_host_does(tmp_path: Path, target: str, page: str) -> None:
    """The page of a fallback may be written without its extension or its index document."""
    keys = {"404.html", "docs/index.html", "index.html", "my page.html", "LICENSE"}
    redirects = with_published_pages(netlify(tmp_path, f"/* {target} 404"), keys, "index.html")
    assert [fallback.page for fallback in redirects.fallbacks] == [page]
    check_rules(redirects, keys, router_redirects("errors", keys, RouteChoice("index.html").routes(keys)))


@pytest.mark.parametrize("source", ["/old", "old"])
def test_paths_of_amplify_without_a_slash(edge: EdgeRuntime, tmp_path: Path, source: str) -> None:
    """`index.html` means `/index.html` in a source and in a target, and surrounding spaces are ignored."""
    redirects = amplify(tmp_path, {"source": f" {source} ", "target": " new/page.html", "status": "301"})
    assert result_of(edge, redirects, "/old") == "301 /new/page.html"
    (fallback,) = amplify(tmp_path, {"source": "/<*>", "target": "index.html", "status": "404-200"}).fallbacks
    assert (fallback.page, fallback.status) == ("/index.html", 200)


def test_escapes_that_json_does_not_have(edge: EdgeRuntime, tmp_path: Path) -> None:
    """A single backslash, as in the example in Amplify's documentation, means the same as two."""
    for escape in ("\\.", "\\\\."):
        rule = f'[{{"source": "</^/a{escape}b$/>", "target": "/c\\/d", "status": "301"}}]'
        (tmp_path / "redirects.json").write_text(rule)
        redirects = read_redirects([], tmp_path)
        assert result_of(edge, redirects, "/a.b") == "301 /c/d"
        assert result_of(edge, redirects, "/axb") == "axb"


def test_an_object_is_a_file_of_the_site(tmp_path: Path) -> None:
    """A `redirects.json` of jekyll-redirect-from is published, and a warning says that it has no rules."""
    (tmp_path / "redirects.json").write_text('{"/old/": "https://www.example.com/new/"}')
    redirects = read_redirects([{"source": "/a", "target": "/b"}], tmp_path)
    assert is_published(tmp_path)
    assert len(redirects.rules) == 1
    assert redirects.warnings == (
        "redirects.json is published as a file: it is not a list, so it has no redirects for Amplify Hosting",
    )
    (tmp_path / "redirects.json").write_text(json.dumps([{"source": "/a", "target": "/b"}]))
    assert not is_published(tmp_path)
    (tmp_path / "redirects.json").write_text("{")
    assert not is_published(tmp_path)
    with pytest.raises(EdgeError, match=r"redirects\.json is not valid JSON"):
        read_redirects([], tmp_path)


# Whole files in the shapes that public repositories have.
SITES = {
    "documentation, moved and in languages": [
        "# moved pages",
        "/:lang/install/auto        /:lang/install-and-setup/",
        "/:lang/deploy/:service     /:lang/guides/deploy/:service",
        "/:lang:/reference/parts/   /:lang:/guides/parts/",
        "/docs/*                    /:splat",
        "/:lang/docs/*              /:lang/:splat",
        "/docs/:version/landing     /docs/next/landing",
        "/help/limits               /help/storage/#limits-for-storage/ 301",
        "/                          /en/getting-started/",
        "/ja/*                      /ja/404.html 404",
        "/:lang/*                   /:lang/404/ 404",
    ],
    "a site with other names": [
        "http://blog.a.example/* https://a.example/blog/:splat 301!",
        "https://blog.a.example/* https://a.example/blog/:splat 301!",
        "http://a.example/*       http://a.example/:splat    301!",
        "https://a.example//*     https://a.example/:splat   301!",
    ],
    "pages with and without a slash": [
        "/claim /youtube/ 301",
        "/claim/ /youtube/ 301",
        "/what /faq/what/",
        "/faq/* /archive/faq/:splat",
        "/index.html / 301",
        "/about.html /about 301",
        "/about /about/ 301",
        "/Impressum.html /legal/imprint/ 301",
    ],
    "everything is one page": ["/* /docs/release-notes 301!"],
    "landing pages": ["/update/* /user/change-log/", "/contact/* /contact", "/inbox* / 301"],
    "an app": ["/addresses/:address /traders/:address 301", "/fills/:index /index.html 200", "/* /index.html 404"],
    "an app's folders": ["/docs /docs 200", "/v3/* /v3/:splat 200!", "/* /index.html 200"],
    "accounts elsewhere": ["/.well-known/webfinger* https://social.example/.well-known/webfinger:splat"],
    "glued wildcards": ["/advanced/asyncactions* /advanced/async-actions:splat", "/faq /faq/index"],
}


@pytest.mark.parametrize("site", SITES)
@pytest.mark.parametrize("routing", ["errors", "pages"])
def test_whole_files_of_real_shapes(tmp_path: Path, site: str, routing: str) -> None:
    """Files that Netlify or Cloudflare accept are accepted, with either routing."""
    keys = frozenset(
        {"index.html", "404.html", "about/index.html", "docs/release-notes/index.html", "contact/index.html"}
    )
    redirects = with_published_pages(netlify(tmp_path, *SITES[site]), keys, "index.html")
    check_rules(redirects, keys, router_redirects(routing, keys, RouteChoice("index.html").routes(keys)))
    assert redirects.name == "_redirects"


@pytest.mark.parametrize("setting", ["redirectsFile", "headersFile"])
def test_a_named_file_that_does_not_exist(tmp_path: Path, setting: str) -> None:
    """The error names the setting, and the command that changes it."""
    settings = load_settings(
        RawConfig("dev", {"aws:region": "eu-central-1", f"website:{setting}": "rules/web.txt"}), {}
    )
    with pytest.raises(EdgeError) as caught:
        read_rule_files(settings, tmp_path, tmp_path)
    assert str(caught.value) == (
        f"'website:{setting}' names 'rules/web.txt', which is not a file; nothing was deployed: "
        f"pulumi config set website:{setting} '<file>'"
    )


def test_a_named_file_is_read_from_the_project(tmp_path: Path) -> None:
    """`website:redirectsFile` is relative to the project, and the messages have the name of the setting."""
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules/web.txt").write_text("/old /new 301\n")
    settings = load_settings(
        RawConfig("dev", {"aws:region": "eu-central-1", "website:redirectsFile": "rules/web.txt"}), {}
    )
    redirects = read_rule_files(settings, tmp_path / "www", tmp_path).redirects
    assert [(rule.where, rule.target_for(ViewerRequest("/old", {}))) for rule in redirects.rules] == [
        ("line 1 of rules/web.txt", "/new")
    ]
