"""A bucket and two synced folders, as managed mode has them, and nothing else."""  # noqa: INP001 - a program of its own, no part of the package

import pulumi
from pulumi_aws import Provider
from pulumi_aws.s3 import Bucket
from pulumi_synced_folder import S3BucketFolder

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
        opts=pulumi.ResourceOptions(provider=provider, depends_on=[bucket]),
    )
