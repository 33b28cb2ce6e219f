"""Maps custom headers and custom rules to rule files."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import yaml

from hosting.errors import EdgeError, HostingError
from hosting.formats.headers.rules import HeaderError, check_header
from hosting.formats.redirects import amplify
from hosting.formats.redirects.expressions import is_single_page
from hosting.formats.redirects.files import check_amplify_rule
from hosting.formats.redirects.rules import RuleError
from hosting.formats.rule_file import read_rule_file
from hosting.migrate.accepted_rules import accepted_rules
from hosting.migrate.findings import objects, section
from hosting.migrate.site_settings import relative
from hosting.migrate.text_yaml import yaml_mapping

if TYPE_CHECKING:
    from pathlib import Path

    from hosting.migrate.amplify_hosting.build_spec import BuildSpec
    from hosting.migrate.amplify_hosting.console import Console
    from hosting.migrate.findings import Findings
    from hosting.migrate.request import Request

FILE = "customHttp.yml"
_EVERYTHING = ("/<*>", "/*", "/**", "</.*/>")
_INDEX_PAGES = ("/index.html", "index.html", "/")
_APP_STATUSES = ("200", "404-200")
_FORM = "it has not the form of customHeaders: https://docs.aws.amazon.com/amplify/latest/userguide/custom-headers.html"


def map_headers(spec: BuildSpec, console: Console, request: Request, home: Path, findings: Findings) -> None:
    """Add the headers: those of customHttp.yml, else of amplify.yml, else of the app."""
    file = request.root / FILE
    name, content = FILE, None
    if file.is_file():
        try:
            content = yaml_mapping(read_rule_file(file), FILE)
        except (EdgeError, HostingError) as error:
            findings.add_gap(FILE, str(error))
            return
    elif spec.headers:
        name, content = spec.name, {"customHeaders": spec.headers}
    elif isinstance(console.app.get("customHeaders"), str) and console.app["customHeaders"].strip():
        name, content = "app customHeaders", yaml_mapping(console.app["customHeaders"], "customHeaders")
    if content is None:
        return
    blocks, is_complete = _blocks(_of_application(content, spec.app_root), name, findings)
    if blocks and is_complete and name == FILE and "applications" not in content:
        findings.add_setting("website:headersFile", relative(file, home), FILE)
    elif blocks:
        text = yaml.safe_dump({"customHeaders": blocks}, sort_keys=False, allow_unicode=True, width=1000)
        findings.add_file("website:headersFile", f"headers.{request.stack}.yml", text, f"{name} customHeaders")


def _of_application(content: dict[str, Any], app_root: str) -> object:
    apps = objects(content.get("applications") or [])
    named = [app for app in apps if str(app.get("appRoot", "")).strip("/") == app_root]
    return next(iter(named or apps), content).get("customHeaders")


def _blocks(value: object, name: str, findings: Findings) -> tuple[list[dict[str, Any]], bool]:
    """Return the valid blocks of headers, and whether these are all; the others are gaps."""
    blocks: list[dict[str, Any]] = []
    count = len(findings.gaps)
    if not isinstance(value, list):
        findings.add_gap(name, _FORM)
    for block in value if isinstance(value, list) else []:
        pattern = section(block).get("pattern")
        headers = [one for one in objects(section(block).get("headers")) if _is_valid(one, name, findings)]
        if isinstance(pattern, str) and pattern.strip() and headers:
            blocks.append(
                {
                    "pattern": pattern.strip(),
                    "headers": [{key: one[key] for key in ("key", "value")} for one in headers],
                }
            )
        elif not (isinstance(pattern, str) and pattern.strip()):
            findings.add_gap(name, _FORM)
    return blocks, len(findings.gaps) == count


def _is_valid(header: dict[str, Any], name: str, findings: Findings) -> bool:
    key, value = header.get("key"), header.get("value")
    if not isinstance(key, str) or not isinstance(value, str):
        findings.add_gap(name, _FORM)
        return False
    try:
        check_header(key.strip(), " ".join(line.strip() for line in value.strip().splitlines()))
    except HeaderError as error:
        findings.add_gap(f"{name} header", f"it {error}")
        return False
    return True


def map_rules(console: Console, request: Request, findings: Findings) -> None:
    """Add the custom rules of the app: the one of a single-page app becomes the routing, the others a file."""
    rules: list[dict[str, str]] = []
    for index, rule in enumerate(objects(console.app.get("customRules") or [])):
        written = {key: str(value) for key, value in rule.items() if value not in (None, "")}
        where = f"app customRules[{index}]"
        if _is_app(written):
            findings.add_setting("website:routing", "spa", where)
            continue
        try:
            check_amplify_rule(written)
        except RuleError as error:
            findings.add_gap(where, f"it {error}")
        else:
            rules.append(written)
    rules = accepted_rules(rules, amplify.read_rule, findings)
    if rules:
        lines = ",\n  ".join(json.dumps(rule, ensure_ascii=False) for rule in rules)
        name = f"redirects.{request.stack}.json"
        findings.add_file("website:redirectsFile", name, f"[\n  {lines}\n]\n", "app customRules")


def _is_app(rule: dict[str, str]) -> bool:
    """Return whether a rule serves the index document for all paths without a file."""
    source, status = rule.get("source", ""), rule.get("status")
    is_app = is_single_page(source) and status in _APP_STATUSES
    return (is_app or (source in _EVERYTHING and status == "404-200")) and rule.get("target") in _INDEX_PAGES
