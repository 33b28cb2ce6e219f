"""Rules that apply only where no file is: `_redirects` without `!`, and `"force": false` in Amplify's form."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from hosting.edge.function_code import compose
from hosting.edge.redirects import redirects_part, stored_redirects
from hosting.edge.rule_tables import store_items, tables_part
from tests.unit.edge.plans import plan_of
from tests.unit.edge.runtime import request_event
from tests.unit.edge.test_plan import manifest, settings
from tests.unit.edge.test_routing import shown

if TYPE_CHECKING:
    from pathlib import Path

    from hosting.edge.plan import EdgePlan
    from tests.unit.edge.runtime import EdgeRuntime

SITE = ("index.html", "docs/index.html", "docs/old.html", "docs/a.png", "blog/one/index.html", "caf\u00e9.html")


def plan(folder: Path, line: str, *keys: str) -> EdgePlan:
    """Return the edge plan of a site with these files and one rule: a line of `_redirects`, or Amplify's JSON."""
    name = "redirects.json" if line.startswith("{") else "_redirects"
    (folder / name).write_text(f"[{line}]" if line.startswith("{") else line)
    return plan_of(settings(), manifest(*(keys or SITE)), folder)


@pytest.mark.parametrize(
    ("line", "path", "answer"),
    [
        ("/docs/* /help/:splat", "/docs/gone", "301 /help/gone"),
        ("/docs/* /help/:splat", "/docs/old", "docs/old"),
        ("/docs/* /help/:splat", "/docs/old.html", "docs/old.html"),
        ("/docs/* /help/:splat", "/docs/a.png", "docs/a.png"),
        ("/docs/* /help/:splat", "/docs/b.png", "301 /help/b.png"),
        ("/docs/* /help/:splat", "/docs/", "docs/"),
        ("/docs/* /help/:splat", "/docs", "docs"),
        ("/docs/* /help/:splat 301!", "/docs/old", "301 /help/old"),
        ("/* https://new.example/:splat", "/", ""),
        ("/* https://new.example/:splat", "/x", "301 https://new.example/x"),
        ("/* https://new.example/:splat", "/caf%C3%A9", "caf\u00e9"),
        ("/:page /p/:page 302", "/docs", "docs"),
        ("/blog/* /blog/one/index.html 200", "/blog/two", "blog/one/index.html"),
        ("/blog/* /blog/one/index.html 200", "/blog/one", "blog/one"),
        ("/old /new", "/old", "301 /new"),
        ('{"source": "/docs/<*>", "target": "/help/<*>", "force": false}', "/docs/old", "docs/old"),
        ('{"source": "/docs/<*>", "target": "/help/<*>", "force": false}', "/docs/gone", "302 /help/gone"),
        ('{"source": "/docs/<*>", "target": "/help/<*>", "force": true}', "/docs/old", "302 /help/old"),
        ('{"source": "/docs/<*>", "target": "/help/<*>"}', "/docs/old", "302 /help/old"),
        ('{"source": "</^.docs.old$/>", "target": "/x", "force": false}', "/docs/old", "docs/old"),
    ],
)
def test_a_file_comes_first(edge: EdgeRuntime, tmp_path: Path, line: str, path: str, answer: str) -> None:
    """A rule without `force` leaves each path of a published file alone, in any of the file's forms."""
    rules = plan(tmp_path, line).redirect_rules
    assert shown(edge.request([redirects_part(rules)], request_event(path))) == answer


@pytest.mark.parametrize(
    ("line", "how"),
    [
        ("/docs/old /new", "write '301!' for the rule to come first"),
        ("/docs/old/ /new 308", "write '308!' for the rule to come first"),
        ('{"source": "/docs/old", "target": "/b", "force": false}', 'write "force": true for the rule to come first'),
    ],
)
def test_a_rule_for_a_file_is_left_out(tmp_path: Path, line: str, how: str) -> None:
    """A rule for one path with a file has no effect, and a warning says how to write it."""
    found = plan(tmp_path, line)
    assert not found.redirect_rules
    (warning,) = [text for text in found.warnings if "has no effect" in text]
    assert warning.endswith(how)


