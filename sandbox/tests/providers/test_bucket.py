from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sandbox.providers.values import UNKNOWN
from sandbox.tests.providers.harness import RejectedError, fail_once

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client

    from sandbox.tests.providers.harness import Engine

BUCKET = "aws:s3/bucket:Bucket"


def names(s3: S3Client) -> set[str]:
    """Return the names of all buckets."""
    return {bucket["Name"] for bucket in s3.list_buckets()["Buckets"]}


def test_create(engine: Engine, s3: S3Client) -> None:
    """An unnamed bucket gets its resource's name in lower case, and its domains, zone and ARN are returned."""
    created = engine.create(BUCKET, resource_name="SiteOne")
    assert created.id.startswith("siteone-")
    assert created.id in names(s3)
    assert created.state["arn"] == f"arn:aws:s3:::{created.id}"
    assert created.state["bucketRegionalDomainName"] == f"{created.id}.s3.us-east-1.amazonaws.com"
    assert created.state["bucketDomainName"] == f"{created.id}.s3.amazonaws.com"
    assert created.state["region"] == "us-east-1"
    assert created.state["hostedZoneId"] == "Z3AQBSTGFYJSTF"
    assert created.state["forceDestroy"] is False


def test_failed_tags_of_a_new_bucket(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """The engine keeps a bucket whose tags could not be set, and the next update sets them."""
    fail_once("put_bucket_tagging", monkeypatch)
    with pytest.raises(RejectedError, match="InternalError") as rejected:
        engine.create(BUCKET, resource_name="tags", tags={"a": "1"})
    created = rejected.value.kept
    assert created is not None
    engine.refresh(created)
    assert created.state["tagsAll"] == {}
    engine.update(created, tags={"a": "1"})
    assert created.state["tagsAll"] == {"a": "1"}


def test_auto_name_stays(engine: Engine) -> None:
    """A bucket that the provider has named keeps its name in the next run."""
    created = engine.create(BUCKET, resource_name="stays")
    assert engine.diff(created) == {}


def test_long_names_are_cut(engine: Engine) -> None:
    """A resource name of 80 characters gives a bucket name of 63, with the digits."""
    assert len(engine.check(BUCKET, {}, name="x" * 80)["bucket"]) == 63


def test_changed_name_replaces_the_bucket(engine: Engine) -> None:
    """A changed name replaces the bucket, and the new one is created before the old one is deleted."""
    created = engine.create(BUCKET, bucket="first-name-of-all")
    assert engine.diff(created, bucket="second-name-of-all") == {"bucket": "UPDATE_REPLACE"}
    assert engine.deletes_before_replace(created, bucket="second-name-of-all") is False
    assert engine.deletes_before_replace(created, bucket="first-name-of-all", region="eu-west-1") is True


def test_bucket_in_another_region(engine: Engine, s3: S3Client) -> None:
    """A bucket's own region overrides the provider's."""
    created = engine.create(BUCKET, resource_name="far", region="eu-central-1")
    assert s3.get_bucket_location(Bucket=created.id)["LocationConstraint"] == "eu-central-1"
    assert created.state["bucketRegionalDomainName"] == f"{created.id}.s3.eu-central-1.amazonaws.com"


def test_tags(engine: Engine, s3: S3Client) -> None:
    """Changed tags are one difference, and are updated in place."""
    created = engine.create(BUCKET, resource_name="tagged", tags={"a": "1"})
    assert engine.diff(created, tags={"a": "2"}) == {"tags.a": "UPDATE"}
    engine.update(created, tags={"a": "2"})
    assert s3.get_bucket_tagging(Bucket=created.id)["TagSet"] == [{"Key": "a", "Value": "2"}]
    engine.update(created)
    assert created.state["tagsAll"] == {}


def test_refresh_with_other_tags(engine: Engine, s3: S3Client) -> None:
    """A tag that was set outside of Pulumi is a difference after a refresh."""
    created = engine.create(BUCKET, resource_name="foreign")
    s3.put_bucket_tagging(Bucket=created.id, Tagging={"TagSet": [{"Key": "by", "Value": "hand"}]})
    assert engine.refresh(created)
    assert engine.diff(created) == {"tags": "DELETE"}


def test_refresh_of_a_deleted_bucket(engine: Engine, s3: S3Client) -> None:
    """A bucket that was deleted outside of Pulumi does not exist, and another delete succeeds."""
    created = engine.create(BUCKET, resource_name="deleted")
    s3.delete_bucket(Bucket=created.id)
    assert not engine.refresh(created)
    engine.delete(created)


def test_delete_of_a_bucket_with_objects(engine: Engine, s3: S3Client) -> None:
    """Without forceDestroy it fails with S3's own error."""
    created = engine.create(BUCKET, resource_name="full")
    s3.put_object(Bucket=created.id, Key="a", Body=b"")
    with pytest.raises(RejectedError, match="StatusCode: 409, api error BucketNotEmpty"):
        engine.delete(created)


def test_force_destroy(engine: Engine, s3: S3Client) -> None:
    """With forceDestroy every version of every object is deleted, and then the bucket."""
    created = engine.create(BUCKET, resource_name="forced", forceDestroy=True)
    s3.put_bucket_versioning(Bucket=created.id, VersioningConfiguration={"Status": "Enabled"})
    for body in (b"1", b"2"):
        s3.put_object(Bucket=created.id, Key="a", Body=body)
    s3.delete_object(Bucket=created.id, Key="a")
    engine.delete(created)
    assert created.id not in names(s3)


def test_existing_bucket(engine: Engine, bucket: str) -> None:
    """CreateBucket succeeds in us-east-1 for one's own bucket; the provider rejects it, like the official one."""
    with pytest.raises(RejectedError, match="BucketAlreadyExists"):
        engine.create(BUCKET, bucket=bucket)


def test_import(engine: Engine, bucket: str, s3: S3Client) -> None:
    """The inputs of an imported bucket describe it, and its name counts as the program's."""
    s3.put_bucket_tagging(Bucket=bucket, Tagging={"TagSet": [{"Key": "a", "Value": "1"}]})
    found = engine.import_(BUCKET, bucket)
    assert found.inputs == {"bucket": bucket, "forceDestroy": False, "tags": {"a": "1"}}


def test_preview(engine: Engine) -> None:
    """Before the creation name and region are known, ARN and domains are not."""
    state = engine.preview(BUCKET, bucket="to-be-created")
    assert state["bucket"] == "to-be-created"
    assert state["region"] == "us-east-1"
    assert state["arn"] is UNKNOWN
    assert state["bucketRegionalDomainName"] is UNKNOWN


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("ab", "range \\(3 - 63\\)"),
        ("Upper-Case", "only lowercase"),
        ("under_score", "only lowercase"),
        ("-dash-first", "begin and end"),
        ("two..dots", "two adjacent periods"),
        ("192.168.0.1", "IP address"),
        ("xn--something", "prefix"),
        ("alias-s3alias", "suffix"),
    ],
)
def test_invalid_names(engine: Engine, name: str, reason: str) -> None:
    """S3's naming rules are checked before any request."""
    with pytest.raises(RejectedError, match=f"bucket: .*{reason}"):
        engine.check(BUCKET, {"bucket": name})


