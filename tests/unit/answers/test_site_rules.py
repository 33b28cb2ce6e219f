"""How a site answers, as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import TypeAdapter

from hosting.answers.site_rules import SiteRules
from tests.unit.verify.sites import settings_of, site_of

if TYPE_CHECKING:
    from pathlib import Path

REDIRECTS = """
/old /docs/ 301
/blog/* /news/:splat 301
/q id=:id /x/:id 301
/de /d 302 Country=de
/api/* https://api.example/:splat 200
"""


def test_json_holds_all_of_it(tmp_path: Path) -> None:
    """Redirects with placeholders, proxies, headers and error pages are the same after a round trip."""
    settings = settings_of(publish_mode="bulk")
    rules = site_of(tmp_path, settings, redirects=REDIRECTS, headers="/docs/*\n  X-Frame-Options: DENY\n").rules
    adapter = TypeAdapter(SiteRules)
    assert adapter.validate_json(adapter.dump_json(rules, by_alias=True)) == rules
    assert [proxy.server.host for proxy in rules.proxies] == ["api.example"]
