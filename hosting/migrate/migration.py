"""The migration: read the Amplify project, check, write the stack's file and the import files, report."""

from __future__ import annotations

import dataclasses
import json
from typing import TYPE_CHECKING, Any

from hosting.errors import HostingError
from hosting.migrate.accepted_settings import accepted_settings, config_text
from hosting.migrate.bucket import map_bucket
from hosting.migrate.custom_rules import map_custom_rules
from hosting.migrate.distribution import map_distribution
from hosting.migrate.findings import Findings
from hosting.migrate.import_plan import ImportPlan, plan_import
from hosting.migrate.project import AmplifyProject, read_project
from hosting.migrate.publishing import map_publishing
from hosting.migrate.report import report
from hosting.migrate.stackfile import StackFile, read_stack_file, read_yaml
from hosting.migrate.unknown_parts import report_unknown_parts

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


@dataclasses.dataclass(frozen=True)
class Request:
    """The options of the command.

    Attributes:
        path: the Amplify project.
        stack: the stack whose config is written.
        environment: Amplify's environment. For this and the next three, None means the value in the project's files.
        region: the bucket's region.
        bucket_name: the bucket's name.
        distribution_id: the id of the distribution.
        force: replace existing settings and files.
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
        HostingError: a file is missing or invalid, or would be replaced.
    """
    program = _program(home)
    project = _with_options(read_project(request.path, request.environment), request)
    stack_file = read_stack_file(home / program.get("stackConfigDir", "") / f"Pulumi.{request.stack}.yaml")
    findings = _findings(project, request, home)
    accepted = accepted_settings(request.stack, findings, stack_file.config)
    changes = _changes(stack_file, accepted.written)
    config = {**stack_file.config, **accepted.defaults, **accepted.written}
    import_plan = plan_import(project, str(program["name"]), request.stack, config)
    if not request.force:
        _refuse_to_replace(stack_file, changes, home, import_plan)
    if changes:
        stack_file.write(changes)
    for name, document in import_plan.files.items():
        (home / name).parent.mkdir(exist_ok=True)
        (home / name).write_text(_as_json(document), encoding="utf-8")
    return list(report(project, findings, accepted, import_plan, stack_file.path.name))


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


def _with_options(project: AmplifyProject, request: Request) -> AmplifyProject:
    """Return the project with the options, which override the files."""
    options = {"HostingBucketName": request.bucket_name, "CloudFrontDistributionID": request.distribution_id}
    return dataclasses.replace(
        project,
        region=request.region or project.region,
        outputs={**project.outputs, **{key: value for key, value in options.items() if value}},
    )


def _findings(project: AmplifyProject, request: Request, home: Path) -> Findings:
    findings = Findings()
    if project.region:
        findings.add_setting("aws:region", project.region, "--region" if request.region else "the environment's Region")
    map_bucket(project.template, project.outputs, findings)
    map_distribution(project.template, findings)
    map_custom_rules(project.template, findings)
    map_publishing(project, home, findings)
    report_unknown_parts(project.template, findings)
    return findings


def _changes(stack_file: StackFile, written: Mapping[str, Any]) -> dict[str, Any]:
    config = stack_file.config
    return {
        key: value
        for key, value in written.items()
        if key not in config or config_text(config[key]) != config_text(value)
    }


def _refuse_to_replace(stack_file: StackFile, changes: Mapping[str, Any], home: Path, import_plan: ImportPlan) -> None:
    config, name = stack_file.config, stack_file.path.name
    conflicts = [
        f"'{key}' is {config_text(config[key])} in {name}, and {config_text(value)} in Amplify"
        for key, value in changes.items()
        if key in config
    ]
    for name, document in import_plan.files.items():
        path = home / name
        if path.exists() and path.read_bytes() != _as_json(document).encode():
            conflicts.append(f"'{name}' exists and would change")
    if conflicts:
        listed = "\n".join(f"  - {conflict}" for conflict in conflicts)
        raise HostingError(
            f"This would replace existing values; nothing was written:\n{listed}\n"
            "To replace them, add --force; to keep them, use another --stack"
        )


def _as_json(document: Mapping[str, Any]) -> str:
    return json.dumps(document, indent=2) + "\n"
