"""A bucket that kills whoever sends its n-th request, and an engine that keeps a state, both in memory.

Together they run the providers without a distribution as `pulumi up` does: each resource is recorded after its provider
has returned, and a kill leaves the state as it was recorded.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from hosting.providers.publish_marker import PublishMarkerProvider
from hosting.providers.release import ReleaseProvider
from hosting.publish.s3.errors import ConflictError
from hosting.publish.s3.objects import ListedObject, StoredObject
from tests.unit.publish.bulk.memory import Killed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    from hosting.publish.staging.manifest import ManifestEntry

# Only managed mode has paths in its markers.
NO_PATHS = {"paths": ""}
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC).timestamp()


@dataclass
class Cloud:
    """A bucket.

    Attributes:
        objects: the content of each object: an entry for a file, bytes for a record; with the time of the write.
        kill_at: the number of the request whose sender is killed, from 1; 0 for none.
        kill_after: whether the request has its effect first.
        requests: the number of requests so far.
        always: the files that all versions have, so that visitors must never miss them.
        seconds: how long a request takes.
        now: the time in seconds since 1970.
    """

    objects: dict[str, tuple[ManifestEntry | bytes, float]] = field(default_factory=dict)
    kill_at: int = 0
    kill_after: bool = False
    requests: int = 0
    always: frozenset[str] = frozenset()
    seconds: float = 0.3
    now: float = NOON
    is_dead: bool = False

    def request(self, effect: Callable[[], Any]) -> Any:  # noqa: ANN401 - any response
        """Count a request, and return its response, unless its sender is killed."""
        self.requests += 1
        self.now += self.seconds
        is_due = self.requests == self.kill_at
        if self.is_dead or (is_due and not self.kill_after):
            self.is_dead = True
            raise Killed
        response = effect()
        assert not self.always - self.objects.keys()
        if is_due:
            self.is_dead = True
            raise Killed
        return response

    def read(self, key: str) -> StoredObject | None:
        def effect() -> StoredObject | None:
            content, time = self.objects.get(key, (None, 0.0))
            if not isinstance(content, bytes):
                return None
            return StoredObject(content, hashlib.sha256(content).hexdigest(), self.now - time, self.now)

        found: StoredObject | None = self.request(effect)
        return found

    def write(self, key: str, data: bytes, *, replaces: str | None) -> str:
        def effect() -> str:
            existing = self.objects.get(key, (b"", 0.0))[0]
            etag = hashlib.sha256(existing).hexdigest() if existing and isinstance(existing, bytes) else ""
            if replaces not in (None, etag):
                raise ConflictError(key)
            self.objects[key] = (data, self.now)
            return hashlib.sha256(data).hexdigest()

        return str(self.request(effect))

    def upload(self, _file: Path, key: str, entry: ManifestEntry, _metadata: Mapping[str, str] | None = None) -> str:
        def effect() -> str:
            self.objects[key] = (entry, self.now)
            return entry.sha256[:8]

        return str(self.request(effect))

    def copy(self, _source: str, key: str, entry: ManifestEntry, _metadata: Mapping[str, str] | None = None) -> str:
        raise AssertionError(f"without a distribution nothing is copied, but {key} was, with {entry.path}")

    def copy_from(
        self, bucket: str, _source: str, key: str, _entry: ManifestEntry, _metadata: Mapping[str, str] | None = None
    ) -> tuple[str, str]:
        raise AssertionError(f"without a distribution nothing is promoted, but {key} was, from {bucket}")

    def list(self, prefix: str) -> dict[str, ListedObject]:
        def effect() -> dict[str, ListedObject]:
            objects = {key: one for key, one in self.objects.items() if key.startswith(prefix)}
            return {key.removeprefix(prefix): _listed(content, time) for key, (content, time) in objects.items()}

        found: dict[str, ListedObject] = self.request(effect)
        return found

    def delete(self, keys: Iterable[str]) -> None:
        keys = list(keys)
        if keys:
            self.request(lambda: [self.objects.pop(key, None) for key in keys])

    def delete_unchanged(self, key: str, _etag: str) -> None:
        raise AssertionError(f"without a distribution nothing is deleted by its ETag, but {key} was")

    def close_connections(self) -> None:
        """There are no connections."""


def _listed(content: ManifestEntry | bytes, time: float) -> ListedObject:
    at = datetime.fromtimestamp(int(time), UTC)
    if isinstance(content, bytes):
        return ListedObject(len(content), hashlib.sha256(content).hexdigest(), at)
    return ListedObject(content.size, content.sha256[:8], at)


@dataclass(frozen=True)
class Version:
    """What a stack declares.

    Attributes:
        release: the inputs of the release.
        files: the entries of the tree, by path.
    """

    release: Mapping[str, Any]
    files: Mapping[str, ManifestEntry]


@dataclass
class Engine:
    """Updates a stack, whose state it keeps.

    Attributes:
        cloud: the bucket.
        state: the recorded properties of each resource, by its name.
        ids: the id of each resource, by its name.
        changed: the names of the resources that the last update has changed.
    """

    cloud: Cloud
    state: dict[str, dict[str, Any]] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)
    changed: list[str] = field(default_factory=list)

    def up(self, version: Version) -> None:
        """Update the stack to a version in bulk mode."""
        self.changed = []
        content = [version.release["release_digest"], version.release["rollback_to"]]
        markers = self.mark({**NO_PATHS, "content": content})
        self.apply("release", self.release_provider(), {**version.release, **markers})

    def mark(self, inputs: Mapping[str, Any]) -> dict[str, Any]:
        """Update the publish marker, and return the inputs of another resource that are its outputs."""
        provider = PublishMarkerProvider()
        provider.now = lambda: self.cloud.now  # type: ignore[method-assign]
        marker = self.apply("marker", provider, inputs)
        return {
            "publish_marker": marker["marker"],
            "previous_publish_marker": marker["previous"],
            "removals": marker["removals"],
        }

    def release_provider(self) -> ReleaseProvider:
        """Return the provider of releases for the bucket."""
        provider = ReleaseProvider()
        provider.bucket_client = lambda _: self.cloud  # type: ignore[assignment, method-assign]
        return provider

    def apply(self, name: str, provider: Any, inputs: Mapping[str, Any]) -> dict[str, Any]:  # noqa: ANN401 - any provider
        """Create or update a resource, and return its recorded properties."""
        old = self.state.get(name)
        if old is None:
            created = provider.create(dict(inputs))
            self.ids[name], self.state[name] = created.id, created.outs
            self.changed.append(name)
        elif provider.diff(self.ids[name], old, dict(inputs)).changes:
            self.state[name] = provider.update(self.ids[name], old, dict(inputs)).outs
            self.changed.append(name)
        return self.state[name]

    def forget(self, name: str) -> None:
        """Remove a resource from the state."""
        del self.state[name]
        self.changed.append(name)
