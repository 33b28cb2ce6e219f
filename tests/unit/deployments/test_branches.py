from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from hosting.deployments.branches import add, preview_edge, remove, stack_name
from hosting.deployments.cli import CommandResult, DeploymentsError
from hosting.deployments.settings import TEMPLATE
from tests.unit.deployments.fakes import FakeCli

if TYPE_CHECKING:
    from pathlib import Path

NO_STACK = CommandResult(6, "", "error: no stack named")
OF_FEATURE = {"deployments:repository": {"value": "acme/site"}, "deployments:branch": {"value": "feature-x"}}


@pytest.mark.parametrize(
    ("branch", "name"),
    [
        ("feature-x", "feature-x"),
        ("feature/Login page", "feature-login-page"),
        ("-v1.2_", "v1.2"),
        ("ä" + "b" * 120, "b" * 99),
    ],
)
def test_stack_is_named_after_its_branch(branch: str, name: str) -> None:
    """Characters that a stack's name can't have become a hyphen."""
    assert stack_name(branch) == name


def test_branch_without_a_letter_is_refused() -> None:
    """The stack's name needs a letter or digit of the branch's name."""
    with pytest.raises(DeploymentsError, match="no letter or digit"):
        stack_name("---")


@pytest.mark.parametrize("branch", ["prod", "PROD", "pr"])
def test_stages_are_not_branches(branch: str) -> None:
    """A branch with the name of a stage or the template does not get that stack, and does not remove it."""
    with pytest.raises(DeploymentsError, match="which is a stage or the template"):
        remove(FakeCli(), branch, TEMPLATE, yes=True)


def test_remove_destroys_and_removes_the_stack() -> None:
    """One command removes the site, the stack and its config file; it asks first, unless `--yes`."""
    cli = FakeCli(config=OF_FEATURE)
    remove(cli, "feature-x", TEMPLATE, yes=False)
    assert cli.commands("destroy") == [("destroy", "--remove", "--stack", "feature-x")]
    remove(cli, "feature-x", TEMPLATE, yes=True)
    assert cli.commands("destroy")[-1][-1] == "--yes"


def test_remove_in_the_templates_organization() -> None:
    """The branch's stack is in the organization of the template."""
    cli = FakeCli(config=OF_FEATURE)
    remove(cli, "feature-x", "acme/pr", yes=True)
    assert cli.commands("destroy") == [("destroy", "--remove", "--stack", "acme/feature-x", "--yes")]


def test_removing_a_missing_stack_is_reported() -> None:
    """The message names the stack that does not exist."""
    with pytest.raises(DeploymentsError, match="has no stack 'feature-x'"):
        remove(FakeCli(config=NO_STACK), "feature-x", TEMPLATE, yes=True)


def test_failed_removal_is_reported() -> None:
    """If the site could not be destroyed, the stack still exists."""
    with pytest.raises(DeploymentsError, match="is not removed, see above"):
        remove(FakeCli(config=OF_FEATURE, destroy=CommandResult(1, "")), "feature-x", TEMPLATE, yes=True)


def test_branch_in_the_templates_organization() -> None:
    """The branch's stack is created in the organization of the template."""
    cli = FakeCli(**{"config_--json_--show-secrets_--stack_acme/feature-x": NO_STACK})
    with pytest.raises(DeploymentsError, match="There is no stack 'acme/feature-x'"):
        add(cli, "feature-x", "acme/pr", print)
    init = ("stack", "init", "acme/feature-x", "--no-select", "--copy-config-from", "acme/pr")
    assert cli.commands("stack", "init") == [init]


def test_incomplete_stack_is_removed() -> None:
    """If its config can't be written, the stack is removed again, so that the next attempt can create it."""
    cli = FakeCli(
        **{"config_--json_--show-secrets_--stack_feature-x": NO_STACK},
        config_set=CommandResult(255, "", "error: no space left on device"),
    )
    with pytest.raises(DeploymentsError, match="no space left on device"):
        add(cli, "feature-x", TEMPLATE, print)
    assert cli.recorded[-1] == ("stack", "rm", "feature-x", "--yes")


def test_template_without_a_repository_creates_nothing() -> None:
    """A template that can't be connected is reported before a stack is created."""
    cli = FakeCli(**{"config_--json_--show-secrets_--stack_feature-x": NO_STACK}, config={})
    with pytest.raises(DeploymentsError, match="pulumi config set --stack pr deployments:repository"):
        add(cli, "feature-x", TEMPLATE, print)
    assert cli.commands("stack") == []


def test_a_branch_is_a_preview_if_there_is_an_edge() -> None:
    """The new stack names the edge, and the template's branch as its base; the template's own values are copied."""
    created = FakeCli(**{"config_--json_--show-secrets_--stack_feature-x": NO_STACK})
    with pytest.raises(DeploymentsError, match="There is no stack 'feature-x'"):
        add(created, "feature-x", TEMPLATE, print, edge="previews")
    assert [command[-2:] for command in created.commands("config", "set")][:2] == [
        ("previews:edge", "previews"),
        ("previews:base", "main"),
    ]
    repository = {"deployments:repository": {"value": "acme/site"}, "deployments:branch": {"value": "next"}}
    edge, base = {"previews:edge": {"value": "acme/edge/previews"}}, {"previews:base": {"value": "stable"}}
    for own, added in ((edge, [("previews:base", "next")]), ({**edge, **base}, [])):
        results: dict[str, CommandResult | dict[str, Any]] = {
            "config": {**repository, **own},
            "config_--json_--show-secrets_--stack_feature-x": NO_STACK,
        }
        templated = FakeCli(**results)
        with pytest.raises(DeploymentsError, match="There is no stack 'feature-x'"):
            add(templated, "feature-x", TEMPLATE, print, edge="previews")
        assert [command[-2:] for command in templated.commands("config", "set")][:-2] == added
    site = FakeCli(**{"config_--json_--show-secrets_--stack_feature-x": NO_STACK})
    with pytest.raises(DeploymentsError, match="There is no stack 'feature-x'"):
        add(site, "feature-x", TEMPLATE, print)
    assert not any("previews:" in part for command in site.commands("config", "set") for part in command)


def test_a_branchs_preview_is_connected() -> None:
    """An existing one is connected again, and the user learns where its URL is."""
    said: list[str] = []
    cli = FakeCli(config={**OF_FEATURE, "previews:edge": {"value": "previews"}})
    add(cli, "feature-x", TEMPLATE, said.append, edge="previews")
    assert "pulumi stack output url --stack feature-x" in said[-2]
    assert cli.commands("config", "set") == []


def test_the_edge_of_a_project(tmp_path: Path) -> None:
    """It is the stack whose config file has `previews:domain`."""
    for name, text in {"dev": "", "prod": "config:", "pr": "config: {previews:edge: previews}"}.items():
        (tmp_path / f"Pulumi.{name}.yaml").write_text(text)
    assert preview_edge(tmp_path) is None
    (tmp_path / "Pulumi.previews.yaml").write_text("config: {previews:domain: example-previews.com}")
    assert preview_edge(tmp_path) == "previews"
