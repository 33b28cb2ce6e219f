"""A cloud that kills whoever sends its n-th request, and an engine that keeps a state, both in memory.

Together they run the providers of bulk mode as `pulumi up` does: each resource is recorded after its provider has
returned, and a kill leaves the state as it was recorded.
"""

from __future__ import annotations

import hashlib
import io
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from hosting.providers.live import LiveProvider
from hosting.providers.publish_marker import PublishMarkerProvider
from hosting.providers.published_functions import FunctionMarkerProvider, PublishedFunctionsProvider
from hosting.providers.release import ReleaseProvider
from hosting.publish.bulk import layout
from hosting.publish.bulk.shared import is_shared
from hosting.publish.s3.errors import ConflictError, S3Error
from hosting.publish.s3.objects import ListedObject, StoredObject

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    from hosting.publish.staging.manifest import ManifestEntry

FUNCTION = "site-request"
# Only managed mode has paths in its markers.
NO_PATHS = {"paths": ""}
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC).timestamp()


class Killed(BaseException):
    """The process was killed."""


class RefusedError(Exception):
    """The update failed, as a resource of the AWS provider could not be changed."""


@dataclass(frozen=True)
class Fault:
    """What happens to the n-th request.

    Attributes:
        number: n, from 1.
        after: whether it happens after the request has had its effect.
        refuses: whether the request is refused, instead of its sender being killed.
    """

    number: int
    after: bool = False
    refuses: bool = False


