"""S3 objects."""

import base64
import binascii
import re
from collections.abc import Iterator
from typing import ClassVar

from sandbox.providers.auto_names import AutoName
from sandbox.providers.aws.aws_client import AwsClient
from sandbox.providers.aws.errors import AwsError
from sandbox.providers.aws.resource import Resource
from sandbox.providers.aws.tags import all_tags, tag_list, tag_properties
from sandbox.providers.changes import equivalent
from sandbox.providers.schema import Failure, Field, Fields, boolean, string, string_map
from sandbox.providers.values import Asset, Properties

CANNED_ACLS = (
    *("private", "public-read", "public-read-write", "authenticated-read"),
    *("aws-exec-read", "bucket-owner-read", "bucket-owner-full-control"),
)
STORAGE_CLASSES = (
    *("STANDARD", "REDUCED_REDUNDANCY", "GLACIER", "STANDARD_IA", "ONEZONE_IA"),
    *("INTELLIGENT_TIERING", "DEEP_ARCHIVE", "GLACIER_IR"),
)
# Properties, and their names in PutObject's parameters and HeadObject's response.
_HEADERS = {
    "cacheControl": "CacheControl",
    "contentDisposition": "ContentDisposition",
    "contentEncoding": "ContentEncoding",
    "contentLanguage": "ContentLanguage",
    "contentType": "ContentType",
    "websiteRedirect": "WebsiteRedirectLocation",
}
_OPTIONS = {"acl": "ACL", "storageClass": "StorageClass", "serverSideEncryption": "ServerSideEncryption"}
_SOURCES = ("source", "content", "contentBase64")
# A change of any of these needs another PutObject; acl and tags have separate calls.
_CONTENT = (
    *_SOURCES,
    *_HEADERS,
    *("metadata", "sourceHash", "etag", "storageClass", "serverSideEncryption"),
)
_RECOMPUTED = ("etag", "versionId")


class BucketObject(Resource):
    """aws.s3.BucketObject, without KMS keys and object locks."""

    token = "aws:s3/bucketObject:BucketObject"  # noqa: S105 - a type's token, not a secret
    title = "S3 Object"
    fields: ClassVar[Fields] = {
        "acl": string(choices=CANNED_ACLS, computed=True),
        "bucket": string(required=True, replaces=True, low=1, high=2048),
        "cacheControl": string(),
        "content": string(),
        "contentBase64": string(),
        "contentDisposition": string(),
        "contentEncoding": string(),
        "contentLanguage": string(),
        "contentType": string(computed=True),
        "etag": string(computed=True),
        "forceDestroy": boolean(default=False),
        "key": string(required=True, replaces=True, low=1, high=1024),
        "metadata": string_map(),
        "region": string(replaces=True, computed=True),
        "serverSideEncryption": string(choices=("AES256",), computed=True),
        "source": Field(kind="asset"),
        "sourceHash": string(),
        "storageClass": string(choices=STORAGE_CLASSES, computed=True),
        "tags": string_map(),
        "websiteRedirect": string(),
    }
    outputs = ("arn", "versionId")
    auto_name = AutoName("key", 1024, random=False)
    tagged = True
    recomputed_outputs: ClassVar[dict[str, tuple[str, ...]]] = dict.fromkeys(_CONTENT, _RECOMPUTED)

    def conflicts(self, inputs: Properties) -> Iterator[Failure]:
        """Allow one source of content, and metadata keys in lower case."""
        given = [name for name in _SOURCES if inputs.get(name) is not None]
        for name in given[1:]:
            yield name, f'"{name}": conflicts with {given[0]}'
        for key in inputs.get("metadata") or {}:
            if key != key.lower():
                yield "metadata", f"Metadata must be lowercase only. Offending key: {key}"

    def preview_outputs(self, aws: AwsClient, inputs: Properties) -> Properties:
        """Return the region."""
        return {"region": inputs.get("region") or aws.region}

    def create(self, aws: AwsClient, inputs: Properties) -> str:
        """PutObject."""
        _put(aws, inputs)
        return str(inputs["key"])

    def read(self, aws: AwsClient, identifier: str, state: Properties) -> Properties | None:
        """HeadObject; as in pulumi-aws, other content under the same key is no difference, only another etag."""
        bucket, key = state.get("bucket"), state.get("key")
        if bucket is None or key is None:
            bucket, key = _split_import_id(identifier)
        region = state.get("region") or aws.region
        try:
            head = aws.s3("head_object", region, Bucket=bucket, Key=key)
            # The emulator's HeadObject has no TagCount, and GetObjectTagging for each object would cost a call.
            may_be_tagged = head.get("TagCount") or state.get("tagsAll") or all_tags(aws, state)
            tags = _tags(aws, region, bucket, key) if may_be_tagged else []
        except AwsError as error:
            if error.is_not_found:
                return None
            raise
        return {
            "id": key,
            "bucket": bucket,
            "key": key,
            "region": region,
            "arn": f"arn:{aws.partition}:s3:::{bucket}/{key}",
            "etag": head["ETag"].strip('"'),
            "versionId": head.get("VersionId") if head.get("VersionId") != "null" else None,
            "metadata": head.get("Metadata") or {},
            "serverSideEncryption": head.get("ServerSideEncryption"),
            "storageClass": head.get("StorageClass") or "STANDARD",
            "forceDestroy": state.get("forceDestroy", False),
            **{name: head.get(api) for name, api in _HEADERS.items()},
            **tag_properties(aws, tags),
        }

    def update(self, aws: AwsClient, identifier: str, old: Properties, new: Properties) -> None:
        """PutObject if the content or a header has changed, else only the ACL or the tags."""
        del identifier
        if any(
            not equivalent(self.fields[name], old.get(name), new.get(name))
            for name in _CONTENT
            if not (self.fields[name].computed and new.get(name) is None)
        ):
            _put(aws, {"region": old.get("region"), **new})
            return
        region = old.get("region")
        target = {"Bucket": new["bucket"], "Key": new["key"]}
        if new.get("acl") not in (None, old.get("acl")):
            aws.s3("put_object_acl", region, ACL=new["acl"], **target)
        tags = all_tags(aws, new)
        if tags != (old.get("tagsAll") or {}):
            aws.s3("put_object_tagging", region, Tagging={"TagSet": tag_list(tags)}, **target)

    def delete(self, aws: AwsClient, identifier: str, state: Properties) -> None:
        """DeleteObject; in a versioned bucket for every version."""
        bucket, key, region = state["bucket"], state.get("key", identifier), state.get("region")
        try:
            for version in _versions(aws, region, bucket, key) if state.get("versionId") else [None]:
                version_id = {"VersionId": version} if version else {}
                aws.s3("delete_object", region, Bucket=bucket, Key=key, **version_id)
        except AwsError as error:
            if not error.is_not_found:
                raise


