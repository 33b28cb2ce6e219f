"""A real local cloud, buckets in it, and a site that is staged and published from Python."""

from __future__ import annotations

import hashlib
import itertools
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import boto3
import pytest

from hosting.aws.settings import AwsSettings
from hosting.publish.bulk.atomic import Atomic
from hosting.publish.bulk.in_place import InPlace
from hosting.publish.bulk.note import Note
from hosting.publish.bulk.wanted import Wanted
from hosting.publish.s3.bucket import S3BucketClient
from hosting.publish.staging.cache_control import CacheControl
from hosting.publish.staging.content_types import content_type
from hosting.publish.staging.manifest import Manifest, ManifestEntry
from hosting.publish.staging.staged_tree import MANIFEST
from sandbox import emulator_process
from sandbox.environment import Home

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from types_boto3_s3 import S3Client

    from hosting.publish.bulk.published import Published

NUMBERS = itertools.count(1)


class Recording(S3BucketClient):
    """The bucket, with a record of what was sent; ``fail`` is asked before each file."""

    def __init__(self, bucket: str, settings: AwsSettings) -> None:
        super().__init__(bucket, settings)
        self.uploaded: list[str] = []
        self.copied: list[str] = []
        self.written: list[str] = []
        self.deleted: list[str] = []
        self.fail: Any = None

    def upload(self, file: Path, key: str, entry: ManifestEntry) -> str:
        if self.fail:
            self.fail(key)
        etag = super().upload(file, key, entry)
        self.uploaded.append(key)
        return etag

    def copy(self, source: str, key: str, entry: ManifestEntry) -> str:
        etag = super().copy(source, key, entry)
        self.copied.append(key)
        return etag

    def write(self, key: str, data: bytes, *, replaces: str | None) -> str:
        etag = super().write(key, data, replaces=replaces)
        self.written.append(key)
        return etag

    def delete(self, keys: Iterable[str]) -> None:
        listed = list(keys)
        self.deleted += listed
        super().delete(listed)


class Said:
    """Keeps what a publish says."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.is_lost = False

    def info(self, text: str) -> None:
        self.lines.append(text)

    def warn(self, text: str) -> None:
        self.lines.append(text)

    def status(self, text: str) -> None:
        self.lines.append(text)


@dataclass
class Site:
    """A site that can be published to its own bucket.

    Attributes:
        store: the bucket.
        s3: the same, for looking.
        bucket: its name.
        wanted: what a publish is asked for, but for the tree.
        atomic: whether there is a distribution.
        files: the tree, path to content.
        headers: Cache-Control of paths that have one of their own.
    """

    store: Recording
    s3: S3Client
    bucket: str
    wanted: Wanted
    atomic: bool = True
    files: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    said: Said = field(default_factory=Said)

    def stage(self) -> Wanted:
        """Write the tree as staging would, and return what to publish."""
        entries = []
        headers = {**CacheControl([]).values_for(self.files), **self.headers}
        for path, text in self.files.items():
            file = self.wanted.file(path)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
            digest = hashlib.sha256(text.encode()).hexdigest()
            size = len(text.encode())
            entries.append(ManifestEntry(path, size, digest, content_type(path), headers.get(path)))
        manifest = Manifest.of(entries)
        (self.wanted.folder / MANIFEST).write_text(manifest.to_json())
        return replace(self.wanted, digest=manifest.digest)

    def publisher(self, **changes: Any) -> Atomic | InPlace:  # noqa: ANN401 - any of what is wanted
        """Return a publisher of the tree as it is."""
        wanted = replace(self.stage(), **changes)
        return (Atomic if self.atomic else InPlace)(self.store, wanted, self.said)

    def publish(self, *, repair: bool = False, live: bool = True, **changes: Any) -> Published:  # noqa: ANN401 - the same
        """Publish, and note it as live, as the resources after the release do."""
        for sent in (self.store.uploaded, self.store.copied, self.store.written, self.store.deleted):
            sent.clear()
        done = self.publisher(**changes).publish(repair=repair)
        if live and self.atomic:
            written = len(self.store.written)
            Note(done.held.digest, done.index.held[0].time).write(self.store)
            del self.store.written[written:]
        return done

    def text(self, key: str) -> str:
        """Return what is at a key."""
        return self.s3.get_object(Bucket=self.bucket, Key=key)["Body"].read().decode()

    def seen(self, done: Published) -> dict[str, str]:
        """Return all files of a release as the bucket has them."""
        return {path: self.text(done.held.key(path)) for path in done.records}

    def keys(self, prefix: str = "") -> list[str]:
        """Return the keys in the bucket."""
        return sorted(prefix + rest for rest in self.store.list(prefix))


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


@pytest.fixture
def site(endpoint: str, tmp_path: Path) -> Iterator[Site]:
    """Return a site of a few files, and an empty bucket."""
    settings = AwsSettings(
        "us-east-1",
        {"accessKey": "test", "secretKey": "test", "endpoints": [{"s3": endpoint, "sts": endpoint}]},
    )
    s3 = boto3.Session("test", "test", region_name="us-east-1").client("s3", endpoint_url=endpoint)
    bucket = f"release-{next(NUMBERS)}"
    s3.create_bucket(Bucket=bucket)
    wanted = Wanted("", tmp_path, 3, 7 * 86_400, 50, "", error_pages=(), fallback="", room=2000)
    files = {"index.html": "home", "about.html": "about", "docs/a b+ä.html": "docs", "app.0a1b2c3d.js": "js"}
    store = Recording(bucket, settings)
    yield Site(store, s3, bucket, wanted, files=files)
    store.close_connections()
    store._s3.close()
    s3.close()


def many(count: int, text: str = "one") -> dict[str, str]:
    """Return pages too many to be exceptions of a function."""
    return {f"section-{n % 7}/a-rather-long-name-of-a-page-{n}.html": f"{text} {n}" for n in range(count)}
