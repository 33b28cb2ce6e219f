"""The stacks of pull requests, with a fake of the Pulumi CLI."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from hosting.deployments.cli import CommandResult
from hosting.errors import HostingError
from hosting.publish.staging.manifest import Manifest
from hosting.publish.staging.staged_paths import MANIFEST
from hosting.pull_requests.github import PullRequest
from hosting.pull_requests.previews import Previews
from hosting.review.live import no_live_site
from hosting.review.request import write_request
from hosting.review.run import run_review
from tests.unit.deployments.fakes import FakeCli
from tests.unit.review import sites

if TYPE_CHECKING:
    from pathlib import Path

    from tests.unit.pull_requests.conftest import Repository

COMMIT = "c" * 40
URL = "https://pr-7.example-previews.com"
REQUEST = PullRequest(7, COMMIT, is_open=True)


def previews(repository: Repository, folder: Path, cli: FakeCli, template: str = "pr") -> tuple[Previews, list[str]]:
    """Return the previews of a project, and what they say."""
    (folder / "Pulumi.pr.yaml").write_text("config: {aws:region: eu-west-1}\n")
    said: list[str] = []
    return Previews(cli, repository.github, folder, template, said.append), said


def listed(*names: str) -> CommandResult:
    """Return what the CLI prints of stacks."""
    names_as_json = ", ".join(f'{{"name": "{name}"}}' for name in names)
    return CommandResult(0, f"[{names_as_json}]")


def test_a_preview_is_published_and_its_url_commented(repository: Repository, tmp_path: Path) -> None:
    """The stack has the template's config with the folder of the artifact; a second commit changes the comment."""
    repository.open(7, COMMIT)
    cli = FakeCli(stack_output={"url": URL})
    one, said = previews(repository, tmp_path, cli)
    one.publish(REQUEST, "unpacked")
    assert cli.commands("stack", "select") == [("stack", "select", "--create", "pr-7")]
    assert [command[0] for command in cli.commands("up")] == ["up"]
    assert "publish:directory: unpacked" in (tmp_path / "Pulumi.pr-7.yaml").read_text()
    assert repository.comments(7) == [f"Preview of ccccccc: {URL}"]
    one.publish(PullRequest(7, "d" * 40, is_open=True), "unpacked")
    assert repository.comments(7) == [f"Preview of ddddddd: {URL}"]
    assert said == [f"pr-7 is published: {URL}"] * 2


def reviewed(folder: Path, title: str) -> None:
    """Leave what a publish of preview 7 leaves: a staged tree and its review, which finds a broken link."""
    body = f'<a href="/{title}">x</a>'
    made = sites.staged_site(folder, {**sites.SITE, "index.html": sites.page(title, body)}, {})
    (made.folder / MANIFEST).write_text(made.manifest.to_json())
    write_request(made.folder, made.request)
    run_review(made, no_live_site("Nothing is live yet"), lambda _done, _total: None)
    (folder / ".hosting/staging").mkdir(parents=True)
    made.folder.rename(folder / ".hosting/staging/pr-7")


@pytest.mark.parametrize("code", [0, 255])
def test_the_comment_has_the_review(repository: Repository, tmp_path: Path, code: int) -> None:
    """Also if the publish fails, as `publish:gate` may have refused it; what comes from the site is code."""
    repository.open(7, COMMIT)
    reviewed(tmp_path, "@admin")
    one, _ = previews(repository, tmp_path, FakeCli(stack_output={"url": URL}, up=CommandResult(code, "")))
    with suppress(HostingError):
        one.publish(REQUEST, "unpacked")
    (comment,) = repository.comments(7)
    first = {0: f"Preview of ccccccc: {URL}", 255: "Commit ccccccc has no preview: its publish failed."}[code]
    assert comment.startswith(f"{first}\n\n**Review** of 4 pages with ")
    assert "\n**1 link target does not exist**\n\n- `/@admin` `is 404` on `/`" in comment
    assert "\n**Cost**: `This publish, as if nothing were live: $" in comment


def test_the_review_of_another_tree_is_no_comment(repository: Repository, tmp_path: Path) -> None:
    """The tree was staged again since then, so the review is not about what was published."""
    repository.open(7, COMMIT)
    reviewed(tmp_path, "old")
    (tmp_path / ".hosting/staging/pr-7" / MANIFEST).write_text(Manifest.of([]).to_json())
    one, _ = previews(repository, tmp_path, FakeCli(stack_output={"url": URL}))
    one.publish(REQUEST, "unpacked")
    assert repository.comments(7) == [f"Preview of ccccccc: {URL}"]


