"""The manifest of the live release of bulk mode, read from the bucket with the stack's AWS credentials."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hosting.publish.bulk.published_files import published_files
from hosting.publish.s3.bucket import open_bucket
from hosting.publish.s3.errors import S3Error
from hosting.publish.staging.manifest import Manifest
from hosting.verify.errors import VerifyError

if TYPE_CHECKING:
    from hosting.verify.stack import Stack


def live_manifest(stack: Stack) -> Manifest:
    """Return the manifest of the live release.

    Raises:
        VerifyError: the bucket can't be read.
        PublishError: the manifest is missing or damaged.
    """
    try:
        bucket = open_bucket(str(stack.outputs["bucketName"]), stack.settings.aws)
        found = published_files(
            bucket,
            stack.digest,
            is_in_place=not stack.settings.cloudfront.enabled,
            preview=str(stack.outputs.get("previewName") or ""),
        )
    except S3Error as error:
        raise VerifyError(
            f"The manifest of the live release can't be read from the bucket ({error}): set AWS credentials, or check "
            f"out the deployed files and add --build"
        ) from error
    return Manifest.of(found.values())
