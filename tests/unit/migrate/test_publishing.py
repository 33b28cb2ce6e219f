from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from hosting.formats.gitignore import IgnoreRules
from hosting.migrate.amplify_cli.patterns import gitignore_patterns
from hosting.migrate.findings import Findings
from tests.unit.migrate import amplify

if TYPE_CHECKING:
    from tests.unit.migrate.conftest import Migration


def of_commands(migration: Migration, **commands: Any) -> Any:  # noqa: ANN401 - as Migration.of
    """Run the command on a project with these folders and commands."""
    return migration.of(amplify.second_generation(), config=amplify.commands(**commands))


@pytest.mark.parametrize(
    ("directory", "written"),
    [
        ("dist", "../dist"),
        ("www", "../www"),
        ("/build", "../build"),
        ("dist\\app", "../dist/app"),
        ("../out", "../../out"),
    ],
)
def test_the_folder_is_seen_from_the_program(migration: Migration, directory: str, written: str) -> None:
    """DistributionDir is relative to the Amplify project, publish:directory to the program's folder."""
    assert of_commands(migration, directory=directory).config()["publish:directory"] == written


def test_the_program_beside_amplify(migration: Migration, monkeypatch: pytest.MonkeyPatch) -> None:
    """If the program is in the Amplify project's own folder, folder and command are unchanged."""
    amplify.project(migration.app, amplify.second_generation())
    (migration.home / "Pulumi.yaml").rename(migration.app / "Pulumi.yaml")
    monkeypatch.chdir(migration.app)
    ran = migration.run(path=".")
    text = (migration.app / "Pulumi.prod.yaml").read_text(encoding="utf-8")
    assert ran.code == 0
    assert "  publish:directory: build\n  publish:buildCommand: npm run-script build\n" in text


@pytest.mark.parametrize("directory", [".", "infra", "/"])
def test_a_folder_that_holds_the_program_is_refused(migration: Migration, directory: str) -> None:
    """The project itself must not be published, and the program would refuse it too."""
    ran = of_commands(migration, directory=directory)
    assert "publish:directory" not in ran.config()
    assert f"DistributionDir '{directory}': it contains this program" in ran.out


@pytest.mark.parametrize("directory", [None, " "])
def test_no_folder(migration: Migration, directory: str | None) -> None:
    """Without a DistributionDir the report has the command to set one."""
    assert "DistributionDir: it is not set: pulumi config set" in of_commands(migration, directory=directory).out


def test_a_next_server_build_is_no_static_site(migration: Migration) -> None:
    """`.next` is mapped with a note that it needs a server."""
    assert "DistributionDir is '.next'" in of_commands(migration, directory=".next").out


@pytest.mark.parametrize(
    ("command", "written"),
    [
        ("npm.cmd run-script build", "cd .. && npm run-script build"),
        ("npm run build", "cd .. && npm run build"),
        ("npx.cmd expo export -p web", "cd .. && npx expo export -p web"),
    ],
)
def test_the_build_runs_in_the_apps_folder(migration: Migration, command: str, written: str) -> None:
    """Windows' npm.cmd becomes npm, and the command changes to the app's folder first."""
    assert of_commands(migration, build=command).config()["publish:buildCommand"] == written


def test_a_folder_with_a_space_is_quoted(migration: Migration) -> None:
    """The folder in the command is quoted for the shell."""
    app = amplify.project(migration.app / "my app", amplify.second_generation())
    ran = migration.run(path=str(app))
    assert ran.config()["publish:buildCommand"] == "cd '../my app' && npm run-script build"


@pytest.mark.parametrize("command", ["npm start", "npm run start", "yarn start", "npm.cmd run-script start"])
def test_a_server_is_not_a_build(migration: Migration, command: str) -> None:
    """A command that never ends would hang every `pulumi up`."""
    ran = of_commands(migration, build=command)
    assert "publish:buildCommand" not in ran.config()
    assert f"BuildCommand '{command}': it starts a server and does not build the site" in ran.out


@pytest.mark.parametrize("command", [None, ""])
def test_no_build_command(migration: Migration, command: str | None) -> None:
    """Without a BuildCommand there is no build command."""
    assert "BuildCommand: it is not set" in of_commands(migration, build=command).out


SEEN = [".amplify", ".git", "deploy.sh", ".DS_Store", ".vscode", "node_modules", "/static/photos/staff/*"]


