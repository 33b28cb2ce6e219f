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
    """The engine's monitor: keeps what is registered; `refuse` is a name that fails."""

    def __init__(self, refuse: str = "") -> None:
        self.registered: list[resource_pb2.RegisterResourceRequest] = []
        self.invoked: list[resource_pb2.ResourceInvokeRequest] = []
        self.finished: list[str] = []
        self.refuse = refuse
        self.lock = threading.Lock()

    def RegisterResource(  # noqa: N802 - the service's own name
        self, request: resource_pb2.RegisterResourceRequest, context: grpc.ServicerContext
    ) -> resource_pb2.RegisterResourceResponse:
        """Keep it."""
        if request.name == self.refuse:
            context.abort(grpc.StatusCode.UNAVAILABLE, "the update was cancelled")
        with self.lock:
            self.registered.append(request)
        return resource_pb2.RegisterResourceResponse(urn=f"urn:pulumi:dev::tests::{request.type}::{request.name}")

    def Invoke(  # noqa: N802 - the service's own name
        self, request: resource_pb2.ResourceInvokeRequest, context: grpc.ServicerContext
    ) -> provider_pb2.InvokeResponse:
        """Keep it."""
        del context
        self.invoked.append(request)
        return provider_pb2.InvokeResponse()

    def RegisterResourceOutputs(  # noqa: N802 - the service's own name
        self, request: resource_pb2.RegisterResourceOutputsRequest, context: grpc.ServicerContext
    ) -> empty_pb2.Empty:
        """Keep it."""
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
    """Have the provider construct a folder; answers its URN."""
    server = grpc.server(ThreadPoolExecutor(max_workers=8))
    resource_pb2_grpc.add_ResourceMonitorServicer_to_server(monitor, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        answer = provider.stub.Construct(
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
    return str(answer.urn)


def test_every_file_is_an_object(provider: Engine, site: Path) -> None:
    """A folder's children are named, keyed and typed as the real component does it."""
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


def test_hidden_files_are_asked_for(provider: Engine, site: Path) -> None:
    """Names that start with a dot, of folders too, are published only with includeHiddenFiles."""
    monitor = Monitor()
    construct(provider, monitor, {"path": str(site), "includeHiddenFiles": True})
    assert {"site-.env", "site-.well-known/x"} <= set(monitor.children)


def test_aliases_can_be_left_out(provider: Engine, site: Path) -> None:
    """With disableManagedObjectAliases the children have no aliases."""
    monitor = Monitor()
    construct(provider, monitor, {"path": str(site), "disableManagedObjectAliases": True})
    assert [len(child.aliases) for child in monitor.children.values()] == [0, 0]


def test_children_use_the_components_provider(provider: Engine, site: Path) -> None:
    """The aws provider that the component was given is that of its children and of the region's question."""
    monitor = Monitor()
    construct(provider, monitor, {"path": str(site)}, providers={"aws": PROVIDER})
    assert {child.provider for child in monitor.children.values()} == {PROVIDER}
    assert [(question.tok, question.provider) for question in monitor.invoked] == [
        ("aws:index/getRegion:getRegion", PROVIDER)
    ]


def test_children_depend_on_what_their_inputs_come_from(provider: Engine, site: Path) -> None:
    """Objects are deleted before the bucket whose name they have."""
    monitor = Monitor()
    dependencies = {"bucketName": provider_pb2.ConstructRequest.PropertyDependencies(urns=[BUCKET])}
    construct(provider, monitor, {"path": str(site)}, inputDependencies=dependencies)
    child = monitor.children["site-index.html"]
    assert list(child.dependencies) == [BUCKET]
    assert list(child.propertyDependencies["bucket"].urns) == [BUCKET]


def test_the_components_options_are_kept(provider: Engine, site: Path) -> None:
    """Parent, dependencies, deletedWith and protection reach the engine again."""
    monitor = Monitor()
    construct(
        provider, monitor, {"path": str(site)}, parent="p", dependencies=[BUCKET], deletedWith=BUCKET, protect=True
    )
    component = monitor.registered[0]
    assert (component.parent, list(component.dependencies), component.deletedWith) == ("p", [BUCKET], BUCKET)
    assert component.protect is True
    assert monitor.children["site-index.html"].protect is True
    assert monitor.finished == [COMPONENT]


def test_a_bucket_that_is_yet_to_be_made(provider: Engine, site: Path) -> None:
    """In a preview the bucket's name may be unknown, or a secret; the children get it as it is."""
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


def test_an_unknown_path_has_no_children_yet(provider: Engine) -> None:
    """In a preview a folder that will be built later is empty."""
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
def test_refusals(provider: Engine, inputs: dict[str, Any], options: dict[str, Any], reason: str) -> None:
    """What the sandbox doesn't serve is refused by name before anything is registered."""
    monitor = Monitor()
    with pytest.raises(grpc.RpcError, match=reason):
        construct(provider, monitor, inputs, **options)
    assert monitor.registered == []


def test_a_child_that_fails_fails_the_folder(provider: Engine, site: Path) -> None:
    """A folder isn't complete when one of its objects couldn't be registered."""
    monitor = Monitor(refuse="site-index.html")
    with pytest.raises(grpc.RpcError, match="site: the update was cancelled"):
        construct(provider, monitor, {"path": str(site)})
    assert monitor.finished == []


def test_a_folder_that_is_not_there_is_empty(tmp_path: Path) -> None:
    """As with the real component, a missing folder has no files: that is for the program to prevent."""
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
    """Types go by the name, text/plain where it says nothing."""
    assert content_type(name) == expected
