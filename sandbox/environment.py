"""Where the sandbox keeps its things, and the environment in which `pulumi` finds it. Plain Python, starts nothing."""

from __future__ import annotations

import os
import shlex
import sys
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent
REGION = "us-east-1"


@dataclass(frozen=True)
class Home:
    """The sandbox's folder: everything that it writes, apart from the engine's cache, is in here."""

    root: Path

    @property
    def state(self) -> Path:
        """Pulumi's file backend."""
        return self.root / "state"

    @property
    def bin(self) -> Path:
        """What goes first on PATH."""
        return self.root / "bin"

    @property
    def plugins(self) -> Path:
        """Where the engine looks for the plugins that it has installed: PULUMI_HOME/plugins."""
        return self.root / "pulumi" / "plugins"

    @property
    def logs(self) -> Path:
        """What the background processes and the last `up` of each stack said."""
        return self.root / "logs"

    @property
    def run(self) -> Path:
        """Pids and ports of the background processes, as JSON."""
        return self.root / "run"

    @property
    def cloud(self) -> Path:
        """The emulator's data."""
        return self.root / "cloud" / "data"

    @property
    def activate(self) -> Path:
        """The script for `source`."""
        return self.root / "activate"

    def make(self) -> None:
        """Create the folders."""
        for folder in (self.state, self.bin, self.logs, self.run, self.cloud, self.plugins):
            folder.mkdir(parents=True, exist_ok=True)


def current_home() -> Home:
    """The home that SANDBOX_HOME names, else `.sandbox` in the working directory."""
    return Home(Path(os.environ.get("SANDBOX_HOME") or ".sandbox").absolute())


def settings(home: Home, endpoint: str) -> dict[str, str]:
    """The variables that point `pulumi`, its programs and AWS clients at the sandbox; PATH is not among them."""
    return {
        "SANDBOX_HOME": str(home.root),
        "VIRTUAL_ENV": sys.prefix,
        # The program and its dynamic providers run with the sandbox's Python, whatever `python3` is.
        "PULUMI_PYTHON_CMD": sys.executable,
        "PULUMI_HOME": str(home.root / "pulumi"),
        "PULUMI_BACKEND_URL": f"file://{home.state}",
        "PULUMI_CONFIG_PASSPHRASE": "",
        # See sandbox.pulumi_shim: the salt of an empty passphrase is kept in the state, not in tracked files.
        "PULUMI_FALLBACK_TO_STATE_SECRETS_MANAGER": "true",
        # See sandbox.launchers: our plugins serve whatever version an SDK asks for.
        "PULUMI_ENABLE_LEGACY_PLUGIN_SEARCH": "true",
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_EC2_METADATA_DISABLED": "true",
    }


# A developer's own AWS login must never reach the sandbox's programs: these would win over the keys above.
UNSET = ("AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_SESSION_TOKEN", "PULUMI_CONFIG_PASSPHRASE_FILE", "PYTHONHOME")


def environ(home: Home, endpoint: str) -> dict[str, str]:
    """The whole environment for a subprocess: what `source activate` makes of ours."""
    inherited = {name: value for name, value in os.environ.items() if name not in UNSET}
    path = os.pathsep.join([*_front_of_path(home), inherited.get("PATH", os.defpath)])
    return {**inherited, **settings(home, endpoint), "PATH": path}


def write_activate(home: Home, endpoint: str) -> None:
    """Write the script for `source`, in the words that sh, bash and zsh share."""
    exports = settings(home, endpoint)
    touched = ("PATH", *exports, *UNSET)
    home.activate.write_text(
        "\n".join(
            [
                f"# source {home.activate}; undo with: deactivate_sandbox",
                "if command -v deactivate_sandbox >/dev/null 2>&1; then deactivate_sandbox; fi",
                *(f'_sandbox_old_{name}="${{{name}-}}"; _sandbox_had_{name}="${{{name}+x}}"' for name in touched),
                *(f"unset {name}" for name in UNSET),
                *(f"export {name}={shlex.quote(value)}" for name, value in exports.items()),
                f'export PATH={shlex.quote(os.pathsep.join(_front_of_path(home)))}:"$PATH"',
                "deactivate_sandbox() {",
                *(_restore(name) for name in touched),
                "    unset -f deactivate_sandbox",
                "}",
                "",
            ]
        )
    )


def _front_of_path(home: Home) -> list[str]:
    return [str(home.bin), str(Path(sys.prefix) / "bin")]


def _restore(name: str) -> str:
    return (
        f'    if [ -n "$_sandbox_had_{name}" ]; then export {name}="$_sandbox_old_{name}"; '
        f"else unset {name}; fi; unset _sandbox_old_{name} _sandbox_had_{name}"
    )
