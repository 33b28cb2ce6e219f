"""The dynamic provider that publishes the whole site as one resource.

The engine pickles the provider by reference to this module's name, so renaming the module breaks the
state of every stack, and importing it must have no side effect.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING, Any

from pulumi.dynamic import (
    CheckFailure,
    CheckResult,
    CreateResult,
    DiffResult,
    ReadResult,
    Resource,
    UpdateResult,
)
from pulumi.runtime.rpc import UNKNOWN

from hosting.errors import HostingError, PublishError, for_stack
from hosting.providers.base import AwsProvider
from hosting.providers.engine_log import EngineLog
from hosting.publish.bulk import layout
from hosting.publish.bulk.atomic import Atomic
from hosting.publish.bulk.error_pages import put_error_pages
from hosting.publish.bulk.in_place import InPlace
from hosting.publish.bulk.planning import overlay_bytes
from hosting.publish.bulk.pointer import pointer_to
from hosting.publish.bulk.wanted import Wanted
from hosting.publish.s3.bucket import open_store
from hosting.publish.s3.errors import S3Error

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import TypeVar

    import pulumi

    from hosting.publish.bulk.published import Published
    from hosting.publish.s3.bucket import Store

    T = TypeVar("T")

# In another bucket, or at other keys: a new one is made, and the old one removed when all else has changed.
_REPLACING = ("bucket", "atomic")
# These say how to publish, not what: a change of them alone has nothing to do.
_MANNERS = frozenset({"max_remove", "allow_gap", "urn", "files", "bytes", "room"})


class ReleaseProvider(AwsProvider):
    """Publishes on create and update, compares on read, removes what is its own on delete."""

    def store(self, bucket: str) -> Store:
        """Return the bucket; overridden in tests."""
        return open_store(bucket, self.settings)

    def check(self, _olds: dict[str, Any], news: dict[str, Any]) -> CheckResult:
        """Tell what a first publish will send; for all others ``diff`` does, which knows what is there."""
        if not _olds and news.get("wanted"):
            said = f"Release: {int(news['files'])} to add, {int(news['bytes'])} bytes to send"
            EngineLog(str(news["urn"])).info(said)
            refused = self._refused_at_first(news)
            if refused:
                return CheckResult(news, [CheckFailure("allow_gap", refused)])
        return CheckResult(news, [])

    def _refused_at_first(self, news: Mapping[str, Any]) -> str | None:
        """Return why a first publish in place will be refused, so that a preview knows; None if nothing is known."""
        if news["atomic"] or news["bucket"] == UNKNOWN:
            return None
        try:
            InPlace(self.store(str(news["bucket"])), Wanted.of(news), EngineLog(str(news["urn"]))).check_first()
        except PublishError as error:
            return for_stack(str(error), _stack_of(news))
        except S3Error:
            # The bucket may have its name, and yet have to be made.
            return None
        return None

    def diff(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> DiffResult:
        """Return what an update has to do, and tell what it will send."""
        names = [field.name for field in fields(ReleaseArgs) if field.name not in _MANNERS]
        replaces = [name for name in _REPLACING if _olds.get(name) != _news.get(name)]
        drift = int(_olds.get("drift") or 0)
        changes = any(_olds.get(name) != _news.get(name) for name in names) or bool(drift) or _is_crowded(_olds, _news)
        if changes and not replaces:
            said = _reported(_news, lambda: self._publisher(_news).preview(drift=drift))
            EngineLog(str(_news["urn"])).info(f"Release: {said}")
        return DiffResult(changes=changes, replaces=replaces)

    def create(self, props: dict[str, Any]) -> CreateResult:
        """Publish for the first time."""
        return CreateResult(f"release-{props['bucket']}", self._published(props, {}))

    def update(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> UpdateResult:
        """Publish what changed since."""
        return UpdateResult(self._published(_news, _olds))

    def read(self, id_: str, props: dict[str, Any]) -> ReadResult:
        """Compare each object of the live release with what was put there."""
        publisher = self._publisher(props)
        held = _reported(props, lambda: publisher.find(str(props["digest"])))
        drift = ["everything"] if held is None else _reported(props, lambda: publisher.drift(held))
        if drift:
            said = f"Release: {len(drift)} objects were changed or removed by another hand, such as '{drift[0]}'"
            EngineLog(str(props["urn"])).warn(said)
        # Not the paths: state stays small.
        return ReadResult(id_, {**props, "drift": len(drift)})

    def delete(self, _id: str, _props: dict[str, Any]) -> None:
        """Remove what is the publisher's own."""
        store = self.store(str(_props["bucket"]))
        if _props["atomic"]:
            _reported(_props, lambda: store.delete([layout.ROOT + rest for rest in store.list(layout.ROOT)]))
        else:
            _reported(_props, lambda: InPlace(store, Wanted.of(_props), EngineLog(str(_props["urn"]))).remove())

    def _publisher(self, props: Mapping[str, Any]) -> Atomic | InPlace:
        kind = Atomic if props["atomic"] else InPlace
        return kind(self.store(str(props["bucket"])), Wanted.of(props), EngineLog(str(props["urn"])))

    def _published(self, props: dict[str, Any], olds: Mapping[str, Any]) -> dict[str, Any]:
        """Publish, and return the resource's outputs."""
        done = _reported(props, lambda: self._publisher(props).publish(repair=bool(olds.get("drift"))))
        if done.recheck:
            EngineLog(str(props["urn"])).warn(
                "The engine is about to remove the files that managed mode has put there, and the site with them: put "
                f"them back at once by pulumi up --stack {_stack_of(props)}"
            )
        pages = props["error_pages"]
        if props["atomic"] and pages != olds.get("error_pages"):
            # The distribution is about to name these; those that it names already wait for the switch.
            store, digest = self.store(str(props["bucket"])), done.held.digest
            _reported(props, lambda: put_error_pages(store, digest, pages, only_missing=True))
        return {**props, **_outputs(done, Wanted.of(props))}


