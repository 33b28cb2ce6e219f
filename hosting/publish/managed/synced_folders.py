"""The synced folders of managed mode: assets first, then the pages that refer to them."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING

import pulumi
from pulumi.runtime import _callbacks
from pulumi_synced_folder import S3BucketFolder

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pulumi_aws.s3 import Bucket

    from hosting.publish.staging.manifest import Manifest

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
    # The engine passes `retainOnDelete` on to the objects.
    own = pulumi.ResourceOptions(retain_on_delete=True, transforms=[object_transform(manifest)])
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


def object_transform(
    manifest: Manifest,
) -> Callable[[pulumi.ResourceTransformArgs], pulumi.ResourceTransformResult | None]:
    """Return the transform that sets the headers of each object by its manifest entry, and its options.

    The engine never deletes an object (`retainOnDelete`): to replace one, it would create the new object and then
    delete the old one, which has the same key. ``PublishedFiles`` deletes removed files, in a few calls.
    """

    def transform(args: pulumi.ResourceTransformArgs) -> pulumi.ResourceTransformResult | None:
        if args.type_ != _OBJECT_TYPE:
            return None
        entry = manifest.get(str(args.props["key"]))
        if entry is None:
            return None
        props = {**args.props, "contentType": entry.content_type}
        if entry.cache_control is not None:
            props["cacheControl"] = entry.cache_control
        if args.opts.retain_on_delete:
            # The SDK takes longer for the options than for the properties, and these are what they should be.
            return pulumi.ResourceTransformResult(props, None)  # type: ignore[arg-type]  # the SDK accepts None
        args.opts.retain_on_delete = True
        return pulumi.ResourceTransformResult(props, args.opts)

    return transform
