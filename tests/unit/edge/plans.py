"""Makes edge plans for tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hosting.edge.plan import EdgePlan, plan_edge
from hosting.edge.rule_files import read_rule_files

if TYPE_CHECKING:
    from pathlib import Path

    from hosting.config.load import Settings
    from hosting.publish.staging.manifest import Manifest


def plan_of(settings: Settings, manifest: Manifest, folder: Path) -> EdgePlan:
    """Return the edge plan of a site with the rule files in ``folder``."""
    return plan_edge("site", settings, manifest, read_rule_files(settings, folder))
