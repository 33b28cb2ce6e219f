"""CloudFront Functions: code at the edge."""

import re
from typing import ClassVar

from sandbox.providers.auto_names import AutoName
from sandbox.providers.aws.aws_client import Cloud
from sandbox.providers.aws.cloudfront_quotas import FUNCTIONS
from sandbox.providers.aws.cloudfront_usage import refuse_in_use
from sandbox.providers.aws.errors import AwsError
from sandbox.providers.aws.resource import Resource
from sandbox.providers.aws.tags import all_tags, tag_list, tag_properties
from sandbox.providers.schema import Fields, flag, text, text_map
from sandbox.providers.values import Properties

# https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cloudfront-limits.html
MAX_CODE_BYTES = 10 * 1024


class Function(Resource):
    """aws.cloudfront.Function, without key value stores."""

    token = "aws:cloudfront/function:Function"  # noqa: S105 - a type's token, not a secret
    title = "CloudFront Function"
    fields: ClassVar[Fields] = {
        "code": text(required=True),
        "comment": text(),
        "name": text(replaces=True),
        "publish": flag(default=True),
        "runtime": text(required=True, choices=("cloudfront-js-1.0", "cloudfront-js-2.0")),
        "tags": text_map(),
    }
    outputs = ("arn", "etag", "liveStageEtag", "status")
    auto_name = AutoName("name", 64)
    tagged = True

    def create(self, cloud: Cloud, inputs: Properties) -> str:
        """Create it and, unless told otherwise, publish it."""
        name = str(inputs["name"])
        if not re.fullmatch(r"[A-Za-z0-9_-]{1,64}", name):
            raise AwsError(
                "CloudFront: CreateFunction",
                400,
                "InvalidArgument",
                "The parameter Name must match the pattern [a-zA-Z0-9-_]{1,64}.",
            )
        _refuse_large(inputs)
        FUNCTIONS.refuse_one_more(cloud, "CloudFront: CreateFunction")
        tags = all_tags(cloud, inputs)
        tagging = {"Tags": {"Items": tag_list(tags)}} if tags else {}
        answer = cloud.cloudfront("create_function", Name=name, **_definition(inputs), **tagging)
        if inputs["publish"]:
            cloud.cloudfront("publish_function", Name=name, IfMatch=answer["ETag"])
        return name

    def read(self, cloud: Cloud, identifier: str, state: Properties) -> Properties | None:
        """Both stages of it, its code and its tags."""
        try:
            found = cloud.cloudfront("describe_function", Name=identifier, Stage="DEVELOPMENT")
            code = cloud.cloudfront("get_function", Name=identifier, Stage="DEVELOPMENT")["FunctionCode"].read()
            arn = found["FunctionSummary"]["FunctionMetadata"]["FunctionARN"]
            tags = cloud.cloudfront("list_tags_for_resource", Resource=arn)["Tags"].get("Items", [])
        except AwsError as refusal:
            if refusal.is_missing:
                return None
            raise
        summary = found["FunctionSummary"]
        return {
            "name": identifier,
            "arn": arn,
            "code": code.decode(),
            "comment": summary["FunctionConfig"].get("Comment") or None,
            "runtime": summary["FunctionConfig"]["Runtime"],
            "etag": found["ETag"],
            "liveStageEtag": _live_etag(cloud, identifier),
            "publish": state.get("publish", True),
            "status": summary.get("Status"),
            **tag_properties(cloud, tags),
        }

    def update(self, cloud: Cloud, identifier: str, old: Properties, new: Properties) -> None:
        """Update it, publish it, tag it: each only if need be."""
        _refuse_large(new)
        if any(old.get(name) != new.get(name) for name in ("code", "comment", "runtime")):
            cloud.cloudfront("update_function", Name=identifier, IfMatch=_etag(cloud, identifier), **_definition(new))
        if new["publish"]:
            # Asked for again: boto3 looks for the answer's in a header `ETtag`, which only AWS sends.
            cloud.cloudfront("publish_function", Name=identifier, IfMatch=_etag(cloud, identifier))
        retag(cloud, str(old["arn"]), old, new)

    def delete(self, cloud: Cloud, identifier: str, state: Properties) -> None:
        """Delete it; the emulator would even if a distribution runs it."""
        try:
            etag = cloud.cloudfront("describe_function", Name=identifier, Stage="DEVELOPMENT")["ETag"]
            refuse_in_use(cloud, "Function", str(state.get("arn")))
            cloud.cloudfront("delete_function", Name=identifier, IfMatch=etag)
        except AwsError as refusal:
            if not refusal.is_missing:
                raise


def retag(cloud: Cloud, arn: str, old: Properties, new: Properties) -> None:
    """Make the tags of a CloudFront resource those that `new` wants."""
    had, wanted = old.get("tagsAll") or {}, all_tags(cloud, new)
    if removed := sorted(set(had) - set(wanted)):
        cloud.cloudfront("untag_resource", Resource=arn, TagKeys={"Items": removed})
    if wanted and wanted != had:
        cloud.cloudfront("tag_resource", Resource=arn, Tags={"Items": tag_list(wanted)})


def _definition(inputs: Properties) -> Properties:
    return {
        "FunctionConfig": {"Comment": inputs.get("comment") or "", "Runtime": inputs["runtime"]},
        "FunctionCode": str(inputs["code"]).encode(),
    }


def _refuse_large(inputs: Properties) -> None:
    if len(str(inputs["code"]).encode()) > MAX_CODE_BYTES:
        raise AwsError(
            "CloudFront: CreateFunction",
            413,
            "FunctionSizeLimitExceeded",
            f"The function is too large: CloudFront Functions may have {MAX_CODE_BYTES} bytes.",
        )


def _etag(cloud: Cloud, name: str) -> str:
    return str(cloud.cloudfront("describe_function", Name=name, Stage="DEVELOPMENT")["ETag"])


def _live_etag(cloud: Cloud, name: str) -> str:
    try:
        return str(cloud.cloudfront("describe_function", Name=name, Stage="LIVE")["ETag"])
    except AwsError as refusal:
        if refusal.is_missing:
            return ""
        raise
