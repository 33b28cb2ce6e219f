"""Checks of the name in `website:bucketName`: whether the bucket can be created, or is the stack's own."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from hosting.doctor.aws_clients import AWS_ERRORS, error_code
from hosting.doctor.lines import Line
from hosting.doctor.state import BUCKET, PROVIDER

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hosting.doctor.context import Context


def check_bucket(context: Context) -> Iterator[Line]:
    """Ask S3 for the bucket: https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadBucket.html."""
    name = context.settings.website.bucket_name
    if name is None:
        yield Line("ok", "The bucket gets a name that no other bucket has")
        return
    is_own = name in context.state.ids(BUCKET)
    set_name = f"pulumi config set --stack {shlex.quote(context.stack)} website:bucketName '<another name>'"
    try:
        # Also 403 for a bucket of somebody else that anyone may list.
        context.aws.client("s3").head_bucket(Bucket=name, ExpectedBucketOwner=context.identity.account)
    except AWS_ERRORS as error:
        yield _refused(error, name, set_name, is_own=is_own)
        return
    if is_own:
        yield Line("ok", f"The bucket {name} is this stack's")
    else:
        step = f"{import_command(context, BUCKET, 'site-bucket', name)}; or {set_name}"
        yield Line("warning", f"The bucket {name} exists in this account, and the stack's state does not have it", step)


def _refused(error: BaseException, name: str, set_name: str, *, is_own: bool) -> Line:
    code = error_code(error)
    if code == "404":
        if is_own:
            step = "pulumi up --refresh, which creates it again"
            return Line("error", f"The bucket {name} is in the stack's state, and does not exist", step)
        return Line("ok", f"The name {name} is free")
    if code == "403" and is_own:
        return Line("error", f"The credentials have no right to the stack's bucket {name}", "grant them s3:ListBucket")
    if code == "403":
        return Line("error", f"The bucket {name} belongs to somebody else", set_name)
    if code in ("301", "PermanentRedirect"):
        return Line(
            "error", f"The bucket {name} is in another region than the stack's", f"set aws:region, or {set_name}"
        )
    raise error


def import_command(context: Context, kind: str, name: str, identifier: str) -> str:
    """Return the command that takes a resource of AWS into the stack's state.

    https://www.pulumi.com/docs/iac/cli/commands/pulumi_import/
    """
    component, providers = context.state.component(), context.state.of(PROVIDER)
    own = [each for each in providers if each.urn.endswith("::site-aws")]
    places = []
    if component is not None and own:
        places = ["--parent", f"site={component.urn}", "--provider", f"aws={own[0].urn}"]
    options = ["--protect=false", "--generate-code=false", "--stack", context.stack]
    return shlex.join(["pulumi", "import", kind, name, identifier, *places, *options])
