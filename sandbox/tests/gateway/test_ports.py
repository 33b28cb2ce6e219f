from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

import pytest

from sandbox.environment import Home
from sandbox.gateway.ports import Ports, UrlError, is_running, load, save, url_for

if TYPE_CHECKING:
    from pathlib import Path


def home_with(tmp_path: Path, *stacks: str) -> Home:
    """Return a home with these stacks, and a running gateway with a port for each."""
    home = Home(tmp_path)
    for stack in stacks:
        file = home.state / ".pulumi" / "stacks" / f"{stack}.json"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("{}")
    save(home, Ports(os.getpid(), 20_000, {stack: 20_001 + number for number, stack in enumerate(stacks)}))
    return home


def test_save_and_load(tmp_path: Path) -> None:
    """The saved ports are loaded."""
    ports = Ports(4711, 20_000, {"hosting/dev": 20_001})
    save(Home(tmp_path), ports)
    assert load(Home(tmp_path)) == ports


def test_before_the_first_start(tmp_path: Path) -> None:
    """Without a file there are no ports, and the gateway is not running."""
    assert load(Home(tmp_path)) == Ports(None, 0, {})
    assert not is_running(Home(tmp_path))


def test_killed_gateway(tmp_path: Path) -> None:
    """A recorded pid counts only if its process exists."""
    ended = subprocess.Popen(["true"])
    ended.wait()
    save(Home(tmp_path), Ports(ended.pid, 20_000, {}))
    assert not is_running(Home(tmp_path))


@pytest.mark.parametrize("name", ["dev", "hosting/dev", "organization/hosting/dev"])
def test_url_of_a_stack(tmp_path: Path, name: str) -> None:
    """A stack can be named with or without its project and organization, as for the CLI."""
    assert url_for(home_with(tmp_path, "hosting/dev", "hosting/prod"), name) == "http://localhost:20001/"


@pytest.mark.parametrize(
    ("stacks", "name", "message"),
    [
        (
            ["hosting/dev"],
            "prod",
            "The sandbox has no stack prod (it has hosting/dev); create it with: pulumi stack init prod",
        ),
        ([], "dev", "The sandbox has no stack dev (it has no stacks yet); create it with: pulumi stack init dev"),
        (
            ["a/dev", "b/dev"],
            "dev",
            "Several projects have a stack dev: type `python -m sandbox url` and a/dev or b/dev",
        ),
    ],
)
def test_unknown_and_ambiguous_names(tmp_path: Path, stacks: list[str], name: str, message: str) -> None:
    """The message for an unknown or ambiguous name lists the stacks."""
    with pytest.raises(UrlError) as caught:
        url_for(home_with(tmp_path, *stacks), name)
    assert str(caught.value) == message


def test_stack_of_the_current_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of two projects' `dev`, the one of the nearest Pulumi.yaml is used, as by the CLI."""
    (tmp_path / "shop/www").mkdir(parents=True)
    (tmp_path / "shop/Pulumi.yaml").write_text("description: x\nname: 'b'\n")
    monkeypatch.chdir(tmp_path / "shop/www")
    assert url_for(home_with(tmp_path, "a/dev", "b/dev"), "dev") == "http://localhost:20002/"
    (tmp_path / "shop/Pulumi.yaml").write_text("runtime: python\n")
    with pytest.raises(UrlError, match="Several projects"):
        url_for(home_with(tmp_path, "a/dev", "b/dev"), "dev")


def test_stopped_gateway(tmp_path: Path) -> None:
    """While the sandbox is stopped, the message says how to start it."""
    with pytest.raises(UrlError, match="make sandbox"):
        url_for(Home(tmp_path), "dev")
