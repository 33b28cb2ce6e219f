"""Maps a Firebase project with Hosting to settings and rule files."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from hosting.errors import HostingError
from hosting.migrate.findings import Findings, objects, section, texts
from hosting.migrate.firebase.ignore import ignore_patterns
from hosting.migrate.firebase.rules import is_server_for_all, map_rules
from hosting.migrate.host_rules import HostRules
from hosting.migrate.json_files import read_json_object
from hosting.migrate.other_rule_files import report_other_rule_files
from hosting.migrate.package_commands import in_sequence
from hosting.migrate.request import Imported
from hosting.migrate.site_build import SiteBuild, pages_in, read_site_build, refuse_server
from hosting.migrate.site_routing import map_routing
from hosting.migrate.site_settings import SiteSettings, build_folder, relative

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from hosting.migrate.request import Request

FILE = "firebase.json"
_ALIASES = ".firebaserc"
_HANDLED = ""
_KEYS = {
    **dict.fromkeys(
        ("public", "ignore", "redirects", "rewrites", "headers", "cleanUrls", "trailingSlash", "predeploy"),
        _HANDLED,
    ),
    "source": "Firebase built the framework there; here publish:buildCommand does",
    "target": _HANDLED,
    "site": _HANDLED,
    "$schema": _HANDLED,
    "i18n": "there are no pages by language: a redirect by country is possible (docs/redirects.md)",
    "appAssociation": "publish `.well-known/assetlinks.json` and `apple-app-site-association` as files of the site",
    "frameworksBackend": "it is for a server, and this program publishes files",
    "postdeploy": "run the command after `pulumi up`",
}
_OF_HOSTING = frozenset(("public", "ignore", "redirects", "rewrites", "headers", "cleanUrls", "trailingSlash"))
# https://github.com/firebase/firebase-tools/tree/main/src/frameworks: the builds of these add a rewrite of all paths.
_APPS = ("Angular", "Vite")
_RESOURCE = re.compile(r"\$\{?RESOURCE_DIR\}?|%RESOURCE_DIR%")
_PROJECT = re.compile(r"\$\{?PROJECT_DIR\}?|%PROJECT_DIR%")
_SDK = re.compile(r"""["'(]/__/(?:firebase|auth)/""")
_LARGEST_PAGE = 1_000_000
_MOST_PAGES = 50


@dataclass(frozen=True)
class _Site:
    """A site of the project.

    Attributes:
        names: its names: target, site, and the site of the target in .firebaserc.
        config: its object in firebase.json.
    """

    names: tuple[str, ...]
    config: dict[str, Any]


def read(request: Request, home: Path) -> Imported:
    """Return the settings and rules of a site of a Firebase project.

    Raises:
        HostingError: a file is invalid, there is no Hosting, or the site is not known or needs a server.
    """
    root, findings = request.root, Findings()
    aliases = read_json_object(root / _ALIASES) if (root / _ALIASES).is_file() else {}
    content = read_json_object(root / FILE)
    outside = sorted(_OF_HOSTING.intersection(content))
    site = _chosen(root, _sites(root, content, outside, aliases), request.target)
    folder = _folder(root, site.config)
    build = read_site_build(_project(root, site.config, folder))
    refuse_server(build, relative(folder, root))
    settings = SiteSettings(findings, home, root, request.stack)
    patterns = ignore_patterns(site.config.get("ignore"), findings)
    if patterns:
        findings.add_setting("publish:ignore", patterns, f"{FILE} ignore")
    _add_build(root, site.config, folder, build, settings)
    _refuse_server_for_all(site.config, folder)
    rules = HostRules(findings)
    map_rules(site.config, rules, str(section(aliases, "projects").get("default", "<project>")))
    _add_fallback(site.config, build, rules)
    map_routing(site.config, FILE, rules)
    settings.add_rules(rules, FILE)
    findings.add_unknown_keys("hosting.", site.config, _KEYS)
    for key in outside:
        findings.add_gap(f"{FILE} {key}", "Firebase reads it in `hosting` alone: move it there, and run this again")
    _report_sdk(root, folder, findings)
    report_other_rule_files(root, folder, findings)
    return Imported(f"Firebase Hosting{', ' + site.names[0] if site.names else ''}", findings)


def _refuse_server_for_all(config: dict[str, Any], folder: Path) -> None:
    """Refuse a folder without pages that Firebase doesn't build either (`predeploy`, `source`)."""
    server = next((one for one in objects(config.get("rewrites")) if is_server_for_all(one)), None)
    is_built = bool(config.get("predeploy")) or _is_framework(config)
    if server and not is_built and next(pages_in(folder), None) is None:
        raise HostingError(
            f"'{folder}' has no pages, as every page comes from a server (rewrite '{server.get('source')}'), and this "
            "program publishes files: build static pages, and run this again"
        )


def _is_framework(config: dict[str, Any]) -> bool:
    """Return whether Firebase builds the site with a framework's own command."""
    return "source" in config and "public" not in config


