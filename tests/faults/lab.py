"""One sandbox with one project, and snapshots of both.

Restoring a snapshot restarts the emulator with copied data, which takes a second. Publishing again would take ten.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import shutil
import signal
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from hosting.doctor import backend
from sandbox import emulator_process, lifecycle, processes
from sandbox.environment import Home
from sandbox.gateway import ports
from tests.e2e.harness import Sandbox, copy_program
from tests.e2e.providers import fast_commands
from tests.e2e.secrets_server import SECRETS_PROVIDER
from tests.faults.engine import Engine, Finished
from tests.faults.proxy import FaultProxy, Plan

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import TracebackType

    from types_boto3_s3 import S3Client

PROJECT = "faults"
# The snapshot without a stack.
EMPTY = "empty"
# Longer than a publish of the suite takes from one write to the next.
_STORE_LAG_S = 3
_UP = ("up", "--yes", "--skip-preview")
_WEBSITE_HOST = "{bucket}.s3-website-us-east-1.amazonaws.com"


class Lab:
    """The sandbox and the project; both exist while the `with` block runs."""

    def __enter__(self) -> Self:
        with contextlib.ExitStack() as exits:
            folder = tempfile.TemporaryDirectory(prefix="faults-", ignore_cleanup_errors=True)
            self._folder = Path(exits.enter_context(folder))
            self._home = Home(self._folder / "home")
            self.project = self._folder / "project"
            exits.callback(self._down)
            with contextlib.redirect_stdout(io.StringIO()):
                self._sandbox = Sandbox(self._home, lifecycle.start(self._home))
            copy_program(self.project, PROJECT)
            proxy = exits.enter_context(FaultProxy(self._sandbox.env["AWS_ENDPOINT_URL"]))
            env, providers = exits.enter_context(fast_commands(self._sandbox.env, self._home))
            self.engine = Engine(self.project, env, proxy, providers)
            self.stack = ""
            self.snapshots: set[str] = set()
            self.save(EMPTY)
            self._exits = exits.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._exits.__exit__(kind, error, trace)

    def _down(self) -> None:
        with contextlib.redirect_stdout(io.StringIO()):
            lifecycle.down(self._home)

    @property
    def s3(self) -> S3Client:
        """The cloud's S3, without the proxy."""
        return self._sandbox.s3

    @property
    def cloudfront(self) -> Any:  # noqa: ANN401 - boto3 generates its clients at run time
        """The cloud's CloudFront, without the proxy."""
        return self._sandbox.cloudfront

    def new_stack(self, stack: str, config: Mapping[str, str]) -> None:
        """Create an empty stack, and make it the one that commands are about."""
        self.stack = stack
        self.engine.run(Plan(), "stack", "init", stack, SECRETS_PROVIDER)
        # Without the review, each request is one of the publish.
        self.configure({"publish:directory": "www", "publish:gate": '{"urls": "off", "links": "off"}', **config})

    def configure(self, config: Mapping[str, str | None]) -> None:
        """Write settings of the stack's config; None removes one.

        They are written as `pulumi config set` would: starting the CLI for each would take longer.
        """
        file = self.project / f"Pulumi.{self.stack}.yaml"
        lines = [line for line in file.read_text().splitlines() if not line.startswith("config:")]
        kept = [line for line in lines if line.strip().partition(": ")[0] not in config]
        added = [f"  {key}: {json.dumps(value)}" for key, value in config.items() if value is not None]
        head = [line for line in kept if not line.startswith(" ")]
        settings = [line for line in kept if line.startswith(" ")]
        file.write_text("\n".join([*head, "config:", *settings, *added, ""]))

    def up(self, plan: Plan | None = None, *arguments: str) -> Finished:
        """Run `pulumi up` without the preview."""
        return self.engine.run(plan or Plan(), *_UP, "--stack", self.stack, *arguments)

    def destroy(self, plan: Plan | None = None) -> Finished:
        """Run `pulumi destroy` without the preview."""
        return self.engine.run(plan or Plan(), "destroy", "--yes", "--skip-preview", "--stack", self.stack)

    def delay_stores(self, seed: int) -> None:
        """Let updates of key value stores arrive late at the edge: by the seed whole ones in order, or single keys."""
        arrival = ("updates", "keys")[seed % 2]
        settings = {"arrival": arrival, "lagSeconds": _STORE_LAG_S, "seed": seed}
        self._home.store_settings.write_text(json.dumps(settings))

    def complete_stores(self) -> None:
        """Let all updates of key value stores arrive at once, as they do on AWS after a few seconds."""
        self._home.store_settings.unlink(missing_ok=True)

    def is_locked(self) -> bool:
        """Return whether a killed command has left the lock of the stack."""
        return any((self._home.state / ".pulumi" / "locks").glob(f"*/{PROJECT}/{self.stack}/*.json"))

    def cancel(self) -> None:
        """Run `pulumi cancel`, which removes the lock."""
        self.engine.run(Plan(), "cancel", "--yes", "--stack", self.stack)

    @property
    def checkpoint_file(self) -> Path:
        """The file of the stack's state."""
        return backend.checkpoint(self._home.state / ".pulumi", PROJECT, self.stack)

    def restore_checkpoint(self) -> None:
        """Copy the newest copy of the stack's state over it, as docs/troubleshooting.md says."""
        copy = backend.newest_copy(self._home.state / ".pulumi", PROJECT, self.stack)
        assert copy is not None, "the stack's state has no copy"
        shutil.copy(copy, self.checkpoint_file)
        backend.attributes(self.checkpoint_file).unlink(missing_ok=True)

    def state(self) -> dict[str, Any]:
        """Return the stack's state: its resources and pending operations."""
        latest: dict[str, Any] = json.loads(self.checkpoint_file.read_text())["checkpoint"]["latest"] or {}
        return latest

    def outputs(self) -> dict[str, Any]:
        """Return the stack's outputs; empty before the first successful `up`."""
        found = (resource for resource in self.state().get("resources", []))
        return next((r.get("outputs", {}) for r in found if r["type"] == "pulumi:pulumi:Stack"), {})

    def url(self) -> str:
        """Return the address of the sandbox's gateway for the stack."""
        return ports.url_for(self._home, f"{PROJECT}/{self.stack}")

    def visitor_headers(self) -> dict[str, str]:
        """Return the headers of a visitor of the address that the stack's outputs name."""
        outputs = self.outputs()
        domain = outputs.get("distributionDomain")
        host = domain or _WEBSITE_HOST.format(bucket=outputs["bucketName"])
        return {"Host": host, "X-Forwarded-Proto": "https"} if domain else {"Host": host}

    def save(self, name: str) -> None:
        """Save a snapshot of the cloud, the state and the project."""
        self._stop_emulator(is_saved=True)
        for saved, current in self._folders(name):
            shutil.copytree(current, saved, symlinks=True)
        self.snapshots.add(name)
        self._start_emulator()

    def restore(self, name: str) -> None:
        """Go back to a snapshot."""
        self._stop_emulator(is_saved=False)
        for saved, current in self._folders(name):
            _empty(current)
            shutil.copytree(saved, current, symlinks=True, dirs_exist_ok=True)
        self._start_emulator()

    def _folders(self, name: str) -> list[tuple[Path, Path]]:
        """Return each folder of a snapshot with its place; the project's has all that a run changes."""
        snapshot = self._folder / "snapshots" / name
        current = {"state": self._home.state, "data": self._home.emulator_data, "project": self.project}
        return [(snapshot / part, folder) for part, folder in current.items()]

    def _stop_emulator(self, *, is_saved: bool) -> None:
        record = processes.read(self._home.run / "emulator.json")
        if not is_saved:
            os.kill(record.pid, signal.SIGKILL)
            with contextlib.suppress(ChildProcessError):
                os.waitpid(record.pid, 0)
        else:
            emulator_process.stop(self._home)

    def _start_emulator(self) -> None:
        with contextlib.redirect_stdout(io.StringIO()):
            emulator_process.start(self._home)


def _empty(folder: Path) -> None:
    """Remove what is in a folder, which is the working directory of providers that keep running."""
    for entry in folder.iterdir():
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry)
        else:
            entry.unlink()
