from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import pytest

from sandbox.providers.aws.aws_client import AwsClient
from sandbox.providers.aws.errors import AwsError
from sandbox.providers.values import UNKNOWN, Asset
from sandbox.tests.providers.harness import RejectedError

if TYPE_CHECKING:
    from pathlib import Path

    from types_boto3_s3 import S3Client

    from sandbox.tests.providers.harness import Engine

OBJECT = "aws:s3/bucketObject:BucketObject"


def file_asset(path: Path, text: str) -> Asset:
    """Create a file, and return it in the form of the engine."""
    path.write_text(text)
    return Asset(hashlib.sha256(text.encode()).hexdigest(), path=str(path))


def test_create(engine: Engine, s3: S3Client, bucket: str, tmp_path: Path) -> None:
    """An object has the content, the content type and the Cache-Control that the program gave it."""
    source = file_asset(tmp_path / "a.html", "<p>hi")
    created = engine.create(
        OBJECT, bucket=bucket, key="docs/a.html", source=source, contentType="text/html", cacheControl="no-cache"
    )
    found = s3.get_object(Bucket=bucket, Key="docs/a.html")
    assert found["Body"].read() == b"<p>hi"
    assert (found["ContentType"], found["CacheControl"]) == ("text/html", "no-cache")
    assert created.state["etag"] == hashlib.md5(b"<p>hi", usedforsecurity=False).hexdigest()
    assert created.state["arn"] == f"arn:aws:s3:::{bucket}/docs/a.html"
    assert created.state["source"] == source


def test_default_key(engine: Engine, bucket: str) -> None:
    """An object without a key gets its resource's name."""
    assert engine.create(OBJECT, resource_name="robots.txt", bucket=bucket, content="x").id == "robots.txt"


def test_changed_content(engine: Engine, s3: S3Client, bucket: str, tmp_path: Path) -> None:
    """A file with another hash is the only difference, and is uploaded."""
    created = engine.create(OBJECT, bucket=bucket, key="a", source=file_asset(tmp_path / "a", "1"))
    changed = file_asset(tmp_path / "a", "2")
    assert engine.diff(created, bucket=bucket, key="a", source=changed) == {"source": "UPDATE"}
    engine.update(created, bucket=bucket, key="a", source=changed)
    assert s3.get_object(Bucket=bucket, Key="a")["Body"].read() == b"2"


