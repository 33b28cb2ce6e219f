"""The code of the functions and the tables are the same in each run: others would be an update without a change."""

from __future__ import annotations

import os
import subprocess
import sys

from tests.repository import REPOSITORY

PROGRAM = """
import json
from pathlib import Path

from hosting.config.load import RawConfig, load_settings
from hosting.edge.function_code import compose, compose_response
from hosting.edge.plan import plan_edge
from hosting.edge.rule_files import read_rule_files
from hosting.publish.bulk.release_function import release_edge, release_functions
from hosting.publish.bulk.table import build_table
from hosting.publish.staging.manifest import Manifest, ManifestEntry

paths = "index.html LICENSE a/LICENSE blog/index.html blog.html x.y/index.html about.html v1.2/a.html".split()
manifest = Manifest.of(ManifestEntry(path, 1, "0" * 64, "text/html", None) for path in paths)
rules = json.dumps([{"source": f"/from-{n}", "target": "/to", "status": "301", "condition": "<US>"} for n in range(9)])
for routing in ("auto", "pages", "errors"):
    for mode in ("managed", "bulk"):
        values = {"website:redirects": rules, "website:routing": routing, "publish:mode": mode}
        settings = load_settings(RawConfig("prod", values, frozenset()), {"AWS_REGION": "eu-north-1"})
        plan = plan_edge("site-prod", settings, manifest, read_rule_files(settings, Path("site")))
        functions = release_functions(plan) if mode == "bulk" else plan
        print(compose(functions.request_parts))
        print(compose_response(functions.response_parts) if functions.response_parts else "")
    print(release_edge(plan, functions.tables, routing).to_text())
print(build_table(dict.fromkeys(paths, "AAAA"), "index.html"))
"""


def test_the_code_is_the_same_under_any_hash_seed() -> None:
    """Two processes with other seeds, which order sets differently, make the same code and tables."""
    codes = [
        subprocess.run(
            [sys.executable, "-c", PROGRAM],
            cwd=REPOSITORY,
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    ]
    assert codes[0] == codes[1]
    assert codes[0].count("function handler(") >= 6
