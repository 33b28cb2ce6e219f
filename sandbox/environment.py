"""The folder that the sandbox keeps its data in, and the environment variables that point `pulumi` at it."""

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
    """The sandbox's folder, with everything that it writes but the built CLI and the emulator's virtual environment."""

    root: Path

    @property
    def state(self) -> Path:
        """Pulumi's file backend."""
        return self.root / "state"

    @property
    def bin(self) -> Path:
        """The folder that comes first on PATH."""
        return self.root / "bin"

    @property
    def plugins(self) -> Path:
        """The folder of installed plugins: PULUMI_HOME/plugins."""
        return self.root / "pulumi" / "plugins"

    @property
    def logs(self) -> Path:
        """The output of the background processes, and of the last `up` of each stack."""
        return self.root / "logs"

    @property
    def run(self) -> Path:
        """Pids and ports of the background processes, as JSON."""
        return self.root / "run"

    @property
    def emulator_data(self) -> Path:
        """The emulator's data."""
        return self.root / "emulator" / "data"

    @property
    def distributions_version(self) -> Path:
        """A file whose text is another one after each change of a distribution."""
        return self.run / "distributions"

    @property
    def quotas(self) -> Path:
        """The quotas of an account that differ from AWS's, as JSON: sandbox/emulator/quotas.py has their names."""
        return self.root / "quotas.json"

    @property
    def store_settings(self) -> Path:
        """Settings of key value stores that AWS does not document, as JSON: see sandbox/emulator/store_settings.py."""
        return self.root / "stores.json"

    @property
    def activate(self) -> Path:
        """The script that a shell sources."""
        return self.root / "activate"

    def create_folders(self) -> None:
        """Create the folders that do not exist."""
        for folder in (self.state, self.bin, self.logs, self.run, self.emulator_data, self.plugins):
            folder.mkdir(parents=True, exist_ok=True)


def current_home() -> Home:
    """Return the home that SANDBOX_HOME names, else `.sandbox` in the working directory."""
    return Home(Path(os.environ.get("SANDBOX_HOME") or ".sandbox").absolute())


def endpoint_variables(endpoint: str) -> dict[str, str]:
    """Return the variables that point AWS clients at an endpoint, such as http://127.0.0.1:24566.

    botocore, and so boto3 and the AWS CLI, put `<account>.` in front of the host of the data API of key value stores.
    With a user name in front of the host, the account becomes a part of that name, `http://<account>.kvs@127.0.0.1:24566`,
    and makes no difference. Otherwise a name such as <account>.localhost would have to resolve, as on few systems.
    """
    stores = endpoint.replace("://", "://kvs@")
    return {"AWS_ENDPOINT_URL": endpoint, "AWS_ENDPOINT_URL_CLOUDFRONT_KEYVALUESTORE": stores}


def sandbox_variables(home: Home, endpoint: str) -> dict[str, str]:
    """Return the variables that point `pulumi`, its programs and AWS clients at the sandbox, without PATH."""
    return {
        "SANDBOX_HOME": str(home.root),
        "VIRTUAL_ENV": sys.prefix,
        # The program and its dynamic providers run with the sandbox's Python, not with `python3`.
        "PULUMI_PYTHON_CMD": sys.executable,
        "PULUMI_HOME": str(home.root / "pulumi"),
        "PULUMI_BACKEND_URL": f"file://{home.state}",
        "PULUMI_CONFIG_PASSPHRASE": "",
        # See sandbox.pulumi_shim: the salt of an empty passphrase is in the state, not in tracked files.
        "PULUMI_FALLBACK_TO_STATE_SECRETS_MANAGER": "true",
        # See sandbox.launchers: the plugins serve any version that an SDK asks for.
        "PULUMI_ENABLE_LEGACY_PLUGIN_SEARCH": "true",
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
        **endpoint_variables(endpoint),
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_EC2_METADATA_DISABLED": "true",
    }


# These would override the keys above, so that a program could reach the developer's real account.
REMOVED_VARIABLES = (
    "AWS_PROFILE",
    "AWS_DEFAULT_PROFILE",
    "AWS_SESSION_TOKEN",
    "PULUMI_CONFIG_PASSPHRASE_FILE",
    "PYTHONHOME",
)


def full_environment(home: Home, endpoint: str) -> dict[str, str]:
    """Return the environment for a subprocess: what `source activate` makes of this process's."""
    inherited = {name: value for name, value in os.environ.items() if name not in REMOVED_VARIABLES}
    path = os.pathsep.join([*_path_prefix(home), inherited.get("PATH", os.defpath)])
    return {**inherited, **sandbox_variables(home, endpoint), "PATH": path}


def write_activate(home: Home, endpoint: str) -> None:
    """Write the script that a shell sources, in the syntax that sh, bash and zsh share."""
    exports = sandbox_variables(home, endpoint)
    changed = ("PATH", *exports, *REMOVED_VARIABLES)
    home.activate.write_text(
        "\n".join(
            [
                f"# source {home.activate}; undo with: deactivate_sandbox",
                "if command -v deactivate_sandbox >/dev/null 2>&1; then deactivate_sandbox; fi",
                *(f'_sandbox_old_{name}="${{{name}-}}"; _sandbox_had_{name}="${{{name}+x}}"' for name in changed),
                *(f"unset {name}" for name in REMOVED_VARIABLES),
                *(f"export {name}={shlex.quote(value)}" for name, value in exports.items()),
                f'export PATH={shlex.quote(os.pathsep.join(_path_prefix(home)))}:"$PATH"',
                "deactivate_sandbox() {",
                *(_restore(name) for name in changed),
                "    unset -f deactivate_sandbox",
                "}",
                "",
            ]
        )
    )


def _path_prefix(home: Home) -> list[str]:
    return [str(home.bin), str(Path(sys.prefix) / "bin")]


def _restore(name: str) -> str:
    return (
        f'    if [ -n "$_sandbox_had_{name}" ]; then export {name}="$_sandbox_old_{name}"; '
        f"else unset {name}; fi; unset _sandbox_old_{name} _sandbox_had_{name}"
    )
