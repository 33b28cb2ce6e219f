"""Registers a component and its children with the engine, over the monitor that its Construct call names."""

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
    """One Construct call's work with the engine's monitor."""

    request: provider_pb2.ConstructRequest
    monitor: resource_pb2_grpc.ResourceMonitorStub

    def component(self) -> str:
        """Register the component with the options that the program gave it; answers its URN."""
        asked = self.request
        registration = resource_pb2.RegisterResourceRequest(
            type=asked.type,
            name=asked.name,
            parent=asked.parent,
            object=struct_pb2.Struct(),
            dependencies=asked.dependencies,
            providers=asked.providers,
            aliases=asked.aliases,
            aliasSpecs=True,
            deletedWith=asked.deletedWith,
            ignoreChanges=asked.ignoreChanges,
            replaceOnChanges=asked.replaceOnChanges,
            additionalSecretOutputs=asked.additionalSecretOutputs,
            acceptSecrets=True,
            acceptResources=True,
        )
        self._copy_protection(registration)
        return str(self.monitor.RegisterResource(registration).urn)

    def ask_region(self, component: str) -> None:
        """The real component asks for the region whether it needs it or not, and fails where it can't be had."""
        self.monitor.Invoke(
            resource_pb2.ResourceInvokeRequest(
                tok="aws:index/getRegion:getRegion", provider=self._provider, parent=component, acceptResources=True
            )
        )

    def children(self, component: str, files: Iterable[FolderFile], *, aliased: bool) -> None:
        """Register an object for each file, all at once; over when the engine is done with every one."""
        inputs = self.request.inputs.fields
        shared = {"bucket": plain(inputs["bucketName"]), "acl": plain(inputs["acl"])}
        with ThreadPoolExecutor(WORKERS) as workers:
            registrations = (self._child(component, file, shared, aliased=aliased) for file in files)
            # Consumed so that the first failure is raised here.
            list(workers.map(self.monitor.RegisterResource, registrations))

    def finish(self, component: str) -> None:
        """The component is complete; it has no outputs."""
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
        """What the children depend on because their inputs come from it: the bucket, above all."""
        given = self.request.inputDependencies
        return {
            name: sorted(given[source].urns)
            for name, source in (("bucket", "bucketName"), ("acl", "acl"))
            if source in given
        }

    def _copy_protection(self, registration: resource_pb2.RegisterResourceRequest) -> None:
        """Children are protected and retained as their component is."""
        if self.request.HasField("protect"):
            registration.protect = self.request.protect
        if self.request.HasField("retainOnDelete"):
            registration.retainOnDelete = self.request.retainOnDelete


def connect(address: str) -> grpc.Channel:
    """A channel to the engine's monitor."""
    return grpc.insecure_channel(address, options=GRPC_OPTIONS)


def plain(value: struct_pb2.Value) -> struct_pb2.Value:
    """An output value as what it stands for; its dependencies travel beside it."""
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
