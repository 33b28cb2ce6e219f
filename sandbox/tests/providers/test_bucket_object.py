from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import pytest

from sandbox.providers.values import UNKNOWN, Asset
from sandbox.tests.providers.harness import RefusedError

if TYPE_CHECKING:
    from pathlib import Path

    from types_boto3_s3 import S3Client

    from sandbox.tests.providers.harness import Engine

OBJECT = "aws:s3/bucketObject:BucketObject"


def file_asset(path: Path, text: str) -> Asset:
    """A file with this text, as the engine hands it over."""
    path.write_text(text)
    return Asset(hashlib.sha256(text.encode()).hexdigest(), path=str(path))


def test_a_file_is_uploaded_with_its_headers(engine: Engine, s3: S3Client, bucket: str, tmp_path: Path) -> None:
    """The bytes, the type and the cache control of an object are those that it was given."""
    source = file_asset(tmp_path / "a.html", "<p>hi")
    made = engine.make(
        OBJECT, bucket=bucket, key="docs/a.html", source=source, contentType="text/html", cacheControl="no-cache"
    )
    found = s3.get_object(Bucket=bucket, Key="docs/a.html")
    assert found["Body"].read() == b"<p>hi"
    assert (found["ContentType"], found["CacheControl"]) == ("text/html", "no-cache")
    assert made.state["etag"] == hashlib.md5(b"<p>hi", usedforsecurity=False).hexdigest()
    assert made.state["arn"] == f"arn:aws:s3:::{bucket}/docs/a.html"
    assert made.state["source"] == source


def test_the_key_is_the_resources_name(engine: Engine, bucket: str) -> None:
    """An object without a key is called as its resource is."""
    assert engine.make(OBJECT, called="robots.txt", bucket=bucket, content="x").id == "robots.txt"


def test_other_bytes_are_put_again(engine: Engine, s3: S3Client, bucket: str, tmp_path: Path) -> None:
    """A file whose hash has changed is the only difference, and is uploaded."""
    made = engine.make(OBJECT, bucket=bucket, key="a", source=file_asset(tmp_path / "a", "1"))
    changed = file_asset(tmp_path / "a", "2")
    assert engine.diff(made, bucket=bucket, key="a", source=changed) == {"source": "UPDATE"}
    engine.change(made, bucket=bucket, key="a", source=changed)
    assert s3.get_object(Bucket=bucket, Key="a")["Body"].read() == b"2"


def test_the_same_bytes_elsewhere_are_no_difference(engine: Engine, bucket: str, tmp_path: Path) -> None:
    """Where a file lies is no matter, only what is in it."""
    made = engine.make(OBJECT, bucket=bucket, key="a", source=file_asset(tmp_path / "a", "1"))
    assert engine.diff(made, bucket=bucket, key="a", source=file_asset(tmp_path / "b", "1")) == {}


def test_headers_change_in_place(engine: Engine, s3: S3Client, bucket: str) -> None:
    """Another cache control is put with the same content; leaving it out removes it."""
    made = engine.make(OBJECT, bucket=bucket, key="a", content="x", cacheControl="no-cache")
    engine.change(made, bucket=bucket, key="a", content="x")
    found = s3.get_object(Bucket=bucket, Key="a")
    assert "CacheControl" not in found
    assert found["Body"].read() == b"x"


def test_another_key_is_another_object(engine: Engine, bucket: str) -> None:
    """A changed key replaces the object; the new one may come first."""
    made = engine.make(OBJECT, bucket=bucket, key="a", content="x")
    assert engine.diff(made, bucket=bucket, key="b", content="x") == {"key": "UPDATE_REPLACE"}
    assert engine.deletes_before_replace(made, bucket=bucket, key="b", content="x") is False


def test_another_bucket_gets_its_object_first(engine: Engine, bucket: str) -> None:
    """A site that moves to another bucket is complete there before it is removed here."""
    made = engine.make(OBJECT, bucket=bucket, key="a", content="x")
    assert engine.diff(made, bucket="another-bucket", key="a", content="x") == {"bucket": "UPDATE_REPLACE"}
    assert engine.deletes_before_replace(made, bucket="another-bucket", key="a", content="x") is False


def test_refresh_sees_that_an_object_is_gone(engine: Engine, s3: S3Client, bucket: str) -> None:
    """An object that was deleted by hand has vanished, and deleting it again is fine."""
    made = engine.make(OBJECT, bucket=bucket, key="a", content="x")
    s3.delete_object(Bucket=bucket, Key="a")
    assert not engine.refresh(made)
    engine.delete(made)


