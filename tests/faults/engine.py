"""Runs `pulumi` with every request going through the proxy, and kills it with all of its plugins."""

from __future__ import annotations

import re
import subprocess
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from sandbox.environment import endpoint_variables
from tests.e2e.harness import descendants, end

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.e2e.providers import Providers
    from tests.faults.proxy import FaultProxy, Plan

_TIMEOUT_S = 600
_KILLED_TIMEOUT_S = 20
# When the engine ends after an error, it may close the connection on which the SDK is declaring a resource. The SDK
# then writes a traceback of its own, and may repeat the error where it ends, or writes it only there. The program can't
# prevent that.
_CLOSED_BY_THE_ENGINE = "grpc: the client connection is closing"
_HEAD = r"Traceback \(most recent call last\):"
_REPEATED = rf'another exception occurred:\s+{_HEAD}\s+File "[^"]*/pulumi-language-python-exec"'
_SHUT_DOWN = rf"{_HEAD}(?:(?!{_HEAD}).)*?\n\s*Exception: resource monitor shut down$"
_TRACEBACK_OF_THE_SDK = re.compile(
    rf'{_SHUT_DOWN}|{_HEAD}\s+File "[^"]*/pulumi/runtime/resource\.py"(?:(?:(?!{_HEAD}).)*{_REPEATED})?',
    re.DOTALL | re.MULTILINE,
)
_TRACEBACK = re.compile(rf"{_HEAD}|^goroutine \d+ \[|^panic: ", re.MULTILINE)


@dataclass(frozen=True)
class Finished:
    """What a command did.

    Attributes:
        code: its exit code; negative if it was killed.
        output: stdout and stderr.
    """

    code: int
    output: str

    @property
    def has_traceback(self) -> bool:
        """Whether the output has a traceback of Python or Go."""
        is_closed = _CLOSED_BY_THE_ENGINE in self.output
        output = _TRACEBACK_OF_THE_SDK.sub("", self.output) if is_closed else self.output
        return _TRACEBACK.search(output) is not None


@dataclass
class Engine:
    """The CLI in one project.

    Attributes:
        folder: the project's.
        env: the environment, without the proxy.
        proxy: between the plugins and the cloud.
        providers: those that keep running, for commands that are not interrupted.
    """

    folder: Path
    env: Mapping[str, str]
    proxy: FaultProxy
    providers: Providers
    _killed: list[int] = field(default_factory=list)

    def run(self, plan: Plan, *arguments: str) -> Finished:
        """Run a command; ``plan`` says what happens to its requests."""
        command = ["pulumi", *arguments, "--non-interactive", "--color=never"]
        env = {**self.env, **endpoint_variables(self.proxy.url)}
        if plan.number == 0:
            # A command that is killed has to have providers of its own.
            env |= self.providers.variables(self.folder, env)
        with tempfile.TemporaryFile("w+b") as output:
            process = subprocess.Popen(
                command, cwd=self.folder, env=env, stdout=output, stderr=subprocess.STDOUT, start_new_session=True
            )
            plan.kill = lambda: self._kill(process.pid)
            with self.proxy.run(plan):
                try:
                    code = process.wait(_TIMEOUT_S)
                except subprocess.TimeoutExpired:
                    self._kill(process.pid)
                    code = process.wait()
                self._wait_for_killed()
            output.seek(0)
            return Finished(code, output.read().decode(errors="replace"))

    def _kill(self, pid: int) -> None:
        # The plugins are in process groups of their own, so killing the engine's group would leave them.
        with suppress(FileNotFoundError):
            self._killed += [pid, *descendants(pid)]
        end(self._killed)

    def _wait_for_killed(self) -> None:
        deadline = time.monotonic() + _KILLED_TIMEOUT_S
        while any(_is_running(pid) for pid in self._killed) and time.monotonic() < deadline:
            time.sleep(0.02)
        self._killed.clear()


def _is_running(pid: int) -> bool:
    """Return whether a process runs; one that waits for its parent to read its exit status does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (OSError, IndexError):
        return False
