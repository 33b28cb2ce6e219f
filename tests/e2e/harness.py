"""The real engine on the sandbox's cloud, for tests: a project of one's own, and what is asked of it."""

from __future__ import annotations

import http.client
import itertools
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlsplit

import boto3
import yaml

from hosting.doctor import backend
from sandbox import lifecycle
from tests.e2e.providers import Providers
from tests.e2e.secrets_server import SECRETS_PROVIDER
from tests.repository import REPOSITORY

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from types_boto3_cloudfront import CloudFrontClient
    from types_boto3_s3 import S3Client

    from sandbox.environment import Home

PROGRAM = ("Pulumi.yaml", "Pulumi.dev.yaml", "Pulumi.prod.yaml", "__main__.py", "requirements.txt", "hosting", "site")
_USES_PROVIDERS = {"up", "preview", "refresh", "destroy"}
_LOCATIONS = itertools.count()
_CHANGES = re.compile(r"^\s+([+~-]{1,2}) (\d+) (?:to )?(created?|updated?|deleted?|replaced?)", re.MULTILINE)


@dataclass(frozen=True)
class Answer:
    """An HTTP answer.

    Attributes:
        status: the code.
        headers: by lower-case name.
        body: the bytes.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode()


def fetch(
    url: str,
    path: str = "/",
    *,
    method: str = "GET",
    headers: Mapping[str, str] | None = None,
    body: bytes | None = None,
) -> Answer:
    """Ask once, without following redirects."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=20)
    try:
        connection.request(method, path, body, dict(headers or {}))
        response = connection.getresponse()
        return Answer(response.status, {k.lower(): v for k, v in response.getheaders()}, response.read())
    finally:
        connection.close()


def elsewhere() -> dict[str, str]:
    """Return the header by which an edge location answers that has not been asked yet, and so has nothing cached."""
    return {"X-Sandbox-Location": f"location-{next(_LOCATIONS)}"}


@dataclass(frozen=True)
class Result:
    """What a command of the CLI did.

    Attributes:
        code: its exit code.
        output: stdout and stderr.
    """

    code: int
    output: str

    @property
    def changes(self) -> dict[str, int]:
        """What an `up` changed, such as ``{"created": 3}``; empty when nothing."""
        return {match[2].rstrip("d") + "d": int(match[1]) for match in _CHANGES.findall(self.output)}


@dataclass(frozen=True)
class Sandbox:
    """The running sandbox.

    Attributes:
        home: its folder.
        env: the environment for `pulumi`.
        providers: those that projects use.
    """

    home: Home
    env: Mapping[str, str]
    providers: Providers = field(default_factory=Providers)

    @cached_property
    def s3(self) -> S3Client:
        """The cloud's own S3."""
        return self._session.client("s3", endpoint_url=self.env["AWS_ENDPOINT_URL"])

    @cached_property
    def cloudfront(self) -> CloudFrontClient:
        """The cloud's own CloudFront."""
        return self._session.client("cloudfront", endpoint_url=self.env["AWS_ENDPOINT_URL"])

    @cached_property
    def _session(self) -> boto3.Session:
        return boto3.Session("test", "test", region_name=self.env["AWS_REGION"])


