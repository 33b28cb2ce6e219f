"""What is in the functions and what is in the key value store: only what does not fit, and nothing for a small site."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hosting.edge.function_code import compose, compose_response, uses_store
from hosting.errors import EdgeError
from tests.unit.edge.plans import plan_of
from tests.unit.edge.runtime import request_event, response_event, undocumented
from tests.unit.edge.test_plan import manifest, settings
from tests.unit.edge.test_routing import shown

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from hosting.edge.plan import EdgePlan
    from tests.unit.edge.runtime import EdgeRuntime

FEW = "/old/page-{0} /new/page-{0}\n"
# Pages of the less frequent form, which the routing table lists.
AUTO = {"website_routing": "auto"}
BULK = {**AUTO, "publish_mode": "bulk"}
PAGES = [f"page-{number}.html" for number in range(900)]
FOLDERS = [f"folder-{number}/index.html" for number in range(1_000)]


def planned(
    folder: Path, config: Mapping[str, str] = AUTO, /, redirects: int = 0, headers: int = 0, pages: int = 0
) -> EdgePlan:
    """Return the plan of a site with a number of redirects, header rules, and pages that the routing table lists."""
    (folder / "_redirects").write_text("".join(map(FEW.format, range(redirects))))
    (folder / "_headers").write_text(
        "/*\n  X-All: 1\n" + "".join(f"/part-{number}/*\n  X-Part: {number}\n" for number in range(headers))
        if headers
        else ""
    )
    tree = [*FOLDERS, *PAGES[:pages]] if pages else []
    return plan_of(settings(**config), manifest("index.html", *tree), folder)


def tables(plan: EdgePlan) -> list[str]:
    """Return the names of the tables that the functions read, those of the viewer-request function first."""
    code = [part.code for part in (*plan.request_parts, *plan.response_parts) if part.name == "tables"]
    return [name for name in ("redirects", "headers", "routes") if any(f'"{name}":{{' in text for text in code)]


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ({"redirects": 100, "headers": 100, "pages": 100}, []),
        ({"redirects": 600, "headers": 100, "pages": 100}, ["redirects"]),
        ({"redirects": 50, "pages": 900}, ["routes"]),
        ({"redirects": 600, "pages": 900}, ["redirects", "routes"]),
        ({"headers": 400}, ["headers"]),
        ({"headers": 20, "pages": 900}, ["routes"]),
        ({"headers": 400, "pages": 900}, ["headers", "routes"]),
        ({"redirects": 600, "headers": 400, "pages": 900}, ["redirects", "headers", "routes"]),
    ],
)
def test_only_what_does_not_fit_is_in_the_store(
    edge: EdgeRuntime, tmp_path: Path, counts: dict[str, int], expected: list[str]
) -> None:
    """The rules are in the store, or the routing table, or both; the answers are those of the rules."""
    plan = planned(tmp_path, **counts)
    assert tables(plan) == expected
    assert bool(plan.store_items) == bool(expected)
    code = compose(plan.request_parts)
    assert ("import cf" in code) == uses_store(plan.request_parts)
    assert undocumented(code) == []
    edge.load(code, plan.store_items)
    if counts.get("redirects"):
        assert shown(edge.run(request_event("/old/page-7"))[0]) == "301 /new/page-7"
    if counts.get("pages"):
        events = map(request_event, ("/page-7", "/page-7/", "/folder-7/"))
        assert [shown(answer) for answer in edge.run(*events)] == ["page-7.html", "301 /page-7", "folder-7/index.html"]
    if counts.get("headers"):
        edge.load(compose_response(plan.response_parts), plan.store_items)
        answer = edge.run(response_event("/part-7/x"))[0]
        assert {name: value["value"] for name, value in answer["headers"].items()} == {"x-all": "1", "x-part": "7"}


def test_pages_without_an_extension_do_not_limit_a_site(edge: EdgeRuntime, tmp_path: Path) -> None:
    """With `pages`, thousands of files without an extension are in the store."""
    tree = ["index.html", "a/index.html", *(f"files/number-{number}" for number in range(2_000))]
    plan = plan_of(settings(website_routing="pages"), manifest(*tree), tmp_path)
    assert tables(plan) == ["routes"]
    edge.load(compose(plan.request_parts), plan.store_items)
    events = map(request_event, ("/files/number-1999", "/files/number-1999/", "/a", "/a.html", "/b"))
    assert [shown(answer) for answer in edge.run(*events)] == [
        *("files/number-1999", "301 /files/number-1999", "a/index.html", "301 /a", "b/index.html")
    ]


def test_the_last_rule_leaves_nothing_behind(tmp_path: Path) -> None:
    """Without the rules the functions read no store, and the plan has no items."""
    assert planned(tmp_path, redirects=600).store_items
    plan = planned(tmp_path)
    assert not plan.store_items
    assert not uses_store(plan.request_parts)


def test_a_proxy_is_never_in_the_store(tmp_path: Path) -> None:
    """Proxies that exceed the function are an error with its size."""
    lines = [f"/{'x' * 240}{number}/* https://api.example.com/{number}/:splat 200" for number in range(30)]
    (tmp_path / "_redirects").write_text("\n".join(lines))
    with pytest.raises(EdgeError, match=r"viewer-request function has \d+ bytes, but CloudFront allows 10240 \("):
        plan_of(settings(), manifest("index.html"), tmp_path)


def test_headers_for_any_folder_are_in_the_function(tmp_path: Path) -> None:
    """A large rule for all paths has no other limit than the function's size."""
    text = "/*\n  Content-Security-Policy: " + "x" * 3_000 + "\n"
    (tmp_path / "_headers").write_text(text + "".join(f"/part-{number}\n  X-Part: 1\n" for number in range(400)))
    plan = plan_of(settings(), manifest("index.html"), tmp_path)
    assert tables(plan) == ["headers"]
    (tmp_path / "_headers").write_text(text.replace("x" * 3_000, "x" * 11_000))
    with pytest.raises(EdgeError, match=r"viewer-response function has \d+ bytes, but CloudFront allows 10240 \("):
        plan_of(settings(), manifest("index.html"), tmp_path)