@dataclass
class Cloud:
    """A bucket and a function, with the interface of the bucket's client.

    Attributes:
        objects: the content of each object: an entry for a file, bytes for a record; with the time of the write.
        stages: the code and the ETag of the function in DEVELOPMENT and LIVE.
        invalidated: the paths of each invalidation.
        requests: the names of all requests.
        fault: the fault, if there is to be one.
        now: the time in seconds since 1970.
    """

    objects: dict[str, tuple[ManifestEntry | bytes, float]] = field(default_factory=dict)
    stages: dict[str, tuple[str, str]] = field(default_factory=dict)
    invalidated: list[list[str]] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    fault: Fault | None = None
    is_dead: bool = False
    now: float = NOON

    def request(self, name: str, effect: Callable[[], Any]) -> Any:  # noqa: ANN401 - any response
        """Count a request, and return its response, unless the fault is due."""
        if self.is_dead:
            raise Killed
        self.requests.append(name)
        self.now += 0.3
        due = self.fault is not None and len(self.requests) == self.fault.number
        if due and self.fault and not self.fault.after:
            self._fail(name)
        response = effect()
        if due:
            self._fail(name)
        return response

    def _fail(self, name: str) -> None:
        assert self.fault is not None
        if not self.fault.refuses:
            self.is_dead = True
            raise Killed
        if "Function" in name or "Invalidation" in name:
            raise ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, name)
        raise S3Error("AccessDenied", "no", 403)

    def read(self, key: str) -> StoredObject | None:
        def effect() -> StoredObject | None:
            found = self.objects.get(key)
            if found is None or not isinstance(found[0], bytes):
                return None
            return StoredObject(found[0], hashlib.sha256(found[0]).hexdigest(), self.now - found[1], self.now)

        found: StoredObject | None = self.request(f"GET {key}", effect)
        return found

    def write(self, key: str, data: bytes, *, replaces: str | None) -> str:
        def effect() -> str:
            found = self.objects.get(key)
            etag = hashlib.sha256(found[0]).hexdigest() if found and isinstance(found[0], bytes) else ""
            if replaces not in (None, etag):
                raise ConflictError(key)
            self.objects[key] = (data, self.now)
            return hashlib.sha256(data).hexdigest()

        return str(self.request(f"PUT {key}", effect))

    def upload(self, _file: Path, key: str, entry: ManifestEntry) -> str:
        return str(self.request(f"PUT {key}", lambda: self._put(key, entry)))

    def copy(self, source: str, key: str, entry: ManifestEntry) -> str:
        def effect() -> str:
            found = self.objects[source][0]
            assert not isinstance(found, bytes)
            assert found.sha256 == entry.sha256
            return self._put(key, entry)

        return str(self.request(f"COPY {key}", effect))

    def duplicate(self, source: str, key: str) -> str:
        found = self.objects[source][0]
        assert not isinstance(found, bytes)
        return self.copy(source, key, found)

    def _put(self, key: str, entry: ManifestEntry) -> str:
        self.objects[key] = (entry, self.now)
        return entry.sha256[:8]

    def list(self, prefix: str) -> dict[str, ListedObject]:
        def effect() -> dict[str, ListedObject]:
            return {
                key.removeprefix(prefix): _listed(content, time)
                for key, (content, time) in self.objects.items()
                if key.startswith(prefix)
            }

        found: dict[str, ListedObject] = self.request(f"LIST {prefix}", effect)
        return found

    def delete(self, keys: Iterable[str]) -> None:
        gone = list(keys)
        if gone:
            self.request(f"DELETE {len(gone)}", lambda: [self.objects.pop(key, None) for key in gone])

    def close_connections(self) -> None:
        """Have no connections."""

    def get_function(self, *, Name: str, Stage: str) -> Mapping[str, Any]:  # noqa: N803 - boto3's names
        assert Name == FUNCTION

        def effect() -> Mapping[str, Any]:
            if Stage not in self.stages:
                raise ClientError({"Error": {"Code": "NoSuchFunctionExists", "Message": "no"}}, "GetFunction")
            code, etag = self.stages[Stage]
            return {"FunctionCode": io.BytesIO(code.encode()), "ETag": etag}

        found: Mapping[str, Any] = self.request(f"GetFunction {Stage}", effect)
        return found

    def update_function(self, code: str, etag: str | None) -> str:
        """Change DEVELOPMENT, whose ETag must be ``etag``; None for a function that does not exist."""

        def effect() -> str:
            if etag is not None and self.stages["DEVELOPMENT"][1] != etag:
                raise ClientError({"Error": {"Code": "PreconditionFailed", "Message": "412"}}, "UpdateFunction")
            self.stages["DEVELOPMENT"] = (code, f"E{len(self.requests)}")
            return self.stages["DEVELOPMENT"][1]

        return str(self.request("UpdateFunction", effect))

    def publish_function(self, *, Name: str, IfMatch: str) -> object:  # noqa: N803 - boto3's names
        assert Name == FUNCTION

        def effect() -> None:
            assert self.stages["DEVELOPMENT"][1] == IfMatch
            self.stages["LIVE"] = self.stages["DEVELOPMENT"]

        return self.request("PublishFunction", effect)

    def create_invalidation(self, *, DistributionId: str, InvalidationBatch: Mapping[str, Any]) -> Mapping[str, Any]:  # noqa: N803 - boto3's names
        assert DistributionId == "E1"
        paths = list(InvalidationBatch["Paths"]["Items"])
        self.request("CreateInvalidation", lambda: self.invalidated.append(paths))
        return {"Invalidation": {"Id": "I1", "CreateTime": datetime.fromtimestamp(self.now, UTC)}}


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
        rules: the other code of the function.
        files: the entries of the tree, by path.
    """

    release: Mapping[str, Any]
    rules: str
    files: Mapping[str, ManifestEntry]


@dataclass
class Engine:
    """Updates a stack, whose state it keeps.

    Attributes:
        cloud: the cloud.
        state: the recorded properties of each resource, by its name.
        atomic: whether there is a distribution.
    """

    cloud: Cloud
    state: dict[str, dict[str, Any]] = field(default_factory=dict)
    atomic: bool = True

    def up(self, version: Version) -> list[str]:
        """Update the stack to a version, and return the names of the resources that changed."""
        self._changed: list[str] = []
        content = [version.release["wanted"], version.release["pin"]]
        marker = self._apply("marker", PublishMarkerProvider(), {**NO_PATHS, "content": content})
        markers = {"publish_marker": marker["marker"], "previous_publish_marker": marker["previous"]}
        release = self._release(version, markers)
        if self.atomic:
            rules = self._apply("function marker", FunctionMarkerProvider(), {**NO_PATHS, "content": version.rules})
            code = _code(release["pointer"], version.rules)
            self._update_function(code)
            check = {"names": [FUNCTION], "digests": [hashlib.sha256(code.encode()).hexdigest()]}
            both = {"function_marker": rules["marker"], "publish_marker": marker["marker"]}
            self._apply("published", self._check(), {**check, **both})
            self._apply("live", self._live(), _live_inputs(release))
        return self._changed

    def refresh(self) -> None:
        """Read each resource."""
        provider = ReleaseProvider()
        provider.bucket_client = lambda _: self.cloud  # type: ignore[assignment, method-assign]
        self.state["release"] = provider.read("id", self.state["release"]).outs or {}
        if self.atomic:
            self.state["function"] = dict(zip(("code", "etag"), self.cloud.stages["DEVELOPMENT"], strict=True))
            self.state["published"] = self._check().read("id", self.state["published"]).outs or {}

    def _release(self, version: Version, markers: Mapping[str, Any]) -> dict[str, Any]:
        provider = ReleaseProvider()
        provider.bucket_client = lambda _: self.cloud  # type: ignore[assignment, method-assign]
        return self._apply("release", provider, {**version.release, **markers, "atomic": self.atomic})

    def _check(self) -> PublishedFunctionsProvider:
        provider = PublishedFunctionsProvider()
        provider.cloudfront = lambda: self.cloud  # type: ignore[method-assign]
        return provider

    def _live(self) -> LiveProvider:
        provider = LiveProvider()
        provider.bucket_client = lambda _: self.cloud  # type: ignore[assignment, method-assign]
        provider.cloudfront = lambda: self.cloud  # type: ignore[assignment, method-assign, return-value]
        return provider

    def _apply(self, name: str, provider: Any, inputs: Mapping[str, Any]) -> dict[str, Any]:  # noqa: ANN401 - any provider
        old = self.state.get(name)
        if old is None:
            self.state[name] = provider.create(dict(inputs)).outs
            self._changed.append(name)
        elif provider.diff("id", old, dict(inputs)).changes:
            self.state[name] = provider.update("id", old, dict(inputs)).outs
            self._changed.append(name)
        return self.state[name]

    def _update_function(self, code: str) -> None:
        """Update the function as the AWS provider does: with the ETag of the state, which it keeps if that fails."""
        old = self.state.get("function")
        if old is not None and old["code"] == code:
            return
        self._changed.append("function")
        try:
            etag = self.cloud.update_function(code, old["etag"] if old else None)
            # The provider records the update although publishing may fail.
            recorded = {"code": code, "etag": etag}
            try:
                self.cloud.publish_function(Name=FUNCTION, IfMatch=etag)
            except ClientError:
                self.state["function"] = recorded
                raise
        except ClientError as error:
            raise RefusedError(str(error)) from error
        self.state["function"] = recorded

    def seen(self, paths: Iterable[str]) -> dict[str, ManifestEntry | bytes | None]:
        """Return what visitors get for each path; None for a file that does not exist."""
        if not self.atomic:
            return {path: self.cloud.objects.get(path, (None, 0))[0] for path in paths}
        pointer = json.loads(self.cloud.stages["LIVE"][0])["pointer"]
        overlays = {path: name for name, each in pointer["overlays"].items() for path in each}
        return {path: self._object(path, pointer, overlays) for path in paths}

    def _object(
        self, path: str, pointer: Mapping[str, Any], overlays: Mapping[str, str]
    ) -> ManifestEntry | bytes | None:
        if path in overlays:
            prefix = layout.overlay(overlays[path]) if overlays[path] else "gone/"
        else:
            prefix = layout.shared(pointer["generation"]) if is_shared(path) else layout.slot(pointer["slot"])
        return self.cloud.objects.get(prefix + path, (None, 0))[0]


def _code(pointer: Mapping[str, Any], rules: str) -> str:
    known = {name: value for name, value in pointer.items() if name not in ("time", "pages")}
    return json.dumps({"pointer": known, "rules": rules}, sort_keys=True)


def _live_inputs(release: Mapping[str, Any]) -> dict[str, Any]:
    pointer = release["pointer"]
    settings = {"always": False, "never": False, "wait": False, "error_pages": release["error_pages"]}
    names = {"bucket": "bucket", "distribution_id": "E1", "digest": release["digest"], "repaired": release["repaired"]}
    return {**settings, **names, "time": pointer["time"], "pages": pointer["pages"]}
