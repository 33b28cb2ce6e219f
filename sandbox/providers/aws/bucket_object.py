"""Objects in buckets."""

import base64
import binascii
import re
from collections.abc import Iterator
from typing import ClassVar

from sandbox.providers.auto_names import AutoName
from sandbox.providers.aws.aws_client import Cloud
from sandbox.providers.aws.errors import AwsError
from sandbox.providers.aws.resource import Resource
from sandbox.providers.aws.tags import all_tags, tag_list, tag_properties
from sandbox.providers.changes import same
from sandbox.providers.schema import Failure, Field, Fields, flag, text, text_map
from sandbox.providers.values import Asset, Properties

CANNED_ACLS = (
    *("private", "public-read", "public-read-write", "authenticated-read"),
    *("aws-exec-read", "bucket-owner-read", "bucket-owner-full-control"),
)
STORAGE_CLASSES = (
    *("STANDARD", "REDUCED_REDUNDANCY", "GLACIER", "STANDARD_IA", "ONEZONE_IA"),
    *("INTELLIGENT_TIERING", "DEEP_ARCHIVE", "GLACIER_IR"),
)
# The same header in PutObject's parameters, in HeadObject's answer, and as a property.
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
# Whatever of this changes, the object is put anew; acl and tags have calls of their own.
_CONTENT = (
    *_SOURCES,
    *_HEADERS,
    *("metadata", "sourceHash", "etag", "storageClass", "serverSideEncryption"),
)
_RENEWED = ("etag", "versionId")


class BucketObject(Resource):
    """aws.s3.BucketObject, without KMS keys and object locks."""

    token = "aws:s3/bucketObject:BucketObject"  # noqa: S105 - a type's token, not a secret
    title = "S3 Object"
    fields: ClassVar[Fields] = {
        "acl": text(choices=CANNED_ACLS, cloud_decides=True),
        "bucket": text(required=True, replaces=True, low=1, high=2048),
        "cacheControl": text(),
        "content": text(),
        "contentBase64": text(),
        "contentDisposition": text(),
        "contentEncoding": text(),
        "contentLanguage": text(),
        "contentType": text(cloud_decides=True),
        "etag": text(cloud_decides=True),
        "forceDestroy": flag(default=False),
        "key": text(required=True, replaces=True, low=1, high=1024),
        "metadata": text_map(),
        "region": text(replaces=True, cloud_decides=True),
        "serverSideEncryption": text(choices=("AES256",), cloud_decides=True),
        "source": Field(kind="asset"),
        "sourceHash": text(),
        "storageClass": text(choices=STORAGE_CLASSES, cloud_decides=True),
        "tags": text_map(),
        "websiteRedirect": text(),
    }
    outputs = ("arn", "versionId")
    auto_name = AutoName("key", 1024, random=False)
    tagged = True
    renewed_outputs: ClassVar[dict[str, tuple[str, ...]]] = dict.fromkeys(_CONTENT, _RENEWED)

    def conflicts(self, inputs: Properties) -> Iterator[Failure]:
        """One source of content, and metadata keys as S3 keeps them."""
        given = [name for name in _SOURCES if inputs.get(name) is not None]
        for name in given[1:]:
            yield name, f'"{name}": conflicts with {given[0]}'
        for key in inputs.get("metadata") or {}:
            if key != key.lower():
                yield "metadata", f"Metadata must be lowercase only. Offending key: {key}"

    def known_outputs(self, cloud: Cloud, inputs: Properties) -> Properties:
        """The region."""
        return {"region": inputs.get("region") or cloud.region}

    def create(self, cloud: Cloud, inputs: Properties) -> str:
        """PutObject."""
        _put(cloud, inputs)
        return str(inputs["key"])

    def read(self, cloud: Cloud, identifier: str, state: Properties) -> Properties | None:
        """HeadObject; as in pulumi-aws, other bytes under the same key are no drift, only another etag."""
        bucket, key = state.get("bucket"), state.get("key")
        if bucket is None or key is None:
            bucket, key = _imported(identifier)
        region = state.get("region") or cloud.region
        try:
            head = cloud.s3("head_object", region, Bucket=bucket, Key=key)
            # The emulator's HeadObject doesn't count tags, and asking for them costs each object a call.
            may_be_tagged = head.get("TagCount") or state.get("tagsAll") or all_tags(cloud, state)
            tags = _tags(cloud, region, bucket, key) if may_be_tagged else []
        except AwsError as refusal:
            if refusal.is_missing:
                return None
            raise
        return {
            "id": key,
            "bucket": bucket,
            "key": key,
            "region": region,
            "arn": f"arn:{cloud.partition}:s3:::{bucket}/{key}",
            "etag": head["ETag"].strip('"'),
            "versionId": head.get("VersionId") if head.get("VersionId") != "null" else None,
            "metadata": head.get("Metadata") or {},
            "serverSideEncryption": head.get("ServerSideEncryption"),
            "storageClass": head.get("StorageClass") or "STANDARD",
            "forceDestroy": state.get("forceDestroy", False),
            **{name: head.get(api) for name, api in _HEADERS.items()},
            **tag_properties(cloud, tags),
        }

    def update(self, cloud: Cloud, identifier: str, old: Properties, new: Properties) -> None:
        """PutObject when what it stores has changed, else only the ACL or the tags."""
        del identifier
        if any(
            not same(self.fields[name], old.get(name), new.get(name))
            for name in _CONTENT
            if not (self.fields[name].cloud_decides and new.get(name) is None)
        ):
            _put(cloud, {"region": old.get("region"), **new})
            return
        region = old.get("region")
        place = {"Bucket": new["bucket"], "Key": new["key"]}
        if new.get("acl") not in (None, old.get("acl")):
            cloud.s3("put_object_acl", region, ACL=new["acl"], **place)
        tags = all_tags(cloud, new)
        if tags != (old.get("tagsAll") or {}):
            cloud.s3("put_object_tagging", region, Tagging={"TagSet": tag_list(tags)}, **place)

    def delete(self, cloud: Cloud, identifier: str, state: Properties) -> None:
        """DeleteObject, in a versioned bucket every version."""
        bucket, key, region = state["bucket"], state.get("key", identifier), state.get("region")
        try:
            for version in _versions(cloud, region, bucket, key) if state.get("versionId") else [None]:
                which = {"VersionId": version} if version else {}
                cloud.s3("delete_object", region, Bucket=bucket, Key=key, **which)
        except AwsError as refusal:
            if not refusal.is_missing:
                raise


