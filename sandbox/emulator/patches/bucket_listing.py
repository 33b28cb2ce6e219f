"""What S3 answers a distribution that may list the bucket; MiniStack knows of the right to read objects alone.

A key that does not exist is 404 to who may list the bucket, and 403 to everyone else
(https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html). A request without a key asks for the list itself
(https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html), which a distribution without a default root
object hands to its visitors (https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/DefaultRootObject.html).

The policy is evaluated by MiniStack, for an origin access control or an anonymous request.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import parse_qs, unquote

from sandbox.emulator.viewer_request import current

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping
    from types import ModuleType

_LIST = "ListBucket"
_READING = ("GET", "HEAD")


class MiniStack(NamedTuple):
    """The modules of MiniStack that know of buckets and policies.

    Attributes:
        s3: `ministack.services.s3`.
        evaluator: `ministack.core.iam_evaluator`.
        actions: `ministack.core.iam_actions`.
    """

    s3: ModuleType
    evaluator: ModuleType
    actions: ModuleType


def object_key(origin: Mapping[str, Any], uri: str) -> str:
    """Return the key that a URI asks for. Only the first slash is not part of it: the key of ``//`` is a slash.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/VirtualHosting.html
    """
    return unquote(f"{origin.get('origin_path') or ''}{uri}".removeprefix("/"))


def with_forwarded_query(known: Callable[..., Awaitable[tuple[Any, ...]]]) -> Callable[..., Awaitable[tuple[Any, ...]]]:
    """Return a function that asks the origin by ``known``, which hands S3 no query."""

    async def fetch(origin: object, method: str, uri: str, query: str, *rest: object) -> tuple[Any, ...]:
        current().forwarded = query
        return await known(origin, method, uri, query, *rest)

    return fetch


def with_lists(known: Callable[..., tuple[Any, ...]], cloud: MiniStack) -> Callable[..., tuple[Any, ...]]:
    """Return a function that answers a distribution by ``known``, and by the right to list the bucket."""

    def serve(bucket: str, key: str, method: str, headers: object, **signed: str) -> tuple[Any, ...]:
        def refused_or_found() -> tuple[Any, ...]:
            return known(bucket, key, method, headers, **signed)

        record = cloud.s3._ensure_bucket(bucket)  # noqa: SLF001 - the place where MiniStack looks
        is_known = record is None or key in record["objects"]
        if is_known or method not in _READING or not _may_list(cloud, bucket, signed["source_arn"]):
            return refused_or_found()
        if not key:
            return _listed(cloud, bucket, method) or refused_or_found()
        may_read = cloud.s3._cloudfront_origin_allows(_owner(cloud, bucket), bucket, key, **signed)  # noqa: SLF001 - see above
        return _missing(cloud, key, method) if may_read else refused_or_found()

    return serve


def _owner(cloud: MiniStack, bucket: str) -> str:
    return str(cloud.s3._bucket_owner_account(bucket))  # noqa: SLF001 - see above


def _may_list(cloud: MiniStack, bucket: str, source_arn: str) -> bool:
    """Whether the bucket's policy lets anyone list the bucket, or the distribution ``source_arn``."""
    owner = _owner(cloud, bucket)
    if cloud.s3._foreign_bucket_allows(owner, bucket, "", "GET", {}, ""):  # noqa: SLF001 - see above
        return True
    policy = cloud.s3._bucket_policies.get_scoped(owner, None, bucket)  # noqa: SLF001 - see above
    if not policy or not source_arn:
        return False
    asked = cloud.evaluator.EvalContext(
        principal_arn="*",
        principal_type="Service",
        principal_account="",
        action=f"s3:{_LIST}",
        resource_arn=f"arn:aws:s3:::{bucket}",
        region=cloud.s3.get_region(),
        service_context={"aws:sourcearn": source_arn},
    )
    found = cloud.evaluator.evaluate_resource_policy(policy, asked, service="cloudfront.amazonaws.com")
    return bool(found.decision == "Allow")


def _listed(cloud: MiniStack, bucket: str, method: str) -> tuple[Any, ...] | None:
    """Return the bucket's list, as the forwarded query asks for it; None if the query asks for something else."""
    parameters = parse_qs(current().forwarded, keep_blank_values=True)
    if cloud.actions._s3_action(method, f"/{bucket}", parameters) != _LIST:  # noqa: SLF001 - see above
        return None
    if method == "HEAD":
        return tuple(cloud.s3._head_bucket(bucket))  # noqa: SLF001 - see above
    is_second_version = parameters.get("list-type") == ["2"]
    listing = cloud.s3._list_objects_v2 if is_second_version else cloud.s3._list_objects_v1  # noqa: SLF001 - see above
    return tuple(listing(bucket, parameters))


def _missing(cloud: MiniStack, key: str, method: str) -> tuple[Any, ...]:
    status, headers, body = cloud.s3._object_error(  # noqa: SLF001 - see above
        "NoSuchKey", "The specified key does not exist.", 404, Key=key
    )
    return status, headers, b"" if method == "HEAD" else body
