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


def program(path: Path, body: str) -> Path:
    """Create an executable shell script."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)
    return path


def install(folder: Path, version: str) -> Path:
    """Create a folder that looks like an official install of the CLI."""
    program(folder / "pulumi-language-python", "exit 0")
    return program(folder / "pulumi", f"echo {version}")


def test_uses_a_recent_official_install(tmp_path: Path) -> None:
    """An official CLI has its own plugins, and needs none of the SDK's scripts."""
    pulumi = install(tmp_path, "v3.260.1")
    assert locate.official(str(tmp_path)) == locate.Engine(pulumi, "v3.260.1", None)


@pytest.mark.parametrize("version", ["v3.250.9", "v2.999.0", "", "unknown command"])
def test_ignores_an_old_or_unknown_install(tmp_path: Path, version: str) -> None:
    """A CLI that is too old, or that prints no version, is not used."""
    install(tmp_path, version)
    assert locate.official(str(tmp_path)) is None


def test_ignores_a_cli_without_its_python_plugin(tmp_path: Path) -> None:
    """A CLI without its plugins cannot run Python programs."""
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


def test_ignores_the_sandboxs_launcher(tmp_path: Path) -> None:
    """In an activated shell the first `pulumi` on PATH is the launcher, which would start the same CLI again."""
    program(tmp_path / "home" / "pulumi", f"{locate.LAUNCHER_COMMENT}\nexit 1")
    real = install(tmp_path / "real", "v3.259.0")
    found = locate.official(os.pathsep.join([str(tmp_path / "home"), "", str(tmp_path / "real")]))
    assert found is not None
    assert found.pulumi == real


def test_go_mod_pins_the_version() -> None:
    """go.mod pins the CLI, and go.sum has its hash."""
    pin = f"github.com/pulumi/pulumi/pkg/v3 {build.pinned_version()} h1:"
    assert pin in (build.SOURCE / "go.sum").read_text()


def test_cache_folder_names_the_version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A new version has a folder of its own, so that an older CLI is never used for it."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    folder = build.cache_folder()
    assert folder.is_relative_to(tmp_path)
    assert folder.name.startswith(f"{build.pinned_version()}-")


def test_missing_go() -> None:
    """Without Go, one line names the version to install."""
    with pytest.raises(SandboxError, match=r"Go is not on PATH.*install Go >= 1\.\d+"):
        build.require_go(None)


def test_old_go(tmp_path: Path) -> None:
    """Go must be as new as go.mod requires, and must not download another Go."""
    go = program(tmp_path / "go", 'echo "go version go1.19.8 linux/amd64"')
    with pytest.raises(SandboxError, match=r"Go 1\.19\.8 is too old.*install Go >= 1\.\d+"):
        build.require_go(str(go))


def test_newer_go(tmp_path: Path) -> None:
    """Version numbers are compared as numbers."""
    go = program(tmp_path / "go", '[ "$GOTOOLCHAIN" = local ] && echo "go version go1.100 linux/amd64"')
    assert build.require_go(str(go)) == str(go)


def test_go_is_required_only_to_build(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
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
def test_download_error(reason: str) -> None:
    """If a download fails, the message says what to check, and gives Go's own reason."""
    output = build.explain_failure(f"go: downloading x\ngo: {reason}\n", Path("log"))
    assert "cannot be downloaded" in output
    assert reason in output
    assert "GOPROXY" in output


def test_full_disk() -> None:
    """A full disk has a message of its own."""
    assert "disk is full" in build.explain_failure("write /x: no space left on device", Path("log"))


def test_other_build_errors() -> None:
    """For any other error the message names the log."""
    assert "build.log" in build.explain_failure("x.go:1: undefined: y", Path("build.log"))


def test_failed_build_is_not_cached(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The next run does not use a build that failed halfway."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    version = 'case $1 in version) echo "go version go1.100 x" ;; *) echo "boom" >&2; exit 1 ;; esac'
    monkeypatch.setenv("PATH", str(program(tmp_path / "bin" / "go", version).parent))
    with pytest.raises(SandboxError, match="boom"):
        build.ensure()
    assert not build.cache_folder().exists()


def test_step_prints_name_time_and_note() -> None:
    """Without a terminal a finished step prints one line."""
    out = io.StringIO()
    with Step("Compile", out) as step:
        step.note("3 of 4")
    assert out.getvalue().startswith("Compile: done (0.")
    assert out.getvalue().endswith(" s) 3 of 4\n")


def test_failed_step() -> None:
    """A step that raises is reported as failed."""
    out = io.StringIO()
    with pytest.raises(SandboxError), Step("Compile", out):
        raise SandboxError("no")
    assert out.getvalue().startswith("Compile: failed")


def test_run_passes_each_line_and_returns_all() -> None:
    """Stdout and stderr are one output, as on a terminal."""
    seen: list[str] = []
    code, output = run(["sh", "-c", "echo one; echo two >&2; exit 3"], on_line=seen.append)
    assert (code, output, seen) == (3, "one\ntwo\n", ["one", "two"])


def interrupted(command: list[str], times: int) -> tuple[str, int]:
    """Run a program with `run`, send Ctrl-C each time it prints `ready`; return the output and the exit code."""
    program = (
        "import sys; from sandbox.progress import run; run(sys.argv[1:], on_line=lambda it: print(it, flush=True))"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program, *command],
        cwd=REPOSITORY,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    ) as process:
        assert process.stdout is not None
        output = ""
        for line in process.stdout:
            output += line
            if line == "ready\n" and times:
                times -= 1
                os.killpg(process.pid, signal.SIGINT)
    return output, process.returncode


def test_run_waits_for_an_interrupted_command() -> None:
    """`pulumi` unlocks its stack after Ctrl-C: its output is shown until it ends, and then this process ends."""
    script = "trap 'sleep 0.2; echo unlocking; sleep 0.2; echo unlocked; exit 1' INT; echo ready; sleep 60"
    output, code = interrupted(["bash", "-c", script], 1)
    assert output.splitlines()[-2:] == ["unlocking", "unlocked"]
    assert code == -signal.SIGINT


def test_run_stops_waiting_at_the_third_interrupt() -> None:
    """A command that ignores Ctrl-C does not keep the user waiting."""
    # In Python: bash can lose a signal that arrives while its trap runs.
    script = (
        "import os, signal, time\n"
        "signal.signal(signal.SIGINT, lambda *_: os.write(1, b'ready\\n'))\n"
        "os.write(1, b'ready\\n')\n"
        "parent = os.getppid()\n"
        "while os.getppid() == parent: time.sleep(0.1)\n"
    )
    output, code = interrupted([sys.executable, "-c", script], 3)
    assert output.count("interrupted, waiting for the command to end") == 2
    assert code == -signal.SIGINT


def test_interrupt_while_a_line_is_printed() -> None:
    """Python refuses to print a line from a signal handler while another one is printed; the report follows later."""
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
    assert done.stdout == "['ready', 'interrupted, waiting for the command to end']\n"
