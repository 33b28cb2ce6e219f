from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

import pytest

from sandbox.environment import Home
from sandbox.gateway.ports import DoorError, Ports, is_open, load, save, url_for

if TYPE_CHECKING:
    from pathlib import Path


def home_with(tmp_path: Path, *stacks: str) -> Home:
    """Return a home with these stacks, and a door that is open and has a port for each."""
    home = Home(tmp_path)
    for stack in stacks:
        file = home.state / ".pulumi" / "stacks" / f"{stack}.json"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("{}")
    save(home, Ports(os.getpid(), 20_000, {stack: 20_001 + number for number, stack in enumerate(stacks)}))
    return home


def test_record_comes_back_as_it_was_saved(tmp_path: Path) -> None:
    """What is saved is what is loaded."""
    ports = Ports(4711, 20_000, {"hosting/dev": 20_001})
    save(Home(tmp_path), ports)
    assert load(Home(tmp_path)) == ports


def test_nothing_on_record(tmp_path: Path) -> None:
    """Before the first start there is nothing, and the door is not open."""
    assert load(Home(tmp_path)) == Ports(None, 0, {})
    assert not is_open(Home(tmp_path))


def test_door_that_ended_without_a_word_is_not_open(tmp_path: Path) -> None:
    """A pid on record counts only while its process lives."""
    gone = subprocess.Popen(["true"])
    gone.wait()
    save(Home(tmp_path), Ports(gone.pid, 20_000, {}))
    assert not is_open(Home(tmp_path))


@pytest.mark.parametrize("name", ["dev", "hosting/dev", "organization/hosting/dev"])
def test_url_of_a_stack(tmp_path: Path, name: str) -> None:
    """A stack can be named as shortly or fully as for pulumi."""
    assert url_for(home_with(tmp_path, "hosting/dev", "hosting/prod"), name) == "http://localhost:20001/"


@pytest.mark.parametrize(
    ("stacks", "name", "message"),
    [
        (["hosting/dev"], "prod", "no stack 'prod'; there is hosting/dev; make one with 'pulumi stack init'"),
        ([], "dev", "no stack 'dev'; there is none yet; make one with 'pulumi stack init'"),
        (["a/dev", "b/dev"], "dev", "stack 'dev' is ambiguous: type 'python -m sandbox url' and one of a/dev, b/dev"),
    ],
)
def test_name_that_is_no_stack(tmp_path: Path, stacks: list[str], name: str, message: str) -> None:
    """An unknown or ambiguous name is told with what there is."""
    with pytest.raises(DoorError) as caught:
        url_for(home_with(tmp_path, *stacks), name)
    assert str(caught.value) == message


def test_a_stack_of_the_project_here_is_meant(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As for the CLI: of two projects' `dev` it is that of the Pulumi.yaml that is next."""
    (tmp_path / "shop/www").mkdir(parents=True)
    (tmp_path / "shop/Pulumi.yaml").write_text("description: x\nname: 'b'\n")
    monkeypatch.chdir(tmp_path / "shop/www")
    assert url_for(home_with(tmp_path, "a/dev", "b/dev"), "dev") == "http://localhost:20002/"
    (tmp_path / "shop/Pulumi.yaml").write_text("runtime: python\n")
    with pytest.raises(DoorError, match="ambiguous"):
        url_for(home_with(tmp_path, "a/dev", "b/dev"), "dev")


def test_closed_door_has_no_urls(tmp_path: Path) -> None:
    """While the sandbox is down there is no URL, but a hint."""
    with pytest.raises(DoorError, match="make sandbox"):
        url_for(Home(tmp_path), "dev")
