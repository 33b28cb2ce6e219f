from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import yaml

from hosting.errors import HostingError
from hosting.migrate.stackfile import read_stack_file
from tests.unit.migrate import amplify

if TYPE_CHECKING:
    from pathlib import Path

    from tests.unit.migrate.conftest import Migration

VALUES: dict[str, Any] = {"website:indexDocument": "a.html", "publish:ignore": ["x", "*.y"]}
ADDED = "  website:indexDocument: a.html\n  publish:ignore:\n  - x\n  - '*.y'\n"


def written(folder: Path, text: str | None, values: dict[str, Any]) -> str:
    """Return the text of a stack's file after ``values`` are set in ``text``."""
    path = folder / "Pulumi.prod.yaml"
    if text is not None:
        path.write_bytes(text.encode())
    read_stack_file(path).write(values)
    return path.read_bytes().decode()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (None, "config:\n" + ADDED),
        ("", "config:\n" + ADDED),
        ("# PROD\nconfig: {}\n", "# PROD\nconfig:\n" + ADDED),
        ("config:\nencryptionsalt: v1:x\n", "config:\n" + ADDED + "encryptionsalt: v1:x\n"),
        ("encryptionsalt: v1:x\n", "encryptionsalt: v1:x\nconfig:\n" + ADDED),
        ("config: {a:b: c}\n# end\n", "config:\n  a:b: c\n" + ADDED + "# end\n"),
        ("config: {\n  a:b: c}\nz: 1\n", "config:\n  a:b: c\n" + ADDED + "z: 1\n"),
        (
            "config:\n  a:b: 1 # why\n  # more\n\n# the salt\nencryptionsalt: v1:x\n",
            "config:\n  a:b: 1 # why\n" + ADDED + "  # more\n\n# the salt\nencryptionsalt: v1:x\n",
        ),
        ("config:\n  a:b: 1", "config:\n  a:b: 1\n" + ADDED),
    ],
)
def test_values_are_set_and_all_else_stays(tmp_path: Path, before: str | None, after: str) -> None:
    """Comments, order and other keys of the file are unchanged."""
    assert written(tmp_path, before, VALUES) == after


def test_the_indentation_and_line_ends_of_the_file_are_kept(tmp_path: Path) -> None:
    """A file of four spaces and carriage returns stays one."""
    after = written(tmp_path, "config:\r\n    a:b: 1\r\n", {"website:indexDocument": "a.html"})
    assert after == "config:\r\n    a:b: 1\r\n    website:indexDocument: a.html\r\n"


def test_a_key_is_replaced_where_it_is_given_again(tmp_path: Path) -> None:
    """All lines of a replaced key are removed; comments after it stay."""
    before = "config:\n  publish:ignore:\n    - a\n\n    - b\n  # about c\n  c:d: |\n    text\n  # end\n"
    after = written(tmp_path, before, {"publish:ignore": ["x"]})
    assert after == "config:\n  # about c\n  c:d: |\n    text\n  publish:ignore:\n  - x\n  # end\n"


def test_the_last_key_is_replaced(tmp_path: Path) -> None:
    """The only key of a file is replaced."""
    assert written(tmp_path, "config:\n  a:b: 1\n", {"a:b": 2}) == "config:\n  a:b: 2\n"


@pytest.mark.parametrize("value", [True, 0, "", "no", "1", "a: b", "# x", "ünï", "x" * 300, [], [{"a": [1]}]])
def test_any_value_survives(tmp_path: Path, value: object) -> None:
    """A YAML parser reads the written value."""
    assert yaml.safe_load(written(tmp_path, "config:\n  a:b: 1\n", {"c:d": value})) == {
        "config": {"a:b": 1, "c:d": value}
    }


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("config:\n  a: [\n", "is not YAML (line 3): correct it"),
        ("a: \x07\n", "is not YAML: correct it"),
        ("- a\n", "must hold a mapping"),
        ("config: [a]\n", "'config' in .* must be a mapping"),
        ("a: 2026-99-99\n", "is not YAML: correct it"),
    ],
)
def test_a_broken_file_is_an_error(tmp_path: Path, text: str, said: str) -> None:
    """An invalid stack file is named, with the line if it is known."""
    with pytest.raises(HostingError, match=said.replace("(", r"\(").replace(")", r"\)")):
        written(tmp_path, text, {})


