from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.unit.migrate import amplify
from tests.unit.migrate.amplify import bucket_of, config_of

if TYPE_CHECKING:
    from tests.unit.migrate.conftest import Migration


@pytest.mark.parametrize(
    ("index", "error", "written"),
    [
        ("index.html", "index.html", {"website:errorDocument": "index.html"}),
        ("index.html", "404.html", {"website:errorDocument": "404.html"}),
        ("index", "index", {"website:indexDocument": "index", "website:errorDocument": "index"}),
        ("index.html", "index.js", {"website:errorDocument": "index.js"}),
        (None, None, {}),
    ],
)
def test_website_documents(migration: Migration, index: str | None, error: str | None, written: dict[str, str]) -> None:
    """Index and error document are mapped if they are set and differ from the defaults."""
    template = amplify.bucket_only()
    given = {"IndexDocument": index, "ErrorDocument": error}
    bucket_of(template)["WebsiteConfiguration"] = {key: value for key, value in given.items() if value}
    config = migration.of(template).config()
    assert {key: value for key, value in config.items() if key.endswith("Document")} == written


def test_the_root_object_goes_before_the_index_document(migration: Migration) -> None:
    """Behind CloudFront only DefaultRootObject was served; a note says that the two differ."""
    template = amplify.third_generation()
    config_of(template)["DefaultRootObject"] = "app.html"
    ran = migration.of(template)
    assert ran.config()["website:indexDocument"] == "app.html"
    assert "IndexDocument is 'index.html' and DefaultRootObject 'app.html'" in ran.out


def test_an_empty_root_object(migration: Migration) -> None:
    """A distribution without a root object is a gap, as this program always has one."""
    template = amplify.third_generation()
    config_of(template)["DefaultRootObject"] = ""
    assert "'/' is always answered by website:indexDocument" in migration.of(template).out


def test_cors_rules_are_taken_over(migration: Migration) -> None:
    """Each part of a CORS rule is mapped, except its name."""
    template = amplify.second_generation()
    rule = {"Id": "one", "AllowedMethods": "HEAD", "AllowedOrigins": ["https://a.example"], "ExposedHeaders": ["ETag"]}
    bucket_of(template)["CorsConfiguration"]["CorsRules"] = [rule | {"MaxAge": "60", "New": 1}]
    ran = migration.of(template)
    expected = {"allowedMethods": ["HEAD"], "allowedOrigins": ["https://a.example"], "exposeHeaders": ["ETag"]}
    assert ran.config()["website:cors"] == [expected | {"maxAgeSeconds": 60}]
    assert "CorsConfiguration.New: this program has no setting" in ran.out


def test_no_cors_rules_stay_none(migration: Migration) -> None:
    """A bucket without CORS does not get the default rule."""
    template = amplify.second_generation()
    del bucket_of(template)["CorsConfiguration"]
    assert migration.of(template).config()["website:cors"] == []


def test_a_bucket_that_goes_with_its_stack(migration: Migration) -> None:
    """Without DeletionPolicy Retain the bucket is not retained."""
    template = amplify.second_generation()
    del template["Resources"]["S3Bucket"]["DeletionPolicy"]
    assert "website:retainBucket" not in migration.of(template).config()


@pytest.mark.parametrize(
    ("control", "said"),
    [
        ("Private", "S3Bucket.AccessControl is Private and there is no distribution"),
        ("AuthenticatedRead", "S3Bucket.AccessControl AuthenticatedRead: here no ACL opens a bucket"),
    ],
)
def test_access_control_without_a_distribution(migration: Migration, control: str, said: str) -> None:
    """The report says what replaces the access by the bucket's ACL."""
    template = amplify.bucket_only()
    bucket_of(template)["AccessControl"] = control
    assert said in migration.of(template).out


def test_properties_added_by_hand_are_told(migration: Migration) -> None:
    """Known properties have their own reason; unknown ones are reported as added by hand."""
    template = amplify.bucket_only()
    bucket_of(template).update(Tags=[], VersioningConfiguration={}, Strange=1)
    bucket_of(template)["WebsiteConfiguration"]["RedirectAllRequestsTo"] = {}
    out = migration.of(template).out
    assert "S3Bucket.Tags: tags of one resource can't be set here; 'aws:defaultTags'" in out
    assert "S3Bucket.VersioningConfiguration: this program has no setting for it" in out
    assert "S3Bucket.Strange: this program has no setting" in out
    assert "WebsiteConfiguration.RedirectAllRequestsTo: a bucket that only redirects" in out


def test_a_policy_edited_by_hand_is_told(migration: Migration) -> None:
    """An additional statement has no counterpart."""
    template = amplify.second_generation()
    document = template["Resources"]["PrivateBucketPolicy"]["Properties"]["PolicyDocument"]
    document["Statement"].append({"Effect": "Deny", "Action": "s3:*"})
    assert "PrivateBucketPolicy (edited by hand)" in migration.of(template).out


def test_a_policy_with_a_condition_is_told(migration: Migration) -> None:
    """A condition on addresses is not Amplify's own policy."""
    template = amplify.first_generation()
    (statement,) = template["Resources"]["BucketPolicy"]["Properties"]["PolicyDocument"]["Statement"]
    statement["Condition"] = {"IpAddress": {"aws:SourceIp": "192.0.2.0/24"}}
    assert "BucketPolicy (edited by hand)" in migration.of(template).out


def test_resources_outputs_and_parameters_added_by_hand_are_told(migration: Migration) -> None:
    """Added resources are listed with their types."""
    template = amplify.second_generation()
    template["Resources"] |= {"Waf": {"Type": "AWS::WAFv2::WebACL"}, "Odd": 1}
    template["Outputs"]["Mine"] = {"Value": "x"}
    template["Parameters"]["domain"] = {"Type": "String"}
    out = migration.of(template).out
    assert "Resource Waf (AWS::WAFv2::WebACL): added by hand" in out
    assert "Resource Odd (no Type): added by hand" in out
    assert "Output Mine: added by hand" in out
    assert "Parameter domain: added by hand" in out


def test_an_output_of_a_missing_identity_is_ignored(migration: Migration) -> None:
    """A template may have an output of an origin access identity that no longer exists."""
    template = amplify.second_generation()
    del template["Resources"]["OriginAccessIdentity"]
    said = "Output CloudFrontOriginAccessIdentity refers to OriginAccessIdentity, which is not in the template"
    assert said in migration.of(template).out
