"""The command `python -m hosting.pull_requests`, which the workflows run in the folder of Pulumi.yaml."""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from hosting.build import STATE
from hosting.command_line import exit_status
from hosting.deployments.cli import PulumiCli, require_project
from hosting.deployments.settings import TEMPLATE
from hosting.publish.staging.build import run_build
from hosting.publish.staging.distribution_folder import locate_directory, resolve_directory
from hosting.pull_requests.archive import unpack
from hosting.pull_requests.github import GitHub, PullRequest
from hosting.pull_requests.gitlab import TOKEN_VARIABLE, GitLab
from hosting.pull_requests.merge_requests import comment_on_merge_request
from hosting.pull_requests.previews import Previews
from hosting.pull_requests.stack_file import build_settings


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m hosting.pull_requests", description="Previews of pull requests.")
    parser.add_argument("--template", default=TEMPLATE, help="the stack whose config previews have")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("build", help="build the site, without credentials")
    fetch = commands.add_parser("fetch", help="unpack what the run in the event has built")
    fetch.add_argument("folder", help="a new folder, relative to the project")
    publish = commands.add_parser("publish", help="publish the unpacked site as a preview, and comment with its URL")
    publish.add_argument("folder")
    publish.add_argument("--number", type=int, required=True)
    publish.add_argument("--commit", required=True)
    commands.add_parser("sweep", help="destroy the previews of pull requests that are merged or closed")
    commands.add_parser("comment", help="on GitLab, comment on the merge request with what its pipeline has published")
    return parser


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _output(**values: object) -> None:
    """Set outputs of the workflow's step: https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands#setting-an-output-parameter."""
    with Path(os.environ["GITHUB_OUTPUT"]).open("a", encoding="utf-8") as file:
        file.writelines(f"{name}={value}\n" for name, value in values.items())


def _build(project: Path, template: str) -> None:
    settings = build_settings(project, template)
    folder = locate_directory(project, settings.directory)
    if settings.build_command is not None:
        state, variables = STATE / "build" / template, settings.environment
        run_build(
            settings.build_command,
            cwd=project,
            state_dir=state,
            directory=folder,
            variables=variables,
            preview=True,
            echo=_say,
        )
    _output(directory=resolve_directory(project, settings.directory, is_built=settings.build_command is not None))


def _fetch(project: Path, folder: str) -> None:
    event = json.loads(Path(os.environ["GITHUB_EVENT_PATH"]).read_text(encoding="utf-8"))
    github = GitHub(os.environ["GITHUB_REPOSITORY"])
    request = github.pull_request_of(event["workflow_run"])
    if request is None:
        _say("There is nothing to publish: the pull request is closed, or has a newer commit")
        return
    with TemporaryDirectory() as temporary:
        archive = Path(temporary) / "artifact.zip"
        github.download(int(event["workflow_run"]["id"]), archive)
        count = unpack(archive, project / folder)
    _say(f"Unpacked {count} files of pull request {request.number} at {request.commit}")
    _output(number=request.number, commit=request.commit)


def _comment() -> None:
    """Comment by GitLab's variables: https://docs.gitlab.com/ci/variables/predefined_variables/."""
    variables = os.environ
    api, project, token = variables["CI_API_V4_URL"], variables["CI_PROJECT_ID"], variables.get(TOKEN_VARIABLE, "")
    gitlab = GitLab(api, project, token, variables.get("CI_SERVER_TLS_CA_FILE"))
    number, pipeline = int(variables["CI_MERGE_REQUEST_IID"]), int(variables["CI_PIPELINE_ID"])
    comment_on_merge_request(gitlab, number, pipeline, _say)


def _run(arguments: argparse.Namespace, project: Path) -> None:
    require_project(project)
    if arguments.command == "build":
        _build(project, arguments.template)
        return
    if arguments.command == "fetch":
        _fetch(project, arguments.folder)
        return
    if arguments.command == "comment":
        _comment()
        return
    github = GitHub(os.environ["GITHUB_REPOSITORY"])
    previews = Previews(PulumiCli(project), github, project, arguments.template, _say)
    if arguments.command == "publish":
        previews.publish(PullRequest(arguments.number, arguments.commit, is_open=True), arguments.folder)
    else:
        previews.sweep()


def main(argv: list[str] | None = None) -> int:
    """Run one command; return the exit code."""
    arguments = _parser().parse_args(argv)
    return exit_status(lambda: _run(arguments, Path.cwd()))


if __name__ == "__main__":
    sys.exit(main())
