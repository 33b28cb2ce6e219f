from __future__ import annotations

import pytest

from hosting.deployments.branches import TEMPLATE, add, remove, stack_name
from hosting.deployments.cli import Answer, DeploymentsError
from tests.unit.deployments.fakes import FakeCli

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
    """What a stack's name can't have becomes a hyphen."""
    assert stack_name(branch) == name


def test_branch_without_a_letter_is_refused() -> None:
    """There must be something to name the stack after."""
    with pytest.raises(DeploymentsError, match="no letter or digit"):
        stack_name("---")


@pytest.mark.parametrize("branch", ["prod", "PROD", "pr"])
def test_stages_are_no_branches(branch: str) -> None:
    """A branch named like the stage or the template is not given, and above all not rid of, that stack."""
    with pytest.raises(DeploymentsError, match="which is not a branch's"):
        remove(FakeCli(), branch, TEMPLATE, yes=True)


def test_remove_destroys_and_forgets_the_stack() -> None:
    """The site, the stack and its config file go, in one command that asks first unless told not to."""
    cli = FakeCli(config=OF_FEATURE)
    remove(cli, "feature-x", TEMPLATE, yes=False)
    assert cli.commands("destroy") == [("destroy", "--remove", "--stack", "feature-x")]
    remove(cli, "feature-x", TEMPLATE, yes=True)
    assert cli.commands("destroy")[-1][-1] == "--yes"


def test_remove_in_the_templates_organization() -> None:
    """A template named with its organization stands for where the branch's stack is."""
    cli = FakeCli(config=OF_FEATURE)
    remove(cli, "feature-x", "acme/pr", yes=True)
    assert cli.commands("destroy") == [("destroy", "--remove", "--stack", "acme/feature-x", "--yes")]


def test_removing_what_is_not_there_is_told() -> None:
    """A branch without a stack is named."""
    with pytest.raises(DeploymentsError, match="has no stack 'feature-x'"):
        remove(FakeCli(config=Answer(6, "", "error: no stack named")), "feature-x", TEMPLATE, yes=True)


def test_failed_removal_is_told() -> None:
    """What could not be destroyed is still there, and so is the stack."""
    with pytest.raises(DeploymentsError, match="is not removed, see above"):
        remove(FakeCli(config=OF_FEATURE, destroy=Answer(1, "")), "feature-x", TEMPLATE, yes=True)


def test_branch_in_the_templates_organization() -> None:
    """The branch's stack is made beside the template."""
    cli = FakeCli(**{"config_--json_--show-secrets_--stack_acme/feature-x": Answer(6, "", "error: no stack named")})
    with pytest.raises(DeploymentsError, match="There is no stack 'acme/feature-x'"):
        add(cli, "feature-x", "acme/pr", print)
    made = ("stack", "init", "acme/feature-x", "--no-select", "--copy-config-from", "acme/pr")
    assert cli.commands("stack", "init") == [made]


def test_half_of_a_branchs_stack_is_taken_away() -> None:
    """Where its config can't be written, the stack is gone again, so that the next try begins as the first did."""
    gone = Answer(6, "", "error: no stack named")
    cli = FakeCli(
        **{"config_--json_--show-secrets_--stack_feature-x": gone},
        config_set=Answer(255, "", "error: no space left on device"),
    )
    with pytest.raises(DeploymentsError, match="no space left on device"):
        add(cli, "feature-x", TEMPLATE, print)
    assert cli.asked[-1] == ("stack", "rm", "feature-x", "--yes")


def test_template_without_a_repository_makes_nothing() -> None:
    """What could not be connected is told of the template, before there is a stack."""
    gone = Answer(6, "", "error: no stack named")
    cli = FakeCli(**{"config_--json_--show-secrets_--stack_feature-x": gone}, config={})
    with pytest.raises(DeploymentsError, match="pulumi config set --stack pr deployments:repository"):
        add(cli, "feature-x", TEMPLATE, print)
    assert cli.commands("stack") == []
