"""The build command: its output, its failures, and that it runs once for each `pulumi up`."""

from __future__ import annotations

import json
import os
import subprocess
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from hosting.errors import PublishError
from hosting.publish.staging import build
from hosting.publish.staging.build import BuildResult, run_build

if TYPE_CHECKING:
    from pathlib import Path

# Counts its runs in a file that is no source, and makes one page from the source.
COMMAND = "echo run >> ../runs && mkdir -p dist && cp src.txt dist/index.html"


@dataclass
class Project:
    """A project folder and the `pulumi up`s of one stack in it."""

    root: Path
    lines: list[str] = field(default_factory=list)
    cli: str | None = "4711 now"

    def program(self, *, preview: bool, command: str = COMMAND, stack: str = "dev") -> BuildResult:
        """Run the program's build, as a preview or an update does."""
        return run_build(
            command,
            cwd=self.root,
            state_dir=self.root / ".hosting" / stack,
            directory=self.root / "dist",
            preview=preview,
            echo=self.lines.append,
            run_id=lambda: self.cli,
        )

    def up(self) -> None:
        """Preview and update."""
        self.program(preview=True)
        self.program(preview=False)

    @property
    def runs(self) -> int:
        """How often the command has run."""
        return len((self.root.parent / "runs").read_text().splitlines())


@pytest.fixture(params=["git", "plain"])
def project(request: pytest.FixtureRequest, tmp_path: Path) -> Project:
    """A project with one source, in a git work tree and in none."""
    root = tmp_path / "app"
    root.mkdir()
    (root / "src.txt").write_text("hello")
    if request.param == "git":
        (root / ".gitignore").write_text("dist\nignored\n")
        subprocess.run(["git", "init", "-q", str(root)], check=True)
    return Project(root)


def test_up_builds_once(project: Project) -> None:
    """The update takes what its preview has built."""
    assert project.program(preview=True).ran
    assert project.program(preview=False) == BuildResult(ran=False, seconds=0.0)
    assert project.runs == 1


def test_each_up_builds(project: Project) -> None:
    """A result is used up: the next up builds again, though nothing has changed."""
    project.up()
    project.up()
    assert project.runs == 2


def test_update_without_preview_builds(project: Project) -> None:
    """`pulumi up --skip-preview` builds, each time."""
    project.program(preview=False)
    project.program(preview=False)
    assert project.runs == 2


def test_an_update_does_not_take_what_another_run_of_the_cli_has_built(project: Project) -> None:
    """`pulumi preview`, then `pulumi up --skip-preview`: somebody may have changed the CMS in between."""
    project.program(preview=True)
    project.cli = "4712 now"
    assert project.program(preview=False).ran


def test_a_run_that_cannot_be_told_builds_twice(project: Project) -> None:
    """In doubt there is another build."""
    project.cli = None
    project.up()
    assert project.runs == 2


def test_stacks_do_not_share_results(project: Project) -> None:
    """What one stack's preview has built is not taken by another stack's update."""
    project.program(preview=True, stack="dev")
    assert project.program(preview=False, stack="prod").ran


def test_changed_source_builds_again(project: Project) -> None:
    """A source that changed after the preview is built."""
    project.program(preview=True)
    (project.root / "src.txt").write_text("hello again")
    project.program(preview=False)
    assert (project.root / "dist" / "index.html").read_text() == "hello again"


def test_new_and_removed_sources_build_again(project: Project) -> None:
    """A source that appeared or vanished counts as well."""
    project.program(preview=True)
    (project.root / "more.txt").touch()
    assert project.program(preview=False).ran
    project.program(preview=True)
    (project.root / "more.txt").unlink()
    assert project.program(preview=False).ran


def test_touched_distribution_builds_again(project: Project) -> None:
    """What the preview has built must still be there as it was."""
    project.program(preview=True)
    (project.root / "dist" / "index.html").unlink()
    assert project.program(preview=False).ran


def test_other_command_builds_again(project: Project) -> None:
    """Another command is another build."""
    project.program(preview=True)
    assert project.program(preview=False, command=f"{COMMAND} && true").ran


