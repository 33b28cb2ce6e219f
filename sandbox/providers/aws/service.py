"""Answers the engine: validates and compares properties, and calls the resource type for the rest."""

from functools import partial

import grpc
from botocore.exceptions import BotoCoreError
from google.protobuf import empty_pb2
from pulumi.runtime.proto import provider_pb2

from sandbox.providers.aws.aws_client import AwsClient
from sandbox.providers.aws.catalogue import INVOKES, RESOURCES
from sandbox.providers.aws.configuration import CONFIG_FIELDS, config_problems, is_region, parsed, provider_config
from sandbox.providers.aws.errors import AwsError, ConfigurationError, EmulatorStoppedError
from sandbox.providers.aws.resource import Resource
from sandbox.providers.aws.responses import (
    Kept,
    abort,
    abort_on_error,
    apply_auto_name,
    check_failures,
    comma_list,
    deletes_before_replace,
    diff_response,
    kept_after_create,
    kept_after_read,
    kept_after_update,
    preview_of_create,
    preview_of_update,
)
from sandbox.providers.aws.tags import all_tags
from sandbox.providers.changes import Change, differences, refreshed_inputs
from sandbox.providers.plugin import Provider
from sandbox.providers.schema import completed, problems
from sandbox.providers.values import UNKNOWN, Properties, from_struct, to_struct

# The version of pulumi-aws whose types these are.
VERSION = "7.51.1"


class AwsProvider(Provider):
    """The ResourceProvider service of the aws provider."""

    version = VERSION

    def __init__(self) -> None:
        # By connection: an engine that attaches to a running plugin has one for each of its providers.
        self._clients: dict[str, AwsClient] = {}

    def Handshake(  # noqa: N802 - gRPC's name
        self, request: provider_pb2.ProviderHandshakeRequest, context: grpc.ServicerContext
    ) -> provider_pb2.ProviderHandshakeResponse:
        """Accept neither secrets nor outputs: the engine sends plain values, and marks them again itself."""
        del request, context
        return provider_pb2.ProviderHandshakeResponse(supports_autonaming_configuration=True)

    def CheckConfig(  # noqa: N802 - gRPC's name
        self, request: provider_pb2.CheckRequest, context: grpc.ServicerContext
    ) -> provider_pb2.CheckResponse:
        """Reject a configuration with an invalid or unknown key; the inputs, with their secrets, stay unchanged."""
        del context
        found = config_problems(parsed(from_struct(request.news)))
        return provider_pb2.CheckResponse(inputs=request.news, failures=check_failures(found))

    def DiffConfig(  # noqa: N802 - gRPC's name
        self, request: provider_pb2.DiffRequest, context: grpc.ServicerContext
    ) -> provider_pb2.DiffResponse:
        """Another region replaces every resource; no other setting does."""
        del context
        old, new = parsed(from_struct(request.old_inputs or request.olds)), parsed(from_struct(request.news))
        return diff_response(differences(CONFIG_FIELDS, old, new))

    def Configure(  # noqa: N802 - gRPC's name
        self, request: provider_pb2.ConfigureRequest, context: grpc.ServicerContext
    ) -> provider_pb2.ConfigureResponse:
        """Store the configuration, and find the credentials now, as pulumi-aws does."""
        config = parsed(from_struct(request.args))
        if UNKNOWN not in config.values():
            try:
                self._clients[context.peer()] = _make_client(config)
            except EmulatorStoppedError as error:
                abort(context, str(error))
            except (ConfigurationError, AwsError, BotoCoreError) as error:
                abort(context, f"unable to validate AWS credentials.\nDetails: {error}")
        return provider_pb2.ConfigureResponse(supportsPreview=True, supports_autonaming_configuration=True)

    def Invoke(  # noqa: N802 - gRPC's name
        self, request: provider_pb2.InvokeRequest, context: grpc.ServicerContext
    ) -> provider_pb2.InvokeResponse:
        """Run a data source."""
        invoke = INVOKES.get(request.tok)
        if invoke is None:
            abort(context, f"the sandbox's aws provider has no function {request.tok}; it has {comma_list(INVOKES)}")
        args = from_struct(request.args)
        unknown = sorted(name for name, value in args.items() if value is not None and name not in invoke.args)
        if unknown:
            reason = f"the sandbox's {request.tok} takes no '{unknown[0]}'"
            return provider_pb2.InvokeResponse(failures=check_failures([(unknown[0], reason)]))
        result = abort_on_error(context, f"invoking {request.tok}", partial(invoke.run, self._client(context), args))
        response = provider_pb2.InvokeResponse()
        # The field's name is a Python keyword.
        getattr(response, "return").CopyFrom(to_struct(result))
        return response

    def Check(  # noqa: N802 - gRPC's name
        self, request: provider_pb2.CheckRequest, context: grpc.ServicerContext
    ) -> provider_pb2.CheckResponse:
        """Name the resource, fill in defaults, and reject what the official provider rejects before any request."""
        resource = _resource(request.urn, context)
        inputs = from_struct(request.news)
        found = apply_auto_name(resource, request, inputs)
        found += problems(resource.fields, inputs)
        inputs = completed(resource.fields, inputs)
        if not found:
            found += resource.conflicts(inputs)
        return provider_pb2.CheckResponse(inputs=to_struct(inputs), failures=check_failures(found))

    def Diff(  # noqa: N802 - gRPC's name
        self, request: provider_pb2.DiffRequest, context: grpc.ServicerContext
    ) -> provider_pb2.DiffResponse:
        """Compare the state with the inputs of this run, as Pulumi's bridge does."""
        aws = self._clients.get(context.peer())
        resource = _resource(request.urn, context)
        state, new = from_struct(request.olds), from_struct(request.news)
        old_inputs = from_struct(request.old_inputs)
        found = differences(resource.fields, state, new)
        compares_tags = resource.tagged and not any(change.path.startswith("tags") for change in found)
        if aws and compares_tags and (state.get("tagsAll") or {}) != all_tags(aws, new):
            found.append(Change("tagsAll", "update"))
        return diff_response(found, delete_first=deletes_before_replace(resource, old_inputs, new))

    def Create(  # noqa: N802 - gRPC's name
        self, request: provider_pb2.CreateRequest, context: grpc.ServicerContext
    ) -> provider_pb2.CreateResponse:
        """Create the resource; in a preview, return what is known of it."""
        resource = _resource(request.urn, context)
        inputs = from_struct(request.properties)
        aws = self._client(context)
        if request.preview:
            return provider_pb2.CreateResponse(properties=to_struct(preview_of_create(resource, aws, inputs)))
        what = f"creating {resource.title} ({request.urn.rsplit('::', 1)[-1]})"
        create = partial(resource.create, aws, inputs)
        identifier = abort_on_error(context, what, create, partial(kept_after_create, resource, aws, inputs))
        read = partial(_state_after, resource, aws, identifier, inputs)
        state = abort_on_error(context, what, read, lambda _: kept_after_read(resource, aws, identifier, inputs))
        return provider_pb2.CreateResponse(id=identifier, properties=to_struct(state))

    def Read(  # noqa: N802 - gRPC's name
        self, request: provider_pb2.ReadRequest, context: grpc.ServicerContext
    ) -> provider_pb2.ReadResponse:
        """Return the current properties; nothing if the resource does not exist any more."""
        resource = _resource(request.urn, context)
        state, inputs = from_struct(request.properties), from_struct(request.inputs)
        what = f"reading {resource.title} ({request.id})"
        found = abort_on_error(context, what, partial(resource.read, self._client(context), request.id, state))
        if found is None:
            return provider_pb2.ReadResponse()
        identifier = found.pop("id", request.id)
        state = {**state, **found}
        internal = {name: value for name, value in inputs.items() if name.startswith("__")}
        return provider_pb2.ReadResponse(
            id=identifier,
            properties=to_struct(state),
            inputs=to_struct({**refreshed_inputs(resource.fields, inputs, state), **internal}),
        )

    def Update(  # noqa: N802 - gRPC's name
        self, request: provider_pb2.UpdateRequest, context: grpc.ServicerContext
    ) -> provider_pb2.UpdateResponse:
        """Update the resource; in a preview, return what is known of it."""
        resource = _resource(request.urn, context)
        old, new = from_struct(request.olds), from_struct(request.news)
        aws = self._client(context)
        if request.preview:
            return provider_pb2.UpdateResponse(properties=to_struct(preview_of_update(resource, aws, old, new)))
        what = f"updating {resource.title} ({request.id})"
        update = partial(resource.update, aws, request.id, old, new)

        def kept(_: Exception) -> Kept:
            return request.id, kept_after_update(resource, aws, old, new)

        abort_on_error(context, what, update, kept)
        state = abort_on_error(context, what, partial(_state_after, resource, aws, request.id, new), kept)
        return provider_pb2.UpdateResponse(properties=to_struct(state))

    def Delete(  # noqa: N802 - gRPC's name
        self, request: provider_pb2.DeleteRequest, context: grpc.ServicerContext
    ) -> empty_pb2.Empty:
        """Delete the resource."""
        resource = _resource(request.urn, context)
        what = f"deleting {resource.title} ({request.id})"
        state = from_struct(request.properties)
        abort_on_error(context, what, partial(resource.delete, self._client(context), request.id, state))
        return empty_pb2.Empty()

    def Cancel(  # noqa: N802 - gRPC's name
        self, request: empty_pb2.Empty, context: grpc.ServicerContext
    ) -> empty_pb2.Empty:
        """Do nothing: every call is short."""
        del request, context
        return empty_pb2.Empty()

    def _client(self, context: grpc.ServicerContext) -> AwsClient:
        aws = self._clients.get(context.peer())
        if aws is None:
            abort(context, "the aws provider's configuration is not known yet")
        return aws