@dataclass
class Project:
    """A copy of the program with a name of its own, and one of its stacks.

    Attributes:
        sandbox: where it is deployed.
        path: the copy's folder.
        name: the Pulumi project's name.
        stack: the stack that commands are about.
    """

    sandbox: Sandbox
    path: Path
    name: str
    stack: str

    def pulumi(self, *arguments: str, check: bool = True, env: Mapping[str, str] | None = None) -> Result:
        """Run the CLI in the project, for this stack; with an ``env``, the engine starts providers that have it."""
        if env is None and arguments[0] in _USES_PROVIDERS:
            env = self.sandbox.providers.variables(self.path, self.sandbox.env)
        done = subprocess.run(
            ["pulumi", *arguments, "--non-interactive", "--color=never"],
            cwd=self.path,
            env={**self.sandbox.env, **(env or {})},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        assert not check or done.returncode == 0, done.stdout
        return Result(done.returncode, done.stdout)

    def init(self, *flags: str) -> None:
        """Run `pulumi stack init`."""
        self.pulumi("stack", "init", self.stack, SECRETS_PROVIDER, *flags)

    def up(self, *arguments: str, check: bool = True, env: Mapping[str, str] | None = None) -> Result:
        """Run `pulumi up` without the preview."""
        return self.pulumi("up", "--yes", "--skip-preview", "--stack", self.stack, *arguments, check=check, env=env)

    def config(self, key: str, value: object, *flags: str) -> None:
        """Set a key of the stack's config; with flags by `pulumi config set`, which takes half a second."""
        if flags:
            self.pulumi("config", "set", "--stack", self.stack, *flags, key, str(value))
        else:
            self._change_config(lambda config: config.update({key: value}))

    def unset(self, *keys: str) -> None:
        """Remove keys of the stack's config."""
        self._change_config(lambda config: [config.pop(key, None) for key in keys])

    def _change_config(self, change: Callable[[dict[str, object]], object]) -> None:
        file = self.path / f"Pulumi.{self.stack}.yaml"
        content = (yaml.safe_load(file.read_text()) if file.exists() else None) or {}
        content["config"] = content.get("config") or {}
        change(content["config"])
        file.write_text(yaml.safe_dump(content))

    def cancel_killed(self) -> None:
        """Run `pulumi cancel` after a kill, and restore a cut-off state first, as docs/troubleshooting.md says."""
        folder = self.sandbox.home.state / ".pulumi"
        checkpoint = backend.checkpoint(folder, self.name, self.stack)
        copy = backend.newest_copy(folder, self.name, self.stack)
        if not is_json(checkpoint) and copy is not None:
            shutil.copy(copy, checkpoint)
        backend.attributes(checkpoint).unlink(missing_ok=True)
        self.pulumi("cancel", "--yes", "--stack", self.stack)

    def outputs(self) -> dict[str, Any]:
        """Return the stack's outputs, as `pulumi stack output` prints them; a secret one is encrypted."""
        found = (one for one in self.state() if one["type"] == "pulumi:pulumi:Stack")
        return next((one.get("outputs", {}) for one in found), {})

    def state(self) -> list[dict[str, Any]]:
        """Return the resources of the stack's state, read from its file: the CLI takes half a second."""
        checkpoint = backend.checkpoint(self.sandbox.home.state / ".pulumi", self.name, self.stack)
        latest = json.loads(checkpoint.read_text(encoding="utf-8"))["checkpoint"]["latest"] or {}
        resources: list[dict[str, Any]] = latest.get("resources", [])
        return resources

    def url(self) -> str:
        """Return where the stack's visitors go."""
        return lifecycle.url(self.sandbox.home, f"{self.name}/{self.stack}")

    def get(self, path: str = "/", **options: Any) -> Answer:  # noqa: ANN401 - fetch's
        """Ask the stack's site, as a visitor."""
        return fetch(self.url(), path, **options)

    def verify(self, *arguments: str) -> tuple[int, dict[str, Any]]:
        """Run `python -m hosting.verify` once for this stack; return its exit status and its report."""
        command = [sys.executable, "-m", "hosting.verify", "--stack", self.stack, "--url", self.url(), "--json"]
        done = subprocess.run(
            [*command, "--wait", "0", *arguments],
            cwd=self.path,
            env=dict(self.sandbox.env),
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode in {0, 1}, done.stderr
        report: dict[str, Any] = json.loads(done.stdout)
        return done.returncode, report

    def write(self, path: str, text: str) -> None:
        """Write a file of the project."""
        file = self.path / path
        file.parent.mkdir(parents=True, exist_ok=True)
        # A new inode: a staged hard link of the old content must not change under it.
        file.unlink(missing_ok=True)
        file.write_text(text)

    def stored(self) -> list[str]:
        """Return the keys in the stack's bucket."""
        listed = self.sandbox.s3.list_objects_v2(Bucket=self.outputs()["bucketName"])
        return [entry["Key"] for entry in listed.get("Contents", [])]

    def invalidations(self) -> list[list[str]]:
        """Return the paths of each invalidation of the stack's distribution, oldest first."""
        distribution = self.outputs()["distributionId"]
        cloudfront = self.sandbox.cloudfront
        listed = cloudfront.list_invalidations(DistributionId=distribution)["InvalidationList"].get("Items", [])
        batches = [
            cloudfront.get_invalidation(DistributionId=distribution, Id=item["Id"])["Invalidation"]
            for item in reversed(listed)
        ]
        return [sorted(batch["InvalidationBatch"]["Paths"]["Items"]) for batch in batches]


def copy_program(target: Path, name: str) -> None:
    """Copy the program to ``target`` as the project ``name``, without what a run leaves behind."""
    target.mkdir(parents=True)
    for part in PROGRAM:
        source = REPOSITORY / part
        if source.is_dir():
            # Its compiled modules too, where there are any: each `pulumi up` would compile them again.
            shutil.copytree(source, target / part)
        else:
            shutil.copy(source, target / part)
    settings = target / "Pulumi.yaml"
    settings.write_text(re.sub(r"(?m)^name: .*$", f"name: {name}", settings.read_text()))


@dataclass
class Poll:
    """Asks again and again while something else happens, and keeps what went wrong.

    Attributes:
        ask: returns None when all is well, else what is not.
        misses: what was not well.
        least_pause_s: the shortest pause after a round, in seconds.
        pause_in_rounds: the shortest pause, as a multiple of the round's own time.
        rounds: how often it asked.
    """

    ask: Callable[[], str | None]
    # Shorter pauses take the processor from what it watches.
    least_pause_s: float = 0.05
    pause_in_rounds: float = 1
    misses: list[str] = field(default_factory=list)
    rounds: int = 0
    _stop: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self._run)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stop.is_set():
            started = time.monotonic()
            miss = self.ask()
            self.rounds += 1
            if miss is not None:
                self.misses.append(f"round {self.rounds}: {miss}")
            self._stop.wait(max(self.least_pause_s, self.pause_in_rounds * (time.monotonic() - started)))


def is_json(file: Path) -> bool:
    """Return whether a file is complete JSON."""
    try:
        json.loads(file.read_text(encoding="utf-8"))
    except ValueError:
        return False
    return True


def descendants(pid: int) -> list[int]:
    """Return the ids of the processes that a process has started, and of those that they have."""
    found = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in map(int, (task / "children").read_text().split()):
            found += [child, *descendants(child)]
    return found


def end(pids: Sequence[int]) -> None:
    """End those of the processes that are still there."""
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