def test_patterns_that_mean_the_same_are_kept(migration: Migration) -> None:
    """Names, and patterns that begin at the distribution folder, mean the same in gitignore."""
    ran = migration.of(amplify.second_generation(), ignore=SEEN)
    assert ran.config()["publish:ignore"] == SEEN


@pytest.mark.parametrize(
    ("pattern", "path", "ignored"),
    [
        ("node_modules", "a/node_modules/b.js", True),
        ("/static/images/*", "static/images/a.png", True),
        ("/static/images/*", "x/static/images/a.png", False),
        ("//static//images", "static/images/a.png", True),
        ("*.{jpg,{png,gif}}", "a/b.gif", True),
        ("*.{jpg,{png,gif}}", "a/b.bmp", False),
        (" *.map ", "a/b.map", True),
        ("**/tmp/*", "a/tmp/b", True),
    ],
)
def test_patterns_ignore_the_same_files_here(pattern: str, path: str, *, ignored: bool) -> None:
    """The translated pattern ignores the files that minimatch ignored."""
    rules = IgnoreRules.from_lines(gitignore_patterns([pattern], Findings()))
    assert rules.ignored(path) is ignored


@pytest.mark.parametrize("pattern", ["dynamodbImport/*.csv", "node_modules/", "/node_modules/"])
def test_patterns_that_never_matched_now_do(pattern: str) -> None:
    """A pattern with a slash inside or at the end never matched in Amplify; a note says that it does here."""
    findings = Findings()
    assert gitignore_patterns([pattern], findings) == [pattern]
    assert findings.notes[0].startswith(f"The ignore pattern '{pattern}' never matched in Amplify")


def test_a_pattern_that_always_matched_has_no_note() -> None:
    """A pattern with `**/` at the start matched in Amplify too."""
    findings = Findings()
    assert gitignore_patterns(["**/tmp/a", "/b/c"], findings) == ["**/tmp/a", "/b/c"]
    assert findings.notes == []


def test_wildcards_reach_dotfiles() -> None:
    """In minimatch, wildcards do not match a dot at the start of a name; in gitignore they do."""
    findings = Findings()
    gitignore_patterns(["a", "*.map", "/x/?"], findings)
    assert findings.notes == ["In ignore patterns, '*', '?' and '[' now also match a dot at the start of a name."]


@pytest.mark.parametrize(
    ("pattern", "why"),
    [
        ("", "an empty pattern"),
        ("# note", "it is a comment"),
        ("!keep.js", "in Amplify it ignored everything that it does not match"),
        ("*.+(jpg|png)", "gitignore supports neither"),
        ("img{1..9}.png", "gitignore supports neither"),
        ("./build", "it never matched anything"),
        ("../x", "it never matched anything"),
    ],
)
def test_patterns_without_a_counterpart_are_left_out(pattern: str, why: str) -> None:
    """A pattern with another meaning in gitignore is left out and reported."""
    findings = Findings()
    assert gitignore_patterns([pattern], findings) == []
    (gap,) = findings.gaps
    assert gap.startswith(f"Ignore pattern '{pattern}': {why}")


def test_a_pattern_that_the_program_refuses_is_left_out(migration: Migration) -> None:
    """A pattern that can never match is reported with the reason, and the other patterns are written."""
    ran = migration.of(amplify.second_generation(), ignore=["*.map", "a\\", "node_modules"])
    assert ran.config()["publish:ignore"] == ["*.map", "node_modules"]
    assert "Ignore pattern 'a\\': it is not a gitignore pattern, it ends" in ran.out


def test_a_windows_path_is_reported(migration: Migration) -> None:
    """A Windows path with a drive, or of a share, is not a folder of the project."""
    for directory in ("C:\\app\\build", "d:/build", "\\\\server\\build"):
        ran = of_commands(migration, directory=directory)
        assert "it is a folder of one Windows machine: pulumi config set --stack prod publish:directory" in ran.out
        assert "publish:directory" not in ran.config()


def test_packages_of_a_build_are_noted(migration: Migration) -> None:
    """A build with npm needs its packages, which a CI machine has to install; one with make does not."""
    said = "which a CI machine has to install first"
    assert said in of_commands(migration, build="npm run build").out
    assert said not in of_commands(migration, build="make site").out
