"""Imports an app of Amplify Hosting: the repository's files count before the app's settings in AWS."""

from __future__ import annotations

import dataclasses
import os.path
import shlex
from typing import TYPE_CHECKING

from hosting.migrate.amplify_hosting.backend import map_backend
from hosting.migrate.amplify_hosting.build_spec import FILE, NO_SETTINGS, BuildSpec, read_build_spec, read_spec_file
from hosting.migrate.amplify_hosting.category import category_app_id, project_config
from hosting.migrate.amplify_hosting.console import Console, console_of, map_console, map_domains, read_command
from hosting.migrate.amplify_hosting.directory import map_directory
from hosting.migrate.amplify_hosting.guesses import with_guesses
from hosting.migrate.amplify_hosting.rules import map_headers, map_rules
from hosting.migrate.amplify_hosting.script import build_script, variables_read
from hosting.migrate.findings import Findings, section
from hosting.migrate.other_rule_files import report_other_rule_files
from hosting.migrate.request import Imported, branch_commands, repeated, stack_name
from hosting.migrate.site_settings import relative

if TYPE_CHECKING:
    from pathlib import Path

    from hosting.migrate.request import Request

_BRANCH, _APP_ID, _ROOT = "AWS_BRANCH", "AWS_APP_ID", "AMPLIFY_MONOREPO_APP_ROOT"
_DEFAULT_BRANCH = "main"
# Set by Amplify for each build: https://docs.aws.amazon.com/amplify/latest/userguide/amplify-console-environment-variables.html
_OF_EACH_BUILD = {
    "AWS_COMMIT_ID": "git rev-parse HEAD",
    "AWS_PULL_REQUEST_ID": "the number of the pull request",
    "AWS_JOB_ID": "the number of the build",
    "AWS_CLONE_URL": "git remote get-url origin",
}


def read(request: Request, home: Path) -> Imported:
    """Return the settings of an app of Amplify Hosting for one branch.

    Raises:
        HostingError: a file is invalid, or the app needs a server.
    """
    console = console_of(request.app, request.branch)
    findings = Findings()
    spec = _with_own_directory(_with_existing_folder(_spec(request, console), request.root), request.root, findings)
    spec = with_guesses(_with_first_variables(spec, console), request.root, findings)
    findings.add_setting("cloudfront:enabled", True, "Amplify Hosting has a CDN")  # noqa: FBT003 - a value, not a flag
    map_console(console, findings)
    _report_cut_lists(request, findings)
    if request.region:
        findings.add_setting("aws:region", request.region, "--region")
    app_id = console.app.get("appId") or category_app_id(request.root)
    map_directory(spec, request.root, home, findings)
    _map_build(spec, request, home, findings)
    _map_variables(spec, console, request, findings, app_id)
    map_headers(spec, console, request, home, findings)
    map_rules(console, request, findings)
    folder = request.root / spec.folder
    report_other_rule_files(folder, folder / (spec.directory or "."), findings)
    map_domains(console, findings, is_written=request.with_domains, stack=request.stack)
    map_backend(spec, request.root, findings, branch=_branch(console, request), app_id=app_id)
    for part, reason in spec.gaps:
        findings.add_gap(part, reason)
    _others(spec, console, request, findings, app_id)
    app = f", application {spec.app_root}" if spec.app_root else ""
    branch = f", branch {console.branch_name}" if console.branch_name else ""
    return Imported(f"Amplify Hosting, {spec.name}{app}{branch}", findings)


def _report_cut_lists(request: Request, findings: Findings) -> None:
    """Report the lists of which a file has only the first part, as `--max-items` writes it."""
    for name in ("branches", "domains"):
        answer = section(request.app.get(name))
        if answer.get("nextToken") or answer.get("NextToken"):
            findings.add_gap(name, "the list goes on (nextToken): write the file again without --max-items")


def _branch(console: Console, request: Request) -> str:
    return request.branch or console.branch_name or _DEFAULT_BRANCH


def _spec(request: Request, console: Console) -> BuildSpec:
    """Return the build settings: of the repository, else of the branch or the app, else of the Gen 1 project."""
    root = request.app_root or _variable(console, _ROOT)
    spec = read_spec_file(request.root, root)
    if spec is not None:
        return spec
    text = console.setting("buildSpec")
    if isinstance(text, str) and text.strip():
        return read_build_spec(text, "buildSpec", root)
    return project_config(request.root) or BuildSpec(name=NO_SETTINGS)


def _with_existing_folder(spec: BuildSpec, root: Path) -> BuildSpec:
    """Return the build settings with the folder of `buildPath` in the repository, if it is not in the application.

    AWS documents `/` alone, and projects write the path as seen from either.
    """
    from_root = spec.folder.removeprefix(f"{spec.app_root}/")
    if (root / spec.folder).is_dir() or not (root / from_root).is_dir():
        return spec
    return dataclasses.replace(spec, folder=from_root)


def _with_own_directory(spec: BuildSpec, root: Path, findings: Findings) -> BuildSpec:
    """Return the build settings with the base directory as seen from the application."""
    own = (spec.directory or "").removeprefix(f"{spec.app_root}/")
    # A path that begins with appRoot is seen from the repository, if the application has no such folder.
    is_repeated = spec.folder == spec.app_root and own != (spec.directory or "")
    if not spec.app_root or not is_repeated or (root / spec.folder / spec.app_root).exists():
        return spec
    findings.guesses.append(f"baseDirectory '{spec.directory}' is seen from the repository, as it repeats appRoot")
    return dataclasses.replace(spec, directory=own)


