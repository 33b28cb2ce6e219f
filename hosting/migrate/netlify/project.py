"""Maps a Netlify project to settings and rule files."""

from __future__ import annotations

import re
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from hosting.migrate.findings import objects, section
from hosting.migrate.host_rules import HostRules
from hosting.migrate.netlify.config import FILE, PRODUCTION, NetlifyConfig, read_config, table
from hosting.migrate.netlify.environment import add_environment
from hosting.migrate.netlify.headers import map_headers
from hosting.migrate.netlify.plugins import PLUGINS, UNKNOWN
from hosting.migrate.netlify.redirects import RedirectLines
from hosting.migrate.netlify.rule_files import report_rule_files
from hosting.migrate.site_build import SiteBuild, read_site_build, refuse_server

if TYPE_CHECKING:
    from hosting.migrate.host_import import HostImport

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
_NO_BUILD = re.compile(r"\s*(?:#.*|echo\b[^;&|]*|true|:)?\s*")


def import_netlify(root: Path, result: HostImport, branch: str | None = None) -> None:
    """Add the settings and rules of the project at ``root`` for a branch; by default those of production.

    Raises:
        HostingError: a file is invalid, or the project needs a server.
    """
    config = read_config(root, branch)
    base = config.root / config.base
    build = read_site_build(base)
    folder = _folder(config, base, build, result)
    _add_command(config, base, build, result)
    rules, redirects = HostRules(result.findings), RedirectLines(result.findings)
    redirects.add_all(config.content.get("redirects"))
    map_headers(config.content.get("headers"), rules)
    if redirects.has_app:
        result.findings.add_setting("website:routing", "spa", f"{FILE}: all paths lead to /index.html")
    result.add_redirect_lines(redirects.lines, FILE)
    result.add_headers(rules, FILE)
    add_environment(config, build, result)
    report_rule_files(base, folder, result.findings)
    _add_gaps(config, result)


def _folder(config: NetlifyConfig, base: Path, build: SiteBuild, result: HostImport) -> Path:
    """Add the published folder, and return it. Without one, Netlify publishes the base directory."""
    given = config.build.get("publish")
    text = given.strip() if isinstance(given, str) else ""
    refuse_server(build, text)
    if text:
        folder = base / _from_base(config, text, result)
        result.add_directory(folder, f"{FILE} publish")
        return folder
    folder = base / (build.folder or ".")
    result.add_directory(folder, f"the folder of {build.name} (a guess)")
    reason = f"{build.name} writes to it" if build.folder else "and no file shows a generator"
    result.guesses.append(f"publish:directory is '{build.folder or '.'}', as {FILE} has no publish: {reason}")
    return folder


def _from_base(config: NetlifyConfig, text: str, result: HostImport) -> str:
    """Return `publish` relative to the base directory. Some files repeat the base in it, as the dashboard shows it."""
    path = str(PurePosixPath(text.replace("\\", "/").lstrip("/")))
    inside = path.removeprefix(f"{config.base}/") if config.base else path
    if inside != path and not (config.root / config.base / path).exists():
        result.guesses.append(
            f"publish '{text}' is seen from the repository's root, as it repeats base '{config.base}'"
        )
        return inside
    return path


def _add_command(config: NetlifyConfig, base: Path, build: SiteBuild, result: HostImport) -> None:
    given = config.build.get("command")
    if isinstance(given, str):
        if not _NO_BUILD.fullmatch(given):
            result.add_command(given, base, f"{FILE} command")
        elif given.strip():
            result.findings.notes.append(f"The command '{given.strip()}' builds nothing, so there is no build command.")
        return
    if build.command and build.generator:
        result.add_command(build.command, base, "package.json (a guess)")
        result.guesses.append(f"publish:buildCommand is '{build.command}', as {FILE} has no command")


def _add_gaps(config: NetlifyConfig, result: HostImport) -> None:
    content, findings = config.content, result.findings
    result.add_unknown_keys("", content, _KEYS)
    result.add_unknown_keys("build.", config.build, _BUILD_KEYS)
    if isinstance(content.get("build"), list):
        findings.notes.append(f"{FILE} has [[build]]; [build] was meant, and its last table is used.")
    for entry in objects(content.get("edge_functions")):
        findings.add_gap(f"edge_functions {entry.get('path', '')} {entry.get('function', '')}".rstrip(), _FUNCTIONS)
    if section(content, "images").get("remote_images"):
        findings.add_gap("images", "there is no image CDN: publish the images in the sizes that the pages use")
    for entry in [*objects(content.get("plugins")), *objects(config.build.get("plugins"))]:
        name = str(entry.get("package"))
        findings.add_gap(f"plugin {name}", PLUGINS.get(name, UNKNOWN))
    for name, value in section(config.build, "processing").items():
        for key, enabled in _processing(name, value):
            if enabled is True:
                findings.add_gap(f"build.processing.{key}", _processing_gap(key))
    others = [name for name in table(content, "context") if name not in (config.context, PRODUCTION)]
    if others:
        findings.notes.append(
            f"Other contexts ({', '.join(others)}) have settings of their own: run this again with --branch and --stack."
        )


def _processing(name: str, value: Any) -> list[tuple[str, Any]]:  # noqa: ANN401 - any TOML value
    return [(f"{name}.{key}", one) for key, one in value.items()] if isinstance(value, dict) else [(name, False)]


def _processing_gap(key: str) -> str:
    if key == "html.pretty_urls":
        return "`website:routing auto` serves `/page` from page.html; links in pages are not rewritten"
    return _PROCESSING
