"""The command-line interface of ``python -m hosting.review``."""

from __future__ import annotations

import argparse
import json
import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from hosting.build import STATE, Run
from hosting.command_line import exit_status
from hosting.config.load import load_settings
from hosting.deployments.cli import PulumiCli, require_project, run
from hosting.deployments.stack import raw_config
from hosting.errors import HostingError
from hosting.prepare import prepare
from hosting.progress import ProgressBar
from hosting.publish.bulk import layout
from hosting.publish.s3.bucket import open_bucket
from hosting.publish.s3.errors import S3Error
from hosting.review.costs import Files, month_cost
from hosting.review.html_report import html_report
from hosting.review.lines import refusal, text
from hosting.review.live import live_site, no_live_site
from hosting.review.markdown import markdown
from hosting.review.record import preview_record_keys, record_keys
from hosting.review.request import REQUEST_FILE, review_request, write_request
from hosting.review.run import run_review, staged_site
from hosting.review.traffic_cost import parse_traffic

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hosting.config.load import Settings
    from hosting.deployments.cli import Cli
    from hosting.publish.settings import GateSettings
    from hosting.review.estimate import Estimate
    from hosting.review.result import ReviewResult
    from hosting.review.review import LiveSite, StagedSite
    from hosting.review.traffic_cost import Traffic

PASSED, REFUSED, NOT_REVIEWED = 0, 1, 2


class _Reviewed(NamedTuple):
    """A result, what the gate is set to, and what it costs."""

    result: ReviewResult
    gate: GateSettings
    costs: Sequence[Estimate]


def main(arguments: Sequence[str]) -> int:
    """Run the command in the working directory, and return its exit status."""
    options = _parser().parse_args(arguments)
    return exit_status(lambda: _review(options), failed=NOT_REVIEWED)


def _review(options: argparse.Namespace) -> int:
    reviewed = _reviewed(options, Path.cwd())
    if options.html:
        _write_html(options.html, reviewed, options.stack)
    print(_formatted(options, reviewed))  # noqa: T201 - a command-line tool prints
    return REFUSED if refusal(reviewed.result, reviewed.gate) else PASSED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m hosting.review",
        description="Compares the site that pulumi preview has staged with the live one: URLs, links, rules and "
        "weights. Run it in the folder of Pulumi.yaml. Nothing is changed.",
        epilog="Exit status: 0 if publish:gate lets the site pass, 1 if it refuses it, 2 if it can't be reviewed.",
    )
    parser.add_argument("--stack", required=True, help="the stack, such as prod")
    parser.add_argument("--build", action="store_true", help="build and stage the site first")
    output = parser.add_mutually_exclusive_group()
    output.add_argument("--json", action="store_true", help="print the result as JSON")
    output.add_argument("--markdown", action="store_true", help="print a comment for a pull request")
    parser.add_argument("--html", type=Path, metavar="FILE", help="also write one HTML page")
    parser.add_argument(
        "--traffic",
        type=_traffic,
        metavar="GB,REQUESTS",
        help="also estimate a month, such as 100GB,5M: what visitors download, and their requests",
    )
    return parser


def _traffic(text: str) -> Traffic:
    try:
        return parse_traffic(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def _formatted(options: argparse.Namespace, reviewed: _Reviewed) -> str:
    if options.json:
        found = json.loads(replace(reviewed.result, cost=None).to_json())
        del found["cost"]
        return json.dumps({**found, "costs": [one.as_json() for one in reviewed.costs]}, indent=2)
    if options.markdown:
        return markdown(reviewed.result, reviewed.costs)
    return "\n\n".join([text(reviewed.result), *("\n".join(one.text()) for one in reviewed.costs)])


def _write_html(file: Path, reviewed: _Reviewed, stack: str) -> None:
    """Write the HTML page.

    Raises:
        HostingError: the file can't be written.
    """
    try:
        file.write_text(html_report(reviewed.result, stack, reviewed.costs), encoding="utf-8")
    except OSError as error:
        raise HostingError(f"'{file}' can't be written ({error.strerror}): give another file to --html") from error


def _reviewed(options: argparse.Namespace, project: Path) -> _Reviewed:
    """Return the result for a stack.

    Raises:
        HostingError: there is no such stack, or no staged tree.
    """
    require_project(project)
    cli = PulumiCli(project)
    name = options.stack.rpartition("/")[2]
    settings = load_settings(replace(raw_config(cli, options.stack), stack=name), os.environ)
    folder = STATE / "staging" / name
    if options.build:
        prepared = prepare(name, settings, Run(project, preview=True, say=_say))
        write_request(folder, review_request(settings, prepared.edge, layout.IN_PLACE_RECORDS))
    else:
        _require_staged(folder, settings)
    staged, live = staged_site(folder), _live(cli, options.stack, settings)
    result = _result(staged, live)
    costs = [result.cost] if result.cost else []
    if options.traffic:
        files = Files(staged.manifest, staged.request.rules)
        costs.append(month_cost(files, settings.cloudfront.price_class, options.traffic))
    return _Reviewed(result, staged.request.gate, costs)


def _require_staged(folder: Path, settings: Settings) -> None:
    """Check that a preview has staged the site for a review.

    Raises:
        HostingError: it has not.
    """
    if not settings.publish.gate.is_on:
        raise HostingError("'publish:gate' turns the review off, so pulumi preview stages nothing for it: add --build")
    if not (folder / REQUEST_FILE).is_file():
        stack = settings.stack
        raise HostingError(f"Stack '{stack}' is not staged: pulumi preview --stack {stack}, or add --build")


def _result(staged: StagedSite, live: LiveSite) -> ReviewResult:
    """Return the result of the review.

    Raises:
        HostingError: it failed.
    """
    try:
        with ProgressBar(sys.stderr) as bar:
            return run_review(staged, live, lambda done, total: bar.show(done, total, "files")).result
    except HostingError:
        raise
    except Exception as error:
        raise HostingError(
            f"The review failed ({type(error).__name__}: {error}); nothing was reviewed: stage the site again with "
            "--build"
        ) from error


def _live(cli: Cli, stack: str, settings: Settings) -> LiveSite:
    against = settings.review.against
    outputs: dict[str, Any] = json.loads(run(cli, stack, "stack", "output", "--json", "--stack", against or stack))
    if not outputs.get("bucketName"):
        return no_live_site("Nothing is live yet")
    aws = replace(settings.aws, region=str(outputs["bucketRegion"]))
    keys, preview = record_keys(settings), str(outputs.get("previewName") or "") if against else ""
    compared = preview_record_keys(preview) if preview else keys.compared
    try:
        return live_site(open_bucket(str(outputs["bucketName"]), aws), compared, keys.name)
    except S3Error as error:
        return no_live_site(f"The live release can't be read ({error})")


def _say(line: str) -> None:
    print(line, file=sys.stderr)  # noqa: T201 - a command-line tool prints
