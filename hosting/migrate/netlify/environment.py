"""Maps the variables of Netlify's build: those of netlify.toml, and those that Netlify itself sets."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from hosting.migrate.netlify.config import FILE, PRODUCTION, NetlifyConfig

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from hosting.migrate.site_build import SiteBuild
    from hosting.migrate.site_settings import SiteSettings

# https://docs.netlify.com/build/configure-builds/manage-dependencies/: what each version is of, and the step in CI.
_VERSIONS = {
    "NODE_VERSION": "actions/setup-node with `node-version: {}`",
    "NPM_VERSION": "`npm install -g npm@{}`",
    "YARN_VERSION": "`npm install -g yarn@{}`",
    "PNPM_VERSION": "pnpm/action-setup with `version: {}`",
    "BUN_VERSION": "oven-sh/setup-bun with `bun-version: {}`",
    "DENO_VERSION": "denoland/setup-deno with `deno-version: {}`",
    "RUBY_VERSION": "ruby/setup-ruby with `ruby-version: {}`",
    "PYTHON_VERSION": "actions/setup-python with `python-version: {}`",
    "PHP_VERSION": "shivammathur/setup-php with `php-version: {}`",
    "GO_VERSION": "actions/setup-go with `go-version: {}`",
    "SWIFT_VERSION": "swift-actions/setup-swift with `swift-version: {}`",
    "HUGO_VERSION": "a step that installs Hugo {} (extended)",
    "ZOLA_VERSION": "a step that installs Zola {}",
    "RUST_VERSION": "`rustup default {}`",
}
# Variables that only Netlify's own build reads.
_FOR_NETLIFY = re.compile(
    r"NETLIFY_.*|GO_IMPORT_PATH|SECRETS_SCAN_.*|NPM_FLAGS|PNPM_FLAGS|YARN_FLAGS|BUN_FLAGS|CARGO_FLAGS|AWS_LAMBDA_JS_RUNTIME|"
    r"DISABLE_.*NETLIFY.*|.*_CACHE_.*NETLIFY.*"
)
# Variables that Netlify sets: https://docs.netlify.com/build/configure-builds/environment-variables/#netlify-configuration-variables
_SITE_URL = "the site's address, such as https://www.example.com"
_SET_BY_NETLIFY = {
    "URL": _SITE_URL,
    "DEPLOY_URL": _SITE_URL,
    "DEPLOY_PRIME_URL": _SITE_URL,
    "COMMIT_REF": "the commit, in CI `$GITHUB_SHA`",
    "HEAD": "the branch",
    "REPOSITORY_URL": "the repository's address",
    "SITE_NAME": "the site's name at Netlify",
    "BUILD_ID": "the number of the build, in CI `$GITHUB_RUN_ID`",
    "DEPLOY_ID": "the number of the build, in CI `$GITHUB_RUN_ID`",
    "REVIEW_ID": "the number of the pull request",
    "INCOMING_HOOK_BODY": "the body of a build hook",
}
_USES = re.compile(r"(?:process\.env\.|import\.meta\.env\.|\$\{?|%|getenv\(?['\" ]+|ENV\[['\"])(\w+)")
_SETTINGS = ("*.config.*", "gatsby-*.js", ".eleventy.js", "config.*", "_config.yml", "netlify.toml")
_LARGEST = 200_000


def add_environment(config: NetlifyConfig, build: SiteBuild, site: SiteSettings) -> None:
    """Add the variables, and report those that need the user."""
    for name, (value, keys) in config.environment.items():
        text = str(value).lower() if isinstance(value, bool) else str(value)
        if name in _VERSIONS:
            site.findings.notes.append(f"{name} {text}: in the CI file, {_VERSIONS[name].format(text)}.")
        elif _FOR_NETLIFY.fullmatch(name):
            site.findings.add_gap(f"build.environment.{name}", "only Netlify's own build reads it")
        else:
            site.findings.add_variable(name, text, FILE, site.printed_by("tomllib", config.file, *keys, name))
    branch = "main" if config.context == PRODUCTION else ""
    known = {"CONTEXT": config.context, "BRANCH": branch}
    for name in sorted({*_used_names(config, build)} & {*known, *_SET_BY_NETLIFY} - {*config.environment}):
        if known.get(name):
            site.findings.add_plain_variable(name, known[name], f"Netlify's ${name}")
        else:
            site.findings.add_gap(f"${name}", _set_by_netlify(name))


def _set_by_netlify(name: str) -> str:
    command = f"pulumi config set --path publish:environment.{name} '<value>'"
    return f"Netlify set it ({_SET_BY_NETLIFY.get(name, 'the branch')}), and the build uses it: {command}"


def _used_names(config: NetlifyConfig, build: SiteBuild) -> Iterator[str]:
    """Yield the names of variables in the command, the scripts and the configuration files."""
    texts = [str(config.build.get("command", "")), *build.scripts.values()]
    base = config.root / config.base
    files = {file for pattern in _SETTINGS for file in base.glob(pattern) if file.is_file() and file.name != FILE}
    for text in [*texts, *map(_text, sorted(files))]:
        yield from _USES.findall(text)


def _text(file: Path) -> str:
    return file.read_bytes()[:_LARGEST].decode("utf-8", "replace")
