"""Maps a site that s3deploy uploads to settings."""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING, Any

from hosting.migrate.findings import Findings, texts
from hosting.migrate.host_rules import HostRules
from hosting.migrate.import_files import import_commands, import_files, missing_options
from hosting.migrate.other_rule_files import report_other_rule_files
from hosting.migrate.path_patterns import NotExpressibleError
from hosting.migrate.request import Imported, NextSteps, create_command, new_site_steps
from hosting.migrate.s3deploy.flags import FILES, read_flags
from hosting.migrate.s3deploy.keys import git_pattern, key_patterns
from hosting.migrate.s3deploy.routes import map_routes
from hosting.migrate.site_build import read_site_build
from hosting.migrate.site_settings import SiteSettings
from hosting.migrate.stackfile import read_yaml

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from hosting.migrate.request import Request

_HANDLED = ""
_BUCKET_POLICY = "no ACL opens a file here: the bucket's policy lets CloudFront read it"
_FLAGS = {
    **dict.fromkeys(
        ("source", "region", "bucket", "distribution-id", "ignore", "path", "key", "secret", "config", "force", "try",
         "v", "quiet", "V", "h", "workers"),
        _HANDLED,
    ),
    "acl": _BUCKET_POLICY,
    "public-access": _BUCKET_POLICY,
    "strip-index-html": "the keys keep `index.html`, and the router serves `/docs/` from `docs/index.html`",
    "max-delete": "the program deletes only files that it has published",
    "endpoint-url": "the endpoint of another cloud is `aws:endpoints`",
    "skip-local-files": "set `publish:ignore`; `.DS_Store` is never published",
    "skip-local-dirs": "set `publish:ignore`; s3deploy leaves out folders that begin with a dot",
}  # fmt: skip
_NAMED = {"region": ("aws:region", "--region"), "bucket": ("website:bucketName", "--bucket-name")}


def read(request: Request, home: Path) -> Imported:
    """Return the settings of a site that s3deploy uploads, and the plan to keep its bucket and distribution.

    Raises:
        HostingError: the file is invalid.
    """
    root, findings = request.root, Findings()
    file = next((name for name in FILES if (root / name).is_file()), FILES[0])
    content = read_yaml(root / file)
    flags = read_flags(root, content)
    options = {"region": request.region, "bucket": request.bucket_name, "distribution-id": request.distribution_id}
    flags |= {name: value for name, value in options.items() if value}
    site = SiteSettings(findings, home, root, request.stack)
    _add_names(flags, findings)
    _add_ignored(flags.get("ignore"), findings)
    _add_folder(root, flags, site)
    rules = HostRules(findings)
    map_routes(content, rules)
    site.add_headers(rules, file)
    findings.add_unknown_keys("", flags, _FLAGS)
    path = flags.get("path")
    if isinstance(path, str) and path.strip("/"):
        findings.add_gap(
            f"path {path}", "the site is at the bucket's root here: the URLs of visitors do not begin with it"
        )
    return Imported("s3deploy", findings, partial(_next_steps, _distributions(flags, findings)))


def _is_variable(value: object) -> bool:
    return not isinstance(value, str) or any(sign in value for sign in "$`{")


def _add_names(flags: dict[str, Any], findings: Findings) -> None:
    """Add the region and the bucket; without them, the next steps name the options."""
    for name, (key, option) in _NAMED.items():
        if name not in flags:
            continue
        if _is_variable(flags[name]):
            findings.add_gap(
                name, f"its value is a variable, or differs between commands: add {option} to this command"
            )
        else:
            findings.add_setting(key, flags[name], f"s3deploy's {name}")


def _add_folder(root: Path, flags: dict[str, Any], site: SiteSettings) -> None:
    """Add the folder, and the build of the generator that the files show; s3deploy builds nothing."""
    build, source = read_site_build(root), flags.get("source")
    if source is None or _is_variable(source):
        folder = build.folder or "public"
        site.findings.guesses.append(f"publish:directory is '{folder}': no file has s3deploy's source")
    else:
        folder = source
    if build.command:
        site.findings.guesses.append(
            f"publish:buildCommand is '{build.command}', by {build.shown_by}: s3deploy builds nothing"
        )
    site.add_directory(root / folder.lstrip("/"), "s3deploy's source", is_built=bool(build.command))
    report_other_rule_files(root, root / folder.lstrip("/"), site.findings)
    if build.command:
        site.add_command(build.command, root, f"{build.shown_by} (a guess)")


def _add_ignored(patterns: object, findings: Findings) -> None:
    kept: list[str] = []
    for pattern in texts(patterns if patterns is not None else []):
        try:
            kept += [git_pattern(one) for one in key_patterns(pattern)]
        except NotExpressibleError as error:
            findings.add_gap(f"ignore '{pattern}'", f"it {error}: set publish:ignore")
    if kept:
        findings.add_setting("publish:ignore", kept, "s3deploy's ignore")


def _distributions(flags: dict[str, Any], findings: Findings) -> list[str]:
    """Return the ids of the distributions; only the first of several can be kept."""
    ids = [one for one in texts(flags.get("distribution-id") or []) if not _is_variable(one)]
    if len(ids) > 1:
        findings.add_gap("distribution-id", f"a stack has one distribution: only {ids[0]} can be kept")
    return ids


def _next_steps(distributions: list[str], program: str, stack: str, config: Mapping[str, Any]) -> NextSteps:
    """Return the import files, and the commands of both ways: a new site, or the existing resources."""
    ids = {"bucket": config.get("website:bucketName"), "region": config.get("aws:region")}
    if distributions:
        ids["distribution"] = distributions[0]
    title = "To keep the existing bucket and distribution"
    new_site = new_site_steps(program, stack, config).sections
    missing = missing_options(ids)
    if missing:
        return NextSteps(sections=[*new_site, (f"{title}, run this again with", missing)])
    files = import_files("s3deploy", program, stack, ids, config)
    commands = [
        create_command(stack),
        *import_commands(stack, files),
        f"pulumi preview --stack {stack} --diff      # check the changes before you deploy them",
        f"pulumi up --stack {stack}",
    ]
    texts_of_files = {name: json.dumps(document, indent=2) + "\n" for name, document in files.items()}
    return NextSteps(texts_of_files, [*new_site, (f"{title} (docs/from-s3deploy.md explains each step)", commands)])
