"""Maps a Vercel project to settings and rule files."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import chain
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from hosting.errors import HostingError
from hosting.formats.git_pattern import why_invalid
from hosting.migrate.findings import Findings, section
from hosting.migrate.host_rules import HostRules
from hosting.migrate.json_files import read_json_object
from hosting.migrate.other_rule_files import report_other_rule_files
from hosting.migrate.package_commands import in_sequence
from hosting.migrate.request import Imported
from hosting.migrate.site_build import SiteBuild, has_pages, pages_in, read_site_build, refuse_server
from hosting.migrate.site_routing import map_routing
from hosting.migrate.site_settings import SiteSettings, build_folder
from hosting.migrate.text_file import read_utf8
from hosting.migrate.vercel.builds import Builds, read_builds
from hosting.migrate.vercel.routes import RouteMapper
from hosting.migrate.vercel.rules import FUNCTIONS, map_rules
from hosting.migrate.vercel.services import site_config

if TYPE_CHECKING:
    from pathlib import Path

    from hosting.migrate.request import Request

FILE = "vercel.json"
# The settings of the dashboard, which `vercel link` and `vercel pull` write.
LINKED = ".vercel/project.json"
# https://vercel.com/docs/deployments/vercel-ignore: patterns of git.
_IGNORE = ".vercelignore"
# https://vercel.com/docs/builds/configure-a-build#build-command: these scripts build, the first one first.
_SCRIPTS = ("vercel-build", "now-build", "build")
_HANDLED = ""
_ONLY_VERCEL = "only Vercel's own deployments need it"
_KEYS = {
    **dict.fromkeys(
        (
            "$schema", "buildCommand", "builds", "cleanUrls", "framework", "headers", "installCommand",
            "outputDirectory", "redirects", "rewrites", "routes", "trailingSlash", "env", "build", "functions",
            "version",
        ),
        _HANDLED,
    ),
    **dict.fromkeys(
        ("alias", "name", "public", "scope", "github", "git", "devCommand", "regions", "fluid", "bunVersion",
         "passiveRegions", "functionFailoverRegions", "relatedProjects", "engines", "domains"),
        _ONLY_VERCEL,
    ),
    "crons": "there are no scheduled calls here; EventBridge Scheduler has them",
    "ignoreCommand": "'deployments:paths' says which pushes deploy",
    "images": "there is no image optimisation: publish the images in the sizes that the pages use",
    "bulkRedirectsPath": "its file is not read: write its rules in the file that website:redirectsFile names",
    "middleware": FUNCTIONS,
    "wildcard": "there are no wildcard domains by rule: see domain:names",
}  # fmt: skip
# Its build may also write files: https://nextjs.org/docs/app/guides/static-exports.
_EXPORT = re.compile(r"@(?:vercel|now)/next(?:@.*)?")
_CODE = ("middleware.ts", "middleware.js", "src/middleware.ts", "src/middleware.js")
_PROGRAMS = ("vercel.ts", "vercel.js", "vercel.mjs")


@dataclass(frozen=True)
class _Project:
    """What is known of a project.

    Attributes:
        file: vercel.json, which may not exist.
        root: its folder, or that of its service that is the site.
        config: the settings in vercel.json; empty without one.
        services: the names of the other services.
        linked: the settings of `.vercel/project.json`.
        builds: the builds of vercel.json.
        build: what the files show about the build.
    """

    file: Path
    root: Path
    config: dict[str, Any]
    services: tuple[str, ...]
    linked: dict[str, Any]
    builds: Builds
    build: SiteBuild

    def setting(self, key: str) -> Any:  # noqa: ANN401 - any JSON value
        """Return a setting of vercel.json, or of the dashboard."""
        return self.config[key] if key in self.config else self.linked.get(key)


def read(request: Request, home: Path) -> Imported:
    """Return the settings and rules of a Vercel project.

    Raises:
        HostingError: a file is invalid, or the project needs a server.
    """
    project = _read(request.root)
    folder = _folder(project)
    refuse_server(project.build, _text(project.setting("outputDirectory")))
    _refuse_functions(project, folder, home)
    findings = Findings()
    site = SiteSettings(findings, home, project.root, request.stack)
    _add_build(project, folder, site)
    rules = HostRules(findings)
    functions = [source for source, _ in project.builds.functions]
    builds = project.builds
    RouteMapper(rules, functions, (builds.mount, builds.output)).map_routes(project.config)
    map_rules(project.config, rules)
    _refuse_server_for_all(project, folder, rules)
    _add_fallback(project, rules)
    map_routing(project.config, FILE, rules)
    report_other_rule_files(project.root, project.root / folder, findings)
    site.add_rules(rules, FILE)
    _add_variables(project, site)
    _add_gaps(project, findings)
    return Imported(f"Vercel, {project.build.name}" if project.build.generator else "Vercel", findings)


def _read(root: Path) -> _Project:
    program = next((name for name in _PROGRAMS if (root / name).is_file()), None)
    if program and not (root / FILE).is_file():
        raise HostingError(
            f"'{root / program}' is a program that writes Vercel's settings: write what it returns to '{root / FILE}' "
            "and run this again"
        )
    config = read_json_object(root / FILE) if (root / FILE).is_file() else {}
    site = site_config(root, config, FILE)
    linked = section(read_json_object(root / LINKED), "settings") if (root / LINKED).is_file() else {}
    config = site.config
    builds = read_builds(config)
    base = site.root / (builds.project or "")
    framework = config.get("framework", linked.get("framework"))
    build = read_site_build(base, scripts=_SCRIPTS, vercel=framework if isinstance(framework, str) else None)
    return _Project(root / FILE, site.root, config, site.others, linked, builds, build)


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value.strip() else None


def _folder(project: _Project) -> str:
    """Return the published folder: set, of the builds, of the generator, or Vercel's default."""
    given = _text(project.setting("outputDirectory")) or project.builds.folder
    if given is not None:
        folder = given.replace("\\", "/").strip("/") or "."
        return f"{folder}/static" if _is_build_output(folder) else folder
    if project.builds.project:
        return f"{project.builds.project}/{project.build.folder or 'dist'}".strip("/")
    # https://vercel.com/docs/builds/configure-a-build#output-directory
    return project.build.folder or ("public" if (project.root / "public").is_dir() else ".")


