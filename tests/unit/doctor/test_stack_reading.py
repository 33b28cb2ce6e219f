from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from hosting.deployments.cli import CommandResult
from hosting.doctor.stack_reading import project_name, read_stack, selected_stack
from hosting.errors import HostingError
from tests.unit.deployments.fakes import FakeCli
from tests.unit.doctor.conftest import results

if TYPE_CHECKING:
    from pathlib import Path

    from hosting.doctor.stack_reading import StackReading
    from tests.unit.doctor.conftest import Account

CONFIG = {"aws:region": {"value": "eu-central-1", "secret": False}}
URN = "urn:pulumi:prod::site::hosting:index:StaticSite"
BROKEN = CommandResult(255, "", "error: failed to load checkpoint: place 1: unexpected end of JSON input")


def state(**more: object) -> dict[str, Any]:
    """Return an exported state."""
    component = {"type": "hosting:index:StaticSite", "urn": f"{URN}::site"}
    return {"version": 3, "deployment": {"resources": [component], **more}}


def read(stack: str = "prod", **results: CommandResult | dict[str, Any]) -> StackReading:
    """Read a stack with the given results of the CLI."""
    return read_stack(FakeCli(**{"config": CONFIG, "stack_export": state(), **results}), "site", stack, {})


def backend(folder: Path) -> dict[str, Any]:
    """Return what `pulumi whoami` prints for a backend in a folder."""
    (folder / ".pulumi/stacks/site").mkdir(parents=True)
    (folder / ".pulumi/backups/site/prod").mkdir(parents=True)
    (folder / ".pulumi/locks/organization/site/prod").mkdir(parents=True)
    return {"user": "ada", "url": f"file://{folder}"}


def test_a_stack_without_problems() -> None:
    """The backend, the state and the config are a line each."""
    reading = read()
    assert results(reading.lines) == [
        ("ok", "The state is in https://app.pulumi.com/ada"),
        ("ok", "Stack 'prod' has deployed 1 resources"),
        ("ok", "The config is valid; the region is eu-central-1"),
    ]
    assert reading.settings is not None
    assert reading.state is not None
    component = reading.state.component()
    assert component is not None
    assert component.urn == f"{URN}::site"


def test_a_stack_of_an_organization() -> None:
    """The settings have the stack's own name, by which `prod` has CloudFront."""
    reading = read("acme/prod")
    assert reading.settings is not None
    assert (reading.settings.stack, reading.settings.cloudfront.enabled) == ("prod", True)


def test_before_the_first_up() -> None:
    """A new stack has an empty state."""
    assert read(stack_export={"version": 3, "deployment": None}).lines[1].text.endswith("has deployed nothing yet")


def test_no_login() -> None:
    """Without a login nothing else is read."""
    reading = read(whoami=CommandResult(3, "", "error: PULUMI_ACCESS_TOKEN must be set for login"))
    (line,) = reading.lines
    assert (line.status, line.next_step) == ("error", "pulumi login")
    assert (reading.settings, reading.state) == (None, None)


def test_no_such_stack() -> None:
    """A stack that does not exist is one error, with the command that creates it."""
    missing = CommandResult(6, "", "error: no stack named 'prod' found")
    reading = read(stack_export=missing, config=missing)
    assert [line.status for line in reading.lines] == ["ok", "error"]
    assert reading.lines[1].next_step == "pulumi stack init prod"
    assert (reading.settings, reading.state) == (None, None)


def test_a_state_that_is_not_readable() -> None:
    """Any other error of the CLI is shown, and the config is still read."""
    reading = read(stack_export=CommandResult(255, "", "error: no route to host"))
    assert reading.lines[1].text == "`pulumi stack export` failed"
    assert (reading.state, reading.lines[-1].status) == (None, "ok")


def test_pending_operations() -> None:
    """What a killed update was doing is a warning."""
    pending = {"type": "creating", "resource": {"urn": f"{URN}::site-distribution"}}
    reading = read(stack_export=state(pending_operations=[pending]))
    assert ("warning", "A `pulumi up` was killed while it was creating site-distribution") in results(reading.lines)


def test_a_checkpoint_that_was_cut_off(tmp_path: Path) -> None:
    """The line has the command that restores the newest complete copy: beside the file, else of `backups`."""
    url = backend(tmp_path)
    folder = tmp_path / ".pulumi"
    file, beside = folder / "stacks/site/prod.json", folder / "stacks/site/prod.json.bak"
    (folder / "backups/site/prod/prod.1.json").write_text("{}")
    (folder / "backups/site/prod/prod.2.json").write_text("{}")
    beside.write_text('{"version": 3, "chec')
    step = read(whoami=url, stack_export=BROKEN).lines[1].next_step
    rest = f"{file} && rm -f {file}.attrs && pulumi refresh --stack prod"
    assert step == f"cp {folder}/backups/site/prod/prod.2.json {rest}"
    beside.write_text("{}")
    line = read(whoami=url, stack_export=BROKEN).lines[1]
    assert line.text == "The state is incomplete: a `pulumi` command was killed while it wrote it"
    assert line.next_step == f"cp {beside} {rest}"


@pytest.mark.parametrize("has_files", [True, False])
def test_a_checkpoint_without_a_copy_on_this_machine(tmp_path: Path, *, has_files: bool) -> None:
    """Without a copy, or with the files elsewhere, the line names the folders."""
    url = backend(tmp_path) if has_files else {"url": "gs://states"}
    line = read(whoami=url, stack_export=BROKEN).lines[1]
    assert line.next_step.startswith("copy the newest file of .pulumi/backups/site/prod/ over .pulumi/stacks/site/prod")
    assert url["url"] in line.next_step


