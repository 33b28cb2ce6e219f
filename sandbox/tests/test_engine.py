from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from sandbox.engine import build, locate
from sandbox.environment import REPOSITORY
from sandbox.errors import SandboxError
from sandbox.progress import Step, run


def program(path: Path, answer: str) -> Path:
    """Make an executable that prints a line."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{answer}\n")
    path.chmod(0o755)
    return path


def install(folder: Path, version: str) -> Path:
    """Make a folder that looks like an official install of the CLI."""
    program(folder / "pulumi-language-python", "exit 0")
    return program(folder / "pulumi", f"echo {version}")


def test_uses_a_recent_official_install(tmp_path: Path) -> None:
    """An official CLI brings its own plugins: none of the SDK's scripts are needed."""
    pulumi = install(tmp_path, "v3.260.1")
    assert locate.official(str(tmp_path)) == locate.Engine(pulumi, "v3.260.1", None)


@pytest.mark.parametrize("version", ["v3.250.9", "v2.999.0", "", "unknown command"])
def test_refuses_an_old_or_strange_install(tmp_path: Path, version: str) -> None:
    """A CLI that is too old, or does not tell its version, is not used."""
    install(tmp_path, version)
    assert locate.official(str(tmp_path)) is None


def test_refuses_a_cli_without_its_python_plugin(tmp_path: Path) -> None:
    """A lone binary cannot run Python programs."""
    program(tmp_path / "pulumi", "echo v3.259.0")
    assert locate.official(str(tmp_path)) is None


def test_follows_a_link_to_the_install(tmp_path: Path) -> None:
    """Package managers put a link to the CLI on PATH, and its plugins elsewhere."""
    pulumi = install(tmp_path / "cellar", "v3.259.0")
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "pulumi").symlink_to(pulumi)
    found = locate.official(str(tmp_path / "bin"))
    assert found is not None
    assert found.pulumi == tmp_path / "bin" / "pulumi"


def test_passes_over_the_sandbox_s_own_pulumi(tmp_path: Path) -> None:
    """In an activated shell the first `pulumi` on PATH is our launcher, which leads back to the engine."""
    program(tmp_path / "home" / "pulumi", f"{locate.LAUNCHER_MARK}\nexit 1")
    real = install(tmp_path / "real", "v3.259.0")
    found = locate.official(os.pathsep.join([str(tmp_path / "home"), "", str(tmp_path / "real")]))
    assert found is not None
    assert found.pulumi == real


def test_versions_are_those_of_go_mod() -> None:
    """The engine is what go.mod pins, and go.sum holds its hash."""
    pin = f"github.com/pulumi/pulumi/pkg/v3 {build.pinned_version()} h1:"
    assert pin in (build.SOURCE / "go.sum").read_text()


def test_cache_is_keyed_by_version_in_the_user_s_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A new pin is a new folder, so that an old engine is never taken for it."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    folder = build.cache_folder()
    assert folder.is_relative_to(tmp_path)
    assert folder.name.startswith(f"{build.pinned_version()}-")


def test_missing_go_is_told_with_what_to_install() -> None:
    """Without Go, one line names the version to install."""
    with pytest.raises(SandboxError, match=r"Go is not on PATH.*install Go >= 1\.\d+"):
        build.require_go(None)


def test_old_go_is_told_with_both_versions(tmp_path: Path) -> None:
    """Go must be as new as go.mod says, and is not allowed to download another Go."""
    go = program(tmp_path / "go", 'echo "go version go1.19.8 linux/amd64"')
    with pytest.raises(SandboxError, match=r"Go 1\.19\.8 is too old.*install Go >= 1\.\d+"):
        build.require_go(str(go))


def test_newer_go_will_do(tmp_path: Path) -> None:
    """Version numbers are compared as numbers."""
    go = program(tmp_path / "go", '[ "$GOTOOLCHAIN" = local ] && echo "go version go1.100 linux/amd64"')
    assert build.require_go(str(go)) == str(go)


