"""The site's build command, which runs once for each `pulumi up`.

`pulumi up` runs the program twice: for its preview and for the update. The preview always builds, and records the
state of the sources and of the result. The update of the same CLI run reuses the result if both are unchanged, and
removes the record. An update by another CLI run builds again, and so does one that can't compare the states.
"""

from __future__ import annotations

import codecs
import hashlib
import io
import json
import os
import select
import shutil
import signal
import subprocess
import time
from collections import deque
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from hosting.errors import PublishError
from hosting.publish.staging.cli_run import cli_run
from hosting.publish.staging.sources import folder_snapshot, sources_snapshot

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from hosting.publish.staging.sources import Snapshot

_LINES_SHOWN = 20
# A build may depend on more than files, such as a CMS, so a preview's result expires.
_RECORD_SECONDS = 3600
# How long to read on after the command has ended, if a process that it left behind keeps the output open.
_GRACE_SECONDS = 1.0
_POLL_SECONDS = 0.05
# The language host passes the config to the program with its secrets in plain text. The build does not get them.
_HIDDEN_FROM_BUILD = ("PULUMI_CONFIG", "PULUMI_CONFIG_SECRET_KEYS")
# These differ between the preview and the update of one `pulumi up`, and no site depends on them.
_CHANGING_PREFIXES = ("PULUMI_", "TRACEPARENT", "TRACESTATE", "OTEL_", "_")


@dataclass(frozen=True)
class BuildResult:
    """The result of ``run_build``.

    Attributes:
        ran: whether the command ran; if not, the preview's result was reused.
        seconds: how long the command ran.
    """

    ran: bool
    seconds: float


def run_build(  # noqa: PLR0913 - callers pass all but the command by keyword
    command: str,
    *,
    cwd: Path,
    state_dir: Path,
    directory: Path,
    variables: Mapping[str, str] | None = None,
    preview: bool,
    echo: Callable[[str], None],
    run_id: Callable[[], str | None] = cli_run,
) -> BuildResult:
    """Run the build command, or reuse what the preview of the same `pulumi up` has built.

    Args:
        command: the shell command; one of several lines is a script that stops at the first error.
        cwd: the working directory: the folder of Pulumi.yaml.
        state_dir: the folder of the build record, one for each stack.
        directory: the distribution folder.
        variables: environment variables of the command, beside those of this process.
        preview: whether this is a preview.
        echo: called with each line of output.
        run_id: returns the id of the CLI run; None if it is unknown.

    Raises:
        PublishError: the command failed; the message has its last lines.
    """
    record = state_dir / "build.json"
    recorded = _pop_record(record)
    build, excluded, run = _Build(command, cwd, variables or {}), (directory, state_dir), run_id()
    if not preview and recorded and recorded == _facts(run, build, sources_snapshot(cwd, *excluded), directory):
        return BuildResult(ran=False, seconds=0.0)
    before = sources_snapshot(cwd, *excluded)
    started = time.monotonic()
    _run_command(build, echo)
    result = BuildResult(ran=True, seconds=time.monotonic() - started)
    after = sources_snapshot(cwd, *excluded)
    if preview and _are_sources_unchanged(before, after):
        _write_record(record, _facts(run, build, after, directory))
    return result


class _Build(NamedTuple):
    """A command, its working directory, and the variables that are set for it."""

    command: str
    cwd: Path
    variables: Mapping[str, str]

    @property
    def arguments(self) -> list[str]:
        """The arguments of the shell: a script of several lines stops at the first error."""
        is_script = "\n" in self.command.strip()
        shell = (shutil.which("bash") if is_script else None) or "/bin/sh"
        return [shell, *(["-e"] if is_script else []), "-c", self.command]

    @property
    def environment(self) -> dict[str, str]:
        """The environment of the command."""
        inherited = {name: value for name, value in os.environ.items() if name not in _HIDDEN_FROM_BUILD}
        return {**inherited, **self.variables}

    @property
    def shown(self) -> str:
        """The command for messages; of a script the first line."""
        first, *others = self.command.strip().splitlines()
        return f"{first} [...]" if others else first


