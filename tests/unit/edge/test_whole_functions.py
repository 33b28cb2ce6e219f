"""Whole functions, with all parts that settings and rule files give them, in Node and in njs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from hosting.edge.function_code import compose, compose_response
from hosting.edge.password import password_part
from sandbox.emulator import runtime_features
from tests.unit.edge.conftest import NEEDS_NJS
from tests.unit.edge.plans import plan_of
from tests.unit.edge.runtime import EdgeRuntime, Njs, request_event, response_event
from tests.unit.edge.test_plan import manifest, settings

if TYPE_CHECKING:
    from pathlib import Path

    from hosting.edge.plan import EdgePlan

REDIRECTS = """
/old /new 301
/blog/:year/* /posts/:year/:splat 302
/q id=:id /item/:id 301
/de/* /en/:splat 302 Country=de
/app/* /app.html 200
/gone/* /404.html 404
"""
HEADERS = """
/*
  X-Frame-Options: DENY
/assets/*
  Cache-Control: public, max-age=31536000, immutable
  Link: </a.css>; rel=preload
"""
TREE = (
    "index.html",
    "404.html",
    "app.html",
    "about.html",
    "docs/index.html",
    "assets/app.js",
    "c++ (a).html",
    "x/y.html",
)
PATHS = (
    *(
        "/",
        "/index.html",
        "/about",
        "/about.html",
        "/about/",
        "/docs",
        "/docs/",
        "/docs/index.html",
        "/missing",
        "/x/y",
    ),
    *(
        "/old",
        "/old/",
        "/blog/2024/a/b",
        "/q",
        "/de/a",
        "/app/x",
        "/gone/a",
        "/assets/app.js",
        "/c++%20(a)",
        "/c%2B%2B%20(a)",
    ),
    *("//x", "/%zz", "/a%2Fb", "/é", "/.well-known/x", "/?x=1", "/a b"),
)


def plan(folder: Path, routing: str) -> EdgePlan:
    """Return a plan with redirects and headers."""
    (folder / "_redirects").write_text(REDIRECTS)
    (folder / "_headers").write_text(HEADERS)
    return plan_of(settings(website_routing=routing), manifest(*TREE), folder)


def events() -> list[dict[str, Any]]:
    """Return a request for each path, some of them with a query string or from a country."""
    found = [request_event(path) for path in PATHS]
    found.append(request_event("/q", {"id": "7"}))
    found.append(request_event("/de/x", headers={"cloudfront-viewer-country": "DE"}))
    found.append(request_event("/about", headers={"authorization": "Basic cHJldmlldzpzZWNyZXQ="}))
    found.append(request_event("/old", method="POST"))
    return found


@NEEDS_NJS
@pytest.mark.parametrize("routing", ["auto", "spa", "mpa", "pages", "errors"])
def test_node_and_njs_agree(edge: EdgeRuntime, tmp_path: Path, routing: str) -> None:
    """Both engines give the same answer to each request and response, without an error."""
    made, njs = plan(tmp_path, routing), Njs()
    password = password_part("preview", "secret", "site")
    for parts in (made.request_parts, (password, *made.request_parts)):
        for engine in (edge, njs):
            engine.load(compose(parts))
        answers = edge.run(*events())
        assert njs.run(*events()) == answers
    assert {answer.get("statusCode") for answer in answers} == {401, None}
    responses = [response_event(path, {"content-type": "text/html"}) for path in PATHS]
    for engine in (edge, njs):
        engine.load(compose_response(made.response_parts))
    assert njs.run(*responses) == edge.run(*responses)


def test_the_sandbox_accepts_whole_functions(tmp_path: Path) -> None:
    """Minified, with the site's rules in them, they use only what the runtime documents."""
    for routing in ("auto", "errors"):
        made = plan(tmp_path, routing)
        for code in (compose(made.request_parts), compose_response(made.response_parts)):
            assert runtime_features.undocumented(code) == []