def _resource(urn: str, context: grpc.ServicerContext) -> Resource:
    token = urn.split("::")[2].rsplit("$", 1)[-1]
    resource = RESOURCES.get(token)
    if resource is None:
        abort(context, f"the sandbox's aws provider has no resource type {token}; it has {comma_list(RESOURCES)}")
    return resource


def _state_after(resource: Resource, aws: AwsClient, identifier: str, inputs: Properties) -> Properties:
    program_inputs = {name: value for name, value in inputs.items() if not name.startswith("__")}
    found = resource.read(aws, identifier, program_inputs) or {}
    return {**program_inputs, **{name: value for name, value in found.items() if name != "id"}}


def _make_client(config: Properties) -> AwsClient:
    aws = AwsClient(provider_config(config))
    settings = aws.config
    aws.session  # noqa: B018 - finds the credentials now, not at the first request
    if settings.validates_credentials:
        # By default the SDKs do not validate the region, but an unknown region has no STS that could be called.
        if settings.endpoint("sts") is None and not is_region(settings.sts_region or settings.region):
            raise ConfigurationError(f"invalid AWS Region: {settings.sts_region or settings.region}")
        aws.identity  # noqa: B018 - rejects invalid credentials now
    is_forbidden = (settings.allowed_accounts and aws.account not in settings.allowed_accounts) or (
        settings.forbidden_accounts and aws.account in settings.forbidden_accounts
    )
    if is_forbidden:
        raise ConfigurationError(f"AWS account ID not allowed: {aws.account}")
    return aws