def _put(cloud: Cloud, inputs: Properties) -> None:
    params: Properties = {"Bucket": inputs["bucket"], "Key": inputs["key"], "Body": _body(inputs)}
    for name, api in {**_HEADERS, **_OPTIONS}.items():
        if inputs.get(name):
            params[api] = inputs[name]
    if inputs.get("metadata"):
        params["Metadata"] = inputs["metadata"]
    cloud.s3("put_object", inputs.get("region"), **params)
    if tags := all_tags(cloud, inputs):
        place = {"Bucket": inputs["bucket"], "Key": inputs["key"]}
        cloud.s3("put_object_tagging", inputs.get("region"), Tagging={"TagSet": tag_list(tags)}, **place)


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


def _imported(identifier: str) -> tuple[str, str]:
    found = re.fullmatch(r"(?:s3://)?([^/]+)/(.+)", identifier, re.DOTALL)
    if found is None:
        raise AwsError(
            "S3: HeadObject",
            0,
            "InvalidId",
            f"id {identifier} should be in format <bucket>/<key> or s3://<bucket>/<key>",
        )
    return found[1], found[2]


def _tags(cloud: Cloud, region: str, bucket: str, key: str) -> list[dict[str, str]]:
    return list(cloud.s3("get_object_tagging", region, Bucket=bucket, Key=key)["TagSet"])


def _versions(cloud: Cloud, region: str | None, bucket: str, key: str) -> Iterator[str]:
    for page in cloud.pages("s3", "list_object_versions", region, Bucket=bucket, Prefix=key):
        for item in [*page.get("Versions", []), *page.get("DeleteMarkers", [])]:
            if item["Key"] == key:
                yield item["VersionId"]