def test_refresh_sees_foreign_headers(engine: Engine, s3: S3Client, bucket: str) -> None:
    """A header that was changed by hand is a difference after a refresh."""
    made = engine.make(OBJECT, bucket=bucket, key="a", content="x", contentType="text/html")
    s3.put_object(Bucket=bucket, Key="a", Body=b"x", ContentType="text/plain", CacheControl="no-store")
    engine.refresh(made)
    found = engine.diff(made, bucket=bucket, key="a", content="x", contentType="text/html")
    assert found == {"contentType": "UPDATE", "cacheControl": "DELETE"}


def test_tags_alone_are_not_an_upload(engine: Engine, s3: S3Client, bucket: str, tmp_path: Path) -> None:
    """Tags have a call of their own: the file isn't read again."""
    source = file_asset(tmp_path / "a", "1")
    made = engine.make(OBJECT, bucket=bucket, key="a", source=source)
    (tmp_path / "a").unlink()
    engine.change(made, bucket=bucket, key="a", source=source, tags={"k": "v"})
    assert s3.get_object_tagging(Bucket=bucket, Key="a")["TagSet"] == [{"Key": "k", "Value": "v"}]


def test_a_file_that_is_not_there_is_an_error(engine: Engine, bucket: str, tmp_path: Path) -> None:
    """A source that can't be read fails the resource, with the file's name."""
    with pytest.raises(RefusedError, match=r"missing\.html"):
        engine.make(OBJECT, bucket=bucket, key="a", source=Asset("00", path=str(tmp_path / "missing.html")))


def test_an_enforced_owner_refuses_acls(engine: Engine, bucket: str) -> None:
    """Where the bucket's owner is enforced, the only ACL that an upload may name is the owner's full control."""
    rule = {"objectOwnership": "BucketOwnerEnforced"}
    engine.make("aws:s3/bucketOwnershipControls:BucketOwnershipControls", bucket=bucket, rule=rule)
    engine.make(OBJECT, bucket=bucket, key="a", content="x", acl="bucket-owner-full-control")
    with pytest.raises(RefusedError, match="AccessControlListNotSupported"):
        engine.make(OBJECT, bucket=bucket, key="b", content="x", acl="public-read")


@pytest.mark.parametrize(
    ("inputs", "reason"),
    [
        ({"content": "x", "contentBase64": "eA=="}, '"contentBase64": conflicts with content'),
        ({"acl": "everybody"}, "acl: expected acl to be one of"),
        ({"metadata": {"Upper": "x"}}, "Offending key: Upper"),
        ({"source": "a.html"}, "source: expected type asset, got string"),
    ],
)
def test_refusals(engine: Engine, inputs: dict[str, object], reason: str) -> None:
    """What the official provider refuses before any upload is refused here too."""
    with pytest.raises(RefusedError, match=reason):
        engine.check(OBJECT, {"bucket": "some-bucket", "key": "a", **inputs})


def test_versions_go_with_their_object(engine: Engine, s3: S3Client, bucket: str) -> None:
    """In a versioned bucket every version of a deleted object goes, as with the official provider."""
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    made = engine.make(OBJECT, bucket=bucket, key="a", content="1")
    engine.change(made, bucket=bucket, key="a", content="2")
    s3.put_object(Bucket=bucket, Key="ab", Body=b"")
    engine.delete(made)
    assert [version["Key"] for version in s3.list_object_versions(Bucket=bucket)["Versions"]] == ["ab"]


def test_import_by_bucket_and_key(engine: Engine, s3: S3Client, bucket: str) -> None:
    """An object is imported as bucket/key or s3://bucket/key, and its id is its key then."""
    s3.put_object(Bucket=bucket, Key="docs/a", Body=b"", ContentType="text/html")
    for identifier in (f"{bucket}/docs/a", f"s3://{bucket}/docs/a"):
        found = engine.import_(OBJECT, identifier)
        assert found.id == "docs/a"
        assert found.inputs["bucket"] == bucket
        assert found.state["contentType"] == "text/html"


def test_a_preview_does_not_know_the_etag(engine: Engine) -> None:
    """Before it is uploaded an object has no etag and no version."""
    state = engine.preview(OBJECT, bucket="some-bucket", key="a", content="x")
    assert state["etag"] is UNKNOWN
    assert state["versionId"] is UNKNOWN
