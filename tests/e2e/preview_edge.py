"""A preview edge in the sandbox: previews by the engine, or by the publisher alone, and what visitors get of them."""

from __future__ import annotations

import subprocess
import sys
from base64 import b64encode
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import boto3

from hosting.aws.key_value_store import KeyValueStoreClient
from hosting.aws.key_value_store_errors import StoreConflictError
from hosting.publish.bulk.preview_site import PreviewSite
from hosting.publish.bulk.removal import Removal
from hosting.publish.bulk.request import PublishRequest
from tests.e2e.harness import elsewhere, fetch
from tests.unit.publish.bulk.conftest import Recording, Site, StoreSite, settings_for

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path
    from threading import Barrier

    from hosting.aws.settings import AwsSettings
    from tests.e2e.harness import Answer, Project

DOMAIN = "example-previews.com"
FILES = 1000
NO_REVIEW, REVIEW = '{"urls": "off", "links": "off"}', '{"urls": "warn", "links": "warn"}'


def command(previews: Previews, *arguments: str, status: int = 0) -> str:
    """Run `python -m hosting.previews` for the edge, and return what it prints."""
    done = subprocess.run(
        [sys.executable, "-m", "hosting.previews", *arguments, "--stack", "previews"],
        cwd=previews.edge.path,
        env=dict(previews.edge.sandbox.env),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == status, done.stderr
    return done.stdout + (done.stderr if status else "")


class Previews:
    """A project with a preview edge, and what visitors get from it."""

    def __init__(self, edge: Project) -> None:
        self.edge = edge
        self.password = ""

    def stack(self, name: str, changed: Mapping[str, str], *, files: int = FILES, **config: str) -> Project:
        """Return a new preview whose site has the given files besides its pages; `a_b` stands for `a:b`."""
        found = replace(self.edge, stack=name)
        found.init()
        self.write(name, changed, files=files)
        own = {"publish_directory": f"www-{name}", "previews_edge": "previews", "publish_gate": NO_REVIEW, **config}
        for key, value in own.items():
            found.config(key.replace("_", ":"), value)
        return found

    def write(self, name: str, changed: Mapping[str, str], *, files: int = FILES) -> None:
        """Write the site of a preview."""
        pages = {
            "index.html": "home",
            "404.html": "not here",
            **{f"page-{n}.html": f"page {n}" for n in range(files - 2)},
        }
        for path, text in {**pages, **changed}.items():
            self.edge.write(f"www-{name}/{path}", text)

    def get(self, name: str, path: str = "/", *, user: str = "preview", **options: str) -> Answer:
        """Ask for a page of a preview, as a visitor with the edge's password at any location."""
        login = b64encode(f"{user}:{options.pop('password', self.password)}".encode()).decode()
        host = name if "." in name else f"{name}.{DOMAIN}"
        headers = {"Host": host, "Authorization": f"Basic {login}", **elsewhere(), **options}
        return fetch(self.edge.url(), path, headers=headers)

    def store(self) -> tuple[Any, str]:
        """Return a client of the data of key-value stores, and the ARN of the edge's."""
        env = self.edge.sandbox.env
        session: Any = boto3.Session("test", "test", region_name=env["AWS_REGION"])
        # botocore puts the account's id before the endpoint, where it becomes part of an ignored user name.
        endpoint = env["AWS_ENDPOINT_URL"].replace("//", "//kvs@")
        return session.client("cloudfront-keyvaluestore", endpoint_url=endpoint), self.edge.outputs()["storeArn"]

    def publisher(self, folder: Path, meeting: Barrier | None = None) -> PreviewPublisher:
        """Return a publisher of previews whose staged trees are below a folder."""
        return PreviewPublisher(self.edge, folder, meeting)

    def stored(self) -> list[str]:
        """Return the keys of all files in the edge's bucket."""
        pages = self.edge.sandbox.s3.get_paginator("list_objects_v2").paginate(
            Bucket=self.edge.outputs()["bucketName"], Prefix=".release/o/"
        )
        return [entry["Key"] for page in pages for entry in page.get("Contents", [])]

    def text(self, name: str, path: str = "/") -> str:
        """Return a page of a preview."""
        answer = self.get(name, path)
        assert answer.status == 200, (name, path, answer)
        return answer.text


class CountingStore(KeyValueStoreClient):
    """A client of the store that counts refused writes, and whose first write can wait for that of another client.

    Attributes:
        conflicts: the number of writes that were refused as the store had another ETag.
    """

    def __init__(self, arn: str, settings: AwsSettings, meeting: Barrier | None) -> None:
        super().__init__(arn, settings)
        self.conflicts, self._meeting = 0, meeting

    def update(self, etag: str, puts: Mapping[str, str], deletes: Collection[str] = ()) -> str:
        meeting, self._meeting = self._meeting, None
        if meeting:
            meeting.wait(60)
        try:
            return super().update(etag, puts, deletes)
        except StoreConflictError:
            self.conflicts += 1
            raise


class PreviewPublisher:
    """Publishes previews to an edge as their resource does, without the engine.

    Attributes:
        store: the edge's store.
    """

    def __init__(self, edge: Project, folder: Path, meeting: Barrier | None) -> None:
        outputs = edge.outputs()
        settings = replace(settings_for(edge.sandbox.env["AWS_ENDPOINT_URL"]), region=outputs["bucketRegion"])
        self._s3, self._name, self._folder = edge.sandbox.s3, outputs["bucketName"], folder
        self._bucket = Recording(self._name, settings)
        self.store = CountingStore(outputs["storeArn"], settings, meeting)

    def publish(self, name: str, files: Mapping[str, str], base: str = "") -> None:
        """Publish a preview."""
        folder = self._folder / name
        folder.mkdir(parents=True, exist_ok=True)
        request = PublishRequest("", "", folder, releases=3, keep_s=0, max_remove=100)
        site = Site(self._bucket, self._s3, self._name, request, dict(files))
        preview = PreviewSite(name, base, f"acme/site/{name}", f"acme/site/{name}", expire_days=30)
        StoreSite(site, self.store).publish(preview=preview)

    def close(self) -> None:
        """Close the connections."""
        self._bucket.close_connections()
        self.store._requests._prepared[0].close()

    def remove(self, name: str) -> None:
        """Remove a preview, as its destruction does."""
        Removal(self._bucket, self.store, name).run(f"acme/site/{name}")
