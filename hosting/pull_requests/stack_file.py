"""The config files of previews: each is a copy of the template's, with the folder of the artifact. Pure."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import yaml

from hosting.config.load import RawConfig, load_section
from hosting.errors import HostingError
from hosting.publish.settings import PublishSettings

if TYPE_CHECKING:
    from pathlib import Path

_BUILD_KEYS = ("publish:directory", "publish:buildCommand", "publish:environment")


def build_settings(project: Path, template: str) -> PublishSettings:
    """Return what a build needs of the template's config: without secrets, which it can't read.

    Raises:
        HostingError: the file does not exist, or is invalid.
    """
    config = _read(project / f"Pulumi.{template}.yaml").get("config") or {}
    values = {key: _text(config[key]) for key in _BUILD_KEYS if key in config and not _is_secret(config[key])}
    return load_section(RawConfig(template, values), "publish", PublishSettings)


def write_stack_file(project: Path, template: str, stack: str, directory: str) -> None:
    """Write the config of a preview.

    What the template's stack encrypts with, such as a salt, is left out without a secret: the CLI would check the
    passphrase with it, and previews may have another passphrase than the stack that the template was made in.

    Args:
        project: the folder of Pulumi.yaml.
        template: the stack whose config is copied.
        stack: the preview's stack.
        directory: the folder of the built site, relative to the project.

    Raises:
        HostingError: the template's file does not exist, or is invalid.
    """
    content = _read(project / f"Pulumi.{template}.yaml")
    config = {key: value for key, value in (content.get("config") or {}).items() if key not in _BUILD_KEYS}
    kept = content if _has_secret(config) else {}
    text = yaml.safe_dump({**kept, "config": {**config, "publish:directory": directory}})
    (project / f"Pulumi.{stack}.yaml").write_text(text, encoding="utf-8")


def _read(file: Path) -> dict[str, Any]:
    try:
        content = yaml.safe_load(file.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise HostingError(f"{file.name} does not exist: pulumi stack init pr, and commit it") from error
    except yaml.YAMLError as error:
        raise HostingError(f"{file.name} is not valid YAML: correct it") from error
    if not isinstance(content, dict):
        raise HostingError(f"{file.name} is not a map: correct it")
    return content


def _is_secret(value: object) -> bool:
    return isinstance(value, dict) and "secure" in value


def _has_secret(value: object) -> bool:
    """Return whether a value, or a part of it, is encrypted."""
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return _is_secret(value) or any(map(_has_secret, parts))


def _text(value: object) -> str:
    """Return a value as the engine passes it: text as it is, and anything else as JSON, without secrets."""
    if isinstance(value, dict):
        value = {name: one for name, one in value.items() if not _is_secret(one)}
    return value if isinstance(value, str) else json.dumps(value)
