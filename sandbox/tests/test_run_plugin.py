"""The start of the sandbox's plugins."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

import pytest

from sandbox.launchers import plugin_command
from sandbox.run_plugin import without_the_rest

if TYPE_CHECKING:
    from pathlib import Path

_LISTENER = """
import sys
from pulumi.runtime.proto import provider_pb2
print(provider_pb2.ConfigureRequest.__name__, __name__, *sys.argv[1:])
print(*sorted(name for name in sys.modules if name.startswith("pulumi") and "proto" not in name))
"""


def test_a_plugin_gets_the_protocol_and_no_more_of_the_sdk(tmp_path: Path) -> None:
    """A module is run as the main one, with the engine's arguments, and only places stand for the SDK's packages."""
    (tmp_path / "listener.py").write_text(_LISTENER)
    # Plugins are the repository's own modules: this one is found beside them.
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
    command = [*plugin_command("listener"), "127.0.0.1:1"]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["ConfigureRequest __main__ 127.0.0.1:1", "pulumi pulumi.runtime"]


def test_without_the_sdk_it_says_what_to_do() -> None:
    """A Python that has no SDK is told how to get it."""
    with pytest.raises(ModuleNotFoundError, match="make sandbox"):
        without_the_rest("no_such_package_here")
