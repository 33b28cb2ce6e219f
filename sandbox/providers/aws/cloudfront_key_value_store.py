"""CloudFront's key value stores; their keys are not properties of the resource."""

import time
from typing import ClassVar

from sandbox.providers.auto_names import AutoName
from sandbox.providers.aws.aws_client import AwsClient
from sandbox.providers.aws.cloudfront_function import retag
from sandbox.providers.aws.errors import AwsError, ProviderError
from sandbox.providers.aws.resource import Resource
from sandbox.providers.aws.tags import all_tags, tag_list, tag_properties
from sandbox.providers.schema import Fields, block, string, string_map
from sandbox.providers.values import Properties

# Terraform's provider waits for 30 minutes; the emulator needs less than a second.
READY_SECONDS = 60.0
POLL_SECONDS = 0.05


class KeyValueStore(Resource):
    """aws.cloudfront.KeyValueStore.

    https://github.com/hashicorp/terraform-provider-aws/blob/main/internal/service/cloudfront/key_value_store.go
    """

    token = "aws:cloudfront/keyValueStore:KeyValueStore"  # noqa: S105 - a type's token, not a secret
    title = "CloudFront Key Value Store"
    fields: ClassVar[Fields] = {
        "comment": string(),
        "name": string(
            replaces=True,
            low=1,
            high=64,
            pattern=(
                "[a-zA-Z0-9-_]*",
                "Attribute name must contain only alphanumeric characters, hyphens, and underscores",
            ),
        ),
        "tags": string_map(),
        "timeouts": block({"create": string()}),
    }
    outputs = ("arn", "etag", "lastModifiedTime")
    auto_name = AutoName("name", 64)
    tagged = True

    def create(self, aws: AwsClient, inputs: Properties) -> str:
        """CreateKeyValueStore, and wait until it is READY; after an error the engine does not keep it."""
        name, tags = str(inputs["name"]), all_tags(aws, inputs)
        tagging = {"Tags": {"Items": tag_list(tags)}} if tags else {}
        comment = {"Comment": inputs["comment"]} if inputs.get("comment") else {}
        store = aws.cloudfront("create_key_value_store", Name=name, **comment, **tagging)["KeyValueStore"]
        deadline = time.monotonic() + READY_SECONDS
        while store["Status"] != "READY":
            if time.monotonic() > deadline:
                raise ProviderError(f"waiting for CloudFront Key Value Store ({name}) create: timeout")
            time.sleep(POLL_SECONDS)
            store = aws.cloudfront("describe_key_value_store", Name=name)["KeyValueStore"]
        return str(store["Id"])

    def read(self, aws: AwsClient, identifier: str, state: Properties) -> Properties | None:
        """DescribeKeyValueStore by the name, which is also what an import is given, and the tags."""
        try:
            found = aws.cloudfront("describe_key_value_store", Name=state.get("name") or identifier)
            store = found["KeyValueStore"]
            tags = aws.cloudfront("list_tags_for_resource", Resource=store["ARN"])["Tags"].get("Items", [])
        except AwsError as error:
            if error.is_not_found:
                return None
            raise
        return {
            "name": store["Name"],
            "comment": store.get("Comment") or None,
            "arn": store["ARN"],
            "etag": found["ETag"],
            "lastModifiedTime": store["LastModifiedTime"].strftime("%Y-%m-%dT%H:%M:%SZ"),
            "timeouts": state.get("timeouts"),
            **tag_properties(aws, tags),
        }

    def update(self, aws: AwsClient, identifier: str, old: Properties, new: Properties) -> None:
        """UpdateKeyValueStore with the ETag of the state, if the comment changes, and the tags."""
        del identifier
        if (old.get("comment") or "") != (new.get("comment") or ""):
            changes = {"Comment": new.get("comment") or "", "IfMatch": old.get("etag", "")}
            aws.cloudfront("update_key_value_store", Name=old["name"], **changes)
        retag(aws, old, new)

    def delete(self, aws: AwsClient, identifier: str, state: Properties) -> None:
        """DeleteKeyValueStore with the ETag of the state."""
        try:
            name = state.get("name") or identifier
            aws.cloudfront("delete_key_value_store", Name=name, IfMatch=state.get("etag", ""))
        except AwsError as error:
            if not error.is_not_found:
                raise
