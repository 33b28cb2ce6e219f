"""CloudFront Functions."""

import re
from typing import ClassVar

from sandbox.providers.auto_names import AutoName
from sandbox.providers.aws.aws_client import AwsClient
from sandbox.providers.aws.cloudfront_usage import check_not_in_use
from sandbox.providers.aws.errors import AwsError, keeping_created
from sandbox.providers.aws.resource import Resource
from sandbox.providers.aws.tags import all_tags, tag_list, tag_properties
from sandbox.providers.changes import equivalent
from sandbox.providers.schema import Fields, boolean, list_of, string, string_map
from sandbox.providers.values import Properties

# https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cloudfront-limits.html
MAX_CODE_BYTES = 10 * 1024


class Function(Resource):
    """aws.cloudfront.Function."""

    token = "aws:cloudfront/function:Function"  # noqa: S105 - a type's token, not a secret
    title = "CloudFront Function"
    fields: ClassVar[Fields] = {
        "code": string(required=True),
        "comment": string(),
        "keyValueStoreAssociations": list_of(
            string(pattern=(r"arn:[\w-]+:[\w.-]+:[^:]*:[^:]*:.+", "is an invalid ARN")), unordered=True
        ),
        "name": string(replaces=True),
        "publish": boolean(default=True),
        "runtime": string(required=True, choices=("cloudfront-js-1.0", "cloudfront-js-2.0")),
        "tags": string_map(),
    }
    outputs = ("arn", "etag", "liveStageEtag", "status")
    auto_name = AutoName("name", 64)
    tagged = True

    def create(self, aws: AwsClient, inputs: Properties) -> str:
        """CreateFunction, and PublishFunction if `publish` is set."""
        name = str(inputs["name"])
        if not re.fullmatch(r"[A-Za-z0-9_-]{1,64}", name):
            raise AwsError(
                "CloudFront: CreateFunction",
                400,
                "InvalidArgument",
                "The parameter Name must match the pattern [a-zA-Z0-9-_]{1,64}.",
            )
        _check_size(inputs)
        tags = all_tags(aws, inputs)
        tagging = {"Tags": {"Items": tag_list(tags)}} if tags else {}
        response = aws.cloudfront("create_function", Name=name, **_definition(inputs), **tagging)
        if inputs["publish"]:
            with keeping_created(name):
                aws.cloudfront("publish_function", Name=name, IfMatch=response["ETag"])
        return name

    def read(self, aws: AwsClient, identifier: str, state: Properties) -> Properties | None:
        """Both stages, the code and the tags."""
        try:
            found = aws.cloudfront("describe_function", Name=identifier, Stage="DEVELOPMENT")
            code = aws.cloudfront("get_function", Name=identifier, Stage="DEVELOPMENT")["FunctionCode"]
            arn = found["FunctionSummary"]["FunctionMetadata"]["FunctionARN"]
            tags = aws.cloudfront("list_tags_for_resource", Resource=arn)["Tags"].get("Items", [])
        except AwsError as error:
            if error.is_not_found:
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
            "keyValueStoreAssociations": _stores(summary),
            "liveStageEtag": _live_etag(aws, identifier),
            "publish": state.get("publish", True),
            "status": summary.get("Status"),
            **tag_properties(aws, tags),
        }

    def update(self, aws: AwsClient, identifier: str, old: Properties, new: Properties) -> None:
        """Update it, if needed, with the ETag of the state, and publish it, as pulumi-aws does.

        https://github.com/hashicorp/terraform-provider-aws/blob/main/internal/service/cloudfront/function.go
        """
        _check_size(new)
        etag = old.get("etag", "")
        names = ("code", "comment", "keyValueStoreAssociations", "runtime")
        if any(not equivalent(self.fields[name], old.get(name), new.get(name)) for name in names):
            etag = aws.cloudfront("update_function", Name=identifier, IfMatch=etag, **_definition(new))["ETag"]
        if new["publish"]:
            aws.cloudfront("publish_function", Name=identifier, IfMatch=etag)
        retag(aws, old, new)

    def delete(self, aws: AwsClient, identifier: str, state: Properties) -> None:
        """DeleteFunction, unless a distribution uses it: the emulator would delete it all the same."""
        try:
            check_not_in_use(aws, "Function", str(state.get("arn")))
            aws.cloudfront("delete_function", Name=identifier, IfMatch=state.get("etag", ""))
        except AwsError as error:
            if not error.is_not_found:
                raise


def retag(aws: AwsClient, old: Properties, new: Properties) -> None:
    """Set the tags of a CloudFront resource to those of `new`."""
    # The state of a resource that could not be read after its creation has no ARN.
    arn = str(old.get("arn", ""))
    old_tags, new_tags = old.get("tagsAll") or {}, all_tags(aws, new)
    if removed := sorted(set(old_tags) - set(new_tags)):
        aws.cloudfront("untag_resource", Resource=arn, TagKeys={"Items": removed})
    if new_tags and new_tags != old_tags:
        aws.cloudfront("tag_resource", Resource=arn, Tags={"Items": tag_list(new_tags)})


def _definition(inputs: Properties) -> Properties:
    config = {"Comment": inputs.get("comment") or "", "Runtime": inputs["runtime"]}
    if stores := inputs.get("keyValueStoreAssociations"):
        items = [{"KeyValueStoreARN": store} for store in stores]
        config["KeyValueStoreAssociations"] = {"Quantity": len(items), "Items": items}
    return {
        "FunctionConfig": config,
        "FunctionCode": str(inputs["code"]).encode(),
    }


def _stores(summary: Properties) -> list[str]:
    associations = summary["FunctionConfig"].get("KeyValueStoreAssociations", {}).get("Items", [])
    return [association["KeyValueStoreARN"] for association in associations]


def _check_size(inputs: Properties) -> None:
    if len(str(inputs["code"]).encode()) > MAX_CODE_BYTES:
        raise AwsError(
            "CloudFront: CreateFunction",
            413,
            "FunctionSizeLimitExceeded",
            f"The function is too large: CloudFront Functions may have {MAX_CODE_BYTES} bytes.",
        )


def _live_etag(aws: AwsClient, name: str) -> str:
    try:
        return str(aws.cloudfront("describe_function", Name=name, Stage="LIVE")["ETag"])
    except AwsError as error:
        if error.is_not_found:
            return ""
        raise
