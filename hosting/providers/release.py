"""The dynamic provider that publishes the whole site as one resource.

The engine pickles the provider by reference to this module's name. So renaming the module breaks the state of every
stack, and importing it must have no side effect.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields, replace
from typing import TYPE_CHECKING, Any

from pulumi.dynamic import (
    CheckResult,
    CreateResult,
    DiffResult,
    ReadResult,
    Resource,
    UpdateResult,
)

from hosting.errors import HostingError, for_stack
from hosting.providers.base import AwsProvider
from hosting.providers.engine_log import EngineLog
from hosting.providers.publish_marker import is_unfinished
from hosting.publish.bulk import layout
from hosting.publish.bulk.atomic import Atomic
from hosting.publish.bulk.error_pages import put_error_pages
from hosting.publish.bulk.in_place import InPlace
from hosting.publish.bulk.lock import visitors_see
from hosting.publish.bulk.planning import overlay_bytes
from hosting.publish.bulk.pointer import pointer_to
from hosting.publish.bulk.wanted import Wanted
from hosting.publish.s3.bucket import open_bucket
from hosting.publish.s3.errors import S3Error

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import TypeVar

    import pulumi

    from hosting.publish.bulk.published import Published
    from hosting.publish.s3.bucket import BucketClient

    T = TypeVar("T")

# A change of these moves the site: a new resource is created, and the old one is deleted last.
_REPLACING = ("bucket", "atomic")
# These say how to publish, not what: a change of these alone is not an update.
_MANNERS = frozenset({"max_remove", "urn", "files", "bytes", "room", "publish_marker", "previous_publish_marker"})
# The inputs that say which release is published.
_WANTED = ("wanted", "pin")


class ReleaseProvider(AwsProvider):
    """Publishes on create and update, compares on read, and deletes its own objects on delete."""

    def bucket_client(self, bucket: str) -> BucketClient:
        """Return the client of the bucket; overridden in tests."""
        return open_bucket(bucket, self.settings)

    def check(self, _olds: dict[str, Any], news: dict[str, Any]) -> CheckResult:
        """Report what a first publish will upload; ``diff`` does so for each later one, by the existing release."""
        if not _olds and news.get("wanted"):
            message = f"Release: {int(news['files'])} to add, {int(news['bytes'])} bytes to send"
            EngineLog(str(news["urn"])).info(message)
        return CheckResult(news, [])

    def diff(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> DiffResult:
        """Return whether an update changes anything, and report what it will upload."""
        names = [field.name for field in fields(ReleaseArgs) if field.name not in _MANNERS]
        replaces = [name for name in _REPLACING if _olds.get(name) != _news.get(name)]
        drift = int(_olds.get("drift") or 0)
        changes = any(_olds.get(name) != _news.get(name) for name in names) or bool(drift) or _is_crowded(_olds, _news)
        unfinished = not changes and is_unfinished(_olds, _news)
        if changes and not replaces:
            message = _reported(_news, lambda: self._publisher(_olds, _news).preview(drift=drift))
            EngineLog(str(_news["urn"])).info(f"Release: {message}")
        elif unfinished:
            message = "the last publish did not finish: each object will be compared, and restored if it differs"
            EngineLog(str(_news["urn"])).info(f"Release: {message}")
        return DiffResult(changes=changes or unfinished, replaces=replaces)

    def create(self, props: dict[str, Any]) -> CreateResult:
        """Publish for the first time."""
        return CreateResult(f"release-{props['bucket']}", self._published(props, {}))

    def update(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> UpdateResult:
        """Publish the changes."""
        return UpdateResult(self._published(_news, _olds))

    def read(self, id_: str, props: dict[str, Any]) -> ReadResult:
        """Compare each object of the live release with the published one."""

        def compare() -> list[str]:
            publisher = self._publisher(props, props)
            release = publisher.find(str(props["digest"]))
            return ["everything"] if release is None else publisher.drift(release)

        drift = _reported(props, compare, f"Bucket {props['bucket']} could not be compared with the release")
        if drift:
            message = f"Release: {len(drift)} objects were changed or removed outside of Pulumi, such as '{drift[0]}'"
            EngineLog(str(props["urn"])).warn(message)
        # Not the paths: state stays small.
        return ReadResult(id_, {**props, "drift": len(drift)})

    def delete(self, _id: str, _props: dict[str, Any]) -> None:
        """Delete the publisher's own objects."""

        def delete() -> None:
            store = self.bucket_client(str(_props["bucket"]))
            if _props["atomic"]:
                store.delete([layout.ROOT + rest for rest in store.list(layout.ROOT)])
            else:
                InPlace(store, Wanted.of(_props), EngineLog(str(_props["urn"]))).remove()

        _reported(_props, delete, f"The release's objects in bucket {_props['bucket']} could not be deleted")

    def _publisher(self, olds: Mapping[str, Any], news: Mapping[str, Any]) -> Atomic | InPlace:
        """Return the publisher of ``news``; ``olds`` has the last publish that finished."""
        wanted = Wanted.of(news)
        if all(olds.get(name) == news[name] for name in _WANTED):
            # The release that visitors see is restored, so it is meant to replace what an unfinished publish wrote.
            wanted = replace(wanted, max_remove=100)
        kind = Atomic if news["atomic"] else InPlace
        return kind(self.bucket_client(str(news["bucket"])), wanted, EngineLog(str(news["urn"])))

    def _published(self, props: dict[str, Any], olds: Mapping[str, Any]) -> dict[str, Any]:
        """Publish, and return the resource's outputs."""
        repair = bool(olds.get("drift")) or is_unfinished(olds, props)
        done = _reported(props, lambda: self._publisher(olds, props).publish(repair=repair))
        pages = props["error_pages"]
        if props["atomic"] and pages != olds.get("error_pages"):
            # The distribution will refer to these pages next. Pages that it already refers to change with the switch.
            store, digest = self.bucket_client(str(props["bucket"])), done.held.digest
            _reported(props, lambda: put_error_pages(store, digest, pages, only_missing=True))
        # An earlier attempt that was killed may have restored the objects: then nothing differs any more, but the edge
        # may still have the wrong content.
        repaired = done.repaired or int(olds.get("drift") or 0)
        return {**props, **_outputs(done, Wanted.of(props)), "repaired": repaired}


