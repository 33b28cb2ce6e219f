"""The engine's side of the provider protocol, as far as the tests need it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import grpc
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc, status_pb2

from sandbox.providers.aws.aws_client import AwsClient
from sandbox.providers.aws.errors import AwsError
from sandbox.providers.plugin import start
from sandbox.providers.values import from_struct, to_struct

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pytest

    from sandbox.providers.values import Properties


class RejectedError(Exception):
    """The provider returned an error; the message is its text.

    Attributes:
        unfinished: the id and the properties of a resource that the engine keeps all the same.
        kept: that resource, if its creation failed.
    """

    unfinished: tuple[str, dict[str, Any]] | None = None
    kept: EngineResource | None = None


@dataclass
class EngineResource:
    """A resource in the engine's state.

    Attributes:
        token: the type's token.
        name: its name in the program.
        id: its id.
        inputs: as the provider's Check returned them.
        state: its properties.
    """

    token: str
    name: str
    id: str
    inputs: dict[str, Any]
    state: dict[str, Any]

    @property
    def urn(self) -> str:
        """The URN."""
        return urn_of(self.token, self.name)


class Engine:
    """Calls a provider as Pulumi's engine does."""

    def __init__(self, stub: provider_pb2_grpc.ResourceProviderStub) -> None:
        self.stub = stub

    def configure(self, **config: object) -> None:
        """Configure the provider."""
        _call(self.stub.Configure, provider_pb2.ConfigureRequest(args=to_struct(config)))

    def check_config(self, **config: object) -> list[str]:
        """Return what is rejected in a configuration."""
        response = self.stub.CheckConfig(provider_pb2.CheckRequest(news=to_struct(config)))
        return [f"{failure.property}: {failure.reason}" for failure in response.failures]

    def check(
        self, token: str, inputs: dict[str, Any], *, name: str = "site", olds: dict[str, Any] | None = None
    ) -> dict[str, Any]:
        """Return the checked inputs.

        Raises:
            RejectedError: with everything that is wrong.
        """
        request = provider_pb2.CheckRequest(
            urn=urn_of(token, name), news=to_struct(inputs), olds=to_struct(olds or {}), randomSeed=name.encode()
        )
        response = _call(self.stub.Check, request)
        if response.failures:
            raise RejectedError("\n".join(f"{failure.property}: {failure.reason}" for failure in response.failures))
        return from_struct(response.inputs)

    def create(self, token: str, *, resource_name: str = "site", **inputs: object) -> EngineResource:
        """Check and create a resource."""
        checked = self.check(token, inputs, name=resource_name)
        request = provider_pb2.CreateRequest(urn=urn_of(token, resource_name), properties=to_struct(checked))
        try:
            response = _call(self.stub.Create, request)
        except RejectedError as error:
            if error.unfinished:
                identifier, state = error.unfinished
                error.kept = EngineResource(token, resource_name, identifier, checked, state)
            raise
        return EngineResource(token, resource_name, response.id, checked, from_struct(response.properties))

    def preview(self, token: str, **inputs: object) -> dict[str, Any]:
        """Return the preview of a creation."""
        checked = self.check(token, inputs)
        request = provider_pb2.CreateRequest(urn=urn_of(token, "site"), properties=to_struct(checked), preview=True)
        return from_struct(_call(self.stub.Create, request).properties)

    def diff(self, created: EngineResource, **inputs: object) -> dict[str, str]:
        """Return the differences between a resource and new inputs: path -> kind."""
        response = self._diff(created, self.check(created.token, inputs, name=created.name, olds=created.inputs))
        kinds = provider_pb2.PropertyDiff.Kind
        return {path: kinds.Name(change.kind) for path, change in response.detailedDiff.items()}

    def deletes_before_replace(self, created: EngineResource, **inputs: object) -> bool:
        """Return whether the old resource is deleted before its replacement is created."""
        return self._diff(
            created, self.check(created.token, inputs, name=created.name, olds=created.inputs)
        ).deleteBeforeReplace

    def update(self, created: EngineResource, **inputs: object) -> None:
        """Update a resource to these inputs; after an error it has the state that the engine keeps."""
        checked = self.check(created.token, inputs, name=created.name, olds=created.inputs)
        request = provider_pb2.UpdateRequest(
            id=created.id,
            urn=created.urn,
            olds=to_struct(created.state),
            news=to_struct(checked),
            old_inputs=to_struct(created.inputs),
        )
        try:
            created.state = from_struct(_call(self.stub.Update, request).properties)
        except RejectedError as error:
            if error.unfinished is None:
                raise
            created.state, created.inputs = error.unfinished[1], checked
            raise
        created.inputs = checked

    def refresh(self, created: EngineResource) -> bool:
        """Read a resource again; return whether it still exists."""
        request = provider_pb2.ReadRequest(
            id=created.id, urn=created.urn, properties=to_struct(created.state), inputs=to_struct(created.inputs)
        )
        response = _call(self.stub.Read, request)
        if response.id:
            created.state, created.inputs = from_struct(response.properties), from_struct(response.inputs)
        return bool(response.id)

    def import_(self, token: str, identifier: str, name: str = "site") -> EngineResource:
        """Read a resource by its id alone."""
        response = _call(self.stub.Read, provider_pb2.ReadRequest(id=identifier, urn=urn_of(token, name)))
        return EngineResource(token, name, response.id, from_struct(response.inputs), from_struct(response.properties))

    def delete(self, created: EngineResource) -> None:
        """Delete a resource."""
        request = provider_pb2.DeleteRequest(id=created.id, urn=created.urn, properties=to_struct(created.state))
        _call(self.stub.Delete, request)

    def invoke(self, token: str, **args: object) -> dict[str, Any]:
        """Invoke a data source."""
        response = _call(self.stub.Invoke, provider_pb2.InvokeRequest(tok=token, args=to_struct(args)))
        if response.failures:
            raise RejectedError(response.failures[0].reason)
        return from_struct(getattr(response, "return"))

    def _diff(self, created: EngineResource, checked: dict[str, Any]) -> provider_pb2.DiffResponse:
        request = provider_pb2.DiffRequest(
            id=created.id,
            urn=created.urn,
            olds=to_struct(created.state),
            news=to_struct(checked),
            old_inputs=to_struct(created.inputs),
        )
        response: provider_pb2.DiffResponse = _call(self.stub.Diff, request)
        return response


