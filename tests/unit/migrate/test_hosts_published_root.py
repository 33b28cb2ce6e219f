from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from hosting.migrate.published_root import NOT_OF_THE_SITE
from tests.unit.migrate import amplify

if TYPE_CHECKING:
    from pathlib import Path

    from tests.unit.migrate.conftest import Migration


def test_a_published_root(migration: Migration) -> None:
    """The host's own patterns come first, then those of what is not the site's; the report says what remains."""
    hosting = {"public": ".", "ignore": ["drafts/**"]}
    files = {"index.html": "12345", "package.json": {}, "drafts/a.html": "", ".env": ""}
    amplify.write(migration.app, {"firebase.json": {"hosting": hosting}, **files})
    ran = migration.run()
    assert ran.config()["publish:directory"] == ".."
    patterns = ran.config()["publish:ignore"]
    assert (patterns[0], patterns[-1]) == ("/drafts/", "/infra/")
    assert "1 of its files, without those of publish:ignore. The largest are index.html (5 bytes)" in ran.out


def test_the_programs_own_folder(migration: Migration, monkeypatch: pytest.MonkeyPatch) -> None:
    """A published folder that is the program's own is a gap."""
    amplify.write(migration.app, {"vercel.json": {}, "index.html": "", "Pulumi.yaml": "name: x\nruntime: python\n"})
    monkeypatch.chdir(migration.app)
    ran = migration.run(path=".")
    assert ran.code == 0
    assert "it is this program's folder, which must not be published: move the program" in ran.out


@pytest.mark.parametrize(
    "files",
    [
        {"netlify.toml": '[build]\npublish = "."\n'},
        {"netlify.toml": '[build]\nbase = "site"\npublish = "."\n', "site/.env": "x", "site/index.html": "12345"},
        {"vercel.json": {}},
        {"firebase.json": {"hosting": {"public": "."}}},
        {".s3deploy.yml": "source: .\n"},
        {"sst.config.ts": 'new sst.aws.StaticSite("Web")'},
    ],
)
def test_a_published_root_beside_the_program(
    migration: Migration, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, files: dict[str, Any]
) -> None:
    """A program outside of the project publishes the root without the project's own files too."""
    own = {"index.html": "12345", "api/a.js": "", ".env": "", "notes/a.md": ""}
    shutil.rmtree(migration.home)
    amplify.write(migration.app, {**own, **files})
    amplify.write(tmp_path / "program", {"Pulumi.yaml": "name: x", "Pulumi.prod.yaml": "config: {}"})
    monkeypatch.chdir(tmp_path / "program")
    ran = migration.run(path="../app")
    assert ran.code == 0
    config = yaml.safe_load((tmp_path / "program/Pulumi.prod.yaml").read_text(encoding="utf-8"))["config"]
    assert config["publish:ignore"] == [*NOT_OF_THE_SITE]
    assert "The largest are index.html (5 bytes)" in ran.out
