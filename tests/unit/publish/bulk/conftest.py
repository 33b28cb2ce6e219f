"""A real local cloud, and a site in it that is staged and published from Python, with or without a distribution."""

from __future__ import annotations

import hashlib
import itertools
import time
from dataclasses import dataclass, field, replace
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import boto3
import pytest

from hosting.aws.key_value_store import KeyValueStoreClient
from hosting.aws.settings import AwsSettings
from hosting.publish.bulk import layout
from hosting.publish.bulk.in_place import InPlacePublisher
from hosting.publish.bulk.promotion import PromotionSource, SourceStack
from hosting.publish.bulk.publisher import Publisher
from hosting.publish.bulk.release_edge import ReleaseEdge, release_digest
from hosting.publish.bulk.request import EDGE_FILE, PublishRequest
from hosting.publish.s3.bucket import S3BucketClient
from hosting.publish.staging.cache_control import CacheControl
from hosting.publish.staging.content_types import content_type
from hosting.publish.staging.manifest import Manifest, ManifestEntry
from hosting.publish.staging.staged_paths import MANIFEST
from sandbox import emulator_process
from sandbox.environment import Home
from tests.unit.publish.bulk.memory import START, Log, served_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from types_boto3_s3 import S3Client

    from hosting.publish.bulk.in_place import InPlaceResult
    from hosting.publish.bulk.publisher import PublishResult

NUMBERS = itertools.count(1)


class Recording(S3BucketClient):
    """The bucket, with a record of its requests; ``fail`` is called before each upload."""

    def __init__(self, bucket: str, settings: AwsSettings) -> None:
        super().__init__(bucket, settings)
        self.settings = settings
        self.uploaded: list[str] = []
        self.written: list[str] = []
        self.deleted: list[str] = []
        self.fail: Any = None

    def upload(self, file: Path, key: str, entry: ManifestEntry, metadata: Mapping[str, str] | None = None) -> str:
        if self.fail:
            self.fail(key)
        etag = super().upload(file, key, entry, metadata or {})
        self.uploaded.append(key)
        return etag

    def write(self, key: str, data: bytes, *, replaces: str | None) -> str:
        etag = super().write(key, data, replaces=replaces)
        self.written.append(key)
        return etag

    def delete(self, keys: Iterable[str]) -> None:
        listed = list(keys)
        self.deleted += listed
        super().delete(listed)


@dataclass
class Site:
    """A site that is published in place to its own bucket.

    Attributes:
        bucket: the bucket.
        s3: the bucket's service, to look at the result.
        name: the bucket's name.
        request: what a publish is asked to do, without the tree.
        files: the tree, path to content.
        headers: Cache-Control of paths that have one of their own.
    """

    bucket: Recording
    s3: S3Client
    name: str
    request: PublishRequest
    files: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    log: Log = field(default_factory=Log)

    def stage(self) -> PublishRequest:
        """Write the tree as staging would, and return the request to publish it."""
        entries = []
        headers = {**CacheControl([]).values_for(self.files), **self.headers}
        for path, text in self.files.items():
            file = self.request.file(path)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
            digest = hashlib.sha256(text.encode()).hexdigest()
            size = len(text.encode())
            entries.append(ManifestEntry(path, size, digest, content_type(path), headers.get(path)))
        manifest = Manifest.of(entries)
        (self.request.folder / MANIFEST).write_text(manifest.to_json())
        return replace(self.request, digest=manifest.digest, files_digest=manifest.digest)

    def publisher(self, **changes: Any) -> InPlacePublisher:  # noqa: ANN401 - any of the request's attributes
        """Return a publisher of the tree as it is."""
        return InPlacePublisher(self.bucket, replace(self.stage(), **changes), self.log)

    def publish(self, *, repair: bool = False, **changes: Any) -> InPlaceResult:  # noqa: ANN401 - the same
        """Publish the tree as it is."""
        for sent in (self.bucket.uploaded, self.bucket.written, self.bucket.deleted):
            sent.clear()
        return self.publisher(**changes).publish(repair=repair)

    def text(self, key: str) -> str:
        """Return the content of an object."""
        return self.s3.get_object(Bucket=self.name, Key=key)["Body"].read().decode()

    def keys(self, prefix: str = "") -> list[str]:
        """Return the keys in the bucket."""
        return sorted(prefix + rest for rest in self.bucket.list(prefix))


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the machine's clock be behind that of the buckets, which tests set."""
    fake = SimpleNamespace(time=lambda: START, monotonic=time.monotonic, gmtime=time.gmtime, strftime=time.strftime)
    monkeypatch.setattr("hosting.publish.bulk.catalogue.time", fake)