def _is_build_output(folder: str) -> bool:
    """Whether a folder is that of the Build Output API: https://vercel.com/docs/build-output-api/primitives."""
    return PurePosixPath(folder).parts[-2:] == (".vercel", "output")


def _refuse_functions(project: _Project, folder: str, home: Path) -> None:
    """Refuse a project whose pages all come from functions."""
    builds, build = project.builds, project.build
    if _text(project.setting("buildCommand")) or _text(project.setting("outputDirectory")) or builds.has_static:
        return
    server = next(((source, use) for source, use in builds.functions if not _EXPORT.fullmatch(use)), None)
    if server:
        raise HostingError(
            f"'{project.file}' builds a server ('{server[0]}' with {server[1]}), and this program publishes "
            "files: if the project also has pages, add outputDirectory to the file, and run this again"
        )
    if build.generator or build.command or has_pages(project.root / folder, home) or has_pages(project.root, home):
        return
    functions = ", ".join(_functions(project))
    has = f"has functions ({functions}), but no pages" if functions else "has no pages"
    raise HostingError(
        f"'{project.root}' {has} and no build that writes any, so there is nothing to publish: build the site, "
        "and run this again"
    )


def _refuse_server_for_all(project: _Project, folder: str, rules: HostRules) -> None:
    """Refuse a project whose paths all lead to a function, unless it has pages, or a generator writes some."""
    if not rules.server or rules.app_page or project.build.generator or any(pages_in(project.root / folder)):
        return
    raise HostingError(
        f"In '{project.file}' all paths lead to the function '{rules.server}', and this program publishes "
        "files: build static pages into a folder, set outputDirectory to it, and run this again"
    )


def _add_build(project: _Project, folder: str, site: SiteSettings) -> None:
    build, guesses = project.build, site.findings.guesses
    is_given = bool(_text(project.setting("outputDirectory")) or project.builds.folder)
    given = project.setting("buildCommand")
    command = _command(project)
    source = f"{FILE} outputDirectory" if is_given else _guessed(build, "folder")
    _add_ignored(project, folder, site.findings, is_built=command is not None)
    site.add_directory(project.root / folder, source, is_built=bool(command))
    if not is_given:
        writer = f": {build.name} writes to it ({build.generator.source})" if build.generator else ""
        guesses.append(f"publish:directory is '{folder}', as {FILE} has no outputDirectory{writer}")
    if command is None:
        return
    label = f"{FILE} buildCommand"
    if given is None and project.builds.command is None:
        label = f"{build.shown_by} (a guess)"
        guesses.append(f"publish:buildCommand is '{command}', as {FILE} has no buildCommand")
    install = _text(project.setting("installCommand"))
    place = project.root if given is not None else _build_place(project, folder)
    site.add_command(in_sequence([install, command] if install else [command]), place, label)


