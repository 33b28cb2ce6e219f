"""The `deployments:` settings: the pushes that deploy the stack, the commands before it, and its role in AWS."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import Field, ValidationInfo, field_validator

from hosting.errors import PLACEHOLDER
from hosting.setting_types import Boolean, Section, Text, Variables, broken_rule

NAMESPACE = "deployments"
# The stack whose config review stacks have: https://www.pulumi.com/docs/deployments/concepts/review-stacks/
TEMPLATE = "pr"

_REPOSITORY = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]*/[A-Za-z0-9._-]+")
# The address of a repository as GitHub shows it, for HTTPS or SSH.
_GITHUB_ADDRESS = re.compile(r"(?:https://github\.com/|git@github\.com:)(?P<repository>[^/]+/[^/]+?)(?:\.git)?/?")
_ROLE_ARN = re.compile(r"arn:aws[a-z-]*:iam::[0-9]{12}:role/.+")
_OIDC_PROVIDER_ARN = re.compile(r"arn:aws[a-z-]*:iam::[0-9]{12}:oidc-provider/.+")
_STACKS = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*\*?")


class DeploymentsSettings(Section):
    """What Amplify's console configures for a connected branch, and the AWS role of deployments."""

    # Rules between settings belong to the last of them: an error of the whole section would show all values, also the
    # secret ones.
    runs_on: Annotated[Literal["pulumi-cloud", "github-actions"], Field(examples=["pulumi-cloud"])] = "pulumi-cloud"
    """Who may use the role that `createRole` makes."""
    role_arn: Annotated[Text | None, Field(examples=["arn:aws:iam::123456789012:role/deploy"])] = None
    """ARN of the IAM role that deployments use."""
    create_role: Annotated[Boolean, Field(examples=[True])] = False
    """Create that role and its rights with the stack."""
    oidc_provider_arn: Annotated[
        Text | None, Field(examples=["arn:aws:iam::123456789012:oidc-provider/api.pulumi.com/oidc"])
    ] = None
    """With `createRole`: ARN of the account's OIDC provider, if it has one; without it, one is created."""
    review_stacks: Annotated[tuple[Text, ...], Field(examples=["pr-*"])] = ()
    """With `createRole`: names of other stacks that may use the role, such as `pr-*`."""
    repository: Annotated[Text | None, Field(examples=["acme/website"])] = None
    """GitHub repository as `owner/name`."""
    branch: Annotated[Text, Field(examples=["main"])] = "main"
    """Branch whose pushes deploy the stack, and whose pull requests are previewed."""
    # Globs of whole paths; `!` excludes: https://www.pulumi.com/docs/deployments/concepts/settings/path-filtering/
    paths: Annotated[tuple[Text, ...], Field(examples=["site/**"])] = ()
    """Globs of the files whose changes deploy the stack, from the repository's root; `!` excludes."""
    pre_run_commands: Annotated[tuple[Text, ...], Field(examples=["npm ci"])] = ()
    """Commands that run before the program, each in a shell of its own."""
    pull_request_template: Annotated[Boolean, Field(examples=[True])] = False
    """The stack is the template of review stacks, and is never deployed itself."""
    preview_pull_requests: Annotated[Boolean | None, Field(examples=[True])] = None
    """Run a preview for each pull request."""
    environment: Annotated[Variables | None, Field(examples=[{"LOG_LEVEL": "info"}])] = None
    """Environment variables of deployments; once set, they replace all others."""

    @field_validator("repository")
    @classmethod
    def _owner_and_name(cls, repository: str | None) -> str | None:
        if repository is None or _REPOSITORY.fullmatch(repository):
            return repository
        address = _GITHUB_ADDRESS.fullmatch(repository)
        raise broken_rule(
            "must be the 'owner/name' of a GitHub repository", suggestion=address["repository"] if address else None
        )

    @field_validator("branch")
    @classmethod
    def _without_refs(cls, branch: str) -> str:
        if branch.startswith("refs/"):
            raise broken_rule("must be a branch name, without refs/", suggestion=branch.removeprefix("refs/heads/"))
        return branch

    @field_validator("role_arn")
    @classmethod
    def _arn_of_a_role(cls, arn: str | None) -> str | None:
        if arn is not None and not _ROLE_ARN.fullmatch(arn):
            raise broken_rule("must be the ARN of an IAM role")
        return arn

    @field_validator("oidc_provider_arn")
    @classmethod
    def _arn_of_a_provider(cls, arn: str | None) -> str | None:
        if arn is not None and not _OIDC_PROVIDER_ARN.fullmatch(arn):
            raise broken_rule("must be the ARN of an IAM OIDC provider")
        return arn

    @field_validator("review_stacks")
    @classmethod
    def _names_that_may_end_in_a_star(cls, patterns: tuple[str, ...]) -> tuple[str, ...]:
        if not all(_STACKS.fullmatch(pattern) for pattern in patterns):
            raise broken_rule("must be names of stacks, in which only the last character may be '*'")
        return patterns

    @field_validator("create_role")
    @classmethod
    def _one_role(cls, create: bool, info: ValidationInfo) -> bool:  # noqa: FBT001 - pydantic calls it
        if create and info.data.get("role_arn") is not None:
            raise broken_rule("must be false if roleArn is set", suggestion=False)
        return create

    @field_validator("repository")
    @classmethod
    def _whose_workflow_may_take_the_role(cls, repository: str | None, info: ValidationInfo) -> str | None:
        if repository is None and info.data.get("create_role") and info.data.get("runs_on") == "github-actions":
            raise broken_rule(
                "is required for a role that GitHub Actions uses, as only its workflows may use it",
                about="repository",
                suggestion=PLACEHOLDER,
            )
        return repository

    @field_validator("pull_request_template")
    @classmethod
    def _copies_of_a_template_share_a_role(cls, template: bool, info: ValidationInfo) -> bool:  # noqa: FBT001 - pydantic calls it
        if template and info.data.get("create_role"):
            raise broken_rule(
                "must be false if createRole is true, as every review stack would create the role", suggestion=False
            )
        return template

    @field_validator("preview_pull_requests")
    @classmethod
    def _a_template_is_never_deployed(cls, previews: bool | None, info: ValidationInfo) -> bool | None:  # noqa: FBT001 - pydantic calls it
        if previews and info.data.get("pull_request_template"):
            raise broken_rule("must be false if pullRequestTemplate is true, as it is never deployed", suggestion=False)
        return previews

    @field_validator("review_stacks", "oidc_provider_arn")
    @classmethod
    def _of_a_role_that_is_made(cls, given: object, info: ValidationInfo) -> object:
        if given and info.data.get("role_arn") is not None:
            raise broken_rule(
                "must not be set if roleArn is, as it is for the role that createRole creates", remove=True
            )
        if given and info.data.get("create_role") is False:
            raise broken_rule(
                "must be true if reviewStacks or oidcProviderArn is set, as they are for the role that it creates",
                about="createRole",
            )
        return given

    @property
    def previews(self) -> bool:
        """Whether pull requests get a preview of this stack; by default, unless it is a template."""
        if self.preview_pull_requests is None:
            return not self.pull_request_template
        return self.preview_pull_requests
