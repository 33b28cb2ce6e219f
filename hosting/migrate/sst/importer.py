"""Maps a StaticSite of SST to settings and rule files."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from hosting.errors import HostingError
from hosting.migrate.findings import Findings, section
from hosting.migrate.host_rules import HostRules
from hosting.migrate.other_rule_files import report_other_rule_files
from hosting.migrate.path_patterns import REST, Hole, PathPattern
from hosting.migrate.request import Imported
from hosting.migrate.site_build import read_site_build, refuse_server
from hosting.migrate.site_routing import map_routing
from hosting.migrate.site_settings import SiteSettings, build_folder, relative
from hosting.migrate.sst.components import Site, read_region, read_sites
from hosting.migrate.sst.domain import map_domain
from hosting.migrate.sst.file_options import map_file_options
from hosting.migrate.sst.literals import Expression
from hosting.migrate.sst.values import SiteValues

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from hosting.migrate.request import Request

_HANDLED = ""
_CACHING = "set publish:cacheControl; hashed files have a year anyway (docs/caching.md)"
_BY_PULUMI = "Pulumi waits for the invalidation of exactly the changed URLs (docs/publishing.md)"
_RESOURCES = "it changes SST's own resources: the settings of the bucket and of CloudFront are in docs/settings.md"
_KEYS = {
    **dict.fromkeys(("path", "build", "environment", "indexPage", "errorPage", "domain", "dev", "vite"), _HANDLED),
    "assets": _CACHING,
    "invalidation": _BY_PULUMI,
    "transform": _RESOURCES,
    "link": "publish:environment passes values to the build",
    "edge": "no code of yours runs at the edge: redirects and headers do (docs/redirects.md, docs/headers.md)",
    "router": "the Router has the host names and the path: pulumi config set --path 'domain:names[0]' '<host name>'",
    "route": "the Router has the host names and the path: pulumi config set --path 'domain:names[0]' '<host name>'",
}
_V2_KEYS = {
    **dict.fromkeys(
        ("path", "buildCommand", "buildOutput", "environment", "indexPage", "errorPage", "customDomain", "vite", "dev"),
        _HANDLED,
    ),
    "disablePlaceholder": _HANDLED,
    "fileOptions": _CACHING,
    "assets": _CACHING,
    "replaceValues": "replace placeholders in publish:buildCommand",
    "purgeFiles": "files that are no longer published are deleted",
    "waitForInvalidation": _BY_PULUMI,
    "invalidation": _BY_PULUMI,
    "cdk": _RESOURCES,
}
_DOMAIN_KEYS = {
    **dict.fromkeys(
        ("name", "redirects", "aliases", "cert", "domainName", "domainAlias", "alternateNames", "hostedZone",
         "isExternalDomain"),
        _HANDLED,
    ),
    "dns": "pulumi config set domain:zone '<the Route 53 zone>'; another DNS has the records of docs/domains.md",
    "cdk": "pulumi config set domain:certificateArn '<ARN>', or domain:zone '<zone>'",
}  # fmt: skip
_TO_INDEX = "redirect_to_index_page"
_NOT_LITERAL = (
    "only literals can be read. Set publish:directory (path and the build's output), publish:buildCommand, "
    "publish:environment, website:routing (spa without an errorPage) and domain:names"
)


def read(request: Request, home: Path) -> Imported:
    """Return the settings of a StaticSite.

    Raises:
        HostingError: there is no StaticSite, the site is not known, or its build writes a server.
    """
    root, findings = request.root, Findings()
    site = _chosen(root, read_sites(root), request.target)
    values, settings = SiteValues(site, findings), SiteSettings(findings, home, root, request.stack)
    region = request.region or read_region(root)
    if region:
        findings.add_setting("aws:region", region, "the app's region")
    if site.unread:
        findings.add_gap(f"{site.name}: its settings are {site.unread}", _NOT_LITERAL)
    findings.add_setting("cloudfront:enabled", True, "SST's distribution")  # noqa: FBT003 - a value, not a flag
    _add_build(root, values, settings)
    _add_environment(root, values, settings)
    rules = HostRules(findings)
    if not site.unread:
        _add_pages(values, rules)
    settings.add_rules(rules, site.file.name)
    map_domain(values, request.stack, is_written=request.with_domains)
    _add_unknown_keys(values, _add_caching(values))
    return Imported(f"SST's StaticSite, {site.name} in {relative(site.file, root)}", findings)


def _add_caching(values: SiteValues) -> dict[str, str]:
    """Add the Cache-Control of files (version 2 matches files in another way); return `assets` if it is mapped."""
    assets = section(values.site.arguments, "assets")
    options = assets.get("fileOptions")
    if values.site.is_v2 or not isinstance(options, list):
        return {}
    map_file_options(values, options)
    values.findings.add_unknown_keys("assets.", assets, {"fileOptions": _HANDLED, "purge": _V2_KEYS["purgeFiles"]})
    return {"assets": _HANDLED}


def _add_unknown_keys(values: SiteValues, mapped: dict[str, str]) -> None:
    """Add a gap for each setting that is not mapped."""
    arguments, reasons = values.site.arguments, (_V2_KEYS if values.site.is_v2 else _KEYS) | mapped
    expressions = {key: _NOT_LITERAL for key in arguments if not key.isidentifier()}
    values.findings.add_unknown_keys("", arguments, reasons | expressions)
    domain = section(values.value("domain"))
    values.findings.add_unknown_keys(f"{values.name_of('domain')}.", domain, _DOMAIN_KEYS)


def _chosen(root: Path, sites: Sequence[Site], target: str | None) -> Site:
    """Return the site of a name; the only one without a name."""
    options = " or ".join(f"--target {shlex.quote(site.name)}" for site in sites)
    if target is None:
        if len(sites) > 1:
            raise HostingError(f"'{root}' has {len(sites)} StaticSites, and a stack is one site: add {options}")
        return sites[0]
    found = next((site for site in sites if site.name == target), None)
    if found is None:
        raise HostingError(f"'{root}' has no StaticSite '{target}': {options}")
    return found


def _add_build(root: Path, values: SiteValues, settings: SiteSettings) -> None:
    """Add the folder and the command, which runs in `path`."""
    path, command = values.text("path"), values.text("build.command")
    has_output = values.text("build.output") is not None or not values.is_given("build.output")
    if values.site.unread or (path is None and values.is_given("path")):
        return
    place = root / (path or ".")
    if has_output:
        _add_folder(root, place, values, settings)
    if command:
        settings.add_command(command, place, values.name_of("build.command"))


def _add_folder(root: Path, place: Path, values: SiteValues, settings: SiteSettings) -> None:
    """Add the folder; if it does not exist and SST has no command, add the build that package.json shows."""
    output, has_command = values.value("build.output"), values.is_given("build.command")
    folder = place / (output or ".")
    builder = place if has_command else build_folder(root, folder)
    build = read_site_build(builder)
    is_guess = bool(build.command) and not has_command and not folder.exists()
    if has_command or is_guess:
        refuse_server(build, relative(folder, root))
    source = values.name_of("build.output" if output else "path")
    settings.add_directory(folder, source, is_built=has_command or is_guess)
    report_other_rule_files(place, folder, settings.findings)
    if is_guess:
        settings.add_command(str(build.command), builder, f"{build.shown_by} (a guess)")
        settings.findings.guesses.append(
            f"publish:buildCommand is '{build.command}', as {values.site.name} has no command"
        )


def _add_environment(root: Path, values: SiteValues, settings: SiteSettings) -> None:
    """Add the variables of the build; only literal texts can be read."""
    given, site = values.value("environment"), values.site
    if isinstance(given, Expression):
        values.add_gap("environment", given)
    for name, value in given.items() if isinstance(given, dict) else ():
        if isinstance(value, str):
            command = _printed_by(relative(root, settings.home), site.name, name)
            settings.findings.add_variable(name, value, f"{site.name} environment", command)
        else:
            values.add_gap("environment", value, name)


def _printed_by(project: str, site: str, variable: str) -> str:
    """Return a command that prints a variable."""
    code = (
        "from pathlib import Path; from hosting.migrate.sst.components import read_sites; "
        f"print(next(site for site in read_sites(Path({project!r})) if site.name == {site!r})"
        f".arguments['environment'][{variable!r}])"
    )
    return shlex.join(["python", "-c", code])


def _add_pages(values: SiteValues, rules: HostRules) -> None:
    """Add the page of the root, and the page for all paths without a file: with an errorPage, its status is 404.

    Without one, SST answers with the index page and status 200, as for an app.
    """
    index = (values.text("indexPage") or "index.html").lstrip("/")
    error, label = values.text("errorPage"), values.name_of("errorPage")
    if error is None and values.is_given("errorPage"):
        return
    if index != "index.html":
        rules.add_rewrite("indexPage", [PathPattern(("/",))], (f"/{index}",))
    page = (error or _TO_INDEX).lstrip("/")
    if page in (_TO_INDEX, index):
        if error and page == index:
            rules.findings.notes.append(f"{label}: it is the index page, so the site is an app, with status 200.")
        rules.add_rewrite(label, [PathPattern(("/", Hole(1, REST)))], (f"/{index}",))
        map_routing({}, label if error else f"no {label}", rules)
    else:
        rules.findings.add_setting("website:routing", "mpa", f"{label}: paths without a file are 404")
        rules.add_not_found(label, page)