def test_other_environment_builds_again(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """A build may read any variable; the engine's own differ between preview and update and don't count."""
    project.program(preview=True)
    monkeypatch.setenv("PULUMI_MONITOR", "127.0.0.1:1")
    assert not project.program(preview=False).ran
    project.program(preview=True)
    monkeypatch.setenv("API_URL", "https://example.com")
    assert project.program(preview=False).ran


def test_source_that_changes_during_the_build_builds_again(project: Project) -> None:
    """An edit that the running build may have missed is not taken for built."""
    project.program(preview=True, command=f"{COMMAND} && echo more >> src.txt")
    assert project.program(preview=False, command=f"{COMMAND} && echo more >> src.txt").ran


def test_files_that_the_build_adds_are_its_own(project: Project) -> None:
    """A build that leaves files beside the sources is still shared."""
    command = f"{COMMAND} && touch made-by-the-build"
    project.program(preview=True, command=command)
    assert not project.program(preview=False, command=command).ran


def test_old_result_is_not_taken(project: Project) -> None:
    """A build may depend on more than files: after an hour it is made again."""
    project.program(preview=True)
    stamp = project.root / ".hosting" / "dev" / "build.json"
    kept = json.loads(stamp.read_text())
    stamp.write_text(json.dumps(kept | {"time": time.time() - 3601}))
    assert project.program(preview=False).ran


@pytest.mark.parametrize("damaged", ["", "[]", "{}", '{"time": "x"}'])
def test_damaged_stamp_builds(project: Project, damaged: str) -> None:
    """A stamp that can't be read is none."""
    project.program(preview=True)
    (project.root / ".hosting" / "dev" / "build.json").write_text(damaged)
    assert project.program(preview=False).ran


def test_failed_build_leaves_no_result(project: Project) -> None:
    """After a preview whose build failed, the update builds."""
    project.program(preview=True)
    with pytest.raises(PublishError):
        project.program(preview=True, command="exit 1")
    assert project.program(preview=False).ran


def test_too_much_to_tell_builds(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there are too many files to compare, every run of the program builds."""
    monkeypatch.setattr("hosting.publish.staging.sources._MOST_FILES", 0)
    project.up()
    assert project.runs == 2


def test_output_is_passed_on_line_by_line(project: Project) -> None:
    """Output and errors come in order; progress bars and a last line without an end are lines; bytes do no harm."""
    project.program(preview=True, command=r"printf 'one\r\ntwo\n'; printf 'three\n' >&2; printf '1%%\r2%%\rend \377'")
    assert project.lines == ["one", "two", "three", "1%", "2%", "end \ufffd"]


def test_failure_is_told(project: Project) -> None:
    """The command, its exit code and its last lines are in the message, and that nothing was touched."""
    with pytest.raises(PublishError) as failed:
        project.program(preview=True, command="seq 1 30; exit 3")
    message = str(failed.value)
    assert "'seq 1 30; exit 3' failed with exit code 3" in message
    assert "nothing was touched" in message
    assert "Its last lines:\n  " + "\n  ".join(map(str, range(11, 31))) + "\n" in message
    assert message.endswith("pulumi config set publish:buildCommand '<command>'")


def test_silent_failure_by_signal_is_told(project: Project) -> None:
    """A command that was killed is told so."""
    with pytest.raises(PublishError, match=r"was ended by signal 9 in .*It said nothing"):
        project.program(preview=True, command="kill -9 $$")


def test_config_with_its_secrets_is_not_for_the_build(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """The stack's decrypted config is kept from the command; all other variables are passed on."""
    monkeypatch.setenv("PULUMI_CONFIG", '{"a:token": "secret"}')
    monkeypatch.setenv("API_URL", "https://example.com")
    project.program(preview=True, command='echo "[$PULUMI_CONFIG][$API_URL]"')
    assert project.lines == ["[][https://example.com]"]


def test_command_can_not_ask(project: Project) -> None:
    """A command that reads from the terminal gets an end instead of waiting for ever."""
    project.program(preview=True, command="cat; echo done")
    assert project.lines == ["done"]


def test_what_stays_behind_does_not_hold_the_build(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that the command leaves running keeps its output open, and is not waited for."""
    monkeypatch.setattr(build, "_GRACE_SECONDS", 0.2)
    project.program(preview=True, command="echo $$ started; sleep 60 &")
    assert project.lines[0].endswith("started")
    os.killpg(int(project.lines[0].split()[0]), 9)


@pytest.mark.parametrize("trap", ["", "trap '' TERM; "], ids=["polite", "stubborn"])
def test_interrupt_ends_all_that_was_started(project: Project, monkeypatch: pytest.MonkeyPatch, trap: str) -> None:
    """After an interrupt neither the command nor its children run on, and there is no result."""
    monkeypatch.setattr(build, "_GRACE_SECONDS", 0.2)
    shells: list[int] = []

    def interrupt(line: str) -> None:
        shells.append(int(line))
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_build(
            f"{trap}echo $$; sleep 60; sleep 60",
            cwd=project.root,
            state_dir=project.root / ".hosting",
            directory=project.root / "dist",
            preview=True,
            echo=interrupt,
        )
    with pytest.raises(ProcessLookupError):
        os.kill(shells[0], 0)
    assert not (project.root / ".hosting").exists()
