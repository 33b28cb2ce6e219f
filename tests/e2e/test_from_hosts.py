"""Imported projects of other hosts, published in the sandbox."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from hosting.migrate.migration import migrate
from hosting.migrate.request import Request
from tests.unit.migrate import amplify

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.e2e.harness import Project

PAGES = {
    "index.html": "home",
    "docs/index.html": "docs",
    "a.html": "a",
    "old.html": "the old page",
    "app.js": "1",
    "404.html": "no",
}
BUILD = "mkdir -p dist && cp -r pages/. dist/"
NETLIFY = f"""
[build]
command = "{BUILD}"
publish = "dist"
[[redirects]]
from = "/old.html"
to = "/forced"
force = true
[[redirects]]
from = "/a.html"
to = "/never"
[[redirects]]
from = "/blog/:slug"
to = "/docs/:slug"
status = 302
[[headers]]
for = "*.js"
values = {{ X-Script = "yes" }}
"""
VERCEL: Any = {
    "buildCommand": BUILD,
    "outputDirectory": "dist",
    "redirects": [{"source": r"/:year(\d{4})/:slug", "destination": "/docs/:slug?y=:year"}],
    "rewrites": [
        {"source": "/pages/:path*", "destination": "/docs/index.html"},
        {"source": "/a.html", "destination": "/"},
    ],
    "headers": [{"source": "/(.*)", "headers": [{"key": "X-Site", "value": "vercel"}]}],
}
FIREBASE: Any = {
    "hosting": {
        "public": "dist",
        "predeploy": [BUILD],
        "ignore": ["firebase.json", "**/.*", "**/node_modules/**", "old.html"],
        "redirects": [{"source": "/a.html", "destination": "/docs/", "type": 302}],
        "rewrites": [{"source": "**", "destination": "/index.html"}],
        "headers": [{"source": "**/*.@(js|css)", "headers": [{"key": "X-Script", "value": "yes"}]}],
    }
}


def imported(project: Project, app: Path, kind: str) -> None:
    """Import the app from one host into a config of its own, and deploy it."""
    (project.path / "Pulumi.prod.yaml").write_text("config: {}\n", encoding="utf-8")
    report = "\n".join(migrate(Request(app, "prod", kind=kind, force=True), project.path))
    assert "No counterpart" not in report
    project.config("aws:region", "us-east-1")
    project.up()


def test_projects_of_three_hosts(new_project: Callable[[str], Project]) -> None:
    """What each importer writes is deployed and answers as on the host: rules, files, and headers in its order."""
    project = new_project("prod")
    files = {"netlify.toml": NETLIFY, "vercel.json": json.dumps(VERCEL), "firebase.json": json.dumps(FIREBASE)}
    app = amplify.write(
        project.path.parent / "app", {**files, **{f"pages/{name}": text for name, text in PAGES.items()}}
    )

    imported(project, app, "netlify")
    assert project.get("/old.html").headers["location"] == "/forced"
    assert project.get("/a.html").text == "a"
    assert (project.get("/blog/x").status, project.get("/blog/x").headers["location"]) == (302, "/docs/x")
    assert project.get("/app.js").headers["x-script"] == "yes"

    imported(project, app, "vercel")
    assert (project.get("/2024/x").status, project.get("/2024/x").headers["location"]) == (308, "/docs/x?y=2024")
    assert [project.get(path).text for path in ("/pages", "/pages/x/y", "/a.html")] == ["docs", "docs", "a"]
    assert project.get("/missing").status == 404
    assert project.get("/").headers["x-site"] == "vercel"

    imported(project, app, "firebase")
    assert project.get("/a.html").headers["location"] == "/docs/"
    assert (project.get("/any/route").status, project.get("/any/route").text) == (200, "home")
    assert project.get("/old.html").status == 404
    assert project.get("/app.js").headers["x-script"] == "yes"
