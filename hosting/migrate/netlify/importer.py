"""Maps a Netlify project to settings and rule files."""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from hosting.migrate.findings import Findings, objects, section
from hosting.migrate.host_rules import HostRules
from hosting.migrate.netlify.config import FILE, PRODUCTION, NetlifyConfig, read_config, table
from hosting.migrate.netlify.environment import add_environment
from hosting.migrate.netlify.headers import map_headers
from hosting.migrate.netlify.plugins import PLUGINS, UNKNOWN
from hosting.migrate.netlify.redirects import RedirectLines
from hosting.migrate.netlify.rule_files import report_rule_files
from hosting.migrate.request import Imported, branch_commands
from hosting.migrate.site_build import SiteBuild, read_site_build, refuse_server
from hosting.migrate.site_settings import SiteSettings, relative

if TYPE_CHECKING:
    from pathlib import Path

    from hosting.migrate.request import Request

_HANDLED = ""
_FUNCTIONS = (
    "this program has no functions: deploy them elsewhere, and lead to them with proxy rules (docs/redirects.md)"
)
_PROCESSING = "files are published as the build wrote them: add it to the build"
_ONLY_LOCAL = "only `netlify dev` used it"
_KEYS = {
    **dict.fromkeys(("build", "context", "redirects", "headers", "plugins", "edge_functions", "images"), _HANDLED),
    "dev": _ONLY_LOCAL,
    "functions": _FUNCTIONS,
    "template": "only the button that copies a template used it",
    "identity": "there are no accounts of visitors here: use Amazon Cognito",
    "forms": "there are no forms here: post them to a service of yours, by a proxy rule",
    "integrations": "they ran at Netlify alone",
}
_BUILD_KEYS = {
    **dict.fromkeys(("base", "command", "publish", "environment", "processing", "plugins"), _HANDLED),
    "functions": _FUNCTIONS,
    "edge_functions": _FUNCTIONS,
    "ignore": "'deployments:paths' says which pushes deploy",
    "lifecycle": "its commands are not run: add them to publish:buildCommand",
    "services": "they ran at Netlify alone",
    "skip_install": _HANDLED,
}
# The contexts that are no branch: https://docs.netlify.com/deploy/deploy-overview/#deploy-contexts
_DEPLOYS = ("deploy-preview", "branch-deploy", "dev", "dev-server", "preview-server")
# A script that is named after the host is for it.
_SCRIPTS = ("build:netlify", "netlify:build", "build-netlify", "netlify-build", "build")
_NO_BUILD = re.compile(r"\s*(?:#.*|echo\b[^;&|]*|true|:)?\s*")


def read(request: Request, home: Path) -> Imported:
    """Return the settings and rules of a Netlify project for a branch; by default those of production.

    Raises:
        HostingError: a file is invalid, or the project needs a server.
    """
    config, findings = read_config(request.root, request.branch), Findings()
    base = config.root / config.base
    build = read_site_build(base, scripts=_SCRIPTS)
    site = SiteSettings(findings, home, base, request.stack)
    folder = _folder(config, base, build, site)
    _add_command(config, base, build, site)
    rules, redirects = HostRules(findings), RedirectLines(findings)
    redirects.add_all(config.content.get("redirects"))
    map_headers(config.content.get("headers"), rules)
    if redirects.has_app:
        findings.add_setting("website:routing", "spa", f"{FILE}: all paths lead to /index.html")
    site.add_redirect_lines(redirects.lines, FILE)
    site.add_headers(rules, FILE)
    add_environment(config, build, site)
    report_rule_files(base, folder, findings)
    _add_gaps(config, findings)
    _add_contexts(config, request, findings)
    if config.root != request.root:
        place = relative(config.root, home)
        findings.guesses.append(f"The paths in {FILE} are seen from '{place}', as they repeat the name of its folder")
    return Imported(f"Netlify, context {config.context}", findings)


