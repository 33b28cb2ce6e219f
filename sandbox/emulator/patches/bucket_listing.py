"""MiniStack answers a distribution's request for a key that does not exist with 403, and never lists the bucket.

- S3 answers 404 to a distribution that may list the bucket, and 403 to any other:
  https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html
- A request without a key asks for the list itself (https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html).
  A distribution without a default root object returns it to its viewers:
  https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/DefaultRootObject.html

MiniStack itself evaluates the bucket's policy, for an origin access control or an anonymous request.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

from sandbox.emulator.ministack import replace
from sandbox.emulator.viewer_request import current

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox.emulator.ministack import Handler, MiniStack

_LIST_BUCKET = "ListBucket"
_READ_METHODS = ("GET", "HEAD")


def install(ministack: MiniStack) -> None:
    """Let the right to list the bucket decide."""
    replace(ministack.cloudfront, "_fetch_from_origin", with_origin_query)
    replace(ministack.s3, "serve_cloudfront_origin_fetch", lambda original: with_listing(original, ministack))


def with_origin_query(original: Handler) -> Handler:
    """Return a handler that fetches by ``original``, and keeps the query string: MiniStack does not pass it to S3."""

    async def fetch(origin: object, method: str, uri: str, query: str, *rest: object) -> tuple[Any, ...]:
        current().origin_query = query
        return await original(origin, method, uri, query, *rest)

    return fetch


def with_listing(original: Callable[..., tuple[Any, ...]], ministack: MiniStack) -> Callable[..., tuple[Any, ...]]:
    """Return a function that answers a distribution by ``original``, unless the right to list makes a difference."""
    s3 = ministack.s3

    def serve(bucket: str, key: str, method: str, headers: object, **identity: str) -> tuple[Any, ...]:
        record = s3._ensure_bucket(bucket)
        exists = record is None or key in record["objects"]
        if exists or method not in _READ_METHODS or not _may_list(ministack, bucket, identity["source_arn"]):
            return original(bucket, key, method, headers, **identity)
        if not key:
            return _listing(ministack, bucket, method) or original(bucket, key, method, headers, **identity)
        if s3._cloudfront_origin_allows(_owner(ministack, bucket), bucket, key, **identity):
            return _not_found(ministack, key, method)
        return original(bucket, key, method, headers, **identity)

    return serve


def _owner(ministack: MiniStack, bucket: str) -> str:
    return str(ministack.s3._bucket_owner_account(bucket))


def _may_list(ministack: MiniStack, bucket: str, source_arn: str) -> bool:
    """Return whether the bucket's policy lets anyone, or the distribution ``source_arn``, list the bucket."""
    owner = _owner(ministack, bucket)
    if ministack.s3._foreign_bucket_allows(owner, bucket, "", "GET", {}, ""):
        return True
    policy = ministack.s3._bucket_policies.get_scoped(owner, None, bucket)
    if not policy or not source_arn:
        return False
    context = ministack.iam_evaluator.EvalContext(
        principal_arn="*",
        principal_type="Service",
        principal_account="",
        action=f"s3:{_LIST_BUCKET}",
        resource_arn=f"arn:aws:s3:::{bucket}",
        region=ministack.s3.get_region(),
        service_context={"aws:sourcearn": source_arn},
    )
    result = ministack.iam_evaluator.evaluate_resource_policy(policy, context, service="cloudfront.amazonaws.com")
    return bool(result.decision == "Allow")


def _listing(ministack: MiniStack, bucket: str, method: str) -> tuple[Any, ...] | None:
    """Return the bucket's list for the origin's query string; None if that asks for something else."""
    parameters = parse_qs(current().origin_query, keep_blank_values=True)
    if ministack.iam_actions._s3_action(method, f"/{bucket}", parameters) != _LIST_BUCKET:
        return None
    if method == "HEAD":
        return tuple(ministack.s3._head_bucket(bucket))
    is_version_2 = parameters.get("list-type") == ["2"]
    list_objects = ministack.s3._list_objects_v2 if is_version_2 else ministack.s3._list_objects_v1
    return tuple(list_objects(bucket, parameters))


def _not_found(ministack: MiniStack, key: str, method: str) -> tuple[Any, ...]:
    status, headers, body = ministack.s3._object_error("NoSuchKey", "The specified key does not exist.", 404, Key=key)
    return status, headers, b"" if method == "HEAD" else body
