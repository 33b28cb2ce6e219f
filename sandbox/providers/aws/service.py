"""Answers the engine: finds the type, checks and compares without the cloud, and has the type do the rest."""

from functools import partial

import grpc
from botocore.exceptions import BotoCoreError
from google.protobuf import empty_pb2
from pulumi.runtime.proto import provider_pb2

from sandbox.providers.aws.aws_client import Cloud
from sandbox.providers.aws.catalogue import INVOKES, RESOURCES
from sandbox.providers.aws.configuration import CONFIG_FIELDS, config_problems, is_region, parsed, provider_config
from sandbox.providers.aws.errors import AwsError, CloudStoppedError, ConfigurationError
from sandbox.providers.aws.resource import Resource
from sandbox.providers.aws.responses import (
    abort,
    deletes_first,
    diff_response,
    expected_state,
    failures,
    guarded,
    listed,
    name_unnamed,
    previewed_state,
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
        self._cloud: Cloud | None = None

    def Handshake(  # noqa: N802 - the service's own name
        self, request: provider_pb2.ProviderHandshakeRequest, context: grpc.ServicerContext
    ) -> provider_pb2.ProviderHandshakeResponse:
        """Secrets and outputs are the engine's business: values come plain, and it marks them again itself."""
        del request, context
        return provider_pb2.ProviderHandshakeResponse(supports_autonaming_configuration=True)

    def CheckConfig(  # noqa: N802 - the service's own name
        self, request: provider_pb2.CheckRequest, context: grpc.ServicerContext
    ) -> provider_pb2.CheckResponse:
        """Refuse a configuration with a wrong or unknown key; the inputs go back as they came, secrets closed."""
        del context
        found = config_problems(parsed(from_struct(request.news)))
        return provider_pb2.CheckResponse(inputs=request.news, failures=failures(found))

    def DiffConfig(  # noqa: N802 - the service's own name
        self, request: provider_pb2.DiffRequest, context: grpc.ServicerContext
    ) -> provider_pb2.DiffResponse:
        """Another region makes every resource anew; anything else does not."""
        del context
        old, new = parsed(from_struct(request.old_inputs or request.olds)), parsed(from_struct(request.news))
        return diff_response(differences(CONFIG_FIELDS, old, new))

    def Configure(  # noqa: N802 - the service's own name
        self, request: provider_pb2.ConfigureRequest, context: grpc.ServicerContext
    ) -> provider_pb2.ConfigureResponse:
        """Take the configuration, and find the credentials already now, as pulumi-aws does."""
        config = parsed(from_struct(request.args))
        if UNKNOWN not in config.values():
            try:
                self._cloud = _configured(config)
            except CloudStoppedError as refusal:
                abort(context, str(refusal))
            except (ConfigurationError, AwsError, BotoCoreError) as refusal:
                abort(context, f"unable to validate AWS credentials.\nDetails: {refusal}")
        return provider_pb2.ConfigureResponse(supportsPreview=True, supports_autonaming_configuration=True)

    def Invoke(  # noqa: N802 - the service's own name
        self, request: provider_pb2.InvokeRequest, context: grpc.ServicerContext
    ) -> provider_pb2.InvokeResponse:
        """Answer one of the few data sources that programs ask for."""
        invoke = INVOKES.get(request.tok)
        if invoke is None:
            abort(context, f"the sandbox's aws provider has no function {request.tok}; it has {listed(INVOKES)}")
        args = from_struct(request.args)
        unknown = sorted(name for name, value in args.items() if value is not None and name not in invoke.args)
        if unknown:
            reason = f"the sandbox's {request.tok} takes no '{unknown[0]}'"
            return provider_pb2.InvokeResponse(failures=failures([(unknown[0], reason)]))
        result = guarded(context, f"invoking {request.tok}", partial(invoke.run, self._ready(context), args))
        response = provider_pb2.InvokeResponse()
        # The field is named like a keyword of Python's.
        getattr(response, "return").CopyFrom(to_struct(result))
        return response

    def Check(  # noqa: N802 - the service's own name
        self, request: provider_pb2.CheckRequest, context: grpc.ServicerContext
    ) -> provider_pb2.CheckResponse:
        """Name what is unnamed, fill in defaults, and refuse what the real provider refuses before any call."""
        resource = _resource(request.urn, context)
        inputs = from_struct(request.news)
        found = name_unnamed(resource, request, inputs)
        found += problems(resource.fields, inputs)
        inputs = completed(resource.fields, inputs)
        if not found:
            found += resource.conflicts(inputs)
        return provider_pb2.CheckResponse(inputs=to_struct(inputs), failures=failures(found))

    def Diff(  # noqa: N802 - the service's own name
        self, request: provider_pb2.DiffRequest, context: grpc.ServicerContext
    ) -> provider_pb2.DiffResponse:
        """Compare the inputs of the last run (as a refresh has left them) with this run's."""
        resource = _resource(request.urn, context)
        old_inputs, new = from_struct(request.old_inputs), from_struct(request.news)
        found = differences(resource.fields, old_inputs, new)
        if resource.tagged and self._cloud and not any(change.path.startswith("tags") for change in found):
            state = from_struct(request.olds)
            if (state.get("tagsAll") or {}) != all_tags(self._cloud, new):
                found.append(Change("tagsAll", "update"))
        return diff_response(found, delete_first=deletes_first(resource, old_inputs, new))

    def Create(  # noqa: N802 - the service's own name
        self, request: provider_pb2.CreateRequest, context: grpc.ServicerContext
    ) -> provider_pb2.CreateResponse:
        """Make the resource; in a preview, say what will be known of it."""
        resource = _resource(request.urn, context)
        inputs = from_struct(request.properties)
        cloud = self._ready(context)
        if request.preview:
            return provider_pb2.CreateResponse(properties=to_struct(previewed_state(resource, cloud, inputs)))
        what = f"creating {resource.title} ({request.urn.rsplit('::', 1)[-1]})"
        identifier = guarded(context, what, partial(resource.create, cloud, inputs))
        state = guarded(context, what, partial(_state_after, resource, cloud, identifier, inputs))
        return provider_pb2.CreateResponse(id=identifier, properties=to_struct(state))

    def Read(  # noqa: N802 - the service's own name
        self, request: provider_pb2.ReadRequest, context: grpc.ServicerContext
    ) -> provider_pb2.ReadResponse:
        """What the cloud has now; nothing at all if the resource has vanished."""
        resource = _resource(request.urn, context)
        state, inputs = from_struct(request.properties), from_struct(request.inputs)
        what = f"reading {resource.title} ({request.id})"
        found = guarded(context, what, partial(resource.read, self._ready(context), request.id, state))
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

    def Update(  # noqa: N802 - the service's own name
        self, request: provider_pb2.UpdateRequest, context: grpc.ServicerContext
    ) -> provider_pb2.UpdateResponse:
        """Change the resource in place."""
        resource = _resource(request.urn, context)
        old, new = from_struct(request.olds), from_struct(request.news)
        cloud = self._ready(context)
        if request.preview:
            return provider_pb2.UpdateResponse(properties=to_struct(expected_state(resource, cloud, old, new)))
        what = f"updating {resource.title} ({request.id})"
        guarded(context, what, partial(resource.update, cloud, request.id, old, new))
        state = guarded(context, what, partial(_state_after, resource, cloud, request.id, new))
        return provider_pb2.UpdateResponse(properties=to_struct(state))

    def Delete(  # noqa: N802 - the service's own name
        self, request: provider_pb2.DeleteRequest, context: grpc.ServicerContext
    ) -> empty_pb2.Empty:
        """Remove the resource."""
        resource = _resource(request.urn, context)
        what = f"deleting {resource.title} ({request.id})"
        state = from_struct(request.properties)
        guarded(context, what, partial(resource.delete, self._ready(context), request.id, state))
        return empty_pb2.Empty()

    def Cancel(  # noqa: N802 - the service's own name
        self, request: empty_pb2.Empty, context: grpc.ServicerContext
    ) -> empty_pb2.Empty:
        """Every call is short enough to be waited for."""
        del request, context
        return empty_pb2.Empty()

    def _ready(self, context: grpc.ServicerContext) -> Cloud:
        if self._cloud is None:
            abort(context, "the aws provider's configuration is not known yet")
        return self._cloud


def _resource(urn: str, context: grpc.ServicerContext) -> Resource:
    token = urn.split("::")[2].rsplit("$", 1)[-1]
    resource = RESOURCES.get(token)
    if resource is None:
        abort(context, f"the sandbox's aws provider has no resource type {token}; it has {listed(RESOURCES)}")
    return resource


def _state_after(resource: Resource, cloud: Cloud, identifier: str, inputs: Properties) -> Properties:
    own = {name: value for name, value in inputs.items() if not name.startswith("__")}
    found = resource.read(cloud, identifier, own) or {}
    return {**own, **{name: value for name, value in found.items() if name != "id"}}


def _configured(config: Properties) -> Cloud:
    cloud = Cloud(provider_config(config))
    settings = cloud.config
    cloud.session  # noqa: B018 - finds the credentials, and refuses here rather than at the first call
    if settings.validates_credentials:
        # The SDKs skip the check of the region unless told otherwise. But on AWS there is no STS to ask in such a one.
        if settings.endpoint("sts") is None and not is_region(settings.sts_region or settings.region):
            raise ConfigurationError(f"invalid AWS Region: {settings.sts_region or settings.region}")
        cloud.identity  # noqa: B018 - the same for credentials that AWS doesn't take
    is_refused = (settings.allowed_accounts and cloud.account not in settings.allowed_accounts) or (
        settings.forbidden_accounts and cloud.account in settings.forbidden_accounts
    )
    if is_refused:
        raise ConfigurationError(f"AWS account ID not allowed: {cloud.account}")
    return cloud
