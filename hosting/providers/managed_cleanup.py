"""The dynamic provider that removes the files of managed mode after a change to bulk mode behind CloudFront.

Visitors get the files of managed mode until the distribution has the functions of bulk mode, so this comes last. The
publish marker names the files. It is in the state before the first of them is uploaded, so it also names those of a
first publish that was killed.

The engine pickles the provider by reference to this module's name. So renaming the module breaks the state of every
stack, and importing it must have no side effect.
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any, Protocol

from pulumi.dynamic import CreateResult, DiffResult, Resource, UpdateResult

from hosting.errors import HostingError
from hosting.providers.base import AwsProvider
from hosting.providers.publish_marker import left_by_managed_mode
from hosting.publish.s3.objects import written_in

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import pulumi

    from hosting.publish.s3.objects import ListedObject


class CleanupBucket(Protocol):
    """The calls to a bucket that the removal makes."""

    def list(self, prefix: str) -> Mapping[str, ListedObject]:
        """Return the objects whose keys begin with ``prefix``."""

    def delete(self, keys: Iterable[str]) -> None:
        """Delete objects; keys that do not exist are ignored."""


class ManagedCleanupProvider(AwsProvider):
    """Removes the files on create and update. Without files of managed mode it makes no request."""

    def bucket_client(self, bucket: str) -> CleanupBucket:
        """Return the client of the bucket; overridden in tests."""
        from hosting.publish.s3.bucket import open_bucket  # noqa: PLC0415 - few publishes need it

        return open_bucket(bucket, self.settings)

    def diff(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> DiffResult:
        """Return a change if a publish of managed mode has begun since; never a replacement."""
        begun = left_by_managed_mode(_news).items() - left_by_managed_mode(_olds).items()
        return DiffResult(changes=bool(begun), replaces=[])

    def create(self, props: dict[str, Any]) -> CreateResult:
        """Remove what managed mode has published before."""
        self._remove(props)
        return CreateResult(str(uuid.uuid4()), props)

    def update(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> UpdateResult:
        """Remove what a publish of managed mode has left that did not finish."""
        self._remove(_news)
        return UpdateResult(_news)

    def _remove(self, props: Mapping[str, Any]) -> None:
        from hosting.publish.s3.errors import S3Error  # noqa: PLC0415 - see above

        paths = left_by_managed_mode(props)
        if not paths:
            return
        try:
            bucket = self.bucket_client(str(props["bucket"]))
            if found := written_in(bucket.list(""), paths):
                bucket.delete(sorted(found))
        except S3Error as error:
            raise HostingError(
                f"The release is live, but the files of managed mode could not be removed from bucket "
                f"{props['bucket']}: {error}. Run `pulumi up` again to finish"
            ) from error


class ManagedCleanup(Resource, module="hosting", name="ManagedCleanup"):
    """The removal of the files of managed mode from the bucket of bulk mode."""

    def __init__(
        self,
        name: str,
        bucket: pulumi.Input[str],
        removals: pulumi.Input[list[dict[str, Any]]],
        opts: pulumi.ResourceOptions,
    ) -> None:
        """Declare it under the logical name ``name``; ``opts`` must depend on all that routes visitors to bulk mode.

        Args:
            name: the logical name.
            bucket: the bucket's name.
            removals: the paths that the last publishes have removed, as the publish marker has them.
            opts: the resource options.
        """
        super().__init__(ManagedCleanupProvider(), name, {"bucket": bucket, "removals": removals}, opts)