def _are_sources_unchanged(before: Snapshot | None, after: Snapshot | None) -> bool:
    """Return whether no source changed during the build; files that the build added do not count."""
    return before is not None and after is not None and before.items() <= after.items()


def _facts(run: str | None, build: _Build, sources: Snapshot | None, directory: Path) -> dict[str, str] | None:
    """Return what has to be unchanged to reuse a result; None if there are too many files or no known CLI run."""
    output = folder_snapshot(directory)
    if sources is None or output is None or run is None:
        return None
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(_CHANGING_PREFIXES)}
    return {
        "run": run,
        "command": build.command,
        "sources": _digest(sources),
        "output": _digest(output),
        "environment": _digest({**inherited, **build.variables}),
    }


def _digest(facts: Mapping[str, object]) -> str:
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()


def _pop_record(record: Path) -> dict[str, str] | None:
    """Remove the build record and return its facts, None if it has expired.

    A record serves one update. It is removed before a build starts, so an interrupted build leaves none.
    """
    try:
        text = record.read_text(encoding="utf-8")
        record.unlink()
        content = json.loads(text)
        is_valid = 0 <= time.time() - content["time"] < _RECORD_SECONDS
        return dict(content["facts"]) if is_valid else None
    except (OSError, ValueError, TypeError, KeyError):
        return None


def _write_record(record: Path, facts: dict[str, str] | None) -> None:
    if facts is None:
        return
    record.parent.mkdir(parents=True, exist_ok=True)
    temporary = record.with_name(record.name + ".next")
    temporary.write_text(json.dumps({"time": time.time(), "facts": facts}), encoding="utf-8")
    temporary.replace(record)


def _run_command(build: _Build, echo: Callable[[str], None]) -> None:
    last_lines: deque[str] = deque(maxlen=_LINES_SHOWN)
    with subprocess.Popen(  # noqa: S603 - the setting is a shell command
        build.arguments,
        cwd=build.cwd,
        env=build.environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,  # so that ending its process group ends everything that it started
    ) as process:
        try:
            for line in _lines(process):
                last_lines.append(line)
                echo(line)
            process.wait()
        except BaseException:
            _terminate(process)
            raise
    if process.returncode:
        raise PublishError(_failure(build, process.returncode, last_lines))


def _lines(process: subprocess.Popen[bytes]) -> Iterator[str]:
    """Yield the output line by line; a progress bar's carriage return ends a line too."""
    text = ""
    decoder = io.IncrementalNewlineDecoder(codecs.getincrementaldecoder("utf-8")("replace"), translate=True)
    for chunk in _chunks(process):
        *lines, text = (text + decoder.decode(chunk)).split("\n")
        yield from lines
    text += decoder.decode(b"", final=True)
    if text:
        yield text


def _chunks(process: subprocess.Popen[bytes]) -> Iterator[bytes]:
    """Yield the output until its end, or until the command ends if a background process keeps the output open."""
    pipe = process.stdout.fileno() if process.stdout else -1
    deadline = float("inf")
    while time.monotonic() < deadline:
        if deadline == float("inf") and process.poll() is not None:
            deadline = time.monotonic() + _GRACE_SECONDS
        if select.select([pipe], [], [], _POLL_SECONDS)[0]:
            chunk = os.read(pipe, io.DEFAULT_BUFFER_SIZE)
            if not chunk:
                return
            yield chunk


def _terminate(process: subprocess.Popen[bytes]) -> None:
    """End the command and everything that it started: with SIGTERM, then with SIGKILL."""
    for signal_number in (signal.SIGTERM, signal.SIGKILL):
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal_number)
        with suppress(subprocess.TimeoutExpired):
            process.wait(_GRACE_SECONDS)


def _failure(build: _Build, code: int, last_lines: deque[str]) -> str:
    outcome = f"failed with exit code {code}" if code > 0 else f"was ended by signal {-code}"
    shown = "".join(f"\n  {line}" for line in last_lines)
    output = f"Its last lines:{shown}\n" if shown else "It printed nothing. "
    return (
        f"The build command '{build.shown}' {outcome} in {build.cwd}; nothing was deployed. {output}"
        "Fix it and run `pulumi up` again, or set another: pulumi config set publish:buildCommand '<command>'"
    )
