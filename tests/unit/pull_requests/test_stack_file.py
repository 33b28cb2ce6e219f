"""The config of previews, which is the template's."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import yaml

from hosting.errors import ConfigError, HostingError
from hosting.pull_requests.stack_file import build_settings, write_stack_file

if TYPE_CHECKING:
    from pathlib import Path

TEMPLATE = """
encryptionsalt: v1:abc
config:
  aws:region: eu-central-1
  previews:edge: {previewsDomain: example-previews.com}
  publish:directory: ../dist
  publish:buildCommand: npm run build
  publish:environment:
    LEVEL: 3
    TOKEN: {secure: v1:xyz}
"""


def test_a_preview_has_the_templates_config_and_builds_nothing(tmp_path: Path) -> None:
    """The folder is that of the artifact; without a secret there is no salt, with which a passphrase is checked."""
    (tmp_path / "Pulumi.pr.yaml").write_text(TEMPLATE)
    write_stack_file(tmp_path, "pr", "pr-7", "unpacked")
    assert yaml.safe_load((tmp_path / "Pulumi.pr-7.yaml").read_text()) == {
        "config": {
            "aws:region": "eu-central-1",
            "previews:edge": {"previewsDomain": "example-previews.com"},
            "publish:directory": "unpacked",
        },
    }


@pytest.mark.parametrize("value", ["{secure: v1:xyz}", "{a: [1, {secure: v1:xyz}]}"])
def test_secrets_keep_their_salt(tmp_path: Path, value: str) -> None:
    """Also a secret in a part of a setting can only be read with it."""
    (tmp_path / "Pulumi.pr.yaml").write_text(f"encryptionsalt: v1:abc\nconfig:\n  access:password: {value}\n")
    write_stack_file(tmp_path, "pr", "pr-7", "unpacked")
    written = yaml.safe_load((tmp_path / "Pulumi.pr-7.yaml").read_text())
    assert written["encryptionsalt"] == "v1:abc"
    assert "access:password" in written["config"]


def test_what_the_build_gets(tmp_path: Path) -> None:
    """Command, folder and variables, without those that are secret."""
    (tmp_path / "Pulumi.pr.yaml").write_text(TEMPLATE)
    settings = build_settings(tmp_path, "pr")
    assert (settings.build_command, settings.directory) == ("npm run build", "../dist")
    assert settings.environment == {"LEVEL": "3"}
    (tmp_path / "Pulumi.pr.yaml").write_text("config:\n  publish:buildCommand: {secure: v1:xyz}\n")
    assert build_settings(tmp_path, "pr").build_command is None
    (tmp_path / "Pulumi.pr.yaml").write_text("{}")
    assert build_settings(tmp_path, "pr").directory == "site"


def test_what_is_wrong_with_the_template(tmp_path: Path) -> None:
    """Each mistake is a sentence."""
    with pytest.raises(HostingError, match=r"Pulumi.pr.yaml does not exist: pulumi stack init pr"):
        build_settings(tmp_path, "pr")
    for text, problem in (("[", "is not valid YAML"), ("[]", "is not a map")):
        (tmp_path / "Pulumi.pr.yaml").write_text(text)
        with pytest.raises(HostingError, match=problem):
            write_stack_file(tmp_path, "pr", "pr-7", ".")
    (tmp_path / "Pulumi.pr.yaml").write_text("config: {publish:directory: [1]}")
    with pytest.raises(ConfigError, match="'publish:directory' must be a string"):
        build_settings(tmp_path, "pr")
