"""Providers that serve several commands.

Otherwise the engine starts each provider again at every command, which is a fifth of the work of a `pulumi up`. It
connects to running ones that PULUMI_DEBUG_PROVIDERS names:
https://www.pulumi.com/docs/iac/guides/building-extending/providers/debugging-providers/
"""

from __future__ import annotations

import subprocess
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sandbox import launchers
from tests.e2e.preloaded_python import preloaded_python
from tests.e2e.secrets_server import secrets_server

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from sandbox.environment import Home

_MODULES = {"aws": "sandbox.providers.aws", "synced-folder": "sandbox.providers.synced_folder"}
# A test uses at most so many folders in turn.
_MOST_FOLDERS = 2


@dataclass
class Providers:
    """The running providers: a process for each one and each folder, of which it reads files.

    Attributes:
        python: the preloaded Python to run them with; empty for a usual one.
    """

    python: str = ""
    _running: dict[Path, list[subprocess.Popen[str]]] = field(default_factory=dict)
    _variables: dict[Path, dict[str, str]] = field(default_factory=dict)

    def variables(self, folder: Path, env: Mapping[str, str]) -> dict[str, str]:
        """Return the variable by which the engine finds the providers of a folder; start them if needed."""
        if folder not in self._running:
            if len(self._running) == _MOST_FOLDERS:
                self._stop(next(iter(self._running)))
            self._running[folder] = [self._start(module, folder, env) for module in _MODULES.values()]
            ports = zip(_MODULES, map(_port, self._running[folder]), strict=True)
            self._variables[folder] = {"PULUMI_DEBUG_PROVIDERS": ",".join(f"{name}:{port}" for name, port in ports)}
        return self._variables[folder]

    def stop(self) -> None:
        """Stop all of them."""
        for folder in list(self._running):
            self._stop(folder)

    def _stop(self, folder: Path) -> None:
        for process in self._running.pop(folder):
            with process:
                process.terminate()

    def _start(self, module: str, folder: Path, env: Mapping[str, str]) -> subprocess.Popen[str]:
        command = [self.python, "-u", "-m", module] if self.python else launchers.plugin_command(module)
        return subprocess.Popen(command, cwd=folder, env=dict(env), stdout=subprocess.PIPE, text=True)


@contextmanager
def fast_commands(env: Mapping[str, str], home: Home) -> Iterator[tuple[dict[str, str], Providers]]:
    """Yield an environment in which `pulumi` commands take less CPU, and the providers for these commands."""
    with preloaded_python(env, home) as python, secrets_server() as secrets:
        providers = Providers(python)
        try:
            yield {**env, **secrets, "PULUMI_PYTHON_CMD": python}, providers
        finally:
            providers.stop()


def _port(process: subprocess.Popen[str]) -> int:
    """Return the port, which is the only line that a provider prints."""
    assert process.stdout is not None
    return int(process.stdout.readline())
