"""A built site, published to `prod` in the sandbox as its users would: with no settings but the folder and the mode."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Literal

from sites.tools import PLACE
from tests.e2e.harness import Project, copy_program

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from sites.build import Built
    from tests.e2e.harness import Sandbox

Mode = Literal["managed", "bulk"]
_RECOGNISED = re.compile(r"Routing: (.+)")


def publish(built: Built, mode: Mode, sandbox: Sandbox, place: Path, settings: Mapping[str, str]) -> tuple[str, str]:
    """Publish the site, and return its URL and what the program recognised.

    Args:
        built: the site.
        mode: the publish mode.
        sandbox: the local cloud.
        place: a folder for the copy of the program.
        settings: settings beside the folder and the mode; none, unless something is tried out.
    """
    name = f"{built.site.name}-{mode}"
    project = Project(sandbox, place / name, name, "prod")
    copy_program(project.path, name)
    project.pulumi("stack", "init", project.stack)
    values = {"publish:directory": os.path.relpath(built.tree, project.path), "publish:mode": mode, **settings}
    for key, value in values.items():
        project.config(key, value)
    result = project.up(check=False)
    log = PLACE / built.site.name / f"up-{mode}.log"
    log.write_text(result.output)
    if result.code != 0:
        raise PublishFailedError(f"`pulumi up` failed; its output is in {log}")
    found = _RECOGNISED.search(result.output)
    return project.url(), found[1].strip() if found else "-"


class PublishFailedError(Exception):
    """The program did not publish a site."""
