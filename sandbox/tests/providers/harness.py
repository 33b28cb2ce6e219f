"""The engine's side of the wire, as small as the tests need it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import grpc
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc

from sandbox.providers.plugin import start
from sandbox.providers.values import from_struct, to_struct

if TYPE_CHECKING:
    from collections.abc import Iterator


class RefusedError(Exception):
    """The provider answered with an error; its text."""


@dataclass
class Made:
    """A resource that the engine knows: its inputs as they were checked, and its state."""

    token: str
    name: str
    id: str
    inputs: dict[str, Any]
    state: dict[str, Any]

    @property
    def urn(self) -> str:
        """Its URN."""
        return urn_of(self.token, self.name)


class Engine:
    """Asks a provider what Pulumi's engine would ask it."""

    def __init__(self, stub: provider_pb2_grpc.ResourceProviderStub) -> None:
        self.stub = stub

    def configure(self, **config: object) -> None:
        """Configure the provider."""
        _ask(self.stub.Configure, provider_pb2.ConfigureRequest(args=to_struct(config)))

    def check_config(self, **config: object) -> list[str]:
        """What is refused of a configuration."""
        answer = self.stub.CheckConfig(provider_pb2.CheckRequest(news=to_struct(config)))
        return [f"{failure.property}: {failure.reason}" for failure in answer.failures]

    def check(
        self, token: str, inputs: dict[str, Any], *, name: str = "site", olds: dict[str, Any] | None = None
    ) -> dict[str, Any]:
        """The checked inputs, or RefusedError with everything that is wrong."""
        request = provider_pb2.CheckRequest(
            urn=urn_of(token, name), news=to_struct(inputs), olds=to_struct(olds or {}), randomSeed=name.encode()
        )
        answer = _ask(self.stub.Check, request)
        if answer.failures:
            raise RefusedError("\n".join(f"{failure.property}: {failure.reason}" for failure in answer.failures))
        return from_struct(answer.inputs)

    def make(self, token: str, *, called: str = "site", **inputs: object) -> Made:
        """Check and create a resource."""
        checked = self.check(token, inputs, name=called)
        request = provider_pb2.CreateRequest(urn=urn_of(token, called), properties=to_struct(checked))
        answer = _ask(self.stub.Create, request)
        return Made(token, called, answer.id, checked, from_struct(answer.properties))

    def preview(self, token: str, **inputs: object) -> dict[str, Any]:
        """What a preview knows of a resource that is to be made."""
        checked = self.check(token, inputs)
        request = provider_pb2.CreateRequest(urn=urn_of(token, "site"), properties=to_struct(checked), preview=True)
        return from_struct(_ask(self.stub.Create, request).properties)

    def diff(self, made: Made, **inputs: object) -> dict[str, str]:
        """The differences between a resource and new inputs for it: path -> kind."""
        answer = self._diff(made, self.check(made.token, inputs, name=made.name, olds=made.inputs))
        kinds = provider_pb2.PropertyDiff.Kind
        return {path: kinds.Name(change.kind) for path, change in answer.detailedDiff.items()}

    def deletes_before_replace(self, made: Made, **inputs: object) -> bool:
        """Whether the replacement that these inputs need comes after the deletion."""
        return self._diff(made, self.check(made.token, inputs, name=made.name, olds=made.inputs)).deleteBeforeReplace

    def change(self, made: Made, **inputs: object) -> None:
        """Update a resource to these inputs."""
        checked = self.check(made.token, inputs, name=made.name, olds=made.inputs)
        request = provider_pb2.UpdateRequest(
            id=made.id,
            urn=made.urn,
            olds=to_struct(made.state),
            news=to_struct(checked),
            old_inputs=to_struct(made.inputs),
        )
        made.state = from_struct(_ask(self.stub.Update, request).properties)
        made.inputs = checked

    def refresh(self, made: Made) -> bool:
        """Read a resource again; whether it is still there."""
        request = provider_pb2.ReadRequest(
            id=made.id, urn=made.urn, properties=to_struct(made.state), inputs=to_struct(made.inputs)
        )
        answer = _ask(self.stub.Read, request)
        if answer.id:
            made.state, made.inputs = from_struct(answer.properties), from_struct(answer.inputs)
        return bool(answer.id)

    def import_(self, token: str, identifier: str, name: str = "site") -> Made:
        """Read a resource that only its id is known of."""
        answer = _ask(self.stub.Read, provider_pb2.ReadRequest(id=identifier, urn=urn_of(token, name)))
        return Made(token, name, answer.id, from_struct(answer.inputs), from_struct(answer.properties))

    def delete(self, made: Made) -> None:
        """Delete a resource."""
        request = provider_pb2.DeleteRequest(id=made.id, urn=made.urn, properties=to_struct(made.state))
        _ask(self.stub.Delete, request)

    def invoke(self, token: str, **args: object) -> dict[str, Any]:
        """Ask a data source."""
        answer = _ask(self.stub.Invoke, provider_pb2.InvokeRequest(tok=token, args=to_struct(args)))
        if answer.failures:
            raise RefusedError(answer.failures[0].reason)
        return from_struct(getattr(answer, "return"))

    def _diff(self, made: Made, checked: dict[str, Any]) -> provider_pb2.DiffResponse:
        request = provider_pb2.DiffRequest(
            id=made.id,
            urn=made.urn,
            olds=to_struct(made.state),
            news=to_struct(checked),
            old_inputs=to_struct(made.inputs),
        )
        answer: provider_pb2.DiffResponse = _ask(self.stub.Diff, request)
        return answer


def urn_of(token: str, name: str) -> str:
    """The URN of a resource in the tests' stack."""
    return f"urn:pulumi:dev::tests::{token}::{name}"


def serving(servicer: provider_pb2_grpc.ResourceProviderServicer) -> Iterator[Engine]:
    """An engine for this provider, which ends with it."""
    server, port = start(servicer)
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        yield Engine(provider_pb2_grpc.ResourceProviderStub(channel))
    server.stop(grace=None).wait()


def _ask(method: Any, request: object) -> Any:  # noqa: ANN401 - each call has its own answer
    try:
        return method(request)
    except grpc.RpcError as error:
        raise RefusedError(error.details() if isinstance(error, grpc.Call) else str(error)) from None