def _is_crowded(olds: Mapping[str, Any], news: Mapping[str, Any]) -> bool:
    """Return whether the release's exceptions exceed the bytes that the site's rules leave in the edge function."""
    return bool(news["atomic"]) and overlay_bytes((olds.get("pointer") or {}).get("overlays", {})) > int(news["room"])


def _outputs(done: Published, wanted: Wanted) -> dict[str, Any]:
    return {
        "digest": done.held.digest,
        "file_count": done.held.files,
        "releases": [held.summary() for held in done.index.held],
        "pointer": asdict(pointer_to(done, wanted)),
        "drift": 0,
    }


def _stack_of(props: Mapping[str, Any]) -> str:
    """Return the stack in the resource's URN: `urn:pulumi:<stack>::...`."""
    return str(props["urn"]).removeprefix("urn:pulumi:").partition("::")[0]


def _reported(props: Mapping[str, Any], action: Callable[[], T], failure: str = "") -> T:
    """Return the result of ``action``; errors of S3 become messages, and each command names the stack.

    ``failure`` is what an error of S3 means, as a sentence; by default, that a publish stopped.
    """
    try:
        return action()
    except HostingError as error:
        raise type(error)(for_stack(str(error), _stack_of(props))) from error
    except S3Error as error:
        reason = str(error).rstrip(".")
        if failure:
            raise HostingError(f"{failure}: {reason}. Run the command again once this is fixed") from error
        raise HostingError(
            f"Publishing stopped: {reason}. {visitors_see(atomic=bool(props['atomic']))}. Run pulumi up again: it "
            "continues where this one stopped"
        ) from error


@dataclass(frozen=True)
class ReleaseArgs:
    """The inputs of a ``Release``. They change only if the site does.

    Attributes:
        bucket: the bucket's name.
        atomic: whether the function of a distribution routes visitors to it.
        wanted: the digest of the staged tree; "" for a rollback.
        staging: the staged tree, relative to the project.
        files: the number of files of the staged tree.
        bytes: their total size.
        hold: the number of releases to keep.
        keep_assets_days: how long to keep shared files that no release uses.
        max_remove: the part of the site that a publish may remove, in percent.
        pin: the digest prefix of the release to roll back to, "" for none.
        error_pages: the site's files that CloudFront serves for errors.
        fallback: the error page that it serves for unknown paths with status 200; "" without one.
        room: the bytes of the function that a release's exceptions may use.
        route_choice: the routes that the settings choose, as JSON; "" without the router.
        rules: the version of the rules that decide which files are shared.
        publish_marker: the marker of this publish.
        previous_publish_marker: the marker of the previous publish; None for the first.
        urn: the resource's URN, beside which the engine shows the progress.
    """

    bucket: pulumi.Input[str]
    atomic: bool
    wanted: str
    staging: str
    files: int
    bytes: int
    hold: int
    keep_assets_days: int
    max_remove: int
    pin: str
    error_pages: list[str]
    fallback: str
    room: int
    route_choice: str
    rules: int
    publish_marker: pulumi.Input[str]
    previous_publish_marker: pulumi.Input[str | None]
    urn: str


class Release(Resource, module="hosting", name="Release"):
    """The site's files as one resource.

    Attributes:
        digest: the digest of the release, which is live once the function is updated.
        file_count: the number of its files.
        releases: the releases in the bucket.
        pointer: the values that the edge function needs.
        repaired: the number of objects that the last update restored.
    """

    digest: pulumi.Output[str]
    file_count: pulumi.Output[int]
    releases: pulumi.Output[list[dict[str, Any]]]
    pointer: pulumi.Output[dict[str, Any]]
    repaired: pulumi.Output[int]

    def __init__(self, name: str, args: ReleaseArgs, opts: pulumi.ResourceOptions) -> None:
        """Declare it under the logical name ``name``."""
        # Not asdict(): it would copy the bucket's name, which is an Output, too deeply.
        inputs = {field.name: getattr(args, field.name) for field in fields(args)}
        # Outputs have to be declared among the inputs.
        outputs = dict.fromkeys(("digest", "file_count", "releases", "pointer", "repaired", "drift"))
        super().__init__(ReleaseProvider(), name, {**inputs, **outputs}, opts)
