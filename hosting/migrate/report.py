"""The report: written settings, defaults, parts without a counterpart, notes, and the next commands."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from hosting.migrate.accepted_settings import AcceptedSettings
    from hosting.migrate.findings import Findings
    from hosting.migrate.import_plan import ImportPlan
    from hosting.migrate.project import AmplifyProject


def report(
    project: AmplifyProject, findings: Findings, accepted: AcceptedSettings, import_plan: ImportPlan, file: str
) -> Iterator[str]:
    """Yield the lines to print; ``file`` is the stack's file."""
    has_distribution = "CloudFrontDistribution" in project.template["Resources"]
    environment = f", environment {project.environment}" if project.environment else ""
    yield f"Read {project.root} ({'S3 and CloudFront' if has_distribution else 'S3 only'}{environment})"
    yield from _titled(f"Written to {file}", _assignments(accepted.written, findings.sources))
    yield from _titled("Equal to the defaults, so not written", _assignments(accepted.defaults, findings.sources))
    yield from _titled("No counterpart", findings.gaps)
    yield from _titled("Notes", [*findings.notes, *_general(project, has_distribution=has_distribution)])
    yield from _new_site(import_plan, accepted.written)
    yield from _existing_site(import_plan)


def _titled(title: str, lines: Iterable[str]) -> Iterator[str]:
    listed = [f"  {line}" for line in lines]
    if listed:
        yield from ("", f"{title}:", *listed)


def _assignments(values: Mapping[str, Any], sources: Mapping[str, str]) -> Iterator[str]:
    for key, value in values.items():
        shown = value if isinstance(value, str) else json.dumps(value)
        yield f"{key}: {shown}    <- {sources[key]}"


def _general(project: AmplifyProject, *, has_distribution: bool) -> Iterator[str]:
    if project.categories:
        yield f"Amplify keeps its other categories ({', '.join(project.categories)}): only hosting was read."
    if not has_distribution:
        return
    distribution_id = project.outputs.get("CloudFrontDistributionID") or "<id>"
    yield (
        "A domain that was added in the console is not in these files. Before you switch or keep the distribution: "
        f"aws cloudfront get-distribution-config --id {distribution_id} --query DistributionConfig.Aliases"
    )


def _new_site(import_plan: ImportPlan, written: Mapping[str, Any]) -> Iterator[str]:
    """Yield the commands for a new site. Bucket names and host names are unique, so they are removed first."""
    taken = [key for key in written if key == "website:bucketName" or key.startswith("domain:")]
    steps = [f"pulumi config rm --stack {import_plan.stack} {key}" for key in taken]
    yield from _titled(
        "To start with a new bucket beside the old site",
        [f"pulumi stack select --create {import_plan.stack}", *steps, f"pulumi up --stack {import_plan.stack}"],
    )


def _existing_site(import_plan: ImportPlan) -> Iterator[str]:
    title = "To keep the existing bucket and distribution"
    if import_plan.missing:
        yield from _titled(f"{title}, run this again with", import_plan.missing)
    else:
        yield from _titled(f"{title} (docs/from-amplify.md explains each step)", import_plan.steps())
