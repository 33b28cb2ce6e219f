"""Builds the Pulumi CLI from the Go modules pinned in this folder's go.mod and go.sum.

The result is in the user's cache, by version and platform, so that it survives `make clean` and serves every checkout.
No package registry has the CLI, but the Go module proxy has its source.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import platform
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from sandbox.errors import SandboxError
from sandbox.progress import Step, run

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SOURCE = Path(__file__).resolve().parent
PACKAGE = "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"
SDK = "github.com/pulumi/pulumi/sdk/v3"
# The SDK's scripts that run programs and dynamic providers; copied, so that `go clean -modcache` does not break a built
# engine.
SCRIPTS = ("python/cmd/pulumi-language-python-exec", "python/dist/pulumi-resource-pulumi-python")
_NETWORK_ERROR = re.compile(
    r"no such host|dial tcp|connection re|timeout|deadline|TLS|proxyconnect|unreachable|EOF|lookup disabled"
    r"|(403|404|407|410|50\d) "
)


def pinned_version() -> str:
    """Return the CLI's version that go.mod pins, such as v3.259.0."""
    return _from_go_mod(r"^require github\.com/pulumi/pulumi/pkg/v3 (v\S+)")


def cache_folder() -> Path:
    """Return the folder of the built engine for this version and platform."""
    root = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    key = f"{pinned_version()}-{sys.platform}-{platform.machine()}"
    return root / "hosting-sandbox" / "engine" / key


def is_built() -> bool:
    """Return whether the engine of this version is in the cache."""
    return _is_complete(cache_folder())


def ensure() -> Path:
    """Return the folder with the built CLI and its scripts; build it first if needed (about 3 minutes).

    Raises:
        SandboxError: Go is missing or too old, or the modules cannot be downloaded or compiled.
    """
    target = cache_folder()
    if _is_complete(target):
        return target
    go = require_go(shutil.which("go"))
    target.parent.mkdir(parents=True, exist_ok=True)
    with _lock(target.with_name(f"{target.name}.lock")):
        # Another process may have built it while this one waited for the lock.
        if not _is_complete(target):
            _build_into(target, go)
    return target


def require_go(go: str | None) -> str:
    """Return the Go to build with.

    Raises:
        SandboxError: Go is not installed, or is older than go.mod requires.
    """
    required = _from_go_mod(r"^go (\S+)")
    hint = f"install Go >= {required} (https://go.dev/dl), or the Pulumi CLI (https://www.pulumi.com/docs/install)"
    if go is None:
        raise SandboxError(f"Go is not on PATH, and the Pulumi CLI has to be built with it: {hint}.")
    done = subprocess.run([go, "version"], capture_output=True, text=True, check=False, env=_go_env())
    found = re.search(r"\bgo(\d+(?:\.\d+)*)", done.stdout)
    if found is None or _numbers(found[1]) < _numbers(required):
        got = found[1] if found else (done.stderr or done.stdout).strip()
        raise SandboxError(f"Go {got} is too old to build the Pulumi CLI: {hint}.")
    return go


def explain_failure(output: str, log: Path) -> str:
    """Return one line about a failed `go` command: what to do, with Go's own reason."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    reason = lines[-1] if lines else "no output"
    if "no space left" in output:
        return f"The disk is full: building the Pulumi CLI needs about 6 GB for Go's caches ({reason})."
    if _NETWORK_ERROR.search(reason):
        return (
            f"The Go modules of the Pulumi CLI cannot be downloaded ({reason}). Check the network, or set GOPROXY to a "
            "Go module proxy that this machine can reach, then run this again."
        )
    return f"The Pulumi CLI cannot be built ({reason}). The whole output is in {log}."


def _build_into(target: Path, go: str) -> None:
    build_folder = target.with_name(f"{target.name}.building")
    shutil.rmtree(build_folder, ignore_errors=True)
    build_folder.mkdir()
    log = target.with_name(f"{target.name}.log")
    log.unlink(missing_ok=True)
    packages = _download(go, log)
    _compile(go, build_folder / "pulumi", packages, log)
    _copy_scripts(go, build_folder, log)
    build_folder.rename(target)


def _download(go: str, log: Path) -> int:
    """Download the modules of the CLI; return the number of packages to compile."""
    downloaded = 0

    def count(line: str) -> None:
        nonlocal downloaded
        downloaded += line.startswith("go: downloading")
        step.note(f"{downloaded} modules")

    with Step(f"Pulumi CLI {pinned_version()}, step 1 of 2, download Go modules") as step:
        listing = _go([go, "list", "-deps", PACKAGE], log, count)
    return len(listing.splitlines()) - downloaded


def _compile(go: str, binary: Path, packages: int, log: Path) -> None:
    compiled = 0

    def count(_: str) -> None:
        nonlocal compiled
        compiled += 1
        step.note(f"{compiled} of {packages} packages")

    version_flag = f"-s -w -X {SDK}/go/common/version.Version={pinned_version()}"
    # The linker leaves out debug information (-s -w), which takes the compiler a quarter of its time.
    command = [go, "build", "-v", "-gcflags=all=-dwarf=false", "-ldflags", version_flag, "-o", str(binary), PACKAGE]
    with Step(f"Pulumi CLI {pinned_version()}, step 2 of 2, compile (about 3 minutes)") as step:
        _go(command, log, count)


def _copy_scripts(go: str, build_folder: Path, log: Path) -> None:
    listing = _go([go, "list", "-m", "-f", "{{.Dir}}", SDK], log, lambda _: None)
    for script in SCRIPTS:
        copied = build_folder / Path(script).name
        shutil.copyfile(Path(listing.splitlines()[-1]) / script, copied)
        copied.chmod(0o755)


def _go(command: list[str], log: Path, on_line: Callable[[str], None]) -> str:
    code, output = run(command, on_line=on_line, cwd=SOURCE, env=_go_env())
    with log.open("a") as file:
        file.write(output)
    if code != 0:
        raise SandboxError(explain_failure(output, log))
    return output


def _go_env() -> dict[str, str]:
    # GOTOOLCHAIN=local: Go must not download another Go. GOFLAGS and GOWORK of other projects must not apply.
    return {**os.environ, "GOTOOLCHAIN": "local", "GOFLAGS": "-mod=readonly", "GOWORK": "off"}


def _is_complete(folder: Path) -> bool:
    return all((folder / name).is_file() for name in ("pulumi", *(Path(script).name for script in SCRIPTS)))


def _from_go_mod(pattern: str) -> str:
    found = re.search(pattern, (SOURCE / "go.mod").read_text(), re.MULTILINE)
    if found is None:
        raise SandboxError(f"{SOURCE / 'go.mod'} has no line that matches {pattern}.")
    return found[1]


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))


@contextlib.contextmanager
def _lock(path: Path) -> Iterator[None]:
    """Let one process build at a time; the kernel releases the lock when its holder ends."""
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