def test_a_lock_of_a_killed_command(tmp_path: Path) -> None:
    """A lock file says who made it, also if it was cut off."""
    url = backend(tmp_path)
    locks = tmp_path / ".pulumi/locks/organization/site/prod"
    (locks / "a.json").write_text(json.dumps({"pid": 7, "hostname": "ci", "timestamp": "2026-11-27"}))
    (locks / "b.json").write_text("")
    found = [line for line in read(whoami=url).lines if line.status == "error"]
    assert [line.text for line in found] == [
        "The stack is locked by process 7 on ci since 2026-11-27",
        "The stack is locked by process ? on ? since ?",
    ]
    assert found[0].next_step == "if no other `pulumi` command runs: pulumi cancel --stack prod"


def test_an_update_in_pulumi_cloud() -> None:
    """Pulumi Cloud lists the stacks that are being updated."""
    listed = [{"name": "acme/prod", "updateInProgress": True}, {"name": "acme/dev"}]
    busy = CommandResult(0, json.dumps(listed))
    assert "locked by an update that Pulumi Cloud lists" in read(stack_ls=busy).lines[2].text
    assert [line.status for line in read("acme/dev", stack_ls=busy).lines] == ["ok"] * 3
    assert [line.status for line in read(stack_ls=CommandResult(1, ""), whoami={}).lines] == ["ok"] * 3


@pytest.fixture
def bucket(account: Account, endpoint: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """Let the environment have the credentials of an account with a bucket; return the bucket's name."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", account.id)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    account.client("s3").create_bucket(Bucket=f"states-{account.id}")
    return f"states-{account.id}"


@pytest.mark.parametrize("folder", ["", "sites/"])
def test_a_lock_in_a_bucket(account: Account, bucket: str, folder: str) -> None:
    """Locks of a backend in S3 are read with the environment's credentials; those of other stacks do not matter."""
    locks, s3 = f"{folder}.pulumi/locks/organization/site", account.client("s3")
    owner = {"pid": 7, "hostname": "ci", "timestamp": "2026-11-27"}
    s3.put_object(Bucket=bucket, Key=f"{locks}/dev/a.json", Body=json.dumps(owner).encode())
    url = {"url": f"s3://{bucket}/{folder}?region=us-east-1&awssdk=v2"}
    assert [line.status for line in read(whoami=url).lines] == ["ok"] * 3
    s3.put_object(Bucket=bucket, Key=f"{locks}/prod/a.json", Body=json.dumps(owner).encode())
    s3.put_object(Bucket=bucket, Key=f"{locks}/prod/b.json", Body=b"")
    assert [line.text for line in read(whoami=url).lines if line.status == "error"] == [
        "The stack is locked by process 7 on ci since 2026-11-27",
        "The stack is locked by process ? on ? since ?",
    ]


def test_a_bucket_that_can_not_be_read(account: Account, bucket: str) -> None:
    """Without an answer from the bucket nothing is known of its locks."""
    account.client("s3").delete_bucket(Bucket=bucket)
    url = f"s3://{bucket}?region=us-east-1"
    line = read(whoami={"url": url}).lines[2]
    assert (line.status, line.text.partition(" (")[0]) == ("not checked", f"Locks in {url} can't be read")
    assert line.next_step == "if `pulumi up` says that the stack is locked: pulumi cancel --stack prod"


@pytest.mark.parametrize("url", ["gs://states", "s3://states?endpoint=minio.example.com"])
def test_locks_in_other_backends(url: str) -> None:
    """Locks in the buckets of other clouds, and of other servers than AWS, are not read."""
    line = read(whoami={"url": url}).lines[2]
    assert (line.status, line.text) == ("not checked", f"Locks in {url} are not read")


def test_an_invalid_config() -> None:
    """Each problem of the config is an error with its command."""
    config = {**CONFIG, "website:indexDocument": {"value": ""}, "publish:mod": {"value": "bulk"}}
    reading = read(config=config)
    errors = [line for line in reading.lines if line.status == "error"]
    assert reading.settings is None
    assert len(errors) == 2
    assert all(line.next_step.startswith("pulumi config ") for line in errors)


def test_a_config_that_is_not_readable() -> None:
    """A wrong passphrase is an error of the CLI."""
    reading = read(config=CommandResult(255, "", "error: incorrect passphrase"))
    assert results(reading.lines)[-1] == ("error", "`pulumi config` failed")
    assert reading.lines[-1].next_step == "incorrect passphrase"


def test_selected_stack() -> None:
    """Without --stack the selected one is checked; without that, the message says what to type."""
    assert selected_stack(FakeCli(stack=CommandResult(0, "dev\n"))) == "dev"
    for result in (CommandResult(255, "", "error: no stack selected"), CommandResult(0, "\n")):
        with pytest.raises(HostingError, match="No stack is selected: python -m"):
            selected_stack(FakeCli(stack=result))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "There is no Pulumi.yaml"),
        ("name: [", "Pulumi.yaml is not valid YAML"),
        ("runtime: python", "Pulumi.yaml has no name"),
        ("text", "Pulumi.yaml has no name"),
    ],
)
def test_no_project(tmp_path: Path, content: str | None, message: str) -> None:
    """A folder without a project, and a project without a name, are mistakes of the user."""
    if content is not None:
        (tmp_path / "Pulumi.yaml").write_text(content)
    with pytest.raises(HostingError, match=message):
        project_name(tmp_path)


def test_project_name(tmp_path: Path) -> None:
    """The name is read from Pulumi.yaml."""
    (tmp_path / "Pulumi.yaml").write_text("name: site\nruntime: python\n")
    assert project_name(tmp_path) == "site"
