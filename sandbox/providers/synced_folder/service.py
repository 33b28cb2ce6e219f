"""Answers the engine for `synced-folder:index:S3BucketFolder`."""

import grpc
from google.protobuf import empty_pb2
from pulumi.runtime.proto import provider_pb2, resource_pb2_grpc

from sandbox.providers.plugin import Provider
from sandbox.providers.schema import Fields, flag, problems, text
from sandbox.providers.synced_folder.construction import Construction, connect
from sandbox.providers.synced_folder.folder import files_in
from sandbox.providers.values import UNKNOWN, Properties, from_struct

# The version of pulumi-synced-folder whose component this is.
VERSION = "0.12.6"
FOLDER_TYPE = "synced-folder:index:S3BucketFolder"
FIELDS: Fields = {
    "acl": text(required=True),
    "bucketName": text(required=True),
    "disableManagedObjectAliases": flag(default=False),
    "includeHiddenFiles": flag(default=False),
    "managedObjects": flag(default=True),
    "path": text(required=True),
}


class SyncedFolderProvider(Provider):
    """The ResourceProvider service of the synced-folder provider: it has one component and nothing else."""

    version = VERSION

    def Handshake(  # noqa: N802 - the service's own name
        self, request: provider_pb2.ProviderHandshakeRequest, context: grpc.ServicerContext
    ) -> provider_pb2.ProviderHandshakeResponse:
        """What reaches the component goes on to its children as it is, secrets and all."""
        del request, context
        return provider_pb2.ProviderHandshakeResponse(accept_secrets=True, accept_resources=True, accept_outputs=True)

    def CheckConfig(  # noqa: N802 - the service's own name
        self, request: provider_pb2.CheckRequest, context: grpc.ServicerContext
    ) -> provider_pb2.CheckResponse:
        """There is nothing to configure."""
        del context
        return provider_pb2.CheckResponse(inputs=request.news)

    def DiffConfig(  # noqa: N802 - the service's own name
        self, request: provider_pb2.DiffRequest, context: grpc.ServicerContext
    ) -> provider_pb2.DiffResponse:
        """There is nothing to configure."""
        del request, context
        return provider_pb2.DiffResponse(changes=provider_pb2.DiffResponse.DIFF_NONE)

    def Configure(  # noqa: N802 - the service's own name
        self, request: provider_pb2.ConfigureRequest, context: grpc.ServicerContext
    ) -> provider_pb2.ConfigureResponse:
        """There is nothing to configure."""
        del request, context
        return provider_pb2.ConfigureResponse(
            acceptSecrets=True, acceptResources=True, acceptOutputs=True, supportsPreview=True
        )

    def Construct(  # noqa: N802 - the service's own name
        self, request: provider_pb2.ConstructRequest, context: grpc.ServicerContext
    ) -> provider_pb2.ConstructResponse:
        """Register the folder and its objects; answered when the engine is done with all of them."""
        try:
            args = from_struct(request.inputs)
            if refusal := _refusal(request.type, args):
                context.abort(grpc.StatusCode.INVALID_ARGUMENT, refusal)
            with connect(request.monitorEndpoint) as channel:
                urn = _construct(Construction(request, resource_pb2_grpc.ResourceMonitorStub(channel)), args)
        except grpc.RpcError as failure:
            # A child's own error is on its own line already.
            detail = failure.details() if isinstance(failure, grpc.Call) else str(failure)
            context.abort(grpc.StatusCode.UNKNOWN, f"{request.name}: {detail}")
        return provider_pb2.ConstructResponse(urn=urn)

    def Cancel(  # noqa: N802 - the service's own name
        self, request: empty_pb2.Empty, context: grpc.ServicerContext
    ) -> empty_pb2.Empty:
        """The engine refuses further registrations itself."""
        del request, context
        return empty_pb2.Empty()


def _refusal(kind: str, args: Properties) -> str | None:
    if kind != FOLDER_TYPE:
        return f"the sandbox's synced-folder provider has no component {kind}; it has {FOLDER_TYPE}"
    if args.get("managedObjects") is False:
        return (
            "managedObjects: the sandbox's S3BucketFolder can't be False here, as it would run the AWS CLI; "
            "leave it out"
        )
    return next((f"{path}: {reason}" for path, reason in problems(FIELDS, args)), None)


def _construct(construction: Construction, args: Properties) -> str:
    component = construction.component()
    construction.ask_region(component)
    if args["path"] is not UNKNOWN:
        files = files_in(args["path"], include_hidden=args.get("includeHiddenFiles") is True)
        construction.children(component, files, aliased=args.get("disableManagedObjectAliases") is not True)
    construction.finish(component)
    return component
