from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sandbox.providers.values import UNKNOWN
from tests.unit.sandbox.providers.harness import RefusedError

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client

    from tests.unit.sandbox.providers.harness import Engine

BUCKET = "aws:s3/bucket:Bucket"


def names(s3: S3Client) -> set[str]:
    """The buckets in the cloud."""
    return {bucket["Name"] for bucket in s3.list_buckets()["Buckets"]}


def test_create_names_the_bucket_and_tells_its_places(engine: Engine, s3: S3Client) -> None:
    """An unnamed bucket is called after its resource, in lower case, and its domains, zone and ARN are returned."""
    made = engine.make(BUCKET, called="SiteOne")
    assert made.id.startswith("siteone-")
    assert made.id in names(s3)
    assert made.state["arn"] == f"arn:aws:s3:::{made.id}"
    assert made.state["bucketRegionalDomainName"] == f"{made.id}.s3.us-east-1.amazonaws.com"
    assert made.state["bucketDomainName"] == f"{made.id}.s3.amazonaws.com"
    assert made.state["region"] == "us-east-1"
    assert made.state["hostedZoneId"] == "Z3AQBSTGFYJSTF"
    assert made.state["forceDestroy"] is False


def test_the_name_stays_from_run_to_run(engine: Engine) -> None:
    """A bucket that the provider has named keeps its name: nothing differs, and nothing is replaced."""
    made = engine.make(BUCKET, called="stays")
    assert engine.diff(made) == {}


def test_a_long_name_is_cut_to_what_s3_takes(engine: Engine) -> None:
    """A resource name of 80 characters becomes a bucket name of 63, digits included."""
    assert len(engine.check(BUCKET, {}, name="x" * 80)["bucket"]) == 63


def test_another_name_needs_another_bucket(engine: Engine) -> None:
    """A changed name replaces the bucket, and the new one can be there before the old one is gone."""
    made = engine.make(BUCKET, bucket="first-name-of-all")
    assert engine.diff(made, bucket="second-name-of-all") == {"bucket": "UPDATE_REPLACE"}
    assert engine.deletes_before_replace(made, bucket="second-name-of-all") is False
    assert engine.deletes_before_replace(made, bucket="first-name-of-all", region="eu-west-1") is True


def test_a_bucket_in_another_region(engine: Engine, s3: S3Client) -> None:
    """A bucket's own region wins over the provider's."""
    made = engine.make(BUCKET, called="far", region="eu-central-1")
    assert s3.get_bucket_location(Bucket=made.id)["LocationConstraint"] == "eu-central-1"
    assert made.state["bucketRegionalDomainName"] == f"{made.id}.s3.eu-central-1.amazonaws.com"


def test_tags_change_in_place(engine: Engine, s3: S3Client) -> None:
    """Changed tags are one difference, and the cloud has them after the update."""
    made = engine.make(BUCKET, called="tagged", tags={"a": "1"})
    assert engine.diff(made, tags={"a": "2"}) == {"tags.a": "UPDATE"}
    engine.change(made, tags={"a": "2"})
    assert s3.get_bucket_tagging(Bucket=made.id)["TagSet"] == [{"Key": "a", "Value": "2"}]
    engine.change(made)
    assert made.state["tagsAll"] == {}


def test_refresh_sees_foreign_tags(engine: Engine, s3: S3Client) -> None:
    """A tag that somebody has set by hand shows as a difference after a refresh."""
    made = engine.make(BUCKET, called="foreign")
    s3.put_bucket_tagging(Bucket=made.id, Tagging={"TagSet": [{"Key": "by", "Value": "hand"}]})
    assert engine.refresh(made)
    assert engine.diff(made) == {"tags": "DELETE"}


def test_refresh_sees_that_a_bucket_is_gone(engine: Engine, s3: S3Client) -> None:
    """A bucket that was deleted by hand has vanished, and deleting it again is fine."""
    made = engine.make(BUCKET, called="gone")
    s3.delete_bucket(Bucket=made.id)
    assert not engine.refresh(made)
    engine.delete(made)


