"""Reports rule files that the host did not read, and this program does: `_redirects` of a site that was at Netlify."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hosting.migrate.netlify.rule_files import rule_files

if TYPE_CHECKING:
    from pathlib import Path

    from hosting.migrate.findings import Findings

# Folders whose files generators publish as they are.
_COPIED = ("public", "static", "docs/public", "docs/static")


def report_other_rule_files(root: Path, folder: Path, findings: Findings) -> None:
    """Add a note for each such file in the published ``folder``, or in a folder that a build copies to it."""
    for _, name in rule_files(root, folder, _COPIED):
        findings.notes.append(
            f"{name} had no effect on the old host, and is read here (docs/redirects.md): check its rules, or "
            "delete it."
        )
