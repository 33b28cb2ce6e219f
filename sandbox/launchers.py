"""The executables of a home: `pulumi` for PATH, and the plugins in the folder where the engine installs its own."""

from __future__ import annotations

import shlex
import shutil
import sys
from typing import TYPE_CHECKING

from sandbox.engine.locate import LAUNCHER_COMMENT
from sandbox.environment import REPOSITORY

if TYPE_CHECKING:
    from pathlib import Path

    from sandbox.engine.locate import Engine
    from sandbox.environment import Home

# Newer than any version that an SDK asks for. With PULUMI_ENABLE_LEGACY_PLUGIN_SEARCH ("at least that version") the
# engine uses the plugin, without the warning that it prints for each plugin found on PATH.
_ANY_VERSION = "v999.0.0"
_PROVIDERS = {"aws": "sandbox.providers.aws", "synced-folder": "sandbox.providers.synced_folder"}


def write(home: Home, engine: Engine) -> None:
    """Install `pulumi` and the plugins that this engine needs, and remove others."""
    commands = _commands(home, engine)
    for stale in set(home.plugins.glob("*")) - {script.parent for script in commands}:
        # The engine keeps small files beside each plugin's folder.
        if stale.is_dir():
            shutil.rmtree(stale)
    for script, command in commands.items():
        text = f'#!/bin/sh\n{LAUNCHER_COMMENT}\nexec {shlex.join(command)} "$@"\n'
        if not script.exists() or script.read_text() != text:
            _replace(script, text)


def module_command(name: str, python: str | Path = sys.executable) -> list[str]:
    """Return a command that runs a module of this repository from any directory.

    It is not `PYTHONPATH=... python -m`: that variable would reach the user's program, and modules in the working
    directory, the user's project, would hide those of this repository.
    """
    start = (
        f"import runpy, sys; sys.path.insert(0, {str(REPOSITORY)!r}); "
        f"runpy.run_module({name!r}, run_name='__main__', alter_sys=True)"
    )
    return [str(python), "-P", "-c", start]


def plugin_command(name: str) -> list[str]:
    """Return a command that runs a module of this repository as a plugin of the engine."""
    return [*module_command("sandbox.run_plugin"), name]


def _commands(home: Home, engine: Engine) -> dict[Path, list[str]]:
    shim = REPOSITORY / "sandbox" / "pulumi_shim.py"
    # -I and -S: the shim needs only the standard library, and starts in milliseconds without site-packages.
    pulumi = [sys.executable, "-I", "-S", str(shim), str(engine.pulumi)]
    commands = {home.bin / "pulumi": pulumi}
    for name, module in _PROVIDERS.items():
        commands[_plugin(home, "resource", name)] = plugin_command(module)
    if engine.scripts is not None:
        # Dynamic providers need no launcher: the engine finds the SDK's beside itself.
        runner = str(engine.scripts / "pulumi-language-python-exec")
        commands[_plugin(home, "language", "python")] = [*plugin_command("sandbox.language_host"), runner]
    return commands


def _plugin(home: Home, kind: str, name: str) -> Path:
    return home.plugins / f"{kind}-{name}-{_ANY_VERSION}" / f"pulumi-{kind}-{name}"


def _replace(script: Path, text: str) -> None:
    script.parent.mkdir(parents=True, exist_ok=True)
    draft = script.with_name(f".{script.name}.new")
    draft.write_text(text)
    draft.chmod(0o755)
    draft.replace(script)