def test_a_publish_that_fails_is_commented(repository: Repository, tmp_path: Path) -> None:
    """The comment does not name the old URL as that of the new commit."""
    repository.open(7, COMMIT)
    one, _ = previews(repository, tmp_path, FakeCli(up=CommandResult(255, "")))
    with pytest.raises(HostingError, match="Preview 'pr-7' was not published"):
        one.publish(REQUEST, "unpacked")
    assert repository.comments(7) == ["Commit ccccccc has no preview: its publish failed."]


def test_a_pull_request_that_is_closed_meanwhile(repository: Repository, tmp_path: Path) -> None:
    """Its preview is removed by the run that has published it."""
    repository.open(7, COMMIT)
    repository.close(7)
    cli = FakeCli(stack_output={"url": URL})
    one, said = previews(repository, tmp_path, cli)
    one.publish(REQUEST, "unpacked")
    assert len(cli.commands("destroy")) == 1
    assert repository.comments(7) == ["The preview is gone."]
    assert said[-1] == "pr-7 is gone"


def test_a_sweep_destroys_the_previews_of_closed_pull_requests(repository: Repository, tmp_path: Path) -> None:
    """Other stacks, and those of open pull requests, stay; without a comment, none is written."""
    for number in (7, 8, 9):
        repository.open(number, COMMIT)
    repository.close(7)
    repository.close(9)
    cli = FakeCli(stack_ls=listed("pr-9", "pr", "pr-07", "prod", "pr-8", "pr-7-old", "pr-7"))
    one, said = previews(repository, tmp_path, cli)
    one.sweep()
    assert [command[-1] for command in cli.commands("destroy")] == ["pr-7", "pr-9"]
    assert all("--remove" in command for command in cli.commands("destroy"))
    assert said == ["pr-7 is gone", "pr-9 is gone"]
    assert repository.state()["comments"] == {}


def test_a_preview_that_is_not_destroyed(repository: Repository, tmp_path: Path) -> None:
    """The others are destroyed, and the error names those that remain."""
    repository.open(7, COMMIT)
    repository.close(7)
    cli = FakeCli(stack_ls=listed("pr-7"), destroy=CommandResult(255, ""))
    one, said = previews(repository, tmp_path, cli)
    with pytest.raises(HostingError, match="The previews of pull requests 7 were not destroyed"):
        one.sweep()
    assert said == ["Preview 'pr-7' was not destroyed, see above"]


def test_a_pull_request_that_github_does_not_show(repository: Repository, tmp_path: Path) -> None:
    """A number without a pull request, for which GitHub answers 404 each day, is a warning, and its stack stays."""
    repository.open(8, COMMIT)
    repository.close(8)
    cli = FakeCli(stack_ls=listed("pr-7", "pr-8"))
    one, said = previews(repository, tmp_path, cli)
    one.sweep()
    assert [command[-1] for command in cli.commands("destroy")] == ["pr-8"]
    warning, gone = said
    assert gone == "pr-8 is gone"
    assert warning == (
        "::warning::Stack 'pr-7' stays, as the repository has no pull request 7. If nobody needs it: "
        "pulumi destroy --remove --stack pr-7"
    )


def test_github_does_not_answer_for_one_pull_request(
    repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another error does not end the sweep of the others, and the run fails."""
    repository.open(8, COMMIT)
    repository.close(8)
    ask = repository.github.pull_request

    def refuse(number: int) -> PullRequest | None:
        if number == 7:
            raise HostingError("GitHub's API refused a request: gh: Bad Gateway (HTTP 502)")
        return ask(number)

    monkeypatch.setattr(repository.github, "pull_request", refuse)
    cli = FakeCli(stack_ls=listed("pr-7", "pr-8"))
    one, said = previews(repository, tmp_path, cli)
    with pytest.raises(HostingError, match="The previews of pull requests 7 were not destroyed"):
        one.sweep()
    assert said == ["GitHub's API refused a request: gh: Bad Gateway (HTTP 502)", "pr-8 is gone"]


def test_previews_in_an_organization_of_their_own(repository: Repository, tmp_path: Path) -> None:
    """The template's name may have an organization, which the previews have too; the config file has none."""
    repository.open(7, COMMIT)
    cli = FakeCli(stack_output={"url": URL}, stack_ls=listed("acme-previews/pr-7"))
    one, _ = previews(repository, tmp_path, cli, "acme-previews/pr")
    one.publish(REQUEST, "unpacked")
    assert cli.commands("stack", "select") == [("stack", "select", "--create", "acme-previews/pr-7")]
    assert (tmp_path / "Pulumi.pr-7.yaml").is_file()
    repository.close(7)
    one.sweep()
    assert [command[-1] for command in cli.commands("destroy")] == ["acme-previews/pr-7"]
    assert cli.commands("stack", "ls")[0][-2:] == ("--organization", "acme-previews")
