"""The whole way: read the Amplify project, check, write the stack's file and the import file, report."""

from __future__ import annotations

import dataclasses
import json
from typing import TYPE_CHECKING, Any

from hosting.errors import HostingError
from hosting.migrate.bucket import map_bucket
from hosting.migrate.custom_rules import map_custom_rules
from hosting.migrate.distribution import map_distribution
from hosting.migrate.findings import Findings
from hosting.migrate.keeping import Keeping, keeping
from hosting.migrate.project import AmplifyProject, read_project
from hosting.migrate.publishing import map_publishing
from hosting.migrate.report import report
from hosting.migrate.rest import map_rest
from hosting.migrate.settle import as_text, settle
from hosting.migrate.stackfile import StackFile, read_stack_file, read_yaml

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


@dataclasses.dataclass(frozen=True)
class Request:
    """What the user asks for.

    Attributes:
        path: the Amplify project.
        stack: the stack to write the config of.
        environment: Amplify's environment; None leaves it to the project's files, and so on for the next three.
        region: where the bucket is.
        bucket_name: what it is called.
        distribution_id: the distribution in front of it.
        force: replace settings and files that are already there.
    """

    path: Path
    stack: str
    environment: str | None = None
    region: str | None = None
    bucket_name: str | None = None
    distribution_id: str | None = None
    force: bool = False


def migrate(request: Request, home: Path) -> list[str]:
    """Write the config of a stack of the program in ``home``, and return the lines to print.

    Nothing is written before everything has been read and checked.

    Raises:
        HostingError: something is missing, broken or in the way.
    """
    program = _program(home)
    project = _as_told(read_project(request.path, request.environment), request)
    stack_file = read_stack_file(home / program.get("stackConfigDir", "") / f"Pulumi.{request.stack}.yaml")
    findings = _findings(project, request, home)
    settled = settle(request.stack, findings, stack_file.config)
    changes = _changes(stack_file, settled.written)
    kept = keeping(
        project, str(program["name"]), request.stack, {**stack_file.config, **settled.same, **settled.written}
    )
    if not request.force:
        _refuse_to_replace(stack_file, changes, home, kept)
    if changes:
        stack_file.write(changes)
    for name, document in kept.files.items():
        (home / name).parent.mkdir(exist_ok=True)
        (home / name).write_text(_as_json(document), encoding="utf-8")
    return list(report(project, findings, settled, kept, stack_file.path.name))


def _program(home: Path) -> dict[str, Any]:
    path = home / "Pulumi.yaml"
    if not path.exists():
        raise HostingError(
            f"There is no Pulumi.yaml in {home}: cd to the folder of the hosting program and run this there"
        )
    program = read_yaml(path)
    if not program.get("name"):
        raise HostingError(f"'{path}' has no 'name': add one, such as name: static-site")
    return program


def _as_told(project: AmplifyProject, request: Request) -> AmplifyProject:
    """What the user tells goes before what the files tell."""
    told = {"HostingBucketName": request.bucket_name, "CloudFrontDistributionID": request.distribution_id}
    return dataclasses.replace(
        project,
        region=request.region or project.region,
        outputs={**project.outputs, **{key: value for key, value in told.items() if value}},
    )


def _findings(project: AmplifyProject, request: Request, home: Path) -> Findings:
    findings = Findings()
    if project.region:
        findings.found("aws:region", project.region, "--region" if request.region else "the environment's Region")
    map_bucket(project.template, project.outputs, findings)
    map_distribution(project.template, findings)
    map_custom_rules(project.template, findings)
    map_publishing(project, home, findings)
    map_rest(project.template, findings)
    return findings


def _changes(stack_file: StackFile, written: Mapping[str, Any]) -> dict[str, Any]:
    config = stack_file.config
    return {key: value for key, value in written.items() if key not in config or as_text(config[key]) != as_text(value)}


def _refuse_to_replace(stack_file: StackFile, changes: Mapping[str, Any], home: Path, kept: Keeping) -> None:
    conflicts = [
        f"'{key}' is {as_text(stack_file.config[key])} in {stack_file.path.name}, and {as_text(value)} in Amplify"
        for key, value in changes.items()
        if key in stack_file.config
    ]
    for name, document in kept.files.items():
        path = home / name
        if path.exists() and path.read_bytes() != _as_json(document).encode():
            conflicts.append(f"'{name}' is already there and would change")
    if conflicts:
        listed = "\n".join(f"  - {conflict}" for conflict in conflicts)
        raise HostingError(
            f"This would replace what is already there; nothing was written:\n{listed}\n"
            "To replace it, add --force; to keep it, use another --stack"
        )


def _as_json(document: Mapping[str, Any]) -> str:
    return json.dumps(document, indent=2) + "\n"