def test_a_condition_keeps_the_rule_for_a_file(edge: EdgeRuntime, tmp_path: Path) -> None:
    """A rule for a country and a file stays, as later rules must not apply to the file for these visitors."""
    rules = plan(tmp_path, "/docs/old /de Country=de\n/docs/old /new 301!").redirect_rules
    event = request_event("/docs/old", headers={"cloudfront-viewer-country": "DE"})
    assert shown(edge.request([redirects_part(rules)], event)) == "docs/old"
    assert shown(edge.request([redirects_part(rules)], request_event("/docs/old"))) == "301 /new"


@pytest.mark.parametrize(
    "line", ["/* /index.html 200", '{"source": "/<*>", "target": "/index.html", "status": "200", "force": false}']
)
def test_the_single_page_app_stays_a_fallback(tmp_path: Path, line: str) -> None:
    """A page for all paths without a file is the router's app page, in both forms."""
    assert plan(tmp_path, line, "index.html", "b.html").error_app_page == "index.html"


def test_many_files_are_listed_by_folder(edge: EdgeRuntime, tmp_path: Path) -> None:
    """A list that would be too long has folders in place of their files, and a warning names each."""
    many = [f"docs/{folder}/page-{number}.html" for folder in ("a", "b") for number in range(20)]
    found = plan(tmp_path, "/docs/* /help/:splat", "index.html", "docs/x.html", *many)
    (rule,) = found.redirect_rules
    assert {"/docs/a/", "/docs/b/"} <= {*rule.files}
    assert len(json.dumps(rule.files)) <= 400
    assert "line 1 of _redirects does not apply below '/docs/a/', which has too many files to list" in found.warnings[0]
    for path, answer in (("/docs/a/gone", "docs/a/gone"), ("/docs/x", "docs/x"), ("/docs/gone", "301 /help/gone")):
        assert shown(edge.request([redirects_part([rule])], request_event(path))) == answer


@pytest.mark.parametrize(
    ("line", "gone"),
    [
        ("/docs/* /help/:splat", "301 /help/gone"),
        ('{"source": "/docs/<*>", "target": "/help/<*>", "force": false}', "302 /help/gone"),
        ('{"source": "</^.docs.(.*)$/>", "target": "/help/<1>", "force": false}', "302 /help/gone"),
        ("/docs/:name /help/:name 302 Country=de", "302 /help/gone"),
        ("/docs/* id=:id /help/:splat?id=:id", "301 /help/gone?id=1"),
    ],
)
@pytest.mark.parametrize("is_stored", [False, True])
def test_many_files_of_one_folder(edge: EdgeRuntime, tmp_path: Path, line: str, gone: str, *, is_stored: bool) -> None:
    """Files that no folder can stand for are rules of their own, before the rule that leaves them alone."""
    pages = [f"docs/page-{number}.html" for number in range(40)]
    found = plan(tmp_path, line, "index.html", "docs/index.html", *pages)
    assert not [text for text in found.warnings if "too many files" in text]
    (tmp_path / "later").mkdir()
    later = plan(tmp_path / "later", "/docs/page-1 /never 301!").redirect_rules
    rules = (*found.redirect_rules, *later)
    if is_stored:
        part, table = stored_redirects(rules)
        edge.load(compose([tables_part([table]), part]), store_items([table]))
    else:
        edge.load(compose([redirects_part(rules)]))
    paths = ("/docs/page-1", "/docs/page-1.html", "/docs/page-39", "/docs/", "/docs/gone")
    headers, query = {"cloudfront-viewer-country": "DE"}, {"id": "1"} if "id=" in line else {}
    answers = edge.run(*(request_event(path, query, headers) for path in paths))
    assert [shown(answer) for answer in answers] == [*(path[1:] for path in paths[:-1]), gone]


def test_a_condition_of_a_rule_with_many_files(edge: EdgeRuntime, tmp_path: Path) -> None:
    """A visitor for whom the rule is not gets the later rules for its files, too."""
    pages = [f"docs/page-{number}.html" for number in range(40)]
    found = plan(tmp_path, "/docs/* /de/:splat Country=de\n/docs/page-1 /new 301!", *pages)
    event = request_event("/docs/page-1", {}, {"cloudfront-viewer-country": "FR"})
    assert shown(edge.request([redirects_part(found.redirect_rules)], event)) == "301 /new"


def test_a_proxy_answers_for_files_too(tmp_path: Path) -> None:
    """CloudFront chooses a proxy by the path alone, so its rule stays as it is."""
    (rule,) = plan(tmp_path, "/docs/* https://docs.example.com/:splat 200").redirect_rules
    assert rule.files == ()