@dataclass
class StoreSite:
    """The same site behind a distribution, with a key value store.

    Attributes:
        place: the bucket and the staged tree.
        store: the client of the store.
        edge: how the edge serves the site.
    """

    place: Site
    store: KeyValueStoreClient
    edge: ReleaseEdge = field(default_factory=ReleaseEdge)

    def publisher(self, **changes: Any) -> Publisher:  # noqa: ANN401 - any of the request's attributes
        """Return a publisher of the tree as it is."""
        request = self.place.stage()
        (request.folder / EDGE_FILE).write_text(self.edge.to_text())
        digest = release_digest(request.files_digest, self.edge.to_text())
        return Publisher(
            self.place.bucket, self.store, replace(request, **{"digest": digest, **changes}), self.place.log
        )

    def publish(self, *, repair: bool = False, **changes: Any) -> PublishResult:  # noqa: ANN401 - the same
        """Publish the tree as it is."""
        for sent in (self.place.bucket.uploaded, self.place.bucket.written, self.place.bucket.deleted):
            sent.clear()
        return self.publisher(**changes).publish(repair=repair)

    def promote(self, source: StoreSite, digest: str) -> PublishResult:
        """Publish a release of another site."""
        request = replace(self.place.request, digest=digest)
        stack = SourceStack("staging", source.place.name, layout.RECORDS)
        # A client of its own, with the settings of this site, as the program has it.
        bucket = S3BucketClient(source.place.name, self.place.bucket.settings)
        try:
            other = PromotionSource(bucket, stack)
            return Publisher(self.place.bucket, self.store, request, self.place.log, other).publish()
        finally:
            bucket.close_connections()

    def served(self) -> dict[str, str]:
        """Return the content that the pointer and its table lead to, by path, for all paths of the tree."""
        found = {path: served_key(self.store.list(), path) for path in self.place.files}
        return {path: self.place.text(key) for path, key in found.items() if key}


@pytest.fixture(scope="session")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Run a local cloud until the session ends."""
    home = Home(tmp_path_factory.mktemp("cloud"))
    home.create_folders()
    emulator_process.ensure_installed()
    try:
        yield emulator_process.start(home)
    finally:
        emulator_process.stop(home)


def settings_for(endpoint: str) -> AwsSettings:
    """Return settings for the local cloud. The account's id becomes a part of the ignored user name ``kvs``."""
    endpoints = {"s3": endpoint, "sts": endpoint, "cloudfrontkeyvaluestore": endpoint.replace("//", "//kvs@")}
    return AwsSettings("us-east-1", {"accessKey": "test", "secretKey": "test", "endpoints": [endpoints]})


@pytest.fixture
def site(endpoint: str, tmp_path: Path) -> Iterator[Site]:
    """Return a site of a few files, and an empty bucket."""
    yield from make_site(endpoint, tmp_path)


def make_site(endpoint: str, folder: Path) -> Iterator[Site]:
    """Yield a site of a few files, whose tree is in ``folder``, and an empty bucket."""
    settings = settings_for(endpoint)
    s3 = boto3.Session("test", "test", region_name="us-east-1").client("s3", endpoint_url=endpoint)
    name = f"release-{next(NUMBERS)}"
    s3.create_bucket(Bucket=name)
    request = PublishRequest("", "", folder, 3, 7 * 86_400, 50)
    files = {"index.html": "home", "about.html": "about", "docs/a b+ä.html": "docs", "app.0a1b2c3d.js": "js"}
    bucket = Recording(name, settings)
    yield Site(bucket, s3, name, request, files=files)
    bucket.close_connections()
    s3.close()


@pytest.fixture
def store_site(endpoint: str, site: Site) -> StoreSite:
    """Return the site with a store of its own."""
    return with_store(endpoint, site)


@pytest.fixture
def site_of_another_stack(endpoint: str, tmp_path: Path) -> Iterator[StoreSite]:
    """Return another site, with a bucket and a store of its own."""
    folder = tmp_path / "other"
    folder.mkdir()
    for site in make_site(endpoint, folder):
        yield with_store(endpoint, site)


def with_store(endpoint: str, site: Site) -> StoreSite:
    """Return a site with a new store."""
    session = boto3.Session("test", "test", region_name="us-east-1")
    cloudfront = session.client("cloudfront", endpoint_url=endpoint)
    name = f"store-{next(NUMBERS)}"
    arn = cloudfront.create_key_value_store(Name=name)["KeyValueStore"]["ARN"]
    for _ in range(100):
        if cloudfront.describe_key_value_store(Name=name)["KeyValueStore"]["Status"] == "READY":
            break
        time.sleep(0.1)
    cloudfront.close()
    return StoreSite(site, KeyValueStoreClient(arn, settings_for(endpoint)))