def urn_of(token: str, name: str) -> str:
    """Return the URN of a resource in the tests' stack."""
    return f"urn:pulumi:dev::tests::{token}::{name}"


def serving(servicer: provider_pb2_grpc.ResourceProviderServicer) -> Iterator[Engine]:
    """Serve a provider, and yield an engine for it."""
    server, port = start(servicer)
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        yield Engine(provider_pb2_grpc.ResourceProviderStub(channel))
    server.stop(grace=None).wait()


def fail_once(operation: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the next request of an operation, by botocore's name, fail before it is sent."""
    call = AwsClient.call
    fails = iter([True])

    def failing(self: AwsClient, service: str, name: str, /, *region: str | None, **params: object) -> Properties:
        if name == operation and next(fails, False):
            raise AwsError(f"{service}: {operation}", 500, "InternalError", "Try again.")
        return call(self, service, name, *region, **params)

    monkeypatch.setattr(AwsClient, "call", failing)


def _call(method: Any, request: object) -> Any:  # noqa: ANN401 - each call has another response type
    try:
        return method(request)
    except grpc.RpcError as error:
        rejected = RejectedError(error.details() if isinstance(error, grpc.Call) else str(error))
        rejected.unfinished = _unfinished(error)
        raise rejected from None


def _unfinished(error: grpc.RpcError) -> tuple[str, dict[str, Any]] | None:
    metadata: Any = error.trailing_metadata() if isinstance(error, grpc.Call) else ()
    for key, value in metadata or ():
        if key == "grpc-status-details-bin":
            detail = provider_pb2.ErrorResourceInitFailed()
            status_pb2.Status.FromString(value).details[0].Unpack(detail)
            return detail.id, from_struct(detail.properties)
    return None