def test_failed_upload(
    engine: Engine, s3: S3Client, bucket: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As with pulumi-aws, the state has the new content, so that no later `up` uploads it, not even after a refresh."""
    created = engine.create(OBJECT, bucket=bucket, key="a", source=file_asset(tmp_path / "a", "1"))
    changed = {"bucket": bucket, "key": "a", "source": file_asset(tmp_path / "a", "2")}
    with monkeypatch.context() as patch:
        patch.setattr(AwsClient, "s3", _refuse)
        with pytest.raises(RejectedError, match="AccessDenied"):
            engine.update(created, **changed)
    assert engine.diff(created, **changed) == {}
    engine.update(created, **changed)
    engine.refresh(created)
    assert engine.diff(created, **changed) == {}
    assert s3.get_object(Bucket=bucket, Key="a")["Body"].read() == b"1"


def _refuse(*_: object, **_params: object) -> None:
    raise AwsError("S3: PutObject", 403, "AccessDenied", "Access Denied")


def test_moved_file(engine: Engine, bucket: str, tmp_path: Path) -> None:
    """The same content in another file makes no difference."""
    created = engine.create(OBJECT, bucket=bucket, key="a", source=file_asset(tmp_path / "a", "1"))
    assert engine.diff(created, bucket=bucket, key="a", source=file_asset(tmp_path / "b", "1")) == {}


def test_changed_headers(engine: Engine, s3: S3Client, bucket: str) -> None:
    """Changed headers are updated with the same content; a removed one is deleted."""
    created = engine.create(OBJECT, bucket=bucket, key="a", content="x", cacheControl="no-cache")
    engine.update(created, bucket=bucket, key="a", content="x")
    found = s3.get_object(Bucket=bucket, Key="a")
    assert "CacheControl" not in found
    assert found["Body"].read() == b"x"


def test_changed_key(engine: Engine, bucket: str) -> None:
    """A changed key replaces the object; the new one is created first."""
    created = engine.create(OBJECT, bucket=bucket, key="a", content="x")
    assert engine.diff(created, bucket=bucket, key="b", content="x") == {"key": "UPDATE_REPLACE"}
    assert engine.deletes_before_replace(created, bucket=bucket, key="b", content="x") is False


def test_changed_bucket(engine: Engine, bucket: str) -> None:
    """A site that moves to another bucket is complete there before it is deleted in the old one."""
    created = engine.create(OBJECT, bucket=bucket, key="a", content="x")
    assert engine.diff(created, bucket="another-bucket", key="a", content="x") == {"bucket": "UPDATE_REPLACE"}
    assert engine.deletes_before_replace(created, bucket="another-bucket", key="a", content="x") is False


def test_refresh_of_a_deleted_object(engine: Engine, s3: S3Client, bucket: str) -> None:
    """An object that was deleted outside of Pulumi does not exist, and another delete succeeds."""
    created = engine.create(OBJECT, bucket=bucket, key="a", content="x")
    s3.delete_object(Bucket=bucket, Key="a")
    assert not engine.refresh(created)
    engine.delete(created)


def test_refresh_of_headers(engine: Engine, s3: S3Client, bucket: str) -> None:
    """A header that was changed outside of Pulumi is a difference after a refresh."""
    created = engine.create(OBJECT, bucket=bucket, key="a", content="x", contentType="text/html")
    s3.put_object(Bucket=bucket, Key="a", Body=b"x", ContentType="text/plain", CacheControl="no-store")
    engine.refresh(created)
    found = engine.diff(created, bucket=bucket, key="a", content="x", contentType="text/html")
    assert found == {"contentType": "UPDATE", "cacheControl": "DELETE"}


def test_changed_tags(engine: Engine, s3: S3Client, bucket: str, tmp_path: Path) -> None:
    """Tags have a call of their own: the file is not read again."""
    source = file_asset(tmp_path / "a", "1")
    created = engine.create(OBJECT, bucket=bucket, key="a", source=source)
    (tmp_path / "a").unlink()
    engine.update(created, bucket=bucket, key="a", source=source, tags={"k": "v"})
    assert s3.get_object_tagging(Bucket=bucket, Key="a")["TagSet"] == [{"Key": "k", "Value": "v"}]


def test_missing_file(engine: Engine, bucket: str, tmp_path: Path) -> None:
    """A source that cannot be read is an error with the file's name."""
    with pytest.raises(RejectedError, match=r"missing\.html"):
        engine.create(OBJECT, bucket=bucket, key="a", source=Asset("00", path=str(tmp_path / "missing.html")))


def test_acl_with_an_enforced_owner(engine: Engine, bucket: str) -> None:
    """If the bucket's owner is enforced, the only allowed ACL is the owner's full control."""
    rule = {"objectOwnership": "BucketOwnerEnforced"}
    engine.create("aws:s3/bucketOwnershipControls:BucketOwnershipControls", bucket=bucket, rule=rule)
    engine.create(OBJECT, bucket=bucket, key="a", content="x", acl="bucket-owner-full-control")
    with pytest.raises(RejectedError, match="AccessControlListNotSupported"):
        engine.create(OBJECT, bucket=bucket, key="b", content="x", acl="public-read")


@pytest.mark.parametrize(
    ("inputs", "reason"),
    [
        ({"content": "x", "contentBase64": "eA=="}, '"contentBase64": conflicts with content'),
        ({"acl": "everyone"}, "acl: expected acl to be one of"),
        ({"metadata": {"Upper": "x"}}, "Offending key: Upper"),
        ({"source": "a.html"}, "source: expected type asset, got string"),
    ],
)
def test_invalid_objects(engine: Engine, inputs: dict[str, object], reason: str) -> None:
    """What the official provider rejects before any upload is rejected here too."""
    with pytest.raises(RejectedError, match=reason):
        engine.check(OBJECT, {"bucket": "some-bucket", "key": "a", **inputs})


def test_delete_in_a_versioned_bucket(engine: Engine, s3: S3Client, bucket: str) -> None:
    """Every version of the object is deleted, as by the official provider."""
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    created = engine.create(OBJECT, bucket=bucket, key="a", content="1")
    engine.update(created, bucket=bucket, key="a", content="2")
    s3.put_object(Bucket=bucket, Key="ab", Body=b"")
    engine.delete(created)
    assert [version["Key"] for version in s3.list_object_versions(Bucket=bucket)["Versions"]] == ["ab"]


def test_import(engine: Engine, s3: S3Client, bucket: str) -> None:
    """An object is imported as bucket/key or s3://bucket/key, and its id is then its key."""
    s3.put_object(Bucket=bucket, Key="docs/a", Body=b"", ContentType="text/html")
    for identifier in (f"{bucket}/docs/a", f"s3://{bucket}/docs/a"):
        found = engine.import_(OBJECT, identifier)
        assert found.id == "docs/a"
        assert found.inputs["bucket"] == bucket
        assert found.state["contentType"] == "text/html"


def test_preview(engine: Engine) -> None:
    """Before the upload etag and version are unknown."""
    state = engine.preview(OBJECT, bucket="some-bucket", key="a", content="x")
    assert state["etag"] is UNKNOWN
    assert state["versionId"] is UNKNOWN