def _sites(root: Path, content: dict[str, Any], outside: list[str], aliases: dict[str, Any]) -> list[_Site]:
    """Return the sites of firebase.json; ``outside`` has the keys of Hosting that are at its top level."""
    configs = objects(content.get("hosting"))
    if not configs and "public" in outside:
        raise HostingError(
            f"'{root / FILE}' has the settings of Hosting at its top level ({', '.join(outside)}), and the Firebase "
            "CLI reads them in `hosting` alone: move them there, and run this again"
        )
    if not configs:
        raise HostingError(f"This Firebase project has no Hosting ('{root / FILE}'), so there is nothing to import")
    return [_Site(tuple(_names(config, aliases)), config) for config in configs]


def _names(config: dict[str, Any], aliases: dict[str, Any]) -> Iterator[str]:
    for key in ("target", "site"):
        if isinstance(config.get(key), str):
            yield config[key]
    for project in section(aliases, "targets").values():
        sites = section(project, "hosting").get(str(config.get("target")))
        yield from (one for one in sites if isinstance(one, str)) if isinstance(sites, list) else ()


def _chosen(root: Path, sites: list[_Site], target: str | None) -> _Site:
    """Return the site of a target or of a site's name; the only one without a name."""
    listed = [site.names[0] if site.names else f"#{number}" for number, site in enumerate(sites, 1)]
    options = " or ".join(f"--target {shlex.quote(name)}" for name in listed)
    if target is None:
        if len(sites) > 1:
            raise HostingError(f"'{root / FILE}' has {len(sites)} sites, and a stack is one site: add {options}")
        return sites[0]
    found = next((site for site, name in zip(sites, listed, strict=True) if target in (name, *site.names)), None)
    if found is None:
        raise HostingError(f"'{root / FILE}' has no site '{target}': {options}")
    return found


def _folder(root: Path, config: dict[str, Any]) -> Path:
    """Return the published folder; with `source`, Firebase builds a framework, and the generator has the folder."""
    public, source = config.get("public"), config.get("source")
    if isinstance(public, str) and public.strip():
        return root / public.strip().replace("\\", "/").lstrip("/")
    if isinstance(source, str):
        project = root / source
        build = read_site_build(project)
        refuse_server(build, None)
        return project / (build.folder or "public")
    return root / "public"


def _project(root: Path, config: dict[str, Any], folder: Path) -> Path:
    """Return the folder that builds the published one: `source`, where Firebase builds a framework, has it."""
    source = config.get("source")
    return root / source if isinstance(source, str) and _is_framework(config) else build_folder(root, folder)


def _add_build(root: Path, config: dict[str, Any], folder: Path, build: SiteBuild, settings: SiteSettings) -> None:
    """Add the folder, and the predeploy commands, or else the build that package.json shows."""
    commands = texts(config.get("predeploy"))
    has_guess = _writes_to(build, folder) and next(pages_in(folder), None) is None
    default = f"the folder of {build.name} (a guess)" if "source" in config else f"{FILE}, whose default it is"
    source = f"{FILE} public" if "public" in config else default
    settings.add_directory(folder, source, is_built=bool(commands) or has_guess)
    if commands:
        place = relative(folder, root)
        lines = [_PROJECT.sub(".", _RESOURCE.sub(place, one)) for one in commands]
        settings.add_command(in_sequence(lines), root, f"{FILE} predeploy")
    elif has_guess:
        settings.add_command(str(build.command), _project(root, config, folder), f"{build.shown_by} (a guess)")
        settings.findings.guesses.append(
            f"publish:buildCommand is '{build.command}', as {FILE} has no command that builds '{folder.name}'"
        )
    elif not folder.exists():
        reason = f"'{folder.name}' does not exist: if it is built, pulumi config set publish:buildCommand '<command>'"
        settings.findings.add_gap("build command", f"no file has one, and {reason}")


def _writes_to(build: SiteBuild, folder: Path) -> bool:
    """Whether the command builds the folder: a script may write anywhere, a generator's own command to its folder."""
    own = PurePosixPath(build.folder or "").parts
    return bool(build.command) and (build.has_script or folder.parts[-len(own) :] == own)


def _add_fallback(config: dict[str, Any], build: SiteBuild, rules: HostRules) -> None:
    """Add the rewrite of all paths that Firebase adds for some frameworks after those of the file."""
    has_server = any(is_server_for_all(one) for one in objects(config.get("rewrites")))
    if _is_framework(config) and build.name in _APPS and not (rules.answers_all or has_server):
        rules.set_app_page("source", "/index.html")
        rules.findings.guesses.append(f"All paths without a file lead to the app, as Firebase does it for {build.name}")


def _report_sdk(root: Path, folder: Path, findings: Findings) -> None:
    """Report the pages that load Firebase's SDK from the site itself, where only Firebase Hosting has it."""
    pages = [page for place in (folder, root / "public", root, root / "src") for page in pages_in(place)]
    for page in list(dict.fromkeys(pages))[:_MOST_PAGES]:
        if _SDK.search(page.read_bytes()[:_LARGEST_PAGE].decode("utf-8", "replace")):
            findings.add_gap(
                f"{relative(page, root)}: /__/firebase/",
                "these scripts exist on Firebase Hosting alone: load the SDK from npm or gstatic.com, with your own "
                "configuration (https://firebase.google.com/docs/web/alt-setup)",
            )
