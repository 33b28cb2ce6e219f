"""The command's own errors: each is one sentence that ends with what to type next."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hosting.config.load import RawConfig
from hosting.publish.staging.staged_paths import MANIFEST
from hosting.review import cli, workers
from hosting.review.live import no_live_site
from hosting.review.request import write_request
from tests.unit.review import sites
from tests.unit.review.sites import SITE

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

NOTHING = no_live_site("Nothing is live yet")


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., int]:
    """Return the command in a project whose stack has this config, and that was never deployed."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "Pulumi.yaml").write_text("name: x")

    def run(*arguments: str, **config: str) -> int:
        values = {name.replace("_", ":"): value for name, value in {"aws_region": "us-east-1", **config}.items()}
        monkeypatch.setattr(cli, "PulumiCli", lambda _: None)
        monkeypatch.setattr(cli, "raw_config", lambda *_: RawConfig("dev", values))
        monkeypatch.setattr(cli, "_live", lambda *_: NOTHING)
        return cli.main(["--stack", "dev", *arguments])

    return run


@pytest.fixture
def staged(tmp_path: Path) -> Path:
    """Return the folder of a staged tree."""
    made = sites.staged_site(tmp_path, SITE, {})
    (made.folder / MANIFEST).write_text(made.manifest.to_json())
    write_request(made.folder, made.request)
    folder = tmp_path / ".hosting/staging/dev"
    folder.parent.mkdir(parents=True)
    return made.folder.rename(folder)


def test_a_site_that_is_not_staged(command: Callable[..., int], capsys: pytest.CaptureFixture[str]) -> None:
    """A preview stages it."""
    assert command() == cli.NOT_REVIEWED
    assert capsys.readouterr().err == "error: Stack 'dev' is not staged: pulumi preview --stack dev, or add --build\n"


@pytest.mark.usefixtures("staged")
def test_a_review_that_is_off(command: Callable[..., int], capsys: pytest.CaptureFixture[str]) -> None:
    """No preview stages the site for it, and what an earlier one has left is not reviewed."""
    assert command(publish_gate='{"urls": "off", "links": "off"}') == cli.NOT_REVIEWED
    error = "'publish:gate' turns the review off, so pulumi preview stages nothing for it: add --build"
    assert capsys.readouterr().err == f"error: {error}\n"


def test_a_review_that_fails(command: Callable[..., int], staged: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A staged file that does not exist any more gives no traceback."""
    (staged / "pages/index.html").unlink()
    assert command() == cli.NOT_REVIEWED
    error = capsys.readouterr().err
    assert error.startswith("error: The review failed (FileNotFoundError: ")
    assert error.endswith("; nothing was reviewed: stage the site again with --build\n")


@pytest.mark.usefixtures("staged")
def test_the_progress_is_shown(
    command: Callable[..., int], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A terminal has a bar while files are read by workers, and none at the end."""
    monkeypatch.setattr(workers, "_FEW", 0)
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    assert command() == cli.PASSED
    error = capsys.readouterr().err
    assert "5 of 5 files" in error
    assert error.endswith("\r\033[K")


@pytest.mark.usefixtures("staged")
def test_the_formats(command: Callable[..., int], capsys: pytest.CaptureFixture[str]) -> None:
    """Each has the cost of the publish, and that of a month if there is traffic."""
    assert command("--markdown") == cli.PASSED
    assert "**Cost**: `This publish, as if nothing were live: $" in capsys.readouterr().out
    assert command("--json", "--traffic", "1GB,1M", "--html", "report.html") == cli.PASSED
    assert '"title": "A month with 1 GB and 1,000,000 requests' in capsys.readouterr().out
    assert command() == cli.PASSED
    assert "\nThis publish, as if nothing were live: $" in capsys.readouterr().out
