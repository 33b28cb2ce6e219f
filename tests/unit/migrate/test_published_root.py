from __future__ import annotations

from typing import TYPE_CHECKING

from tests.unit.migrate import amplify

if TYPE_CHECKING:
    import pytest

    from tests.unit.migrate.conftest import Migration

ROOT = '[build]\npublish = "."\nfunctions = "netlify/functions"\n[functions]\ndirectory = "fn"\n'


def test_a_published_root(migration: Migration) -> None:
    """The program, dotfiles, functions, lock and configuration files are ignored, and the report says what remains."""
    files = {
        "index.html": "12345",
        "package.json": {},
        "tailwind.config.js": "",
        "netlify/functions/a.js": "",
        ".env": "",
    }
    amplify.write(migration.app, {"netlify.toml": ROOT, **files})
    ran = migration.run()
    assert ran.config()["publish:directory"] == ".."
    assert ran.config()["publish:ignore"] == [
        *("/infra/", ".*", "!.well-known/", "node_modules/", "__pycache__/", "*.log"),
        *("/package.json", "/netlify.toml", "/netlify", "/*.config.js", "/netlify/functions/", "/fn/"),
    ]
    assert "1 files of the folder are published; the largest: index.html (5 bytes)" in ran.out


def test_a_root_that_is_the_programs_own_folder(migration: Migration, monkeypatch: pytest.MonkeyPatch) -> None:
    """If the program is in the published folder itself, its files are ignored there."""
    amplify.write(migration.app, {"vercel.json": {}, "index.html": "", "Pulumi.yaml": "name: x\nruntime: python\n"})
    monkeypatch.chdir(migration.app)
    migration.home = migration.app
    ran = migration.run(path=".")
    assert ran.config()["publish:directory"] == "."
    assert ran.config()["publish:ignore"][:3] == ["/Pulumi.yaml", "/Pulumi.*.yaml", "/__main__.py"]


def test_patterns_of_the_host_come_last(migration: Migration) -> None:
    """The host's own patterns follow those of the program."""
    hosting = {"public": ".", "ignore": ["**/.*", "drafts/**"]}
    amplify.write(migration.app, {"firebase.json": {"hosting": hosting}, "api/x": "", "index.html": ""})
    assert migration.run().config()["publish:ignore"][-1] == "/drafts/"


def test_the_functions_of_vercel(migration: Migration) -> None:
    """The folder `api` of a Vercel project has functions, and is not published."""
    amplify.write(migration.app, {"vercel.json": {}, "index.html": "", "api/x.js": ""})
    assert "/api/" in migration.run().config()["publish:ignore"]


def test_a_root_that_can_not_be_published(migration: Migration) -> None:
    """A file that the program refuses to publish is named."""
    amplify.write(migration.app, {"netlify.toml": ROOT, "a\nb.html": ""})
    assert "The published folder has files that can't be published" in migration.run().out