def _put(aws: AwsClient, inputs: Properties) -> None:
    params: Properties = {"Bucket": inputs["bucket"], "Key": inputs["key"], "Body": _body(inputs)}
    for name, api in {**_HEADERS, **_OPTIONS}.items():
        if inputs.get(name):
            params[api] = inputs[name]
    if inputs.get("metadata"):
        params["Metadata"] = inputs["metadata"]
    aws.s3("put_object", inputs.get("region"), **params)
    if tags := all_tags(aws, inputs):
        target = {"Bucket": inputs["bucket"], "Key": inputs["key"]}
        aws.s3("put_object_tagging", inputs.get("region"), Tagging={"TagSet": tag_list(tags)}, **target)


def _body(inputs: Properties) -> bytes:
    source = inputs.get("source")
    if isinstance(source, Asset):
        return source.read()
    if inputs.get("contentBase64"):
        try:
            return base64.b64decode(inputs["contentBase64"], validate=True)
        except binascii.Error as error:
            raise AwsError("S3: PutObject", 0, "decoding content_base64", str(error)) from error
    return str(inputs.get("content") or "").encode()


def _split_import_id(identifier: str) -> tuple[str, str]:
    found = re.fullmatch(r"(?:s3://)?([^/]+)/(.+)", identifier, re.DOTALL)
    if found is None:
        raise AwsError(
            "S3: HeadObject",
            0,
            "InvalidId",
            f"id {identifier} should be in format <bucket>/<key> or s3://<bucket>/<key>",
        )
    return found[1], found[2]


def _tags(aws: AwsClient, region: str, bucket: str, key: str) -> list[dict[str, str]]:
    return list(aws.s3("get_object_tagging", region, Bucket=bucket, Key=key)["TagSet"])


def _versions(aws: AwsClient, region: str | None, bucket: str, key: str) -> Iterator[str]:
    for page in aws.pages("s3", "list_object_versions", region, Bucket=bucket, Prefix=key):
        for item in [*page.get("Versions", []), *page.get("DeleteMarkers", [])]:
            if item["Key"] == key:
                yield item["VersionId"]
