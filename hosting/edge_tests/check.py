"""Runs the tests of a project when it is prepared: in the preview, and in the update."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hosting.answers.site import site_at
from hosting.answers.site_rules import site_rules
from hosting.edge.rule_files import EDGE_TESTS
from hosting.edge_tests.edge_test_file import read_edge_tests
from hosting.edge_tests.outcomes import require_success, summary
from hosting.edge_tests.planned_answers import PlannedSite
from hosting.publish.bulk.layout import IN_PLACE_RECORDS
from hosting.publish.staging.staged_paths import staged_path

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from hosting.config.load import Settings
    from hosting.edge.plan import EdgePlan
    from hosting.publish.staging.staged_tree import StagedTree

# The address of a site without host names is not known before it exists: https://www.rfc-editor.org/rfc/rfc2606
_NO_HOST = "the-site.invalid"


def check_edge_tests(project: Path, settings: Settings, staged: StagedTree, edge: EdgePlan) -> Iterator[str]:
    """Yield a line for the user if the project has tests.

    Raises:
        EdgeError: the file of the tests is invalid, or a test would fail.
    """
    tests = read_edge_tests(project)
    if not tests:
        return
    if not settings.publish.publishes_folder:
        yield f"{EDGE_TESTS}: not run, as the published files and rules are not those of this machine"
        return
    site = _planned_site(settings, staged, edge)
    outcomes = [site.outcome(test) for test in tests]
    require_success(outcomes)
    yield summary(outcomes)


def _planned_site(settings: Settings, staged: StagedTree, edge: EdgePlan) -> PlannedSite:
    rules = site_rules(settings, edge, IN_PLACE_RECORDS if settings.publish.mode == "bulk" else "")
    scheme = "https" if rules.has_cloudfront else "http"
    url = f"{scheme}://{next(iter(settings.domain.names), _NO_HOST)}"
    site = site_at(url, staged.manifest, rules)
    return PlannedSite(settings, site, lambda key: (staged.folder / staged_path(key)).read_bytes())
