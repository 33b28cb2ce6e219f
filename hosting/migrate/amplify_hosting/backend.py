"""An app with a backend: the backend stays with Amplify, and only the site is published from here.

https://docs.amplify.aws/react/deploy-and-host/fullstack-branching/monorepos/
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from hosting.migrate.amplify_hosting.build_spec import BuildSpec
    from hosting.migrate.findings import Findings

_TITLE = "The backend stays with the Amplify app"
_FRONTEND_OFF = (
    "In amplify.yml, replace the commands of frontend by: mkdir -p empty && touch empty/index.html, and its "
    "baseDirectory by: empty. Then a push to Amplify deploys the backend alone."
)


def map_backend(spec: BuildSpec, root: Path, findings: Findings, *, branch: str, app_id: object) -> None:
    """Add what to do with the backend, if the app has one."""
    is_gen2 = (root / "amplify/backend.ts").exists() or any("ampx" in command for command in spec.backend)
    if not (spec.backend or is_gen2 or (root / "amplify/backend").is_dir()):
        return
    name = app_id if isinstance(app_id, str) else "<app id>"
    outputs = (
        f"npx ampx generate outputs --branch {branch} --app-id {name}"
        if is_gen2
        else f"amplify pull --appId {name} --envName <environment> --yes"
    )
    file = "amplify_outputs.json" if is_gen2 else "aws-exports.js"
    findings.commands[_TITLE] = [
        "Do not delete the Amplify app: that would delete the backend.",
        _FRONTEND_OFF,
        f"If {file} is not in git, add this line before the build, in publish:buildCommand: {outputs}",
    ]
    for command in spec.backend:
        if command.strip() and not command.lstrip().startswith("#"):
            findings.add_gap(f"{spec.name} backend '{command.strip()}'", "the Amplify app goes on to run it")
