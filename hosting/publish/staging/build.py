"""Runs the site's build command: once for each `pulumi up`, although the program runs twice.

`pulumi up` runs the program for its preview and again for the update. The preview always builds, and stamps
what it built from and what came out; the update of the same run of the CLI takes that result if both are still
the same, and uses the stamp up. An update by another run, and whatever can't be told for sure, means another build.
"""

from __future__ import annotations

import codecs
import hashlib
import io
import json
import os
import select
import signal
import subprocess
import time
from collections import deque
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hosting.errors import PublishError
from hosting.publish.staging.cli_run import engine_run
from hosting.publish.staging.sources import folder_snapshot, sources_snapshot

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from hosting.publish.staging.sources import Snapshot

_LINES_SHOWN = 20
# A build may depend on what no file tells, such as a CMS: a preview's result does not hold for long.
_STAMP_SECONDS = 3600
# How long the output stays open after the command has ended, when it left something running that holds it.
_GRACE_SECONDS = 1.0
_TICK_SECONDS = 0.05
# The config with its secrets in plain text, which the language host hands to the program: not for the build.
_NOT_FOR_THE_BUILD = ("PULUMI_CONFIG", "PULUMI_CONFIG_SECRET_KEYS")
# These differ between the preview and the update of one `pulumi up`, and no site depends on them.
_UNSTEADY = ("PULUMI_", "TRACEPARENT", "TRACESTATE", "OTEL_", "_")


@dataclass(frozen=True)
class BuildResult:
    """How the distribution folder came to be.

    Attributes:
        ran: the command has run just now; if not, the preview's result was taken.
        seconds: how long that took.
    """

    ran: bool
    seconds: float


def run_build(  # noqa: PLR0913 - all but the command are named where it is called
    command: str,
    *,
    cwd: Path,
    state_dir: Path,
    directory: Path,
    preview: bool,
    echo: Callable[[str], None],
    run_id: Callable[[], str | None] = engine_run,
) -> BuildResult:
    """Run the build command, or take what the preview of the same `pulumi up` has built.

    Args:
        command: for the shell.
        cwd: where it runs: the folder of Pulumi.yaml.
        state_dir: where the stamp is kept; it belongs to one stack alone.
        directory: the distribution folder.
        preview: whether this is a preview.
        echo: gets each line of output as it comes.
        run_id: tells one run of the CLI from another; None is one that can't be told.

    Raises:
        PublishError: the command failed; the message has its last lines.
    """
    stamp = state_dir / "build.json"
    kept = _taken(stamp)
    excluded, run = (directory, state_dir), run_id()
    if not preview and kept and kept == _stamp_of(run, command, sources_snapshot(cwd, *excluded), directory):
        return BuildResult(ran=False, seconds=0.0)
    before = sources_snapshot(cwd, *excluded)
    started = time.monotonic()
    _run(command, cwd, echo)
    result = BuildResult(ran=True, seconds=time.monotonic() - started)
    after = sources_snapshot(cwd, *excluded)
    if preview and _undisturbed(before, after):
        _write(stamp, _stamp_of(run, command, after, directory))
    return result


def _undisturbed(before: Snapshot | None, after: Snapshot | None) -> bool:
    """Tell whether no source changed while the build ran; files that it added are its own."""
    return before is not None and after is not None and before.items() <= after.items()


def _stamp_of(run: str | None, command: str, sources: Snapshot | None, directory: Path) -> dict[str, str] | None:
    """Return what a result holds for; None when the sources are too many to tell, or the run of the CLI can't be."""
    made = folder_snapshot(directory)
    if sources is None or made is None or run is None:
        return None
    return {
        "run": run,
        "command": command,
        "sources": _digest(sources),
        "made": _digest(made),
        "environment": _digest({name: os.environ[name] for name in os.environ if not name.startswith(_UNSTEADY)}),
    }


def _digest(facts: Mapping[str, object]) -> str:
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()


def _taken(stamp: Path) -> dict[str, str] | None:
    """Return the stamp's facts if it is fresh, and remove it: it holds once, and not for an interrupted build."""
    try:
        text = stamp.read_text(encoding="utf-8")
        stamp.unlink()
        kept = json.loads(text)
        fresh = 0 <= time.time() - kept["time"] < _STAMP_SECONDS
        return dict(kept["facts"]) if fresh else None
    except (OSError, ValueError, TypeError, KeyError):
        return None


def _write(stamp: Path, facts: dict[str, str] | None) -> None:
    if facts is None:
        return
    stamp.parent.mkdir(parents=True, exist_ok=True)
    unfinished = stamp.with_name(stamp.name + ".next")
    unfinished.write_text(json.dumps({"time": time.time(), "facts": facts}), encoding="utf-8")
    unfinished.replace(stamp)


def _run(command: str, cwd: Path, echo: Callable[[str], None]) -> None:
    environment = {name: value for name, value in os.environ.items() if name not in _NOT_FOR_THE_BUILD}
    last: deque[str] = deque(maxlen=_LINES_SHOWN)
    with subprocess.Popen(  # noqa: S602 - a command for the shell is what the setting is
        command,
        shell=True,
        cwd=cwd,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,  # so that all that it starts can be ended with it
    ) as process:
        try:
            for line in _lines(process):
                last.append(line)
                echo(line)
            process.wait()
        except BaseException:
            _end(process)
            raise
    if process.returncode:
        raise PublishError(_failure(command, process.returncode, cwd, last))


def _lines(process: subprocess.Popen[bytes]) -> Iterator[str]:
    """Yield the output line by line; a progress bar's carriage return ends a line too."""
    text = ""
    decoder = io.IncrementalNewlineDecoder(codecs.getincrementaldecoder("utf-8")("replace"), translate=True)
    for piece in _pieces(process):
        *lines, text = (text + decoder.decode(piece)).split("\n")
        yield from lines
    text += decoder.decode(b"", final=True)
    if text:
        yield text


def _pieces(process: subprocess.Popen[bytes]) -> Iterator[bytes]:
    """Yield the output until its end; or until the command's end, if something it started keeps it open."""
    pipe = process.stdout.fileno() if process.stdout else -1
    until = float("inf")
    while time.monotonic() < until:
        if until == float("inf") and process.poll() is not None:
            until = time.monotonic() + _GRACE_SECONDS
        if select.select([pipe], [], [], _TICK_SECONDS)[0]:
            piece = os.read(pipe, io.DEFAULT_BUFFER_SIZE)
            if not piece:
                return
            yield piece


def _end(process: subprocess.Popen[bytes]) -> None:
    """End the command and all that it started: politely, then not."""
    for how in (signal.SIGTERM, signal.SIGKILL):
        with suppress(ProcessLookupError):
            os.killpg(process.pid, how)
        with suppress(subprocess.TimeoutExpired):
            process.wait(_GRACE_SECONDS)


def _failure(command: str, code: int, cwd: Path, last: deque[str]) -> str:
    how = f"failed with exit code {code}" if code > 0 else f"was ended by signal {-code}"
    shown = "".join(f"\n  {line}" for line in last)
    told = f"Its last lines:{shown}\n" if shown else "It said nothing. "
    return (
        f"The build command '{command}' {how} in {cwd}; nothing was touched. {told}"
        "Fix it and run `pulumi up` again, or set another: pulumi config set publish:buildCommand '<command>'"
    )
