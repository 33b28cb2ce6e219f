from __future__ import annotations

from typing import TYPE_CHECKING

from tests.unit.migrate import amplify

if TYPE_CHECKING:
    from tests.unit.migrate.conftest import Migration


def test_a_project_of_several_hosts(migration: Migration) -> None:
    """A project with the files of two hosts is imported from the one that is asked for."""
    amplify.write(
        migration.app, {"netlify.toml": '[build]\npublish = "a"\n', "firebase.json": {"hosting": {"public": "b"}}}
    )
    ran = migration.run()
    assert ran.code == 1
    assert "is a project of Netlify and of Firebase: add --from netlify or --from firebase" in ran.err
    assert migration.run("--from", "netlify").config()["publish:directory"] == "../a"
    assert migration.run("--from", "firebase", "--force").config()["publish:directory"] == "../b"


def test_a_folder_without_a_project(migration: Migration) -> None:
    """A folder of no host is refused with the files that are looked for."""
    ran = migration.run()
    assert ran.code == 1
    assert "netlify.toml, vercel.json, firebase.json" in ran.err