def _variable(console: Console, name: str) -> str | None:
    for values in (console.branch, console.app):
        variables = values.get("environmentVariables")
        if isinstance(variables, dict) and isinstance(variables.get(name), str):
            return str(variables[name])
    return None


def _with_first_variables(spec: BuildSpec, console: Console) -> BuildSpec:
    """Return the build settings without the variables that the app overrides."""
    kept = {keys: value for keys, value in spec.variables.items() if _variable(console, keys[-1]) is None}
    return dataclasses.replace(spec, variables=kept)


def _map_build(spec: BuildSpec, request: Request, home: Path, findings: Findings) -> None:
    root = relative(request.root, home)
    folder = os.path.normpath(os.path.join(root, spec.folder)).replace(os.sep, "/")  # noqa: PTH118 - a relative path
    script = build_script(spec.commands, folder, root, home.resolve())
    if script.text:
        findings.add_setting("publish:buildCommand", script.text, f"{spec.name} commands")
    elif spec.name == NO_SETTINGS:
        findings.add_gap("build settings", f"there is no {FILE}; if the site is built, set publish:buildCommand")
    for command in script.dropped:
        findings.add_gap(
            f"{spec.name} '{command.strip()}'", "it is for Amplify's build machine, or deploys the backend"
        )
    findings.notes += script.notes
    _report_other_folder(spec, request.root.resolve() / spec.folder, script.last, home, findings)


def _report_other_folder(spec: BuildSpec, start: Path, last: Path | None, home: Path, findings: Findings) -> None:
    """Report a base directory that does not exist, if the commands end in a package that it is not in."""
    inner = [one for one in (last, *last.parents) if start in one.parents] if last else []
    package = next((one for one in inner if (one / "package.json").is_file()), None)
    directory = start / (spec.directory or ".")
    if package and spec.directory and not (directory.is_dir() or directory.is_relative_to(package)):
        place = relative(package / spec.directory, home)
        findings.notes.append(
            f"The commands end in '{package.relative_to(start)}', and baseDirectory '{spec.directory}' is not in it. "
            f"If the build writes into it: pulumi config set publish:directory {shlex.quote(place)}"
        )


def _map_variables(spec: BuildSpec, console: Console, request: Request, findings: Findings, app_id: object) -> None:
    """Add the variables of the build settings, and those that Amplify sets and the commands read."""
    in_file = spec.name == FILE
    read_text = "" if in_file else f"{console.read_by('app', ('app',), 'buildSpec')} | "
    file = str(request.root / FILE) if in_file else "/dev/stdin"
    for keys, value in spec.variables.items():
        if value.startswith("$"):
            command = f"pulumi config set --path publish:environment.{keys[-1]} '<value>'"
            findings.add_gap(f"{spec.name} variable {keys[-1]}", f"its value is that of another variable: {command}")
            continue
        findings.add_variable(keys[-1], value, f"{spec.name} variable", read_text + read_command(file, *keys))
    _map_read_variables(spec, console, request, findings, app_id)


def _map_read_variables(
    spec: BuildSpec, console: Console, request: Request, findings: Findings, app_id: object
) -> None:
    """Add the variables that Amplify sets and the commands read, and report those whose value no file has."""
    known = {*findings.values.get("publish:environment", {}), *(key.partition(".")[2] for key in findings.secrets)}
    reads = [name for name in variables_read(spec.commands) if name not in known]
    if _BRANCH in reads:
        findings.add_plain_variable(_BRANCH, _branch(console, request), "the branch")
        if not (request.branch or console.branch_name):
            findings.guesses.append(f"{_BRANCH} is '{_DEFAULT_BRANCH}'; --branch <name> sets another")
    if _APP_ID in reads and isinstance(app_id, str):
        findings.add_plain_variable(_APP_ID, app_id, "appId")
    if _ROOT in reads:
        findings.add_plain_variable(_ROOT, spec.app_root, "appRoot")
    set_here = findings.values.get("publish:environment", {})
    for name in (one for one in reads if one not in set_here):
        hint = _OF_EACH_BUILD.get(name)
        value = f": Amplify set it to {hint}" if hint else ", if the app in Amplify has it"
        findings.add_gap(
            f"variable {name}, which the commands read",
            f"no file has its value{value}: pulumi config set --path --secret publish:environment.{name}",
        )


def _others(spec: BuildSpec, console: Console, request: Request, findings: Findings, app_id: object) -> None:
    """Add the commands for the other branches and applications, and those that read what only AWS has."""
    commands = branch_commands(request, [name for name in console.branches if name != console.branch_name])
    commands += [
        repeated(request, "--app-root", root or "/", "--stack", f"{request.stack}-{stack_name(root)}")
        for root in spec.others
    ]
    if spec.others:
        findings.guesses.append(f"The site is the application '{spec.app_root or '/'}'; --app-root chooses another")
    if commands:
        findings.commands["Other branches and applications, one stack each"] = commands
    if not console.app:
        name = app_id if isinstance(app_id, str) else "<app id>"
        findings.commands[
            "Rewrites and redirects, variables, password and host names are in the app; if it has any, run this again "
            "with the app's id"
        ] = [f"{repeated(request, '--stack', request.stack, '--app-id')} {name}"]
