from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import grpc
import pytest
from google.protobuf import empty_pb2
from pulumi.runtime.proto import provider_pb2, resource_pb2, resource_pb2_grpc

from sandbox.providers.synced_folder.folder import content_type, files_in
from sandbox.providers.synced_folder.service import SyncedFolderProvider
from sandbox.providers.values import OUTPUT, SECRET, SIGNATURE, UNKNOWN, Asset, from_struct, to_struct
from sandbox.tests.providers.harness import Engine, serving

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FOLDER = "synced-folder:index:S3BucketFolder"
COMPONENT = f"urn:pulumi:dev::tests::{FOLDER}::site"
PROVIDER = "urn:pulumi:dev::tests::pulumi:providers:aws::p::id"
BUCKET = "urn:pulumi:dev::tests::aws:s3/bucket:Bucket::b"


class Monitor(resource_pb2_grpc.ResourceMonitorServicer):
    """The engine's monitor: records registrations, and rejects the resource `rejected_name`."""

    def __init__(self, rejected_name: str = "") -> None:
        self.registered: list[resource_pb2.RegisterResourceRequest] = []
        self.invoked: list[resource_pb2.ResourceInvokeRequest] = []
        self.finished: list[str] = []
        self.rejected_name = rejected_name
        self.lock = threading.Lock()

    def RegisterResource(  # noqa: N802 - gRPC's name
        self, request: resource_pb2.RegisterResourceRequest, context: grpc.ServicerContext
    ) -> resource_pb2.RegisterResourceResponse:
        """Record the request."""
        if request.name == self.rejected_name:
            context.abort(grpc.StatusCode.UNAVAILABLE, "the update was cancelled")
        with self.lock:
            self.registered.append(request)
        return resource_pb2.RegisterResourceResponse(urn=f"urn:pulumi:dev::tests::{request.type}::{request.name}")

    def Invoke(  # noqa: N802 - gRPC's name
        self, request: resource_pb2.ResourceInvokeRequest, context: grpc.ServicerContext
    ) -> provider_pb2.InvokeResponse:
        """Record the request."""
        del context
        self.invoked.append(request)
        return provider_pb2.InvokeResponse()

    def RegisterResourceOutputs(  # noqa: N802 - gRPC's name
        self, request: resource_pb2.RegisterResourceOutputsRequest, context: grpc.ServicerContext
    ) -> empty_pb2.Empty:
        """Record the request."""
        del context
        self.finished.append(request.urn)
        return empty_pb2.Empty()

    @property
    def children(self) -> dict[str, resource_pb2.RegisterResourceRequest]:
        """The custom resources by name."""
        return {request.name: request for request in self.registered if request.custom}