def test_a_full_bucket_is_not_deleted(engine: Engine, s3: S3Client) -> None:
    """Without forceDestroy a bucket with objects stays, with S3's own error."""
    made = engine.make(BUCKET, called="full")
    s3.put_object(Bucket=made.id, Key="a", Body=b"")
    with pytest.raises(RefusedError, match="StatusCode: 409, api error BucketNotEmpty"):
        engine.delete(made)


def test_force_destroy_empties_first(engine: Engine, s3: S3Client) -> None:
    """With forceDestroy every version of every object goes, and then the bucket."""
    made = engine.make(BUCKET, called="forced", forceDestroy=True)
    s3.put_bucket_versioning(Bucket=made.id, VersioningConfiguration={"Status": "Enabled"})
    for body in (b"1", b"2"):
        s3.put_object(Bucket=made.id, Key="a", Body=body)
    s3.delete_object(Bucket=made.id, Key="a")
    engine.delete(made)
    assert made.id not in names(s3)


def test_a_bucket_that_is_there_is_not_adopted(engine: Engine, bucket: str) -> None:
    """CreateBucket on one's own bucket succeeds in us-east-1; the provider refuses, as the official one does."""
    with pytest.raises(RefusedError, match="BucketAlreadyExists"):
        engine.make(BUCKET, bucket=bucket)


def test_import_reads_the_inputs_back(engine: Engine, bucket: str, s3: S3Client) -> None:
    """An imported bucket's inputs are those that describe it, and its name is the program's own."""
    s3.put_bucket_tagging(Bucket=bucket, Tagging={"TagSet": [{"Key": "a", "Value": "1"}]})
    found = engine.import_(BUCKET, bucket)
    assert found.inputs == {"bucket": bucket, "forceDestroy": False, "tags": {"a": "1"}}


def test_a_prefix_leaves_the_name_to_the_cloud(engine: Engine, s3: S3Client) -> None:
    """With `bucketPrefix` the bucket's name is known once it exists, and a refresh is no difference."""
    assert engine.preview(BUCKET, bucketPrefix="site-dev-")["bucket"] is UNKNOWN
    made = engine.make(BUCKET, bucketPrefix="site-dev-")
    assert made.id.startswith("site-dev-")
    assert (made.id in names(s3), made.state["bucket"]) == (True, made.id)
    assert engine.refresh(made)
    assert engine.diff(made, bucketPrefix="site-dev-", forceDestroy=False) == {}
    with pytest.raises(RefusedError, match="conflicts with bucket_prefix"):
        engine.make(BUCKET, bucketPrefix="site-dev-", bucket="mine")


def test_a_preview_knows_the_name_only(engine: Engine) -> None:
    """Before it is made a bucket's name and region are known, its ARN and domains are not."""
    state = engine.preview(BUCKET, bucket="to-be-made")
    assert state["bucket"] == "to-be-made"
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
def test_names_that_s3_refuses(engine: Engine, name: str, reason: str) -> None:
    """S3's naming rules are told before the cloud is asked."""
    with pytest.raises(RefusedError, match=f"bucket: .*{reason}"):
        engine.check(BUCKET, {"bucket": name})


def test_an_unknown_property_is_refused_by_name(engine: Engine) -> None:
    """What the sandbox doesn't serve is refused rather than ignored."""
    with pytest.raises(RefusedError, match=r"lifecycleRules: .* no property 'lifecycleRules'"):
        engine.check(BUCKET, {"lifecycleRules": []})


def test_an_unknown_type_is_refused_by_name(engine: Engine) -> None:
    """A resource type that the sandbox doesn't serve is an error that names it."""
    with pytest.raises(RefusedError, match="no resource type aws:ec2/vpc:Vpc"):
        engine.check("aws:ec2/vpc:Vpc", {})
