"""Makes sites, stacks and checks for the tests of this package."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

from hosting.answers.cloudfront_site import CloudFrontSite
from hosting.answers.site_rules import site_rules
from hosting.config.load import RawConfig, Settings, load_settings
from hosting.edge.plan import plan_edge
from hosting.edge.rule_files import read_rule_files
from hosting.publish.staging.content_types import content_type
from hosting.publish.staging.manifest import Manifest, ManifestEntry
from hosting.verify.stack import Stack

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from hosting.edge.plan import EdgePlan

URL = "https://www.example.com"
PAGES = {
    "index.html": "home",
    "404.html": "not here",
    "about.html": "about",
    "docs/index.html": "docs",
    "docs/api.html": "api",
    "v1.2/index.html": "version",
    "a+b c.txt": "odd",
    "~it's (1), @x.txt": "odder",
    "LICENSE": "licence",
    "style.css": "h1 {}" + " " * 2_000,
}


def settings_of(stack: str = "prod", /, **values: object) -> Settings:
    """Return the settings of a stack; the keys have `_` in place of `:`."""
    texts = {key.replace("_", ":"): _as_text(value) for key, value in values.items()}
    return load_settings(RawConfig(stack, texts, frozenset({"access:password"})), {"AWS_REGION": "eu-north-1"})


def _as_text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def entry_of(path: str, text: str) -> ManifestEntry:
    """Return the entry of a file."""
    data = text.encode()
    return ManifestEntry(path, len(data), hashlib.sha256(data).hexdigest(), content_type(path), "no-cache")


def manifest_of(files: Mapping[str, str]) -> Manifest:
    """Return the manifest of files, by path."""
    return Manifest.of(entry_of(path, text) for path, text in files.items())


def site_of(folder: Path, settings: Settings, files: Mapping[str, str] = PAGES, **rule_files: str) -> CloudFrontSite:
    """Return a site behind CloudFront; rule files are written to ``folder`` first."""
    return planned_site(folder, settings, files, **rule_files)[0]


def planned_site(
    folder: Path, settings: Settings, files: Mapping[str, str] = PAGES, **rule_files: str
) -> tuple[CloudFrontSite, EdgePlan]:
    """Return a site behind CloudFront, and its edge plan; rule files are written to ``folder`` first."""
    for name, text in rule_files.items():
        (folder / f"_{name}").write_text(text)
    manifest = manifest_of(files)
    edge = plan_edge("site", settings, manifest, read_rule_files(settings, folder))
    return CloudFrontSite(URL, manifest, site_rules(settings, edge)), edge


def stack_of(settings: Settings, manifest: Manifest, **outputs: object) -> Stack:
    """Return a deployed stack."""
    known = {"url": URL, "digest": manifest.digest, "bucketName": "the-bucket", "bucketRegion": "eu-north-1"}
    return Stack(settings.stack, settings, {**known, **outputs})
