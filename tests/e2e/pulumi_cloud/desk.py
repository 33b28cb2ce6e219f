"""Where someone works who is logged in to the service: a project's folder, and the commands run in it."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sandbox.engine import locate
from tests.e2e.pulumi_cloud.service import ADMIN, ORGANIZATION, PulumiCloud, Stack
from tests.repository import REPOSITORY

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

PROJECT = "site"


@dataclass(frozen=True)
class Desk:
    """Where someone works who is logged in to the service.

    Attributes:
        cloud: the service.
        project: the folder with Pulumi.yaml.
        env: the environment of commands.
    """

    cloud: PulumiCloud
    project: Path
    env: Mapping[str, str]

    def run(self, *command: str, **env: str) -> subprocess.CompletedProcess[str]:
        """Run a command in the project."""
        return subprocess.run(
            command, cwd=self.project, env={**self.env, **env}, capture_output=True, text=True, check=False
        )

    def pulumi(self, *arguments: str) -> str:
        """Run the CLI, which must succeed."""
        done = self.run("pulumi", *arguments, "--non-interactive")
        assert done.returncode == 0, done.stderr
        return done.stdout

    def deployments(self, *arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
        """Run `python -m hosting.deployments`."""
        return self.run(sys.executable, "-m", "hosting.deployments", *arguments, **env)

    def refused(self, *arguments: str, **env: str) -> str:
        """Run what must fail with one sentence, and return that."""
        done = self.deployments(*arguments, **env)
        assert (done.returncode, done.stdout) == (1, ""), done.stdout + done.stderr
        assert "Traceback" not in done.stderr
        return done.stderr.strip()

    def configure(self, stack: str, config: str) -> None:
        """Write the stack's config file."""
        (self.project / f"Pulumi.{stack}.yaml").write_text(config, encoding="utf-8")

    @property
    def prod(self) -> Stack:
        """Return the stack `prod` as the service has it."""
        return self.cloud.stack(PROJECT, "prod")


@contextmanager
def desk_in(tmp_path: Path) -> Iterator[Desk]:
    """Log in to a new service, with an empty stack `prod`."""
    engine = locate.ensure()
    project = tmp_path / "project"
    project.mkdir()
    (project / "Pulumi.yaml").write_text(f"name: {PROJECT}\nruntime: python\n", encoding="utf-8")
    env = {
        "HOME": str(tmp_path),
        "PATH": f"{engine.pulumi.parent}{os.pathsep}{os.defpath}",
        "PYTHONPATH": str(REPOSITORY),
        "PULUMI_HOME": str(tmp_path / "pulumi"),
        "PULUMI_ACCESS_TOKEN": ADMIN,
        "PULUMI_SKIP_UPDATE_CHECK": "true",
    }
    with PulumiCloud() as cloud:
        desk = Desk(cloud, project, env)
        desk.pulumi("login", cloud.url)
        desk.pulumi("stack", "init", f"{ORGANIZATION}/prod")
        yield desk
        assert cloud.complaints == []
