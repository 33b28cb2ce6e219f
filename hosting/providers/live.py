"""The dynamic provider that ends a publish, when the function at the edge leads to the new release.

It notes which release visitors see, so that its files stay even if the function can't be updated for a while, and
puts the error pages where CloudFront fetches them, which it does without asking the function.

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
from hosting.publish.s3.bucket import open_store
from hosting.publish.s3.errors import S3Error

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pulumi

    from hosting.publish.s3.bucket import Store

_ERROR_PAGES = f"/{layout.ERROR_PAGES}*"


class LiveProvider(InvalidationProvider):
    """Ends a publish on create and update; there is nothing to read, and nothing of its own to delete."""

    def store(self, bucket: str) -> Store:
        """Return the bucket; overridden in tests."""
        return open_store(bucket, self.settings)

    def diff(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> DiffResult:
        """Return a change when another release is live, or is to be invalidated at each update."""
        names = [field.name for field in fields(LiveArgs)]
        changes = any(_olds.get(name) != _news.get(name) for name in names) or bool(_news["always"])
        return DiffResult(changes=changes, replaces=[])

    def create(self, props: dict[str, Any]) -> CreateResult:
        """End the first publish: a distribution that was there before has other files in its cache."""
        return CreateResult(str(uuid.uuid4()), self._ended(props, {}, everything=True))

    def update(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> UpdateResult:
        """End a publish."""
        moved = _olds.get("distribution_id") != _news["distribution_id"]
        repaired = bool(_news["repaired"]) and _olds.get("time") != _news["time"]
        return UpdateResult(self._ended(_news, _olds, everything=moved or repaired or bool(_news["always"])))

    def read(self, id_: str, props: dict[str, Any]) -> ReadResult:
        """Return what is known."""
        return ReadResult(id_, props)

    def _ended(self, props: dict[str, Any], olds: Mapping[str, Any], *, everything: bool) -> dict[str, Any]:
        try:
            store = self.store(str(props["bucket"]))
            note = Note.of(store)
            # The note, not the state: an update that failed half-way has changed the bucket and not the state.
            everything = everything or note.everything
            same = note.pages == props["pages"] and not everything
            here = Note(str(props["digest"]), str(props["time"]), str(props["pages"]), etags=note.etags)
            if not same:
                replace(here, pages="", everything=everything).write(store)
                here = replace(here, etags=put_error_pages(store, here.digest, list(props["error_pages"])))
            paths = [] if same or props["never"] else [EVERYTHING] if everything else [_ERROR_PAGES]
            done = self._invalidated(props, paths)
            here.write(store)
        except S3Error as error:
            raise HostingError(
                f"The release is live, but its error pages could not be put in place: {error}. Run pulumi up again"
            ) from error
        return done if paths else {**done, "invalidation_id": olds.get("invalidation_id")}


@dataclass(frozen=True)
class LiveArgs:
    """What ``Live`` goes by.

    Attributes:
        bucket: the bucket's name.
        distribution_id: whose edge it is.
        digest: of the release.
        time: of the publish: each has one end.
        pages: changes when an error page does: else there is no need to look at them.
        repaired: how many objects were put back: then the edge may have the wrong ones.
        error_pages: the site's files that CloudFront answers errors with.
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
    """Ends a publish, when the function at the edge leads to the release.

    Attributes:
        invalidation_id: the last invalidation's id; None when there was nothing to invalidate.
    """

    invalidation_id: pulumi.Output[str | None]

    def __init__(self, name: str, args: LiveArgs, opts: pulumi.ResourceOptions) -> None:
        """Declare it under the logical name ``name``."""
        inputs: Mapping[str, Any] = {field.name: getattr(args, field.name) for field in fields(args)}
        super().__init__(LiveProvider(), name, {**inputs, "invalidation_id": None, "paths": None}, opts)
