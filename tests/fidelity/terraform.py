"""Finds Terraform and the AWS provider on this machine, and runs them against the emulated cloud."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_PROVIDER = "registry.terraform.io/hashicorp/aws"
# Folders that `terraform init` looks into itself, and where others keep a mirror; TERRAFORM_PLUGINS names another one.
# https://developer.hashicorp.com/terraform/cli/config/config-file#implied-local-mirror-directories
_MIRRORS = (
    "~/.terraform.d/plugins",
    "~/.local/share/terraform/plugins",
    "/usr/local/share/terraform/plugins",
    "/usr/share/terraform/plugins",
    "/opt/*",
)
_SERVICES = ("acm", "cloudfront", "cloudwatch", "iam", "route53", "s3", "sts")
REGIONS = ("us-east-1", "eu-north-1")


class TerraformError(Exception):
    """Terraform ended with an error; the message is its output."""


@dataclass(frozen=True)
class Terraform:
    """Terraform in one folder.

    Attributes:
        program: its path.
        mirror: the folder with the provider.
        version: the provider's version.
        folder: where it runs.
    """

    program: str
    mirror: Path
    version: str
    folder: Path

    def write(self, resources: dict[str, dict[str, Any]], endpoint: str) -> None:
        """Write the configuration, with a provider for each region."""
        common = {
            "access_key": "a",
            "secret_key": "b",
            "s3_use_path_style": True,
            "endpoints": [dict.fromkeys(_SERVICES, endpoint)],
        }
        document = {
            "terraform": {"required_providers": {"aws": {"source": "hashicorp/aws", "version": self.version}}},
            "provider": {"aws": [{"region": name, "alias": alias(name), **common} for name in REGIONS]},
            # Terraform rejects an empty one.
            **({"resource": resources} if resources else {}),
        }
        (self.folder / "main.tf.json").write_text(json.dumps(document, indent=1))
        mirror = f'provider_installation {{\n  filesystem_mirror {{\n    path = "{self.mirror}"\n  }}\n}}\n'
        (self.folder / "terraform.rc").write_text(f"{mirror}disable_checkpoint = true\n")

    def run(self, *arguments: str, accepted: tuple[int, ...] = (0,)) -> str:
        """Run a command; return what it prints.

        Raises:
            TerraformError: its exit code is not an accepted one.
        """
        environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "TF_"))},
            "TF_CLI_CONFIG_FILE": str(self.folder / "terraform.rc"),
            "TF_IN_AUTOMATION": "1",
            "AWS_EC2_METADATA_DISABLED": "true",
        }
        command = [self.program, *arguments]
        done = subprocess.run(command, cwd=self.folder, env=environment, capture_output=True, text=True, check=False)
        if done.returncode not in accepted:
            # Its output has the whole plan, thousands of lines.
            raise TerraformError(f"terraform {' '.join(arguments)}:\n{done.stderr or done.stdout}")
        return done.stdout

    def plan(self, *options: str) -> list[dict[str, Any]]:
        """Return the changes of a plan, as `terraform show -json` has them."""
        self.run("plan", "-no-color", "-input=false", "-out=plan", *options)
        changes: list[dict[str, Any]] = json.loads(self.run("show", "-json", "plan")).get("resource_changes", [])
        return changes


def alias(region: str) -> str:
    """Return the alias of the provider of a region."""
    return region.replace("-", "_")


def find(folder: Path) -> Terraform | str:
    """Return Terraform with its AWS provider, or why they can't be run here."""
    program = shutil.which("terraform")
    if program is None:
        return "terraform is not on the PATH"
    patterns = (os.environ["TERRAFORM_PLUGINS"],) if "TERRAFORM_PLUGINS" in os.environ else _MIRRORS
    for pattern in patterns:
        path = Path(pattern).expanduser()
        for mirror in sorted(Path(path.anchor).glob(str(path.relative_to(path.anchor)))):
            versions = sorted((mirror / _PROVIDER).glob("*/*/terraform-provider-aws*"))
            if versions:
                return Terraform(program, mirror, versions[-1].parent.parent.name, folder)
    return f"no folder of {', '.join(patterns)} has {_PROVIDER}: name one that has it with TERRAFORM_PLUGINS"
