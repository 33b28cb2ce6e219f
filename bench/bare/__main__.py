"""A bucket and two synced folders, as managed mode has them, and nothing else."""  # noqa: INP001 - a program of its own, no part of the package

import mimetypes

import pulumi
from pulumi_aws import Provider
from pulumi_aws.s3 import Bucket
from pulumi_synced_folder import S3BucketFolder


def with_headers(args: pulumi.ResourceTransformArgs) -> pulumi.ResourceTransformResult | None:
    """Give an object the properties that it has in managed mode."""
    if args.type_ != "aws:s3/bucketObject:BucketObject":
        return None
    content_type, _ = mimetypes.guess_type(str(args.props["key"]))
    headers = {
        "contentType": content_type or "binary/octet-stream",
        "cacheControl": "public, max-age=0, must-revalidate",
    }
    args.opts.retain_on_delete = True
    return pulumi.ResourceTransformResult({**args.props, **headers}, args.opts)


provider = Provider("bare", region="us-east-1")
bucket = Bucket("bare", force_destroy=True, opts=pulumi.ResourceOptions(provider=provider))
for name in ("assets", "pages"):
    S3BucketFolder(
        name,
        path=f".hosting/staging/dev/{name}",
        bucket_name=bucket.bucket,
        acl="bucket-owner-full-control",
        managed_objects=True,
        include_hidden_files=True,
        opts=pulumi.ResourceOptions(provider=provider, depends_on=[bucket], transforms=[with_headers]),
    )
