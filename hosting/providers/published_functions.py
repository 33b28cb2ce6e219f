"""The dynamic provider that makes sure that CloudFront runs the declared code of the functions.

A function has two stages: UpdateFunction changes DEVELOPMENT, and PublishFunction copies it to LIVE, which CloudFront
runs. The AWS provider compares only DEVELOPMENT. So if PublishFunction failed, or an update was killed and the code was
then reverted, it sees no change while visitors get other code. ``PublishedFunctions`` compares LIVE after each change
of the code, and after each update that did not finish. ``FunctionMarker`` records the start of such an update.
https://docs.aws.amazon.com/AmazonCloudFront/latest/APIReference/API_PublishFunction.html

The engine pickles the providers by reference to this module's name, as with ``Invalidation``.
"""

from __future__ import annotations

import hashlib
import uuid
from contextlib import contextmanager
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, Protocol

import pulumi
from botocore.exceptions import ClientError
from pulumi.dynamic import CreateResult, DiffResult, ReadResult, Resource, UpdateResult

from hosting.aws.session import aws_errors, client
from hosting.errors import HostingError
from hosting.providers.base import AwsProvider
from hosting.providers.publish_marker import PublishMarkerProvider, marker_inputs

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_LIVE, _DEVELOPMENT = "LIVE", "DEVELOPMENT"


class Functions(Protocol):
    """The calls of boto3's CloudFront client that this module makes."""

    def get_function(self, *, Name: str, Stage: str) -> Mapping[str, Any]:  # noqa: N803 - boto3's names
        """Return the code of a function in a stage, and its ETag."""

    def publish_function(self, *, Name: str, IfMatch: str) -> object:  # noqa: N803 - boto3's names
        """Copy the code of DEVELOPMENT to LIVE."""


@dataclass(frozen=True)
class _Stage:
    """The code of a function in one stage.

    Attributes:
        digest: the SHA-256 of the code; empty if the function has no code in this stage.
        etag: the version, which a change of the stage has to name.
    """

    digest: str = ""
    etag: str = ""


class PublishedFunctionsProvider(AwsProvider):
    """Compares LIVE with the declared code on create, update and read; create and update publish what differs."""

    def cloudfront(self) -> Functions:
        """Return the client; overridden in tests."""
        cloudfront: Functions = client("cloudfront", self.settings)
        return cloudfront

    def diff(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> DiffResult:
        """Return a change if LIVE may differ; the resource is never replaced."""
        names = [field.name for field in fields(PublishedFunctionsArgs)]
        changes = any(_olds.get(name) != _news.get(name) for name in names) or bool(_olds.get("stale"))
        return DiffResult(changes=changes, replaces=[])

    def create(self, props: dict[str, Any]) -> CreateResult:
        """Publish each function whose LIVE stage does not have the declared code."""
        return CreateResult(str(uuid.uuid4()), self._published(props))

    def update(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> UpdateResult:
        """Publish each function whose LIVE stage does not have the declared code."""
        return UpdateResult(self._published(_news))

    def read(self, id_: str, props: dict[str, Any]) -> ReadResult:
        """Return the state, with the functions whose LIVE stage has other code than the last update published."""
        with _failures("compared with the declared code"):
            cloudfront = self.cloudfront()
            stale = [name for name, digest in _declared(props) if _stage(cloudfront, name, _LIVE).digest != digest]
        return ReadResult(id_, {**props, "stale": stale})

    def delete(self, _id: str, _props: dict[str, Any]) -> None:
        """Do nothing: the functions are resources themselves."""

    def _published(self, props: dict[str, Any]) -> dict[str, Any]:
        """Publish what is not published, and return the resource's outputs."""
        with _failures("published"):
            cloudfront = self.cloudfront()
            for name, digest in _declared(props):
                if _stage(cloudfront, name, _LIVE).digest != digest:
                    _publish(cloudfront, name, digest)
        return {**props, "stale": []}


@contextmanager
def _failures(action: str) -> Iterator[None]:
    """Raise a HostingError for each error of AWS; ``action`` is what failed."""
    try:
        yield
    except aws_errors() as error:
        raise HostingError(
            f"The functions of the distribution could not be {action}: {error}. Visitors may still get the previous "
            "rules. Run `pulumi up` again once this is fixed"
        ) from error


def _declared(props: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the name of each function with the SHA-256 of its declared code."""
    return zip(props["names"], props["digests"], strict=True)


def _stage(cloudfront: Functions, name: str, stage: str) -> _Stage:
    try:
        response = cloudfront.get_function(Name=name, Stage=stage)
    except ClientError as error:
        if error.response["Error"]["Code"] == "NoSuchFunctionExists":
            return _Stage()
        raise
    return _Stage(hashlib.sha256(response["FunctionCode"].read()).hexdigest(), str(response["ETag"]))


def _publish(cloudfront: Functions, name: str, digest: str) -> None:
    """Publish the code of DEVELOPMENT if it is the declared code.

    Other code is not replaced here: UpdateFunction would change the ETag that the AWS provider keeps in the state, and
    the provider's next update would be refused with 412.

    Raises:
        HostingError: DEVELOPMENT has other code.
    """
    development = _stage(cloudfront, name, _DEVELOPMENT)
    if development.digest != digest:
        raise HostingError(
            f"CloudFront runs other code of function '{name}' than this stack declares, because an update of the "
            "function did not finish or somebody changed it; visitors may get the rules or the release of that "
            "update. Run `pulumi up --refresh`, which replaces it"
        )
    try:
        cloudfront.publish_function(Name=name, IfMatch=development.etag)
    except ClientError:
        # Another attempt may have published the code before its response was lost.
        if _stage(cloudfront, name, _LIVE).digest != digest:
            raise


@dataclass(frozen=True)
class PublishedFunctionsArgs:
    """The inputs of a ``PublishedFunctions``.

    Attributes:
        names: the names of the functions.
        digests: the SHA-256 of the declared code of each.
        function_marker: the marker of the last change of the rules.
    """

    names: list[pulumi.Input[str]]
    digests: list[pulumi.Input[str]]
    function_marker: pulumi.Input[str]


class PublishedFunctions(Resource, module="hosting", name="PublishedFunctions"):
    """Makes sure that CloudFront runs the declared code of the functions."""

    def __init__(self, name: str, args: PublishedFunctionsArgs, opts: pulumi.ResourceOptions) -> None:
        """Declare it under the logical name ``name``; ``opts`` must depend on the functions."""
        inputs = {field.name: getattr(args, field.name) for field in fields(args)}
        super().__init__(PublishedFunctionsProvider(), name, {**inputs, "stale": None}, opts)


class FunctionMarkerProvider(PublishMarkerProvider):
    """Generates a new marker when the rules of the functions change."""


class FunctionMarker(Resource, module="hosting", name="FunctionMarker"):
    """Records in the state that an update of the functions has begun.

    Attributes:
        marker: a unique id for each update.
    """

    marker: pulumi.Output[str]

    def __init__(self, name: str, content: object, opts: pulumi.ResourceOptions, *, is_secret: bool) -> None:
        """Declare it under the logical name ``name``, for rules that are the JSON-serializable ``content``."""
        inputs = marker_inputs(content)
        if is_secret:
            # Of rules with a password, even a hash lets a reader of the state try passwords.
            inputs["content"] = pulumi.Output.secret(inputs["content"])
        super().__init__(FunctionMarkerProvider(), name, inputs, opts)