@pytest.fixture
def provider() -> Iterator[Engine]:
    """The synced-folder provider."""
    yield from serving(SyncedFolderProvider())


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A folder with a page, an asset in a folder, and hidden files."""
    for name in ("index.html", "css/a b.css", ".well-known/x", ".env"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(name)
    return tmp_path


def construct(provider: Engine, monitor: Monitor, inputs: dict[str, Any], **options: Any) -> str:  # noqa: ANN401 - request fields
    """Let the provider construct a folder; return its URN."""
    server = grpc.server(ThreadPoolExecutor(max_workers=8))
    resource_pb2_grpc.add_ResourceMonitorServicer_to_server(monitor, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        response = provider.stub.Construct(
            provider_pb2.ConstructRequest(
                type=options.pop("type", FOLDER),
                name="site",
                monitorEndpoint=f"127.0.0.1:{port}",
                inputs=to_struct({"acl": "private", "bucketName": "b", **inputs}),
                **options,
            )
        )
    finally:
        server.stop(grace=None).wait()
    return str(response.urn)


def test_objects(provider: Engine, site: Path) -> None:
    """The children have the names, keys and content types of the official component."""
    monitor = Monitor()
    assert construct(provider, monitor, {"path": str(site)}) == COMPONENT
    assert set(monitor.children) == {"site-index.html", "site-css/a b.css"}
    child = monitor.children["site-css/a b.css"]
    assert child.type == "aws:s3/bucketObject:BucketObject"
    assert child.parent == COMPONENT
    assert from_struct(child.object) == {
        "key": "css/a b.css",
        "acl": "private",
        "bucket": "b",
        "contentType": "text/css",
        "source": Asset("", path=f"{site}/css/a b.css"),
    }
    assert [alias.spec.name for alias in child.aliases] == ["css/a b.css"]


def test_hidden_files(provider: Engine, site: Path) -> None:
    """Files and folders whose names start with a dot are published only with includeHiddenFiles."""
    monitor = Monitor()
    construct(provider, monitor, {"path": str(site), "includeHiddenFiles": True})
    assert {"site-.env", "site-.well-known/x"} <= set(monitor.children)


def test_disabled_aliases(provider: Engine, site: Path) -> None:
    """With disableManagedObjectAliases the children have no aliases."""
    monitor = Monitor()
    construct(provider, monitor, {"path": str(site), "disableManagedObjectAliases": True})
    assert [len(child.aliases) for child in monitor.children.values()] == [0, 0]


def test_provider_of_the_children(provider: Engine, site: Path) -> None:
    """Children and getRegion use the aws provider of the component."""
    monitor = Monitor()
    construct(provider, monitor, {"path": str(site)}, providers={"aws": PROVIDER})
    assert {child.provider for child in monitor.children.values()} == {PROVIDER}
    assert [(invoke.tok, invoke.provider) for invoke in monitor.invoked] == [
        ("aws:index/getRegion:getRegion", PROVIDER)
    ]


def test_dependencies_of_the_children(provider: Engine, site: Path) -> None:
    """Objects depend on their bucket, and so are deleted before it."""
    monitor = Monitor()
    dependencies = {"bucketName": provider_pb2.ConstructRequest.PropertyDependencies(urns=[BUCKET])}
    construct(provider, monitor, {"path": str(site)}, inputDependencies=dependencies)
    child = monitor.children["site-index.html"]
    assert list(child.dependencies) == [BUCKET]
    assert list(child.propertyDependencies["bucket"].urns) == [BUCKET]


def test_options_of_the_component(provider: Engine, site: Path) -> None:
    """Parent, dependencies, deletedWith and protection are passed to the engine."""
    monitor = Monitor()
    construct(
        provider, monitor, {"path": str(site)}, parent="p", dependencies=[BUCKET], deletedWith=BUCKET, protect=True
    )
    component = monitor.registered[0]
    assert (component.parent, list(component.dependencies), component.deletedWith) == ("p", [BUCKET], BUCKET)
    assert component.protect is True
    assert monitor.children["site-index.html"].protect is True
    assert monitor.finished == [COMPONENT]


def test_unknown_and_secret_bucket_names(provider: Engine, site: Path) -> None:
    """In a preview the bucket's name can be unknown or a secret, and the children get it like that."""
    for given, expected in (
        ({SIGNATURE: OUTPUT}, UNKNOWN),
        ({SIGNATURE: OUTPUT, "value": "b"}, "b"),
        (UNKNOWN, UNKNOWN),
    ):
        monitor = Monitor()
        construct(provider, monitor, {"path": str(site), "bucketName": given})
        assert from_struct(monitor.children["site-index.html"].object)["bucket"] == expected
    monitor = Monitor()
    construct(provider, monitor, {"path": str(site), "bucketName": {SIGNATURE: OUTPUT, "value": "b", "secret": True}})
    wire = monitor.children["site-index.html"].object.fields["bucket"].struct_value.fields
    assert wire[SIGNATURE].string_value == SECRET


def test_unknown_path(provider: Engine) -> None:
    """In a preview a folder that will be built later has no children."""
    monitor = Monitor()
    assert construct(provider, monitor, {"path": UNKNOWN}) == COMPONENT
    assert monitor.children == {}


@pytest.mark.parametrize(
    ("inputs", "options", "reason"),
    [
        ({"path": "site", "managedObjects": False}, {}, "managedObjects"),
        ({"path": "site", "cacheControl": "x"}, {}, "no property 'cacheControl'"),
        ({}, {}, "path: Missing required argument"),
        ({"path": 1}, {}, "path: expected type string"),
        ({"path": "site"}, {"type": "synced-folder:index:AzureBlobFolder"}, "no component .*AzureBlobFolder"),
    ],
)
def test_invalid_inputs(provider: Engine, inputs: dict[str, Any], options: dict[str, Any], reason: str) -> None:
    """What the sandbox does not support is rejected by name, before anything is registered."""
    monitor = Monitor()
    with pytest.raises(grpc.RpcError, match=reason):
        construct(provider, monitor, inputs, **options)
    assert monitor.registered == []


def test_failed_child(provider: Engine, site: Path) -> None:
    """The component is not completed if an object could not be registered."""
    monitor = Monitor(rejected_name="site-index.html")
    with pytest.raises(grpc.RpcError, match="site: the update was cancelled"):
        construct(provider, monitor, {"path": str(site)})
    assert monitor.finished == []


def test_missing_folder(tmp_path: Path) -> None:
    """As with the official component, a missing folder has no files; the program has to prevent that."""
    assert list(files_in(str(tmp_path / "none"), include_hidden=True)) == []


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("a.html", "text/html"),
        ("A.JPG", "image/jpeg"),
        ("a.js", "application/javascript"),
        ("a.svg", "image/svg+xml"),
        ("a.woff2", "font/woff2"),
        ("a.webmanifest", "application/manifest+json"),
        ("LICENSE", "text/plain"),
        ("a.unheard-of", "text/plain"),
    ],
)
def test_content_types(name: str, expected: str) -> None:
    """The name gives the content type; it is text/plain if the name gives none."""
    assert content_type(name) == expected