def test_a_file_in_another_encoding(tmp_path: Path) -> None:
    """UTF-16, as PowerShell's `>` writes it, is reported; the engine can't read it either."""
    path = tmp_path / "Pulumi.prod.yaml"
    path.write_bytes("config: {}\n".encode("utf-16"))
    with pytest.raises(HostingError, match="is not UTF-8 text: save it as UTF-8"):
        read_stack_file(path)


def test_a_file_that_can_not_be_read(tmp_path: Path) -> None:
    """A folder in place of the file is an error with the system's message."""
    (tmp_path / "Pulumi.prod.yaml").mkdir()
    with pytest.raises(HostingError, match=r"can't be read \(Is a directory\)"):
        written(tmp_path, None, {})


def test_settings_in_the_way_are_not_replaced(migration: Migration) -> None:
    """A key with another value is an error, and the file is unchanged."""
    text = "config:\n  publish:directory: site # mine\n  aws:region: eu-west-1\n"
    amplify.write(migration.home, {"Pulumi.prod.yaml": text})
    ran = migration.of(amplify.second_generation())
    assert ran.code == 1
    assert "\n  - 'publish:directory' is site in Pulumi.prod.yaml, and ../build in the project" in ran.err
    assert "aws:region" not in ran.err
    assert (migration.home / "Pulumi.prod.yaml").read_text(encoding="utf-8") == text


def test_force_replaces_them(migration: Migration) -> None:
    """With --force Amplify's value replaces the file's; other keys stay."""
    amplify.write(migration.home, {"Pulumi.prod.yaml": "config:\n  publish:directory: site\n  own:key: 1\n"})
    config = migration.of(amplify.second_generation(), "--force").config()
    assert config["publish:directory"] == "../build"
    assert config["own:key"] == 1


def test_a_setting_in_the_way_of_a_default_counts_too(migration: Migration) -> None:
    """If the file has another value, Amplify's is written even if it is the program's default."""
    amplify.write(migration.home, {"Pulumi.prod.yaml": "config:\n  cloudfront:defaultTtl: 90\n"})
    assert "'cloudfront:defaultTtl' is 90 in" in migration.of(amplify.second_generation()).err
    assert migration.run("--force").config()["cloudfront:defaultTtl"] == 86400


def test_a_second_run_changes_nothing(migration: Migration) -> None:
    """If the file has the same values, it is not written again."""
    migration.of(amplify.second_generation())
    before = (migration.home / "Pulumi.prod.yaml").stat().st_mtime_ns
    assert migration.run().code == 0
    assert (migration.home / "Pulumi.prod.yaml").stat().st_mtime_ns == before


def test_config_that_is_already_broken_is_told_first(migration: Migration) -> None:
    """Problems of the file's own keys have the program's own messages."""
    text = "config:\n  website:indexDokument: x\n  aws:token:\n    secure: y\n"
    amplify.write(migration.home, {"Pulumi.prod.yaml": text})
    assert "(did you mean 'website:indexDocument'?)" in migration.of(amplify.second_generation()).err


def test_values_that_the_program_refuses_are_left_out(migration: Migration) -> None:
    """Invalid TTLs and error codes are gaps, and the other settings are written."""
    template = amplify.second_generation()
    amplify.behavior_of(template).update({"DefaultTTL": 30, "MinTTL": "soon"})
    amplify.config_of(template)["CustomErrorResponses"] = amplify.errors(418)
    ran = migration.of(template)
    assert not [key for key in ran.config() if "Ttl" in key or "error" in key]
    assert "MinTTL: the program refuses soon: 'cloudfront:minTtl' must be a whole number" in ran.out
    assert "DefaultTTL: the program refuses 30: 'cloudfront:minTtl' must be <= defaultTtl" in ran.out
    assert "DistributionConfig.CustomErrorResponses: the program refuses [{" in ran.out
    assert ran.config()["publish:directory"] == "../build"


def test_stack_files_may_live_elsewhere(migration: Migration) -> None:
    """The stack's file is written to stackConfigDir of Pulumi.yaml."""
    amplify.write(migration.home, {"Pulumi.yaml": "name: s\nstackConfigDir: stacks\n", "stacks/x": ""})
    assert migration.of(amplify.second_generation()).code == 0
    assert (migration.home / "stacks/Pulumi.prod.yaml").exists()
