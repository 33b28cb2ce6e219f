"""What the user is told: what was written, what holds anyway, what has no counterpart, and what to type next."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from hosting.migrate.findings import Findings
    from hosting.migrate.keeping import Keeping
    from hosting.migrate.project import AmplifyProject
    from hosting.migrate.settle import Settled


def report(project: AmplifyProject, findings: Findings, settled: Settled, kept: Keeping, file: str) -> Iterator[str]:
    """Yield the lines to print; ``file`` is the stack's file."""
    has_distribution = "CloudFrontDistribution" in project.template["Resources"]
    environment = f", environment {project.environment}" if project.environment else ""
    yield f"Read {project.root} ({'S3 and CloudFront' if has_distribution else 'S3 only'}{environment})"
    yield from _titled(f"Written to {file}", _assignments(settled.written, findings.sources))
    yield from _titled("The same as the default here, so not written", _assignments(settled.same, findings.sources))
    yield from _titled("No counterpart here", findings.gaps)
    yield from _titled("Worth knowing", [*findings.notes, *_general(project, has_distribution=has_distribution)])
    yield from _afresh(kept, settled.written)
    yield from _keep(kept)


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
    known = project.outputs.get("CloudFrontDistributionID") or "<id>"
    yield (
        "A domain that was added in the console is not in these files. Before you cut over or keep the distribution: "
        f"aws cloudfront get-distribution-config --id {known} --query DistributionConfig.Aliases"
    )


def _afresh(kept: Keeping, written: Mapping[str, Any]) -> Iterator[str]:
    """A bucket has a name of its own in all of S3, and a host name is one distribution's alone."""
    taken = [key for key in written if key == "website:bucketName" or key.startswith("domain:")]
    steps = [f"pulumi config rm --stack {kept.stack} {key}" for key in taken]
    yield from _titled(
        "To start with a new bucket beside the old site",
        [f"pulumi stack select --create {kept.stack}", *steps, f"pulumi up --stack {kept.stack}"],
    )


def _keep(kept: Keeping) -> Iterator[str]:
    title = "To keep the existing bucket and distribution"
    if kept.missing:
        yield from _titled(f"{title}, run this again with", kept.missing)
    else:
        yield from _titled(f"{title} (docs/from-amplify.md tells why each step)", kept.steps())