def test_unknown_property(engine: Engine) -> None:
    """A property that the sandbox does not support is rejected by name, not ignored."""
    with pytest.raises(RejectedError, match=r"lifecycleRules: .* no property 'lifecycleRules'"):
        engine.check(BUCKET, {"lifecycleRules": []})


def test_unknown_type(engine: Engine) -> None:
    """A resource type that the sandbox does not support is rejected by name."""
    with pytest.raises(RejectedError, match="no resource type aws:ec2/vpc:Vpc"):
        engine.check("aws:ec2/vpc:Vpc", {})


def test_a_prefix_lets_aws_choose_the_name(engine: Engine, s3: S3Client) -> None:
    """With `bucketPrefix` the bucket's name is known once it exists, and a refresh is no difference."""
    assert engine.preview(BUCKET, bucketPrefix="site-dev-")["bucket"] is UNKNOWN
    made = engine.create(BUCKET, bucketPrefix="site-dev-")
    assert made.id.startswith("site-dev-")
    assert (made.id in names(s3), made.state["bucket"]) == (True, made.id)
    assert engine.refresh(made)
    assert engine.diff(made, bucketPrefix="site-dev-", forceDestroy=False) == {}
    with pytest.raises(RejectedError, match="conflicts with bucket_prefix"):
        engine.create(BUCKET, bucketPrefix="site-dev-", bucket="mine")
