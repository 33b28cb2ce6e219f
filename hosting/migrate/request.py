"""The options of the command, and what an importer returns."""

from __future__ import annotations

import shlex
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from hosting.stack_names import stack_name_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from pathlib import Path

    from hosting.migrate.findings import Findings


@dataclass(frozen=True)
class Request:
    """The options of the command. None means what the project's files have.

    Attributes:
        path: the project.
        stack: the stack whose config is written.
        kind: the kind of project, if it is given.
        branch: the branch that the stack deploys.
        environment: the Amplify CLI's environment.
        region: the bucket's region.
        bucket_name: the bucket's name.
        distribution_id: the id of the distribution.
        app_root: the application of a monorepo.
        target: the name of the site, if the project has several.
        app: the Amplify app, as AWS returns it.
        with_domains: whether the host names are written.
        force: replace existing settings and files.
    """

    path: Path
    stack: str
    kind: str | None = None
    branch: str | None = None
    environment: str | None = None
    region: str | None = None
    bucket_name: str | None = None
    distribution_id: str | None = None
    app_root: str | None = None
    target: str | None = None
    app: Mapping[str, Any] = field(default_factory=dict, repr=False)
    with_domains: bool = False
    force: bool = False

    @property
    def root(self) -> Path:
        """The project's folder; PATH may also be its `amplify/`."""
        is_inside = self.path.resolve().name == "amplify" and (self.path / "backend").is_dir()
        return self.path.resolve().parent if is_inside else self.path


def stack_name(text: str) -> str:
    """Return a name of a stack for a branch, as `hosting.deployments` has it, or for an application."""
    return stack_name_of(text) or "app"


def repeated(request: Request, *options: str) -> str:
    """Return this command for the same project with other options."""
    return shlex.join(["python", "-m", "hosting.migrate", str(request.path), *options])


def branch_commands(request: Request, branches: Iterable[str]) -> list[str]:
    """Return the command for each branch, which gets a stack of its own."""
    return [repeated(request, "--branch", name, "--stack", stack_name(name)) for name in branches]


def create_command(stack: str) -> str:
    """Return the command that selects a stack, and creates it if it does not exist."""
    return f"pulumi stack select --create {stack}"


@dataclass(frozen=True)
class NextSteps:
    """What to do after the command.

    Attributes:
        files: further files in the program's folder, by name.
        sections: titles with lines, for the end of the report.
    """

    files: Mapping[str, str] = field(default_factory=dict)
    sections: Sequence[tuple[str, Sequence[str]]] = ()


def new_site_steps(_: str, stack: str, config: Mapping[str, Any]) -> NextSteps:
    """Return the commands for a new site. Bucket names and host names are unique, so they are removed first."""
    taken = [key for key in config if key == "website:bucketName" or key.startswith("domain:")]
    removed = [f"pulumi config rm --stack {stack} {key}" for key in taken]
    commands = [create_command(stack), *removed, f"pulumi up --stack {stack}"]
    return NextSteps(sections=[("To start a new site beside the old one", commands)])


@dataclass(frozen=True)
class Imported:
    """The result of an importer.

    Attributes:
        headline: what was read, such as ``Amplify Hosting, branch main``.
        findings: the settings, gaps and notes.
        next_steps: returns the next steps, for the program's name, the stack and its config.
    """

    headline: str
    findings: Findings
    next_steps: Callable[[str, str, Mapping[str, Any]], NextSteps] = new_site_steps