def _folder(config: NetlifyConfig, base: Path, build: SiteBuild, site: SiteSettings) -> Path:
    """Add the published folder, and return it. Without one, Netlify publishes the base directory."""
    given = config.build.get("publish")
    text = given.strip() if isinstance(given, str) else ""
    refuse_server(build, text)
    if text:
        folder = base / _from_base(config, text, site)
        site.add_directory(folder, f"{FILE} publish", is_built=_has_command(config, build))
        return folder
    folder = base / (build.folder or ".")
    site.add_directory(folder, f"the folder of {build.name} (a guess)", is_built=_has_command(config, build))
    reason = f"{build.name} writes to it" if build.folder else "and no file shows a generator"
    site.findings.guesses.append(f"publish:directory is '{build.folder or '.'}', as {FILE} has no publish: {reason}")
    return folder


def _from_base(config: NetlifyConfig, text: str, site: SiteSettings) -> str:
    """Return `publish` relative to the base directory. Some files repeat the base in it, as the dashboard shows it."""
    path = str(PurePosixPath(text.replace("\\", "/").lstrip("/")))
    inside = path.removeprefix(f"{config.base}/") if config.base else path
    inside = "." if path == config.base else inside
    if inside != path and not (config.root / config.base / path).exists():
        site.findings.guesses.append(
            f"publish '{text}' is seen from the repository's root, as it repeats base '{config.base}'"
        )
        return inside
    return path


def _has_command(config: NetlifyConfig, build: SiteBuild) -> bool:
    given = config.build.get("command")
    return not _NO_BUILD.fullmatch(given) if isinstance(given, str) else bool(build.command and build.generator)


def _add_command(config: NetlifyConfig, base: Path, build: SiteBuild, site: SiteSettings) -> None:
    given = config.build.get("command")
    if isinstance(given, str):
        if _has_command(config, build):
            site.add_command(given, base, f"{FILE} command")
        elif given.strip():
            site.findings.notes.append(f"The command '{given.strip()}' builds nothing, so there is no build command.")
    elif build.command and build.generator:
        site.add_command(build.command, base, f"{build.shown_by} (a guess)")
        site.findings.guesses.append(f"publish:buildCommand is '{build.command}', as {FILE} has no command")


def _add_gaps(config: NetlifyConfig, findings: Findings) -> None:
    content = config.content
    findings.add_unknown_keys("", content, _KEYS)
    findings.add_unknown_keys("build.", config.build, _BUILD_KEYS)
    if isinstance(content.get("build"), list):
        findings.notes.append(f"{FILE} has [[build]]; [build] was meant, and its last table is used.")
    for entry in objects(content.get("edge_functions")):
        findings.add_gap(f"edge_functions {entry.get('path', '')} {entry.get('function', '')}".rstrip(), _FUNCTIONS)
    if section(content, "images").get("remote_images"):
        findings.add_gap("images", "there is no image CDN: publish the images in the sizes that the pages use")
    for entry in [*objects(content.get("plugins")), *objects(config.build.get("plugins"))]:
        name = str(entry.get("package"))
        findings.add_gap(f"plugin {name}", PLUGINS.get(name, UNKNOWN))
    processing = section(config.build, "processing")
    for name, value in processing.items() if processing.get("skip_processing") is not True else ():
        for key, enabled in _processing(name, value):
            if enabled is True:
                findings.add_gap(f"build.processing.{key}", _processing_gap(key))


def _add_contexts(config: NetlifyConfig, request: Request, findings: Findings) -> None:
    """Add the commands for the contexts of branches, and name the other contexts."""
    own = (config.context, PRODUCTION, request.branch or "main")
    others = [name for name in table(config.content, "context") if name not in own]
    if others:
        findings.notes.append(
            f"Other contexts ({', '.join(others)}) have settings of their own: "
            "run this again with --branch <context> --stack <name>."
        )
    branches = [name for name in others if name not in _DEPLOYS and "*" not in name]
    if branches:
        findings.commands["Other branches, one stack each"] = branch_commands(request, branches)


def _processing(name: str, value: Any) -> list[tuple[str, Any]]:  # noqa: ANN401 - any TOML value
    return [(f"{name}.{key}", one) for key, one in value.items()] if isinstance(value, dict) else [(name, False)]


def _processing_gap(key: str) -> str:
    if key == "html.pretty_urls":
        return "`website:routing auto` serves `/page` from page.html; links in pages are not rewritten"
    return _PROCESSING