def test_go_is_asked_for_only_where_it_has_to_build(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine with a recent CLI, or with the built one in its cache, needs no Go."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    with pytest.raises(SandboxError, match="Go is not on PATH"):
        locate.require()
    pulumi = install(tmp_path / "bin", "v3.260.1")
    locate.require()
    pulumi.unlink()
    for name in ("pulumi", *(Path(script).name for script in build.SCRIPTS)):
        program(build.cache_folder() / name, "exit 0")
    locate.require()


@pytest.mark.parametrize(
    "reason",
    [
        'Get "https://proxy/x": dial tcp: lookup proxy: no such host',
        "reading https://proxy/x.zip: 403 Forbidden",
        "net/http: TLS handshake timeout",
    ],
)
def test_no_network_is_told_with_go_s_reason(reason: str) -> None:
    """A download that fails says what to check, and Go's own reason."""
    said = build.explain(f"go: downloading x\ngo: {reason}\n", Path("log"))
    assert "cannot be downloaded" in said
    assert reason in said
    assert "GOPROXY" in said


def test_full_disk_is_told() -> None:
    """A full disk is not taken for a broken build."""
    assert "disk is full" in build.explain("write /x: no space left on device", Path("log"))


def test_other_failures_name_the_log() -> None:
    """What we have no advice for is in the log, whole."""
    assert "build.log" in build.explain("x.go:1: undefined: y", Path("build.log"))


def test_failed_build_leaves_nothing_in_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A build that fails halfway is not taken for an engine by the next run."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    version = 'case $1 in version) echo "go version go1.100 x" ;; *) echo "boom" >&2; exit 1 ;; esac'
    monkeypatch.setenv("PATH", str(program(tmp_path / "bin" / "go", version).parent))
    with pytest.raises(SandboxError, match="boom"):
        build.ensure()
    assert not build.cache_folder().exists()


def test_step_prints_name_time_and_note() -> None:
    """Off a terminal a finished step is one line."""
    out = io.StringIO()
    with Step("Compile", out) as step:
        step.note("3 of 4")
    assert out.getvalue().startswith("Compile: done (0.")
    assert out.getvalue().endswith(" s) 3 of 4\n")


def test_failed_step_says_so() -> None:
    """A step that raises is not reported as done."""
    out = io.StringIO()
    with pytest.raises(SandboxError), Step("Compile", out):
        raise SandboxError("no")
    assert out.getvalue().startswith("Compile: failed")


def test_run_gives_lines_as_they_come_and_all_of_them_at_the_end() -> None:
    """Both streams are one output, as on a terminal."""
    seen: list[str] = []
    code, output = run(["sh", "-c", "echo one; echo two >&2; exit 3"], on_line=seen.append)
    assert (code, output, seen) == (3, "one\ntwo\n", ["one", "two"])


def interrupted(script: str, times: int) -> tuple[str, int]:
    """Run bash through `run`, with Ctrl-C each time it says `ready`; return what it wrote, and the exit code."""
    program = (
        "import sys; from sandbox.progress import run; run(sys.argv[1:], on_line=lambda it: print(it, flush=True))"
    )
    command = [sys.executable, "-c", program, "bash", "-c", script]
    with subprocess.Popen(
        command, cwd=REPOSITORY, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, start_new_session=True
    ) as process:
        assert process.stdout is not None
        said = ""
        for line in process.stdout:
            said += line
            if line == "ready\n" and times:
                times -= 1
                os.killpg(process.pid, signal.SIGINT)
    return said, process.returncode


def test_an_interrupted_command_is_heard_to_its_end() -> None:
    """`pulumi` unlocks its stack after Ctrl-C: its output stays open until it has, and then we stop too."""
    script = "trap 'sleep 0.2; echo unlocking; sleep 0.2; echo unlocked; exit 1' INT; echo ready; sleep 60"
    said, code = interrupted(script, 1)
    assert said.splitlines()[-2:] == ["unlocking", "unlocked"]
    assert code == -signal.SIGINT


def test_a_command_that_goes_on_is_left_at_the_third_interrupt() -> None:
    """Nobody is held by a command that does not listen."""
    said, code = interrupted("trap 'echo ready' INT; echo ready; while true; do sleep 0.1; done", 3)
    assert said.count("interrupted, ending in good order") == 2
    assert code == -signal.SIGINT


def test_an_interrupt_in_the_midst_of_a_line_is_told_after_it() -> None:
    """Python refuses to write a line inside of another one, as the handler of Ctrl-C would."""
    program = (
        "import os, signal, sys\n"
        "from sandbox.progress import run\n"
        "class Out(list):\n"
        "    busy = False\n"
        "    def __call__(self, line):\n"
        "        if self.busy: raise RuntimeError('reentrant call')\n"
        "        self.busy = True\n"
        "        if line == 'ready': os.kill(os.getpid(), signal.SIGINT)\n"
        "        self.append(line)\n"
        "        self.busy = False\n"
        "out = Out()\n"
        "try: run(['echo', 'ready'], on_line=out)\n"
        "except KeyboardInterrupt: print(out)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=REPOSITORY, capture_output=True, text=True, check=True)
    assert done.stdout == "['ready', 'interrupted, ending in good order']\n"
