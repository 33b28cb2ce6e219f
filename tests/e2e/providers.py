"""Providers that serve several commands.

Otherwise the engine starts each provider again at every command, which is a fifth of the work of a `pulumi up`. It
connects to running ones that PULUMI_DEBUG_PROVIDERS names:
https://www.pulumi.com/docs/iac/guides/building-extending/providers/debugging-providers/
"""

from __future__ import annotations

import subprocess
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sandbox import launchers

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

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


def _port(process: subprocess.Popen[str]) -> int:
    """Return the port, which is the only line that a provider prints."""
    assert process.stdout is not None
    return int(process.stdout.readline())
