from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from sandbox.environment import Home
from sandbox.gateway.stacks import Stacks, bucket_of, stack_files

if TYPE_CHECKING:
    from pathlib import Path


def state(*resources: dict[str, Any]) -> dict[str, Any]:
    """Return a stack's state as the file backend writes it."""
    return {"version": 3, "checkpoint": {"stack": "dev", "latest": {"resources": list(resources)}}}


def bucket(name: str, **more: Any) -> dict[str, Any]:  # noqa: ANN401 - whatever the state says of a resource
    """Return a bucket as it is in the state."""
    return {"urn": f"urn:pulumi:dev::site::aws:s3/bucket:Bucket::{name}", "type": "aws:s3/bucket:Bucket", **more}


def write(home: Home, stack: str, content: str) -> Path:
    """Write a stack's state file."""
    file = home.state / ".pulumi" / "stacks" / f"{stack}.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(content, encoding="utf-8")
    return file


def test_bucket_is_found_by_its_type() -> None:
    """The bucket's id is its name."""
    other = {"type": "aws:s3/bucketPolicy:BucketPolicy", "id": "policy"}
    assert bucket_of(state({"type": "pulumi:pulumi:Stack"}, other, bucket("site", id="site-1"))) == "site-1"


@pytest.mark.parametrize(
    "content",
    [
        {},
        {"checkpoint": {"stack": "dev"}},
        {"checkpoint": {"latest": None}},
        {"checkpoint": {"latest": {"resources": None}}},
        state(),
        state(bucket("site")),
        state(bucket("site", id="")),
    ],
)
def test_state_without_bucket(content: dict[str, Any]) -> None:
    """A new, an empty and a destroyed stack have no bucket, nor has one whose bucket is being created."""
    assert bucket_of(content) is None


def test_replaced_bucket() -> None:
    """While a bucket is replaced, the new one is used."""
    assert bucket_of(state(bucket("site", id="old", delete=True), bucket("site", id="new"))) == "new"


def test_state_files(tmp_path: Path) -> None:
    """Stacks of all projects are listed, without the backups and attributes beside their state files."""
    home = Home(tmp_path)
    for name in ("hosting/prod", "hosting/dev", "other/dev"):
        file = write(home, name, "{}")
        file.with_suffix(".json.bak").write_text("{}")
        file.with_suffix(".json.attrs").write_text("{}")
    assert list(stack_files(home)) == ["hosting/dev", "hosting/prod", "other/dev"]


def test_home_without_state(tmp_path: Path) -> None:
    """Before the first `pulumi stack init` the list of stacks is empty."""
    assert Stacks(Home(tmp_path)).names() == []


def test_state_is_read_again_when_it_changes(tmp_path: Path) -> None:
    """A stack's bucket is always the current one."""
    home = Home(tmp_path)
    stacks = Stacks(home)
    found = [stacks.bucket("hosting/dev")]
    for content in (state(), state(bucket("site", id="one")), state(bucket("site", id="three"))):
        write(home, "hosting/dev", json.dumps(content))
        found += [stacks.bucket("hosting/dev"), stacks.bucket("hosting/dev")]
    (home.state / ".pulumi" / "stacks" / "hosting" / "dev.json").unlink()
    assert [*found, stacks.bucket("hosting/dev")] == [None, None, None, "one", "one", "three", "three", None]


def test_half_written_state(tmp_path: Path) -> None:
    """A half-written state file changes nothing."""
    home = Home(tmp_path)
    stacks = Stacks(home)
    whole = json.dumps(state(bucket("site", id="one")))
    write(home, "hosting/dev", whole)
    before = stacks.bucket("hosting/dev")
    write(home, "hosting/dev", whole[:40])
    assert (before, stacks.bucket("hosting/dev")) == ("one", "one")


def test_stack_name_with_dots(tmp_path: Path) -> None:
    """A stack's name can contain dots."""
    home = Home(tmp_path)
    write(home, "hosting/release-1.2", json.dumps(state(bucket("site", id="dotted"))))
    assert Stacks(home).bucket("hosting/release-1.2") == "dotted"
