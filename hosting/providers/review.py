"""The dynamic providers of the review: one runs it before all that publishes, the other stores its record at the end.

The engine pickles the providers by reference to this module's name. So renaming the module breaks the state of every
stack, and importing it must have no side effect. What an `up` without changes does not need is imported where it is
used.
"""

from __future__ import annotations

import uuid
from contextlib import suppress
from dataclasses import dataclass, fields, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pulumi.dynamic import CheckResult, CreateResult, DiffResult, ReadResult, Resource, UpdateResult

from hosting.errors import PublishError, for_stack
from hosting.providers.base import AwsProvider, known_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pulumi

    from hosting.providers.engine_log import EngineLog
    from hosting.publish.s3.bucket import BucketClient
    from hosting.review.review import LiveSite

# Others say how a review runs, not what it is about.
_COMPARED = ("digest", "bucket", "keys")
# The digest of a record that S3 has refused; a rollback has an empty one.
_NOT_STORED = "not stored"


class _Provider(AwsProvider):
    """What both providers share."""

    def bucket_client(self, bucket: str, region: str = "") -> BucketClient:
        """Return the client of a bucket, in the stack's region by default; overridden in tests."""
        from hosting.publish.s3.bucket import open_bucket  # noqa: PLC0415 - see above

        return open_bucket(bucket, replace(self.settings, region=region) if region else self.settings)

    def log(self, props: Mapping[str, Any]) -> EngineLog:
        """Return the engine's log; overridden in tests."""
        from hosting.providers.engine_log import EngineLog  # noqa: PLC0415 - see above

        return EngineLog(str(props["urn"]))

    def diff(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> DiffResult:
        """Return a change if another site is published; never a replacement."""
        return DiffResult(changes=any(_olds.get(name) != _news[name] for name in _COMPARED), replaces=[])

    def read(self, id_: str, props: dict[str, Any]) -> ReadResult:
        """Return the state: a refresh reviews nothing."""
        return ReadResult(id_, props)


class ReviewProvider(_Provider):
    """Runs the review when the engine checks the inputs, in a preview as in an update without one."""

    def check(self, _olds: dict[str, Any], news: dict[str, Any]) -> CheckResult:
        """Review the site unless it is the one of the last update, show what is found, and ask the gate.

        Raises:
            PublishError: `publish:gate` refuses the publish.
        """
        if any(_olds.get(name) != news.get(name) for name in _COMPARED):
            self._review(news)
        return CheckResult(news, [])

    def create(self, props: dict[str, Any]) -> CreateResult:
        """Record that the site was reviewed."""
        return CreateResult(str(uuid.uuid4()), props)

    def update(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> UpdateResult:
        """Record that the site was reviewed."""
        return UpdateResult(_news)

    def _review(self, props: Mapping[str, Any]) -> None:
        from hosting.publish.staging.cli_run import cli_run  # noqa: PLC0415 - see above
        from hosting.review.lines import refusal  # noqa: PLC0415 - see above
        from hosting.review.run import KeptResult, keep, run_review, staged_site  # noqa: PLC0415 - see above

        staged, live, engine_log = staged_site(Path(props["staging"])), self._live(props), self.log(props)
        current = cli_run() or ""
        try:
            kept = run_review(staged, live, partial(_show_progress, engine_log), current)
        except Exception as error:  # noqa: BLE001 - the gate says whether a failed review stops the publish
            _show_failure(engine_log, error, staged.request.gate, str(props["stack"]))
            return
        if not current or kept.shown_in != current:
            _show(engine_log, kept.result, staged.request.gate, str(props["stack"]))
            keep(staged, live, KeptResult(kept.result, current))
        message = refusal(kept.result, staged.request.gate)
        if message:
            raise PublishError(for_stack(message, str(props["stack"])))

    def _live(self, props: Mapping[str, Any]) -> LiveSite:
        from hosting.publish.s3.errors import S3Error  # noqa: PLC0415 - see above
        from hosting.review.live import live_site, no_live_site  # noqa: PLC0415 - see above

        bucket, region = known_text(props.get("bucket")), known_text(props.get("region"))
        if not bucket:
            return no_live_site("Nothing is live yet")
        try:
            return live_site(self.bucket_client(bucket, region), props["keys"], str(props["name"]))
        except S3Error as error:
            return no_live_site(f"The live release can't be read ({error})")


def _show_progress(engine_log: EngineLog, done: int, total: int) -> None:
    engine_log.status(f"Reviewed {done} of {total} files")


def _show(engine_log: EngineLog, result: Any, gate: Any, stack: str) -> None:  # noqa: ANN401 - imported in _review
    from hosting.review.lines import growth_line, messages, summary, weight_line  # noqa: PLC0415 - see above

    weights = (weight_line(result), growth_line(result)) if result.weights else ()
    cost = result.cost.text() if result.cost else ()
    rest = [*result.rule_changes, *filter(None, weights), *result.notes, *cost]
    engine_log.info("\n".join([summary(result), *(f"  {each}" for each in rest)]))
    for message in messages(result, gate, "warn"):
        engine_log.warn(for_stack(message, stack))


def _show_failure(engine_log: EngineLog, error: Exception, gate: Any, stack: str) -> None:  # noqa: ANN401 - as above
    """Warn that the review failed.

    Raises:
        PublishError: the gate refuses some findings, and nobody knows whether there are any.
    """
    from hosting.review.lines import failure, refused_kinds  # noqa: PLC0415 - see above

    message = for_stack(failure(error, gate), stack)
    if refused_kinds(gate):
        raise PublishError(message) from error
    engine_log.warn(message)


class ReviewRecordProvider(_Provider):
    """Stores the record of the release when all of it is published."""

    def create(self, props: dict[str, Any]) -> CreateResult:
        """Store the first record."""
        return CreateResult(str(uuid.uuid4()), self._stored(props, []))

    def update(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> UpdateResult:
        """Replace the record."""
        moved = _olds["bucket"] == _news["bucket"]
        obsolete = [key for key in _olds["keys"][:1] if moved and key not in _news["keys"][:1]]
        return UpdateResult(self._stored(_news, obsolete))

    def delete(self, _id: str, _props: dict[str, Any]) -> None:
        """Delete the record, if the review is turned off."""
        from hosting.publish.s3.errors import S3Error  # noqa: PLC0415 - see above

        try:
            self.bucket_client(str(_props["bucket"])).delete(_props["keys"][:1])
        except S3Error as error:
            self.log(_props).warn(f"The record of the review could not be deleted: {error}")

    def _stored(self, props: dict[str, Any], obsolete: Sequence[str]) -> dict[str, Any]:
        """Store the record, and return the state: of no site if S3 refuses it, so that the next update tries again."""
        from hosting.publish.s3.errors import S3Error  # noqa: PLC0415 - see above

        try:
            self._store(props, obsolete)
        except S3Error as error:
            self.log(props).warn(
                f"The record for the next review could not be stored ({error}): pulumi up tries it again"
            )
            # What is still there is of an earlier release, which would be compared as if it were live.
            with suppress(S3Error):
                self.bucket_client(str(props["bucket"])).delete(props["keys"][:1])
            return {**props, "digest": _NOT_STORED}
        return props

    def _store(self, props: Mapping[str, Any], obsolete: Sequence[str]) -> None:
        """Store the record.

        Raises:
            S3Error: S3 refuses it.
        """
        data = self._record(props) if props["digest"] else None
        # The record of another release would be wrong: after a rollback or a promotion, or if the record of this
        # release can't be made, the bucket has none.
        unknown = props["keys"][:1] if data is None else []

        bucket = self.bucket_client(str(props["bucket"]))
        if data is not None:
            bucket.write(props["keys"][0], data, replaces=None)
        bucket.delete([*obsolete, *unknown])

    def _record(self, props: Mapping[str, Any]) -> bytes | None:
        """Return the record of the release, which a retry in a fresh checkout has to make; None if it can't be made."""
        from hosting.review.live import no_live_site  # noqa: PLC0415 - see above
        from hosting.review.run import record_of, run_review, staged_site  # noqa: PLC0415 - see above

        folder, digest = Path(props["staging"]), str(props["digest"])
        data = record_of(folder, digest)
        if data is not None:
            return data
        try:
            staged = staged_site(folder)
            if staged.digest == digest:
                run_review(staged, no_live_site("The release was reviewed before"), lambda _done, _total: None)
        except Exception as error:  # noqa: BLE001 - the site is published all the same
            text = f"{type(error).__name__}: {error}"
            self.log(props).warn(f"The record for the next review could not be made: {text}")
        return record_of(folder, digest)


@dataclass(frozen=True)
class ReviewArgs:
    """The inputs of both resources.

    Attributes:
        bucket: the name of the bucket with the record.
        region: the bucket's region; empty for the stack's.
        keys: the keys that the record may have; it is written to the first one.
        name: what the live release is called.
        digest: the digest of the files, rules and settings; empty for a rollback or a promotion.
        staging: the staged tree, relative to the project.
        stack: the stack's name.
        urn: the resource's URN, beside which the engine shows messages.
    """

    bucket: pulumi.Input[str]
    region: pulumi.Input[str]
    keys: pulumi.Input[list[str]]
    name: str
    digest: str
    staging: str
    stack: str
    urn: str

    def inputs(self) -> dict[str, Any]:
        """Return the inputs by name."""
        return {field.name: getattr(self, field.name) for field in fields(self)}


class Review(Resource, module="hosting", name="Review"):
    """The review of the site, on which all that publishes depends."""

    def __init__(self, name: str, args: ReviewArgs, opts: pulumi.ResourceOptions) -> None:
        """Declare it under the logical name ``name``."""
        super().__init__(ReviewProvider(), name, args.inputs(), opts)


class ReviewRecord(Resource, module="hosting", name="ReviewRecord"):
    """The record of the release in the bucket; it depends on all that publishes."""

    def __init__(self, name: str, args: ReviewArgs, opts: pulumi.ResourceOptions) -> None:
        """Declare it under the logical name ``name``."""
        super().__init__(ReviewRecordProvider(), name, args.inputs(), opts)
