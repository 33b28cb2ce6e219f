"""Registers a component and its children with the engine, through the monitor that the Construct call names."""

from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import grpc
from google.protobuf import struct_pb2
from pulumi.runtime.proto import alias_pb2, provider_pb2, resource_pb2, resource_pb2_grpc

from sandbox.providers.plugin import GRPC_OPTIONS, WORKERS
from sandbox.providers.synced_folder.folder import FolderFile
from sandbox.providers.values import ASSET, OUTPUT, SECRET, SIGNATURE, UNKNOWN_STRING, to_struct

CHILD_TYPE = "aws:s3/bucketObject:BucketObject"
PROVIDER_PACKAGE = "aws"


@dataclass(frozen=True)
class Construction:
    """The registrations of one Construct call.

    Attributes:
        request: the call.
        monitor: the engine's.
    """

    request: provider_pb2.ConstructRequest
    monitor: resource_pb2_grpc.ResourceMonitorStub

    def component(self) -> str:
        """Register the component with the program's options; return its URN."""
        request = self.request
        registration = resource_pb2.RegisterResourceRequest(
            type=request.type,
            name=request.name,
            parent=request.parent,
            object=struct_pb2.Struct(),
            dependencies=request.dependencies,
            providers=request.providers,
            aliases=request.aliases,
            aliasSpecs=True,
            deletedWith=request.deletedWith,
            ignoreChanges=request.ignoreChanges,
            replaceOnChanges=request.replaceOnChanges,
            additionalSecretOutputs=request.additionalSecretOutputs,
            acceptSecrets=True,
            acceptResources=True,
        )
        self._copy_protection(registration)
        return str(self.monitor.RegisterResource(registration).urn)

    def invoke_get_region(self, component: str) -> None:
        """Invoke getRegion, as the official component always does; it fails if there is no region."""
        self.monitor.Invoke(
            resource_pb2.ResourceInvokeRequest(
                tok="aws:index/getRegion:getRegion", provider=self._provider, parent=component, acceptResources=True
            )
        )

    def children(self, component: str, files: Iterable[FolderFile], *, aliased: bool) -> None:
        """Register an object for each file, in parallel; return once the engine is done with all of them."""
        inputs = self.request.inputs.fields
        shared = {"bucket": plain(inputs["bucketName"]), "acl": plain(inputs["acl"])}
        with ThreadPoolExecutor(WORKERS) as workers:
            registrations = (self._child(component, file, shared, aliased=aliased) for file in files)
            # Consumed, so that the first error is raised here.
            list(workers.map(self.monitor.RegisterResource, registrations))

    def finish(self, component: str) -> None:
        """Complete the component; it has no outputs."""
        self.monitor.RegisterResourceOutputs(
            resource_pb2.RegisterResourceOutputsRequest(urn=component, outputs=struct_pb2.Struct())
        )

    @property
    def _provider(self) -> str:
        return self.request.providers.get(PROVIDER_PACKAGE, "")

    def _child(
        self, component: str, file: FolderFile, shared: Mapping[str, struct_pb2.Value], *, aliased: bool
    ) -> resource_pb2.RegisterResourceRequest:
        properties = to_struct(
            {
                "key": file.key,
                "contentType": file.content_type,
                "source": {SIGNATURE: ASSET, "path": file.path},
            }
        )
        for name, value in shared.items():
            properties.fields[name].CopyFrom(value)
        registration = resource_pb2.RegisterResourceRequest(
            type=CHILD_TYPE,
            name=f"{self.request.name}-{file.key}",
            parent=component,
            custom=True,
            object=properties,
            provider=self._provider,
            dependencies=sorted({urn for urns in self._dependencies.values() for urn in urns}),
            aliases=[alias_pb2.Alias(spec=alias_pb2.Alias.Spec(name=file.key))] if aliased else [],
            aliasSpecs=True,
            acceptSecrets=True,
            acceptResources=True,
            supportsPartialValues=True,
        )
        for name, urns in self._dependencies.items():
            registration.propertyDependencies[name].urns.extend(urns)
        self._copy_protection(registration)
        return registration

    @property
    def _dependencies(self) -> dict[str, list[str]]:
        """Return the resources that the children's inputs come from, such as the bucket."""
        given = self.request.inputDependencies
        return {
            name: sorted(given[source].urns)
            for name, source in (("bucket", "bucketName"), ("acl", "acl"))
            if source in given
        }

    def _copy_protection(self, registration: resource_pb2.RegisterResourceRequest) -> None:
        """Protect and retain the children like their component."""
        if self.request.HasField("protect"):
            registration.protect = self.request.protect
        if self.request.HasField("retainOnDelete"):
            registration.retainOnDelete = self.request.retainOnDelete


def connect(address: str) -> grpc.Channel:
    """Return a channel to the engine's monitor."""
    return grpc.insecure_channel(address, options=GRPC_OPTIONS)


def plain(value: struct_pb2.Value) -> struct_pb2.Value:
    """Return the value of an output; its dependencies are in another field of the request."""
    fields = value.struct_value.fields
    if SIGNATURE not in fields or fields[SIGNATURE].string_value != OUTPUT:
        return value
    if "value" not in fields:
        return struct_pb2.Value(string_value=UNKNOWN_STRING)
    inner = plain(fields["value"])
    if not fields["secret"].bool_value:
        return inner
    secret = to_struct({SIGNATURE: SECRET})
    secret.fields["value"].CopyFrom(inner)
    return struct_pb2.Value(struct_value=secret)
