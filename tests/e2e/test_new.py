"""`pulumi new` from the template: with the wheel in it, and from a git server whose tags are the package's versions."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import sysconfig
from typing import TYPE_CHECKING

import pytest
import yaml

from hosting.version import VERSION
from tests.e2e.git_server import GitServer
from tests.e2e.harness import Project
from tests.repository import REPOSITORY, build_wheel

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from tests.e2e.harness import Sandbox

QUESTIONS = {
    "Project name": ("asked", "asked"),
    "Project description": ("Static website hosting in your own AWS account", ""),
    "Stack name": ("dev", "prod"),
    "(aws:region)": ("us-east-1", "eu-west-1"),
    "(publish:directory)": ("site", ""),
}
# The engine fills in the project's name and description, and the first stack's config.
WRITTEN = {"Pulumi.yaml", "Pulumi.dev.yaml"}
# pip finds the dependencies here instead of downloading them again.
INSTALLED = {"PYTHONPATH": sysconfig.get_path("purelib")}
BUILD = """
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
mkdirSync("dist", { recursive: true });
writeFileSync("dist/index.html", `<h1>${readFileSync("src/title.txt", "utf8").trim()}</h1>`);
"""
BESIDE = """
import pulumi
import pulumi_aws as aws
from hosting import StaticSite

site = StaticSite("shop")
notes = aws.s3.Bucket("notes", bucket_prefix="notes-")
aws.s3.BucketObject("url", bucket=notes.bucket, key="url", content=site.url)
pulumi.export("url", site.url)
pulumi.export("site", site.bucket.bucket)
pulumi.export("notes", notes.bucket)
"""
SECOND = """
from hosting import StaticSite

StaticSite("shop")
StaticSite("blog")
"""


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the template that `make dist` writes: its requirement is the wheel in it."""
    folder = tmp_path_factory.mktemp("dist")
    wheel, target = build_wheel(folder), folder / "template"
    subprocess.run([sys.executable, str(REPOSITORY / "tools/template.py"), str(target), str(wheel)], check=True)
    return target


def started(sandbox: Sandbox, path: Path, name: str, stack: str = "dev") -> Project:
    """Return a project in a new folder, in which nothing is yet."""
    path.mkdir()
    return Project(sandbox, path, name, stack)


def make(project: Project, template: object, *arguments: str, env: Mapping[str, str] | None = None) -> None:
    """Run `pulumi new` in the project's folder with every default."""
    chosen = ("--yes", "--name", project.name, "--stack", project.stack)
    project.pulumi("new", str(template), *chosen, *arguments, env={**INSTALLED, **(env or {})})


