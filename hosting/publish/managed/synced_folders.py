"""The synced folders of managed mode: assets first, then the pages that refer to them."""

from __future__ import annotations

import uuid
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pulumi
from pulumi.runtime import _callbacks
from pulumi.runtime.proto import resource_pb2
from pulumi.runtime.settings import _get_callbacks
from pulumi.runtime.sync_await import _sync_await
from pulumi_synced_folder import S3BucketFolder

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pulumi_aws.s3 import Bucket

    from hosting.publish.staging.manifest import Manifest, ManifestEntry

    Transform = Callable[[pulumi.ResourceTransformArgs], pulumi.ResourceTransformResult | None]

_OBJECT_TYPE = "aws:s3/bucketObject:BucketObject"
# The only ACL that a PUT may set while BucketOwnerEnforced turns ACLs off:
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/about-object-ownership.html
_ACL = "bucket-owner-full-control"
# The SDK sends a debug message to the engine before each call of a transform, and waits for it: two thirds of the time
# that a transform takes. Errors of a transform reach the engine without it.
_NO_MESSAGES = SimpleNamespace(debug=lambda _: None)


def publish_folder(
    name: str, path: Path, bucket: Bucket, manifest: Manifest, opts: pulumi.ResourceOptions
) -> S3BucketFolder:
    """Return the synced folder that keeps every file of ``path`` in ``bucket``.

    Args:
        name: the logical name, with which the logical names of the objects begin.
        path: a folder of the staged tree, relative to the project and without a leading ``./``.
        bucket: the bucket to upload to.
        manifest: the headers of each file.
        opts: the resource options.
    """
    vars(_callbacks)["log"] = _NO_MESSAGES
    transform = object_transform(manifest)
    _register(transform, manifest)
    # The engine passes `retainOnDelete` on to the objects.
    own = pulumi.ResourceOptions(retain_on_delete=True, transforms=[transform])
    return S3BucketFolder(
        name,
        path=path.as_posix(),
        bucket_name=bucket.bucket,
        acl=_ACL,
        managed_objects=True,
        include_hidden_files=True,
        # An alias is the bare key, so `assets-a.css` would be taken for the `a.css` of a folder called `assets`:
        # https://github.com/pulumi/pulumi-synced-folder/blob/main/provider/cmd/pulumi-resource-synced-folder/s3-bucket-folder.ts
        disable_managed_object_aliases=True,
        opts=pulumi.ResourceOptions.merge(opts, own),
    )


def object_transform(manifest: Manifest) -> Transform:
    """Return the transform that sets the headers of each object by its manifest entry, and its options.

    The engine never deletes an object (`retainOnDelete`): to replace one, it would create the new object and then
    delete the old one, which has the same key. ``PublishedFiles`` deletes removed files, in a few calls.
    """

    def transform(args: pulumi.ResourceTransformArgs) -> pulumi.ResourceTransformResult | None:
        entry = manifest.get(str(args.props["key"])) if args.type_ == _OBJECT_TYPE else None
        if entry is None:
            return None
        args.opts.retain_on_delete = True
        return pulumi.ResourceTransformResult({**args.props, **_headers(entry)}, args.opts)

    return transform


def transformed(request: resource_pb2.TransformRequest, manifest: Manifest) -> resource_pb2.TransformResponse:
    """Return the engine's request as the transform changes it."""
    fields = request.properties.fields
    entry = manifest.get(fields["key"].string_value) if request.type == _OBJECT_TYPE else None
    if entry is not None:
        for name, value in _headers(entry).items():
            fields[name].string_value = value
        request.options.retain_on_delete = True
    return resource_pb2.TransformResponse(properties=request.properties, options=request.options)


def _headers(entry: ManifestEntry) -> dict[str, str]:
    """Return the properties of an object that its manifest entry decides."""
    optional = {"cacheControl": entry.cache_control, "contentEncoding": entry.content_encoding}
    return {
        "contentType": entry.content_type,
        **{name: value for name, value in optional.items() if value is not None},
    }


def _register(transform: Transform, manifest: Manifest) -> None:
    """Let the engine's requests be changed as they are.

    The SDK makes objects of the properties and the options, calls the transform, and makes a message of its result. For
    each file that takes forty times as long. An SDK that keeps its callbacks elsewhere does that all the same.
    """
    known = vars(_sync_await(_get_callbacks()) or SimpleNamespace())
    if not {"_callbacks", "_transforms"} <= known.keys():
        return

    async def respond(request: bytes) -> resource_pb2.TransformResponse:
        return transformed(resource_pb2.TransformRequest.FromString(request), manifest)

    token = str(uuid.uuid4())
    known["_callbacks"][token] = respond
    known["_transforms"][transform] = token
