from __future__ import annotations

from typing import TYPE_CHECKING

from tests.unit.migrate import amplify

if TYPE_CHECKING:
    import pytest

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
