"""The executables of a home: `pulumi` for PATH, and the plugins, installed where the engine keeps its own."""

from __future__ import annotations

import shlex
import shutil
import sys
from typing import TYPE_CHECKING

from sandbox.engine.locate import LAUNCHER_MARK
from sandbox.environment import REPOSITORY

if TYPE_CHECKING:
    from pathlib import Path

    from sandbox.engine.locate import Engine
    from sandbox.environment import Home

# Newer than any version that an SDK asks for. Together with PULUMI_ENABLE_LEGACY_PLUGIN_SEARCH ("at least that
# version") the engine takes the plugin, without the warning that it prints for each plugin found on PATH.
_ANY_VERSION = "v999.0.0"
_PROVIDERS = {"aws": "sandbox.providers.aws", "synced-folder": "sandbox.providers.synced_folder"}


def write(home: Home, engine: Engine) -> None:
    """Install `pulumi` and the plugins that this engine needs, and no others."""
    wanted = _scripts(home, engine)
    for stale in set(home.plugins.glob("*")) - {script.parent for script in wanted}:
        # Beside each plugin's folder the engine keeps small files of its own.
        if stale.is_dir():
            shutil.rmtree(stale)
    for script, command in wanted.items():
        text = f'#!/bin/sh\n{LAUNCHER_MARK}\nexec {shlex.join(command)} "$@"\n'
        if not script.exists() or script.read_text() != text:
            _replace(script, text)


def module_command(name: str, python: str | Path = sys.executable) -> list[str]:
    """A command that runs a module of this repository from any directory.

    Not `PYTHONPATH=... python -m`: that variable would reach the user's program, and the working directory, which
    is the user's project, would come before this repository.
    """
    start = (
        f"import runpy, sys; sys.path.insert(0, {str(REPOSITORY)!r}); "
        f"runpy.run_module({name!r}, run_name='__main__', alter_sys=True)"
    )
    return [str(python), "-P", "-c", start]


def plugin_command(name: str) -> list[str]:
    """A command that runs a module of this repository which speaks the engine's protocol."""
    return [*module_command("sandbox.run_plugin"), name]


def _scripts(home: Home, engine: Engine) -> dict[Path, list[str]]:
    shim = REPOSITORY / "sandbox" / "pulumi_shim.py"
    # -I and -S: the shim needs nothing outside the standard library, and starts in milliseconds without the rest.
    pulumi = [sys.executable, "-I", "-S", str(shim), str(engine.pulumi)]
    scripts = {home.bin / "pulumi": pulumi}
    for name, module in _PROVIDERS.items():
        scripts[_plugin(home, "resource", name)] = plugin_command(module)
    if engine.scripts is not None:
        # The launcher of dynamic providers needs no script here: the engine finds the SDK's beside itself.
        runner = str(engine.scripts / "pulumi-language-python-exec")
        scripts[_plugin(home, "language", "python")] = [*plugin_command("sandbox.language_host"), runner]
    return scripts


def _plugin(home: Home, kind: str, name: str) -> Path:
    return home.plugins / f"{kind}-{name}-{_ANY_VERSION}" / f"pulumi-{kind}-{name}"


def _replace(script: Path, text: str) -> None:
    script.parent.mkdir(parents=True, exist_ok=True)
    fresh = script.with_name(f".{script.name}.new")
    fresh.write_text(text)
    fresh.chmod(0o755)
    fresh.replace(script)