def _is_crowded(olds: Mapping[str, Any], news: Mapping[str, Any]) -> bool:
    """Tell whether the release has more exceptions than the site's own rules leave room for at the edge by now."""
    return bool(news["atomic"]) and overlay_bytes((olds.get("pointer") or {}).get("overlays", {})) > int(news["room"])


def _outputs(done: Published, wanted: Wanted) -> dict[str, Any]:
    return {
        "digest": done.held.digest,
        "file_count": done.held.files,
        "releases": [held.summary() for held in done.index.held],
        "pointer": asdict(pointer_to(done, wanted)),
        "repaired": done.repaired,
        "drift": int(done.recheck),
    }


def _stack_of(props: Mapping[str, Any]) -> str:
    """Return the stack that a resource's inputs are of: `urn:pulumi:<stack>::...`."""
    return str(props["urn"]).removeprefix("urn:pulumi:").partition("::")[0]


def _reported(props: Mapping[str, Any], action: Callable[[], T]) -> T:
    """Return what ``action`` returns; what AWS refuses becomes a sentence, and each command names the stack."""
    try:
        return action()
    except HostingError as error:
        raise type(error)(for_stack(str(error), _stack_of(props))) from error
    except S3Error as error:
        why = str(error).rstrip(".")
        raise HostingError(
            f"Publishing stopped: {why}. What visitors see is as it was. Run pulumi up again: it goes on where this "
            "one stopped"
        ) from error


@dataclass(frozen=True)
class ReleaseArgs:
    """What a ``Release`` goes by. None of it changes while the site does not.

    Attributes:
        bucket: the bucket's name.
        atomic: whether a distribution's function leads visitors to it.
        wanted: the digest of the staged tree; "" when a release is pinned.
        staging: the staged tree, relative to the project.
        files: how many files the staged tree has.
        bytes: of all of them.
        hold: how many releases to hold.
        keep_assets_days: how long to keep shared files that no release needs.
        max_remove: how much of the site a publish may remove, in percent.
        pin: the digest's prefix of the release to go back to, "" for none.
        allow_gap: whether to go on although another publisher's files are in the way.
        error_pages: the site's files that CloudFront answers errors with.
        fallback: the one that it answers every unknown path with, as if that were the page; "" without one.
        room: what a release's exceptions may take of the function, in bytes.
        route_choice: what the settings choose of the release's routes, as JSON; "" without the router for them.
        rules: by which rules shared files are told from others.
        urn: the resource's own, beside which the engine shows how far it is.
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
    allow_gap: bool
    error_pages: list[str]
    fallback: str
    room: int
    route_choice: str
    rules: int
    urn: str


class Release(Resource, module="hosting", name="Release"):
    """The site's files, published as one.

    Attributes:
        digest: of the release that is live once the function is.
        file_count: its files.
        releases: those that the bucket holds.
        pointer: what the edge needs to know of it.
        repaired: how many objects the last update has put back.
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
