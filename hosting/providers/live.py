"""The dynamic provider that finishes a publish in bulk mode, after the function at the edge routes to the new release.

It records the live release in the bucket, so that its files stay even if the function can't be updated for a while. It
also copies the error pages to the keys from which CloudFront fetches them without running the function.

The engine pickles the provider by reference to this module's name, as with ``Release``.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any

from pulumi.dynamic import CreateResult, DiffResult, ReadResult, Resource, UpdateResult

from hosting.errors import HostingError
from hosting.providers.invalidation import InvalidationProvider
from hosting.publish.bulk import layout
from hosting.publish.bulk.error_pages import put_error_pages
from hosting.publish.bulk.note import Note
from hosting.publish.managed.invalidation_paths import EVERYTHING
from hosting.publish.s3.bucket import open_bucket
from hosting.publish.s3.errors import S3Error

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pulumi

    from hosting.publish.s3.bucket import BucketClient

_ERROR_PAGES = f"/{layout.ERROR_PAGES}*"


class LiveProvider(InvalidationProvider):
    """Finishes a publish on create and update; read and delete do nothing."""

    def bucket_client(self, bucket: str) -> BucketClient:
        """Return the client of the bucket; overridden in tests."""
        return open_bucket(bucket, self.settings)

    def diff(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> DiffResult:
        """Return a change if another release is live, or if each update invalidates everything."""
        names = [field.name for field in fields(LiveArgs)]
        changes = any(_olds.get(name) != _news.get(name) for name in names) or bool(_news["always"])
        return DiffResult(changes=changes, replaces=[])

    def create(self, props: dict[str, Any]) -> CreateResult:
        """Finish the first publish: an existing distribution has other files in its cache."""
        return CreateResult(str(uuid.uuid4()), self._finish(props, {}, everything=True))

    def update(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> UpdateResult:
        """Finish a publish."""
        moved = _olds.get("distribution_id") != _news["distribution_id"]
        repaired = bool(_news["repaired"]) and _olds.get("time") != _news["time"]
        return UpdateResult(self._finish(_news, _olds, everything=moved or repaired or bool(_news["always"])))

    def read(self, id_: str, props: dict[str, Any]) -> ReadResult:
        """Return the state: there is nothing to compare it with."""
        return ReadResult(id_, props)

    def _finish(self, props: dict[str, Any], olds: Mapping[str, Any], *, everything: bool) -> dict[str, Any]:
        try:
            store = self.bucket_client(str(props["bucket"]))
            note = Note.of(store)
            # The note counts, not the state: an update that failed half-way has changed only the bucket.
            everything = everything or note.everything
            same = note.pages == props["pages"] and not everything
            live_note = Note(str(props["digest"]), str(props["time"]), str(props["pages"]), etags=note.etags)
            if not same:
                replace(live_note, pages="", everything=everything).write(store)
                live_note = replace(
                    live_note, etags=put_error_pages(store, live_note.digest, list(props["error_pages"]))
                )
            paths = [] if same or props["never"] else [EVERYTHING] if everything else [_ERROR_PAGES]
            done = self._invalidated(props, paths)
            live_note.write(store)
        except S3Error as error:
            raise HostingError(
                f"The release is live, but its error pages could not be put in place: {error}. Run pulumi up again"
            ) from error
        return done if paths else {**done, "invalidation_id": olds.get("invalidation_id")}


@dataclass(frozen=True)
class LiveArgs:
    """The inputs of ``Live``.

    Attributes:
        bucket: the bucket's name.
        distribution_id: the distribution to invalidate.
        digest: the digest of the release.
        time: the time of the publish, so that each publish is an update of this resource.
        pages: a hash of the error pages, which are copied only if it changes.
        repaired: the number of restored objects; with any, everything is invalidated.
        error_pages: the site's files that CloudFront serves for errors.
        always: invalidate everything at each update.
        never: invalidate nothing.
        wait: return only when CloudFront has completed the invalidation.
    """

    bucket: pulumi.Input[str]
    distribution_id: pulumi.Input[str]
    digest: pulumi.Input[str]
    time: pulumi.Input[str]
    pages: pulumi.Input[str]
    repaired: pulumi.Input[int]
    error_pages: list[str]
    always: bool
    never: bool
    wait: bool


class Live(Resource, module="hosting", name="Live"):
    """Finishes a publish, after the function at the edge routes to the release.

    Attributes:
        invalidation_id: the last invalidation's id; None if nothing was invalidated.
    """

    invalidation_id: pulumi.Output[str | None]

    def __init__(self, name: str, args: LiveArgs, opts: pulumi.ResourceOptions) -> None:
        """Declare it under the logical name ``name``."""
        inputs: Mapping[str, Any] = {field.name: getattr(args, field.name) for field in fields(args)}
        super().__init__(LiveProvider(), name, {**inputs, "invalidation_id": None, "paths": None}, opts)
