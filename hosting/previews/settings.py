"""The `previews:` settings: of the stack that is the edge of all previews, and of each preview."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, ValidationInfo, field_validator

from hosting.domain.settings import LONGEST_CERTIFIED, HostName
from hosting.errors import PLACEHOLDER
from hosting.formats.labels import label_of
from hosting.setting_types import Boolean, Integer, Section, Text, broken_rule

NAMESPACE = "previews"
# A stack by its name, or with its organization and project:
# https://www.pulumi.com/docs/iac/concepts/stacks/#stackreferences
_STACK = re.compile(r"[A-Za-z0-9_.-]{1,100}(/[A-Za-z0-9_.-]{1,100}/[A-Za-z0-9_.-]{1,100})?")
_NEEDED_OUTPUTS = ("previewsDomain", "bucketName", "bucketRegion", "storeArn")


def _one_domain(name: str) -> str:
    if name.startswith("*."):
        raise broken_rule("must be a domain without a '*'", suggestion=name.removeprefix("*."))
    return name


def _stack_name(stack: str) -> str:
    if not _STACK.fullmatch(stack):
        raise broken_rule("must be the name of a stack, alone or as organization/project/stack")
    return stack


def _stack_or_outputs(value: object) -> object:
    """Return a map for the name of a stack, which `pulumi config set` stores as text."""
    return {"stack": _stack_name(value)} if isinstance(value, str) else value


class Edge(Section):
    """The edge of a preview: its stack, or that stack's outputs."""

    # `pulumi stack output --json` has other outputs too.
    model_config = ConfigDict(extra="ignore")

    stack: Annotated[Annotated[Text, AfterValidator(_stack_name)] | None, Field(examples=["previews"])] = None
    """Name of the edge's stack in this project, or `organization/project/stack`; a text alone means this."""
    previews_domain: Annotated[HostName | None, Field(examples=["example-previews.com"])] = None
    """The edge's output `previewsDomain`; the outputs are given instead of the stack."""
    bucket_name: Text | None = None
    """The edge's output `bucketName`."""
    bucket_region: Text | None = None
    """The edge's output `bucketRegion`."""
    store_arn: Text | None = None
    """The edge's output `storeArn`."""
    previews_max_days: Annotated[Integer, Field(ge=1, le=3650, examples=[90])] = 90
    """The edge's output `previewsMaxDays`."""

    @property
    def is_known(self) -> bool:
        """Whether it has a stack, or all outputs that a preview needs."""
        return bool(self.stack or (self.previews_domain and self.bucket_name and self.bucket_region and self.store_arn))


class PreviewsSettings(Section):
    """Previews below one domain. A stack has `domain` or `edge`, or neither."""

    domain: Annotated[
        Annotated[HostName, AfterValidator(_one_domain)] | None, Field(examples=["example-previews.com"])
    ] = None
    """Makes the stack a preview edge: each preview is at a name below this domain."""
    max_days: Annotated[Integer, Field(ge=1, le=3650, examples=[90])] = 90
    """On the edge: the most days after which a preview expires."""
    public: Annotated[Boolean, Field(examples=[True])] = False
    """On the edge: visitors need no password."""
    edge: Annotated[Annotated[Edge, BeforeValidator(_stack_or_outputs)] | None, Field(examples=["previews"])] = None
    """Makes the stack a preview on this edge: the name of the edge's stack, or a map of its outputs."""
    base: Annotated[Text | None, Field(examples=["main"])] = None
    """Preview whose files this one shares, by its stack; by default the preview of `deployments:branch`."""
    expire_days: Annotated[Integer, Field(ge=1, le=3650, examples=[30])] = 30
    """Days after its last publish that a preview expires."""

    @field_validator("domain")
    @classmethod
    def _certifiable(cls, domain: str | None) -> str | None:
        longest = LONGEST_CERTIFIED - len("*.")
        if domain is not None and len(domain) > longest:
            raise broken_rule(f"must have at most {longest} characters, so that ACM certifies the names below it")
        return domain

    @field_validator("edge")
    @classmethod
    def _valid_edge(cls, edge: Edge | None, info: ValidationInfo) -> Edge | None:
        if edge is not None and info.data.get("domain") is not None:
            raise broken_rule("must not be set if domain is set", remove=True)
        if edge is not None and not edge.is_known:
            outputs = ", ".join(_NEEDED_OUTPUTS)
            rule = f"must be the name of the edge's stack, or have its outputs {outputs}"
            raise broken_rule(rule, suggestion=PLACEHOLDER)
        return edge

    @field_validator("base")
    @classmethod
    def _base_has_a_name(cls, base: str | None) -> str | None:
        if base is not None and not label_of(base):
            raise broken_rule("must be the name of a preview's stack", suggestion="main")
        return base
