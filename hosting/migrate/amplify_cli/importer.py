"""Imports a project whose hosting is the Amplify CLI's S3 and CloudFront."""

from __future__ import annotations

import dataclasses
import json
from functools import partial
from typing import TYPE_CHECKING, Any

from hosting.migrate.amplify_cli.bucket import map_bucket
from hosting.migrate.amplify_cli.custom_rules import map_custom_rules
from hosting.migrate.amplify_cli.distribution import map_distribution
from hosting.migrate.amplify_cli.import_plan import plan_import
from hosting.migrate.amplify_cli.project import AmplifyProject, read_project
from hosting.migrate.amplify_cli.publishing import map_publishing
from hosting.migrate.amplify_cli.unknown_parts import report_unknown_parts
from hosting.migrate.findings import Findings
from hosting.migrate.request import Imported, NextSteps, new_site_steps

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from hosting.migrate.request import Request


def read(request: Request, home: Path) -> Imported:
    """Return the settings of the project, and the plan to keep its bucket and distribution.

    Raises:
        HostingError: a file is missing or invalid.
    """
    project = _with_options(read_project(request.root, request.environment), request)
    findings = Findings()
    if project.region:
        findings.add_setting("aws:region", project.region, "--region" if request.region else "the environment's Region")
    map_bucket(project.template, project.outputs, findings)
    map_distribution(project.template, findings)
    map_custom_rules(project.template, findings)
    map_publishing(project, home, findings)
    report_unknown_parts(project.template, findings)
    has_distribution = "CloudFrontDistribution" in project.template["Resources"]
    if project.is_removed:
        findings.notes.append(
            "backend-config.json has no hosting, so `amplify remove hosting` has deleted the distribution, and the "
            "template is what is left of it: look whether the bucket still exists (aws s3 ls), and start a new site."
        )
    if (request.root / "amplify.yml").exists():
        findings.notes.append("amplify.yml is for Amplify Hosting: --from amplify-hosting imports that instead.")
    findings.notes += _general_notes(project, has_distribution=has_distribution)
    environment = f", environment {project.environment}" if project.environment else ""
    headline = f"{'S3 and CloudFront' if has_distribution else 'S3 only'}{environment}"
    return Imported(headline, findings, partial(_next_steps, project))


def _with_options(project: AmplifyProject, request: Request) -> AmplifyProject:
    """Return the project with the options, which override the files."""
    options = {"HostingBucketName": request.bucket_name, "CloudFrontDistributionID": request.distribution_id}
    return dataclasses.replace(
        project,
        region=request.region or project.region,
        outputs={**project.outputs, **{key: value for key, value in options.items() if value}},
    )


def _general_notes(project: AmplifyProject, *, has_distribution: bool) -> Iterator[str]:
    if project.categories:
        yield f"Amplify keeps its other categories ({', '.join(project.categories)}): only hosting was read."
    if has_distribution:
        distribution_id = project.outputs.get("CloudFrontDistributionID") or "<id>"
        yield (
            "A domain that was added in the console is not in these files. Before you switch or keep the distribution: "
            f"aws cloudfront get-distribution-config --id {distribution_id} --query DistributionConfig.Aliases"
        )


def _next_steps(project: AmplifyProject, program: str, stack: str, config: Mapping[str, Any]) -> NextSteps:
    """Return the import files, and the commands of both ways: a new site, or the existing resources, if any."""
    if project.is_removed:
        return new_site_steps(program, stack, config)
    plan = plan_import(project, program, stack, config)
    title = "To keep the existing bucket and distribution"
    keep = (
        (f"{title}, run this again with", plan.missing)
        if plan.missing
        else (f"{title} (docs/from-amplify.md explains each step)", plan.steps())
    )
    files = {name: json.dumps(document, indent=2) + "\n" for name, document in plan.files.items()}
    return NextSteps(files, [*new_site_steps(program, stack, config).sections, keep])
