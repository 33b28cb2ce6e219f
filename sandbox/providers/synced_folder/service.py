"""The provider of `synced-folder:index:S3BucketFolder`."""

import grpc
from google.protobuf import empty_pb2
from pulumi.runtime.proto import provider_pb2, resource_pb2_grpc

from sandbox.providers.plugin import Provider
from sandbox.providers.schema import Fields, boolean, problems, string
from sandbox.providers.synced_folder.construction import Construction, connect
from sandbox.providers.synced_folder.folder import files_in
from sandbox.providers.values import UNKNOWN, Properties, from_struct

# The version of pulumi-synced-folder whose component this is.
VERSION = "0.12.6"
FOLDER_TYPE = "synced-folder:index:S3BucketFolder"
FIELDS: Fields = {
    "acl": string(required=True),
    "bucketName": string(required=True),
    "disableManagedObjectAliases": boolean(default=False),
    "includeHiddenFiles": boolean(default=False),
    "managedObjects": boolean(default=True),
    "path": string(required=True),
}


class SyncedFolderProvider(Provider):
    """The ResourceProvider service of the synced-folder provider, with one component."""

    version = VERSION

    def Handshake(  # noqa: N802 - gRPC's name
        self, request: provider_pb2.ProviderHandshakeRequest, context: grpc.ServicerContext
    ) -> provider_pb2.ProviderHandshakeResponse:
        """Accept secrets, resources and outputs: they are passed on to the children."""
        del request, context
        return provider_pb2.ProviderHandshakeResponse(accept_secrets=True, accept_resources=True, accept_outputs=True)

    def CheckConfig(  # noqa: N802 - gRPC's name
        self, request: provider_pb2.CheckRequest, context: grpc.ServicerContext
    ) -> provider_pb2.CheckResponse:
        """Accept any configuration: the provider has no settings."""
        del context
        return provider_pb2.CheckResponse(inputs=request.news)

    def DiffConfig(  # noqa: N802 - gRPC's name
        self, request: provider_pb2.DiffRequest, context: grpc.ServicerContext
    ) -> provider_pb2.DiffResponse:
        """Accept any configuration: the provider has no settings."""
        del request, context
        return provider_pb2.DiffResponse(changes=provider_pb2.DiffResponse.DIFF_NONE)

    def Configure(  # noqa: N802 - gRPC's name
        self, request: provider_pb2.ConfigureRequest, context: grpc.ServicerContext
    ) -> provider_pb2.ConfigureResponse:
        """Accept any configuration: the provider has no settings."""
        del request, context
        return provider_pb2.ConfigureResponse(
            acceptSecrets=True, acceptResources=True, acceptOutputs=True, supportsPreview=True
        )

    def Construct(  # noqa: N802 - gRPC's name
        self, request: provider_pb2.ConstructRequest, context: grpc.ServicerContext
    ) -> provider_pb2.ConstructResponse:
        """Register the folder and its objects; return once the engine is done with all of them."""
        try:
            args = from_struct(request.inputs)
            if reason := _rejection(request.type, args):
                context.abort(grpc.StatusCode.INVALID_ARGUMENT, reason)
            with connect(request.monitorEndpoint) as channel:
                urn = _construct(Construction(request, resource_pb2_grpc.ResourceMonitorStub(channel)), args)
        except grpc.RpcError as error:
            # The engine has already printed a child's own error.
            detail = error.details() if isinstance(error, grpc.Call) else str(error)
            context.abort(grpc.StatusCode.UNKNOWN, f"{request.name}: {detail}")
        return provider_pb2.ConstructResponse(urn=urn)

    def Cancel(  # noqa: N802 - gRPC's name
        self, request: empty_pb2.Empty, context: grpc.ServicerContext
    ) -> empty_pb2.Empty:
        """Do nothing: the engine itself rejects further registrations."""
        del request, context
        return empty_pb2.Empty()


def _rejection(component_type: str, args: Properties) -> str | None:
    if component_type != FOLDER_TYPE:
        return f"the sandbox's synced-folder provider has no component {component_type}; it has {FOLDER_TYPE}"
    if args.get("managedObjects") is False:
        return (
            "managedObjects: the sandbox's S3BucketFolder does not support False, which would run the AWS CLI; "
            "remove managedObjects"
        )
    return next((f"{path}: {reason}" for path, reason in problems(FIELDS, args)), None)


def _construct(construction: Construction, args: Properties) -> str:
    component = construction.component()
    construction.invoke_get_region(component)
    if args["path"] is not UNKNOWN:
        files = files_in(args["path"], include_hidden=args.get("includeHiddenFiles") is True)
        construction.children(component, files, aliased=args.get("disableManagedObjectAliases") is not True)
    construction.finish(component)
    return component
