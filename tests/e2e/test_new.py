"""`pulumi new` makes a project from this repository that runs as the clone does, alone or in an app's folder."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sysconfig
from typing import TYPE_CHECKING

import pytest
import yaml

from tests.e2e.harness import REPOSITORY, Project

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tests.e2e.harness import Sandbox

TEMPLATE = str(REPOSITORY)
# What the engine writes into: the project's name, and the first stack's config.
WRITTEN = {"Pulumi.yaml", "Pulumi.dev.yaml"}
QUESTIONS = {
    "Project name": ("static-site", "asked"),
    "Project description": ("Static website hosting in your own AWS account", ""),
    "Stack name": ("dev", "prod"),
    "(aws:region)": ("us-east-1", "eu-west-1"),
    "(publish:directory)": ("site", ""),
}
BUILD = """
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
mkdirSync("dist", { recursive: true });
writeFileSync("dist/index.html", `<h1>${readFileSync("src/title.txt", "utf8").trim()}</h1>`);
"""

pytestmark = pytest.mark.skipif(
    "pulumi:template" in (REPOSITORY / "Pulumi.yaml").read_text(),
    reason="this project was made by `pulumi new`, which takes the template's questions out",
)


def kept_by_git() -> list[str]:
    """Return the repository's files that git tracks, or would."""
    listing = ["git", "ls-files", "-coz", "--exclude-standard"]
    listed = subprocess.run(listing, cwd=REPOSITORY, capture_output=True, text=True, check=True)
    return sorted(name for name in listed.stdout.split("\0") if name and (REPOSITORY / name).exists())


def files_of(folder: Path) -> list[str]:
    """Return a folder's files, as git names them."""
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def started(sandbox: Sandbox, path: Path, name: str, stack: str = "dev") -> Project:
    """Return a project in a new folder, in which nothing is yet."""
    path.mkdir()
    return Project(sandbox, path, name, stack)


def config_of(project: Project) -> object:
    """Return the config in the file of the project's stack."""
    return yaml.safe_load((project.path / f"Pulumi.{project.stack}.yaml").read_text())["config"]


def conversation(command: list[str], cwd: Path, env: Mapping[str, str], replies: Mapping[str, str]) -> str:
    """Run a command in a terminal, type a reply to each question, and return what the screen said, without colors."""
    screen, terminal = os.openpty()
    said, waiting = "", list(replies)
    with subprocess.Popen(
        command, cwd=cwd, env=dict(env), stdin=terminal, stdout=terminal, stderr=terminal, start_new_session=True
    ) as process:
        os.close(terminal)
        while piece := read(screen):
            said += re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", piece)
            if waiting and re.search(rf"{re.escape(waiting[0])} \([^)]*\): ", said):
                os.write(screen, f"{replies[waiting.pop(0)]}\r".encode())
    os.close(screen)
    assert (process.returncode, waiting) == (0, []), said
    return said


def read(screen: int) -> str:
    """Return what comes next; nothing at the end, which Linux tells as an error."""
    try:
        return os.read(screen, 4096).decode(errors="replace")
    except OSError:
        return ""


def test_asks_for_region_stage_and_folder(sandbox: Sandbox, tmp_path: Path) -> None:
    """Each question has a default; what is answered is the stack's config, and `prod` has CloudFront."""
    project = started(sandbox, tmp_path / "asked", "asked", "prod")
    replies = {question: reply for question, (_, reply) in QUESTIONS.items()}
    said = conversation(["pulumi", "new", TEMPLATE], project.path, sandbox.env, replies)
    assert [default for question, (default, _) in QUESTIONS.items() if f"{question} ({default}): " not in said] == []
    assert config_of(project) == {"aws:region": "eu-west-1", "publish:directory": "site"}
    project.up()
    assert project.outputs()["bucketRegion"] == "eu-west-1"
    assert project.outputs()["distributionId"] is not None
    assert project.get().body == (REPOSITORY / "site/index.html").read_bytes()
    assert project.up().changes == {}


def test_makes_what_a_clone_has(sandbox: Sandbox, tmp_path: Path) -> None:
    """`--yes` takes the defaults; the files are the repository's, byte for byte, and nothing that was made in it."""
    project = started(sandbox, tmp_path / "plain", "plain")
    project.pulumi("new", TEMPLATE, "--yes", "--name", project.name)
    kept = kept_by_git()
    assert files_of(project.path) == kept
    changed = {name for name in kept if (project.path / name).read_bytes() != (REPOSITORY / name).read_bytes()}
    assert changed == WRITTEN
    assert config_of(project) == {"aws:region": "us-east-1", "publish:directory": "site"}
    project.up()
    assert project.outputs()["distributionId"] is None
    assert project.get().body == (REPOSITORY / "site/index.html").read_bytes()
    assert project.up().changes == {}


def test_installs_into_a_virtualenv_of_its_own(sandbox: Sandbox, tmp_path: Path) -> None:
    """With Pulumi's `virtualenv` option, new makes it, and the program and its dynamic provider run in it."""
    project = started(sandbox, tmp_path / "own", "own", "prod")
    # pip finds the requirements here instead of downloading them again.
    found = {"PYTHONPATH": sysconfig.get_path("purelib")}
    chosen = ("--stack", project.stack, "--runtime-options", "virtualenv=venv")
    project.pulumi("new", TEMPLATE, "--yes", "--name", project.name, *chosen, env=found)
    assert project.up(env=found).changes["created"] > 0
    assert project.pulumi("about", "--json", env=found).output.count(str(project.path / "venv")) == 1
    assert len(project.invalidations()) == 1
    # A clone of the project has none: it is made again by what needs it first.
    shutil.rmtree(project.path / "venv")
    assert project.up(env=found).changes == {}
    assert (project.path / "venv/bin/python").exists()


def an_app(folder: Path) -> Path:
    """Make an app whose build makes one page of a text."""
    files = {"package.json": '{"scripts": {"build": "node build.mjs"}}', "build.mjs": BUILD, "src/title.txt": "first"}
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


def test_added_to_an_app_as_a_folder(sandbox: Sandbox, tmp_path: Path) -> None:
    """`--dir infra` in an app: its build runs in its folder, its dist is published, and only a change changes it."""
    app = an_app(tmp_path / "app")
    project = Project(sandbox, app / "infra", "added", "dev")
    settings = ("--config", "publish:directory=../dist", "--config", "publish:buildCommand=cd .. && npm run build")
    new = ["pulumi", "new", TEMPLATE, "--dir", "infra", "--yes", "--name", project.name, *settings]
    subprocess.run([*new, "--non-interactive"], cwd=app, env=dict(sandbox.env), check=True)
    project.up()
    assert project.get().text == "<h1>first</h1>"
    assert project.up().changes == {}
    (app / "src/title.txt").write_text("second")
    assert project.up().changes == {"updated": 1}
    assert project.get().text == "<h1>second</h1>"
    project.pulumi("stack", "init", "prod", "--copy-config-from", "dev")
    prod = Project(sandbox, project.path, project.name, "prod")
    prod.up()
    assert prod.get("/any/page").text == "<h1>second</h1>"