def _add_ignored(project: _Project, folder: str, findings: Findings, *, is_built: bool) -> None:
    """Add the patterns of `.vercelignore`, if the project's folder is published as it is, and those of functions."""
    file, patterns = project.root / _IGNORE, {f"{FILE} functions": [] if is_built else _functions_in(project, folder)}
    if file.is_file() and (is_built or folder != "."):
        findings.add_gap(
            _IGNORE, "it is for the upload to Vercel: set publish:ignore, if the published folder has such files"
        )
    elif file.is_file():
        lines = [line.strip() for line in read_utf8(file).splitlines()]
        kept = [line for line in lines if line and not line.startswith("#") and not why_invalid(line)]
        patterns = {_IGNORE: kept, **patterns}
    found = {source: listed for source, listed in patterns.items() if listed}
    if found:
        findings.add_setting("publish:ignore", [*chain.from_iterable(found.values())], ", ".join(found))


def _functions_in(project: _Project, folder: str) -> list[str]:
    """Return ignore patterns for the functions in a folder that is published as it is: Vercel runs them."""
    built = [source for source, _ in project.builds.functions]
    sources = dict.fromkeys([*section(project.config, "functions"), *built])
    prefix = "" if folder == "." else f"{folder}/"
    names = [source.removeprefix("./").lstrip("/") for source in sources]
    return [f"/{name.removeprefix(prefix)}" for name in names if name and name.startswith(prefix)]


def _command(project: _Project) -> str | None:
    """Return the build command: set, of the builds, or a guess. `@vercel/static` publishes files as they are."""
    given, builds = project.setting("buildCommand"), project.builds
    if given is not None:
        return _text(given)
    runs_none = builds.has_static and builds.project is None
    return builds.command or (None if runs_none else _text(project.build.command))


def _build_place(project: _Project, folder: str) -> Path:
    """Return the folder of the package.json that builds the site."""
    if project.builds.project:
        return project.root / project.builds.project
    return build_folder(project.root, project.root / folder)


def _guessed(build: SiteBuild, what: str) -> str:
    return f"the {what} of {build.name} (a guess)"


def _add_fallback(project: _Project, rules: HostRules) -> None:
    """Add the page for all paths that Vercel adds for some frameworks, after the project's own rules.

    https://github.com/vercel/vercel/blob/main/packages/routing-utils/src/merge.ts has their order.
    """
    generator = project.build.generator
    if generator and generator.is_app and not rules.answers_all and "builds" not in project.config:
        rules.set_app_page("framework", "/index.html")
        rules.findings.guesses.append(
            f"All paths without a file lead to the app, as Vercel does it for {generator.name}"
        )


def _add_variables(project: _Project, site: SiteSettings) -> None:
    build = section(project.config, "build")
    for keys, values in ((("env",), project.config.get("env")), (("build", "env"), build.get("env"))):
        place = ".".join(keys)
        for name, value in section(values).items():
            if isinstance(value, str) and not value.startswith("@"):
                command = site.printed_by("json", project.file, *keys, name)
                site.findings.add_variable(name, value, f"{FILE} {place}", command)
            else:
                site.findings.add_gap(f"{place}.{name}", "its value is in Vercel's dashboard: set publish:environment")


def _add_gaps(project: _Project, findings: Findings) -> None:
    findings.add_unknown_keys(f"{FILE} ", project.config, _KEYS)
    for name in project.services:
        findings.add_gap(f"service {name}", FUNCTIONS)
    for name in _functions(project):
        findings.add_gap(f"function {name}", FUNCTIONS)
    output = (_text(project.setting("outputDirectory")) or "").replace("\\", "/")
    if _is_build_output(output):
        findings.add_gap(
            f"outputDirectory {output}",
            "its folder static is published; the functions and the routes beside it have no counterpart here",
        )


def _functions(project: _Project) -> list[str]:
    """Return the places of the project's functions."""
    functions = [*section(project.config, "functions"), *(source for source, _ in project.builds.functions)]
    functions += ["api/"] if (project.root / "api").is_dir() and not functions else []
    functions += [name for name in _CODE if (project.root / name).is_file()]
    return list(dict.fromkeys(functions))
