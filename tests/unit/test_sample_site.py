from __future__ import annotations

import hashlib
import re
from pathlib import Path

import pytest

SITE = Path(__file__).parents[2] / "site"
PAGES = sorted(SITE.rglob("*.html"))
LINK = re.compile(r'(?:href|src)="([^"]+)"')


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_starts_at_the_root_and_leads_to_a_file(page: Path) -> None:
    """A page may be shown as the error page of any path, and nothing comes from another host."""
    links = [link for link in LINK.findall(page.read_text()) if not link.startswith("#")]
    assert "/assets/style.css" in links
    for link in links:
        target = SITE / link.removeprefix("/")
        assert link == "/" or (link.startswith("/") and target.is_file()), link


def test_the_hash_in_the_scripts_name_is_that_of_its_content() -> None:
    """Browsers keep the script for a year, so a change without a new name would not be seen."""
    (script,) = (SITE / "assets").glob("delivery-*.js")
    assert script.stem == f"delivery-{hashlib.sha256(script.read_bytes()).hexdigest()[:8]}"