@pytest.fixture(scope="module")
def plain(sandbox: Sandbox, template: Path, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Return a project that was made with every default, and not deployed."""
    project = started(sandbox, tmp_path_factory.mktemp("new") / "plain", "plain")
    make(project, template)
    return project


def copy_of(project: Project, path: Path, name: str) -> Project:
    """Return a copy of a project under another name, as making a virtual environment takes long."""
    shutil.copytree(project.path, path, symlinks=True, ignore=shutil.ignore_patterns(".hosting"))
    settings = path / "Pulumi.yaml"
    settings.write_text(settings.read_text().replace(f"name: {project.name}\n", f"name: {name}\n", 1))
    copied = Project(project.sandbox, path, name, project.stack)
    copied.pulumi("stack", "init", project.stack)
    return copied


def files_of(folder: Path) -> list[str]:
    """Return a folder's files, without the virtual environment and what a run leaves behind."""
    names = [path.relative_to(folder) for path in folder.rglob("*") if path.is_file()]
    return sorted(name.as_posix() for name in names if name.parts[0] not in ("venv", ".hosting", "__pycache__"))


def config_of(project: Project) -> dict[str, object]:
    """Return the config in the file of the project's stack."""
    found: dict[str, object] = yaml.safe_load((project.path / f"Pulumi.{project.stack}.yaml").read_text())["config"]
    return found


def package_of(project: Project) -> tuple[str, str]:
    """Return where the program's package is, and its version."""
    script = "import hosting.version; print(hosting.version.__file__, hosting.version.VERSION)"
    command = [str(project.path / "venv/bin/python"), "-c", script]
    done = subprocess.run(command, cwd=project.path, capture_output=True, text=True, check=True)
    file, version = done.stdout.split()
    return file, version


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
    """Return what comes next; nothing at the end, which Linux reports as an error."""
    try:
        return os.read(screen, 4096).decode(errors="replace")
    except OSError:
        return ""


def test_asks_for_region_stage_and_folder(sandbox: Sandbox, template: Path, tmp_path: Path) -> None:
    """Each question has a default; what is answered is the stack's config, and `prod` has CloudFront and bulk mode."""
    project = started(sandbox, tmp_path / "asked", "asked", "prod")
    replies = {question: reply for question, (_, reply) in QUESTIONS.items()}
    said = conversation(["pulumi", "new", str(template)], project.path, {**sandbox.env, **INSTALLED}, replies)
    assert [default for question, (default, _) in QUESTIONS.items() if f"{question} ({default}): " not in said] == []
    assert config_of(project) == {"aws:region": "eu-west-1", "publish:directory": "site", "publish:mode": "bulk"}
    project.up(env=INSTALLED)
    assert project.outputs()["bucketRegion"] == "eu-west-1"
    assert project.get().body == (REPOSITORY / "site/index.html").read_bytes()
    assert [release["digest"] for release in project.outputs()["releases"]] == [project.outputs()["digest"]]


def test_creates_the_files_of_the_template(sandbox: Sandbox, template: Path, plain: Project) -> None:
    """The project has the template's files, and runs the package that is installed in its virtual environment."""
    project = plain
    assert files_of(project.path) == files_of(template)
    changed = {
        name for name in files_of(template) if (project.path / name).read_bytes() != (template / name).read_bytes()
    }
    assert changed == WRITTEN
    file, version = package_of(project)
    assert (file.startswith(str(project.path / "venv")), version) == (True, VERSION)
    project.up(env=INSTALLED)
    assert project.get().body == (REPOSITORY / "site/index.html").read_bytes()
    assert project.outputs()["distributionId"] is None
    project.pulumi("stack", "init", "prod", "--copy-config-from", "dev")
    prod = Project(sandbox, project.path, project.name, "prod")
    assert config_of(prod) == {**config_of(project), "publish:mode": "bulk"}


def an_app(folder: Path) -> Path:
    """Make an app whose build makes one page of a text."""
    files = {"package.json": '{"scripts": {"build": "node build.mjs"}}', "build.mjs": BUILD, "src/title.txt": "first"}
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


def test_added_to_an_app_as_a_folder(sandbox: Sandbox, template: Path, tmp_path: Path) -> None:
    """`--dir infra` in an app: its build runs in its folder, its dist is published, and only a change changes it."""
    app = an_app(tmp_path / "app")
    project = Project(sandbox, app / "infra", "added", "dev")
    settings = ("--config", "publish:directory=../dist", "--config", "publish:buildCommand=cd .. && npm run build")
    new = ["pulumi", "new", str(template), "--dir", "infra", "--yes", "--name", project.name, *settings]
    subprocess.run([*new, "--non-interactive"], cwd=app, env={**sandbox.env, **INSTALLED}, check=True)
    project.up(env=INSTALLED)
    assert project.get().text == "<h1>first</h1>"
    assert project.up(env=INSTALLED).changes == {}
    (app / "src/title.txt").write_text("second")
    # The object, the two records of a publish, the review, and its record.
    assert project.up(env=INSTALLED).changes == {"updated": 5}
    assert project.get().text == "<h1>second</h1>"


def test_a_program_with_more_than_the_site(sandbox: Sandbox, plain: Project, tmp_path: Path) -> None:
    """A program of one's own declares a resource beside the site; a second site, or an error, is one sentence."""
    project = copy_of(plain, tmp_path / "own", "own")
    (project.path / "__main__.py").write_text(BESIDE)
    project.up(env=INSTALLED)
    outputs = project.outputs()
    assert outputs["site"].startswith("own-dev-")
    stored = sandbox.s3.get_object(Bucket=outputs["notes"], Key="url")["Body"].read().decode()
    assert stored == outputs["url"]
    assert project.up(env=INSTALLED).changes == {}
    (project.path / "__main__.py").write_text(SECOND)
    refused = project.up(check=False, env=INSTALLED)
    assert refused.code != 0
    assert "StaticSite 'blog' cannot be declared: this stack has the site 'shop'" in refused.output
    assert "Traceback" not in refused.output


@pytest.fixture
def server(tmp_path: Path) -> Iterator[GitServer]:
    """Serve a bare repository with two versions of the package as tags."""
    with GitServer(tmp_path / "git") as running:
        yield running


def test_from_a_git_server_to_the_next_version(sandbox: Sandbox, server: GitServer, tmp_path: Path) -> None:
    """`pulumi new <address>/tree/<tag>/template`, then the next tag and `pulumi install`: nothing would change."""
    server.tag(VERSION)
    server.tag("0.1.1")
    project = started(sandbox, tmp_path / "tagged", "tagged")
    make(project, f"{server.address}/tree/v{VERSION}/template", env=server.env)
    assert "hosting" not in {path.name for path in project.path.iterdir()}
    requirements = project.path / "requirements.txt"
    assert requirements.read_text() == f"hosting @ git+{server.address}@v{VERSION}\n"
    assert package_of(project)[1] == VERSION
    project.up(env=INSTALLED)
    requirements.write_text(requirements.read_text().replace(f"v{VERSION}", "v0.1.1"))
    project.pulumi("install", env={**INSTALLED, **server.env})
    assert package_of(project)[1] == "0.1.1"
    project.pulumi("preview", "--expect-no-changes", "--stack", project.stack, env=INSTALLED)
