"""The build command: its output, its failures, and one run for each `pulumi up`."""

from __future__ import annotations

import json
import os
import shutil
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

# Counts its runs in a file that is not a source, and makes one page from the source.
COMMAND = "echo run >> ../runs && mkdir -p dist && cp src.txt dist/index.html"


@dataclass
class Project:
    """A project folder and the `pulumi up`s of one stack in it."""

    root: Path
    lines: list[str] = field(default_factory=list)
    cli: str | None = "4711 now"

    def program(
        self, *, preview: bool, command: str = COMMAND, stack: str = "dev", variables: dict[str, str] | None = None
    ) -> BuildResult:
        """Run the program's build, as a preview or an update does."""
        return run_build(
            command,
            cwd=self.root,
            state_dir=self.root / ".hosting" / stack,
            directory=self.root / "dist",
            variables=variables,
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
    """A project with one source, inside and outside of a git work tree."""
    root = tmp_path / "app"
    root.mkdir()
    (root / "src.txt").write_text("hello")
    if request.param == "git":
        (root / ".gitignore").write_text("dist\nignored\n")
        subprocess.run(["git", "init", "-q", str(root)], check=True)
    return Project(root)


def test_up_builds_once(project: Project) -> None:
    """The update reuses the result of its preview."""
    assert project.program(preview=True).ran
    assert project.program(preview=False) == BuildResult(ran=False, seconds=0.0)
    assert project.runs == 1


def test_each_up_builds(project: Project) -> None:
    """A result serves one update: the next `up` builds again, though nothing has changed."""
    project.up()
    project.up()
    assert project.runs == 2


def test_update_without_preview_builds(project: Project) -> None:
    """`pulumi up --skip-preview` builds each time."""
    project.program(preview=False)
    project.program(preview=False)
    assert project.runs == 2


def test_update_does_not_reuse_the_result_of_another_cli_run(project: Project) -> None:
    """`pulumi preview`, then `pulumi up --skip-preview`: somebody may have changed the CMS in between."""
    project.program(preview=True)
    project.cli = "4712 now"
    assert project.program(preview=False).ran


def test_unknown_cli_run_builds_twice(project: Project) -> None:
    """Without an id of the CLI run, the update builds again."""
    project.cli = None
    project.up()
    assert project.runs == 2


def test_stacks_do_not_share_results(project: Project) -> None:
    """An update does not reuse the result of another stack's preview."""
    project.program(preview=True, stack="dev")
    assert project.program(preview=False, stack="prod").ran


def test_changed_source_builds_again(project: Project) -> None:
    """After a change of a source the update builds again."""
    project.program(preview=True)
    (project.root / "src.txt").write_text("hello again")
    project.program(preview=False)
    assert (project.root / "dist" / "index.html").read_text() == "hello again"


def test_new_and_removed_sources_build_again(project: Project) -> None:
    """After a source is added or removed the update builds again."""
    project.program(preview=True)
    (project.root / "more.txt").touch()
    assert project.program(preview=False).ran
    project.program(preview=True)
    (project.root / "more.txt").unlink()
    assert project.program(preview=False).ran


def test_touched_distribution_builds_again(project: Project) -> None:
    """The update builds again if the preview's result has changed."""
    project.program(preview=True)
    (project.root / "dist" / "index.html").unlink()
    assert project.program(preview=False).ran


def test_other_command_builds_again(project: Project) -> None:
    """After a change of the command the update builds again."""
    project.program(preview=True)
    assert project.program(preview=False, command=f"{COMMAND} && true").ran


def test_other_environment_builds_again(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """A build may read any variable; the engine's own variables differ between preview and update, and don't count."""
    project.program(preview=True)
    monkeypatch.setenv("PULUMI_MONITOR", "127.0.0.1:1")
    assert not project.program(preview=False).ran
    project.program(preview=True)
    monkeypatch.setenv("API_URL", "https://example.com")
    assert project.program(preview=False).ran


def test_source_that_changes_during_the_build_builds_again(project: Project) -> None:
    """A source that changes during the build may be missing from the result, so the update builds again."""
    project.program(preview=True, command=f"{COMMAND} && echo more >> src.txt")
    assert project.program(preview=False, command=f"{COMMAND} && echo more >> src.txt").ran


def test_files_that_the_build_adds_are_not_sources(project: Project) -> None:
    """The result of a build that adds files beside the sources is still reused."""
    command = f"{COMMAND} && touch made-by-the-build"
    project.program(preview=True, command=command)
    assert not project.program(preview=False, command=command).ran


def test_old_result_is_not_reused(project: Project) -> None:
    """A build may depend on more than files, so its result expires after an hour."""
    project.program(preview=True)
    record = project.root / ".hosting" / "dev" / "build.json"
    content = json.loads(record.read_text())
    record.write_text(json.dumps(content | {"time": time.time() - 3601}))
    assert project.program(preview=False).ran


@pytest.mark.parametrize("damaged", ["", "[]", "{}", '{"time": "x"}'])
def test_damaged_record_builds(project: Project, damaged: str) -> None:
    """A build record that can't be read counts as missing."""
    project.program(preview=True)
    (project.root / ".hosting" / "dev" / "build.json").write_text(damaged)
    assert project.program(preview=False).ran


def test_failed_build_leaves_no_result(project: Project) -> None:
    """After a preview whose build failed, the update builds."""
    project.program(preview=True)
    with pytest.raises(PublishError):
        project.program(preview=True, command="exit 1")
    assert project.program(preview=False).ran


def test_too_many_files_build_each_time(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """With too many files to compare, every run of the program builds."""
    monkeypatch.setattr("hosting.publish.staging.sources._MAX_FILES", 0)
    project.up()
    assert project.runs == 2


def test_output_is_passed_on_line_by_line(project: Project) -> None:
    """Output and errors are in order; a carriage return ends a line; invalid UTF-8 is replaced."""
    project.program(preview=True, command=r"printf 'one\r\ntwo\n'; printf 'three\n' >&2; printf '1%%\r2%%\rend \377'")
    assert project.lines == ["one", "two", "three", "1%", "2%", "end \ufffd"]


def test_failure_is_reported(project: Project) -> None:
    """The message has the command, its exit code and its last lines, and says that nothing was deployed."""
    with pytest.raises(PublishError) as failed:
        project.program(preview=True, command="seq 1 30; exit 3")
    message = str(failed.value)
    assert "'seq 1 30; exit 3' failed with exit code 3" in message
    assert "nothing was deployed" in message
    assert "Its last lines:\n  " + "\n  ".join(map(str, range(11, 31))) + "\n" in message
    assert message.endswith("pulumi config set publish:buildCommand '<command>'")


def test_silent_failure_by_signal_is_reported(project: Project) -> None:
    """The message has the signal that ended the command."""
    with pytest.raises(PublishError, match=r"was ended by signal 9 in .*It printed nothing"):
        project.program(preview=True, command="kill -9 $$")


def test_build_does_not_get_the_config_with_its_secrets(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """The command's environment has all variables except the stack's decrypted config."""
    monkeypatch.setenv("PULUMI_CONFIG", '{"a:token": "secret"}')
    monkeypatch.setenv("API_URL", "https://example.com")
    project.program(preview=True, command='echo "[$PULUMI_CONFIG][$API_URL]"')
    assert project.lines == ["[][https://example.com]"]


def test_command_can_not_read_from_the_terminal(project: Project) -> None:
    """A command that reads its input gets the end of file instead of waiting."""
    project.program(preview=True, command="cat; echo done")
    assert project.lines == ["done"]


def test_background_process_does_not_block_the_build(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that the command leaves running keeps the output open, and the build does not wait for it."""
    monkeypatch.setattr(build, "_GRACE_SECONDS", 0.2)
    project.program(preview=True, command="echo $$ started; sleep 60 &")
    assert project.lines[0].endswith("started")
    os.killpg(int(project.lines[0].split()[0]), 9)


@pytest.mark.parametrize("trap", ["", "trap '' TERM; "], ids=["default", "ignores-sigterm"])
def test_interrupt_ends_all_processes(project: Project, monkeypatch: pytest.MonkeyPatch, trap: str) -> None:
    """An interrupt ends the command and its children, and leaves no result."""
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


@pytest.mark.parametrize(
    ("script", "lines"),
    [
        ("echo a\n# echo b; it's a comment\necho c # d", ["a", "c"]),
        ("cat <<'END'\n  $HOME\nEND\necho z", ["  $HOME", "z"]),
        ("false || echo or\necho next", ["or", "next"]),
        ("mkdir -p sub\ncd sub\ncd ..\nbasename $(pwd)", ["app"]),
        ("export ONE=1\necho $ONE", ["1"]),
        ('if [ -n "$BASH_VERSION" ]; then\n  echo bash\nfi', ["bash"]),
    ],
)
def test_several_lines_are_a_script(project: Project, script: str, lines: list[str]) -> None:
    """A command of several lines runs in one shell: comments, heredocs, `||`, `cd` and variables work."""
    project.program(preview=True, command=script)
    assert project.lines == lines


def test_a_script_stops_at_the_first_error(project: Project) -> None:
    """The first line that fails ends the script, and the message shows its first line."""
    with pytest.raises(PublishError, match=r"The build command 'echo one \[...\]' failed with exit code 3"):
        project.program(preview=True, command="echo one\n(exit 3)\necho two\n")
    assert project.lines == ["one"]


def test_a_script_without_bash(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there is no bash, the script runs in the system's shell, with the same rules."""
    monkeypatch.setattr(shutil, "which", lambda _: None)
    with pytest.raises(PublishError, match="failed with exit code 1"):
        project.program(preview=True, command="echo one\nfalse\necho two")
    assert project.lines == ["one"]


def test_variables_are_set_for_the_build(project: Project) -> None:
    """`publish:environment` sets variables over those of the shell, and a changed value builds again."""
    command = "echo $HOME $VITE_API && mkdir -p dist && touch dist/index.html && echo run >> ../runs"
    for number, preview in (("1", True), ("1", False), ("1", True), ("2", False)):
        project.program(preview=preview, command=command, variables={"HOME": "/h", "VITE_API": number})
    assert project.lines == ["/h 1", "/h 1", "/h 2"]
