"""The start of the sandbox's plugins."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

import pytest

from sandbox.launchers import plugin_command
from sandbox.run_plugin import stub_packages

if TYPE_CHECKING:
    from pathlib import Path

_LISTENER = """
import sys
from pulumi.runtime.proto import provider_pb2
print(provider_pb2.ConfigureRequest.__name__, __name__, *sys.argv[1:])
print(*sorted(name for name in sys.modules if name.startswith("pulumi") and "proto" not in name))
"""


def test_plugin_gets_only_the_protocol(tmp_path: Path) -> None:
    """The module runs as `__main__` with the engine's arguments, and the SDK's packages are empty."""
    (tmp_path / "listener.py").write_text(_LISTENER)
    # Plugins are modules of the repository; PYTHONPATH adds this one.
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
    command = [*plugin_command("listener"), "127.0.0.1:1"]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["ConfigureRequest __main__ 127.0.0.1:1", "pulumi pulumi.runtime"]


def test_missing_sdk() -> None:
    """A Python without the SDK gets a message that says how to install it."""
    with pytest.raises(ModuleNotFoundError, match="make sandbox"):
        stub_packages("no_such_package_here")
