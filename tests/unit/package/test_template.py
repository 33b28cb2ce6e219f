"""What `pulumi new` copies, and that it names the package's address and version."""

from __future__ import annotations

import re
import tomllib

import pytest
import yaml

from hosting.version import VERSION
from tests.repository import REPOSITORY, repository_files

TEMPLATE = REPOSITORY / "template"
ADDRESS = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["project"]["urls"]["Repository"]
# `pulumi new` copies a folder of the repository, so the template has files of its own that are also the program's.
SAME = ("__main__.py", "Pulumi.dev.yaml", "Pulumi.pr.yaml", "site")
MOST_FILES = 25


def tracked(folder: str) -> list[str]:
    """Return the files of a folder that git tracks, or would, relative to it."""
    return [name.removeprefix(f"{folder}/") for name in repository_files(folder)]


def test_the_template_is_small() -> None:
    """`pulumi new` copies at most 25 files, and none of the package."""
    names = tracked("template")
    assert len(names) <= MOST_FILES
    assert {name for name in names if name.endswith(".py")} == {"__main__.py"}


@pytest.mark.parametrize("name", SAME)
def test_what_the_template_shares_with_the_program_is_equal(name: str) -> None:
    """Program, stage files and sample site are the same in both places, file for file and byte for byte."""
    if (REPOSITORY / name).is_file():
        assert (TEMPLATE / name).read_bytes() == (REPOSITORY / name).read_bytes()
        return
    assert tracked(f"template/{name}") == tracked(name)
    for file in tracked(name):
        assert (TEMPLATE / name / file).read_bytes() == (REPOSITORY / name / file).read_bytes()


def test_a_new_project_publishes_prod_in_bulk_mode() -> None:
    """The other stages have the default, managed mode; prod's file says in a sentence what each mode is."""
    files = {stage: (TEMPLATE / f"Pulumi.{stage}.yaml").read_text() for stage in ("dev", "prod", "pr")}
    modes = {stage: (yaml.safe_load(text)["config"] or {}).get("publish:mode") for stage, text in files.items()}
    assert modes == {"dev": None, "prod": "bulk", "pr": None}
    assert re.findall(r"^ *# (bulk|managed): .*\.$", files["prod"], re.MULTILINE) == ["bulk", "managed"]


def test_the_requirement_is_the_package_at_its_version() -> None:
    """requirements.txt is one line: the public address at the tag of this version."""
    assert (TEMPLATE / "requirements.txt").read_text() == f"hosting @ git+{ADDRESS}@v{VERSION}\n"


def test_every_mention_of_the_address_has_the_version() -> None:
    """README, documentation and template name the repository's tag of this version, and no other."""
    documents = [REPOSITORY / "README.md", *(REPOSITORY / "docs").rglob("*.md"), TEMPLATE / "README.md"]
    text = "\n".join(file.read_text() for file in documents)
    tags = re.findall(rf"{re.escape(ADDRESS)}(?:/tree/|@)(v[0-9.]+[0-9])", text)
    assert len(tags) >= 1
    assert set(tags) == {f"v{VERSION}"}
    assert f"pulumi new {ADDRESS}/tree/v{VERSION}/template" in text
    assert f"]({ADDRESS}) {VERSION}." in (TEMPLATE / "README.md").read_text()


def test_the_repository_itself_is_no_template() -> None:
    """Only template/ asks `pulumi new`'s questions; the CI files are there alone."""
    program, template = (yaml.safe_load((folder / "Pulumi.yaml").read_text()) for folder in (REPOSITORY, TEMPLATE))
    assert ("template" in program, "template" in template) == (False, True)
    assert template["runtime"]["options"] == {"toolchain": "pip", "virtualenv": "venv"}
    assert not (REPOSITORY / ".github/workflows/deploy.yml").exists()
    assert not (REPOSITORY / ".gitlab-ci.yml").exists()
