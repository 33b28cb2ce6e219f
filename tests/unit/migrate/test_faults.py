"""Amplify CLI projects that an import must not misread: each is a kind of fault that an import has had."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.unit.migrate import amplify

if TYPE_CHECKING:
    from tests.unit.migrate.amplify import Json
    from tests.unit.migrate.conftest import Migration

CERTIFICATE = "{{resolve:ssm:/shop/certificate:1}}"
ARN = "arn:aws:acm:us-east-1:111122223333:certificate/00000000-0000-0000-0000-000000000000"


def with_config(**change: Any) -> Json:  # noqa: ANN401 - any JSON
    """Return a template whose distribution has these properties."""
    template = amplify.second_generation()
    amplify.config_of(template).update(change)
    return template


def test_a_missing_project_config_does_not_stop_the_import(migration: Migration) -> None:
    """project-config.json has only folder and command: the report says how to set both."""
    ran = migration.of(amplify.second_generation(), config=None)
    assert ran.config()["website:bucketName"] == "shop-20190304-hostingbucket-dev"
    assert "project-config.json: it is missing, so folder and command are unknown: pulumi config set" in ran.out
    assert "publish:directory" not in ran.config()


def private_bucket() -> Json:
    """Return a template whose bucket is private, without a distribution."""
    template = amplify.bucket_only()
    amplify.bucket_of(template)["AccessControl"] = "Private"
    return template


def test_a_private_bucket_without_a_distribution_has_visitors(migration: Migration) -> None:
    """Objects may be public by their ACLs, which a kept bucket loses: the steps set the bucket's policy first."""
    ran = migration.of(private_bucket())
    assert "nobody could read" not in ran.out
    assert "objects that `amplify publish` has uploaded with a public-read ACL" in ran.out
    policy = ran.out.index("aws s3api put-bucket-policy --bucket shop-20190304-hostingbucket-dev --policy '{")
    assert ran.out.index("delete-public-access-block") < policy < ran.out.index("pulumi import")


def test_a_bucket_with_a_public_policy_needs_no_other(migration: Migration) -> None:
    """If the template has a policy for everyone, the steps set none."""
    template = private_bucket()
    template["Resources"]["BucketPolicy"] = amplify.first_generation()["Resources"]["BucketPolicy"]
    assert "put-bucket-policy" not in migration.of(template).out


CLOUD = {"Region": "eu-central-1", "StackName": "shop-20181228155335"}


@pytest.mark.parametrize(
    "files",
    [
        {"amplifyrc": {"providers": {"awscloudformation": CLOUD}, "publish-ignore": []}},
        {"meta": {"providers": {"awscloudformation": CLOUD}}},
    ],
)
def test_the_region_of_old_projects(migration: Migration, files: dict[str, Any]) -> None:
    """Projects older than environments have their region in .amplifyrc and in amplify-meta.json."""
    assert migration.of(amplify.first_generation(), team=None, **files).config()["aws:region"] == "eu-central-1"


def test_the_region_of_another_stack_does_not_count(migration: Migration) -> None:
    """A region is not taken from the file of another environment."""
    team: Json = {"live": {"awscloudformation": {"StackName": "amplify-shop-live"}}}
    ran = migration.of(amplify.second_generation(), team=team, meta={"providers": {"awscloudformation": CLOUD}})
    assert "aws:region" not in ran.config()


def test_every_property_is_mapped_or_named(migration: Migration) -> None:
    """Tags, TLS versions, own addresses, and origins' headers and shields are gaps; a header's value is not shown."""
    certificate = {"AcmCertificateArn": ARN, "SslSupportMethod": "vip", "MinimumProtocolVersion": "TLSv1"}
    template = with_config(Aliases=["example.com"], ViewerCertificate=certificate)
    template["Resources"]["CloudFrontDistribution"]["Properties"]["Tags"] = [{"Key": "a", "Value": "b"}]
    (origin,) = amplify.config_of(template)["Origins"]
    origin["OriginCustomHeaders"] = [{"HeaderName": "x-origin-verify", "HeaderValue": "hunter2"}]
    origin["OriginShield"] = {"Enabled": True}
    out = migration.of(template).out
    for part in ("Tags", "'hostingS3Bucket' OriginCustomHeaders", "'hostingS3Bucket' OriginShield"):
        assert f"{part}: " in out
    assert "ViewerCertificate.MinimumProtocolVersion: visitors need at least TLS 1.2 here" in out
    assert "ViewerCertificate.SslSupportMethod vip: " in out
    assert "hunter2" not in out


def test_a_certificate_by_reference_is_kept_with_its_names(migration: Migration) -> None:
    """Without the certificate's ARN no name is written, and the steps set both from the live distribution."""
    template = with_config(Aliases=["example.com"], ViewerCertificate={"AcmCertificateArn": CERTIFICATE})
    meta = amplify.meta(CloudFrontDistributionID="E123")
    ran = migration.of(template, meta=meta)
    assert "domain:names" not in ran.config()
    assert f"is not literal (example.com; {CERTIFICATE}): set domain:names" in ran.out
    names = ran.out.index("pulumi config set --stack prod --path 'domain:names[0]' example.com")
    certificate = ran.out.index(
        'domain:certificateArn "$(aws cloudfront get-distribution-config --output text --id E123'
    )
    assert names < certificate < ran.out.index("pulumi import")


@pytest.mark.parametrize("root", [{"Ref": "AWS::NoValue"}, {"Fn::If": ["a", {}, {}]}])
def test_a_template_that_is_a_function(migration: Migration, root: Json) -> None:
    """A template whose only key is one of a function is not Amplify's, and no traceback."""
    ran = migration.of(root)
    assert (ran.code, "has no Resources.S3Bucket" in ran.err) == (1, True)


def test_a_folder_with_a_nul(migration: Migration) -> None:
    """A folder that no system has is a gap, and the rest is imported."""
    ran = migration.of(amplify.second_generation(), config=amplify.commands(directory="bui\0ld"))
    assert "DistributionDir: it has a NUL, which no folder has" in ran.out
    assert "website:bucketName" in ran.config()


def test_a_number_of_hundreds_of_digits(migration: Migration) -> None:
    """A number that no setting has is a gap, shown in part."""
    template = amplify.second_generation()
    amplify.behavior_of(template)["MaxTTL"] = int("9" * 400)
    ran = migration.of(template)
    assert "DefaultCacheBehavior.MaxTTL: the program refuses 999" in ran.out
    assert "9" * 250 not in ran.out


def test_hosting_that_was_removed(migration: Migration) -> None:
    """A template that `amplify remove hosting` has left behind is imported with a warning about what is gone."""
    backend: Json = {"amplify/backend/backend-config.json": {"auth": {}}}
    amplify.write(migration.app, backend)
    out = migration.of(amplify.second_generation()).out
    assert "backend-config.json has no hosting" in out
    assert "To keep the existing bucket" not in out
    amplify.write(migration.app, {"amplify/backend/backend-config.json": {"hosting": {"S3AndCloudFront": {}}}})
    assert "backend-config.json has no hosting" not in migration.run().out


def test_two_kinds_of_hosting_need_a_choice(migration: Migration) -> None:
    """A project with both categories says so; either can be imported."""
    amplify.write(migration.app, {"amplify/backend/hosting/amplifyhosting/amplifyhosting-template.json": {}})
    ran = migration.of(amplify.second_generation())
    assert "of the Amplify CLI's S3 and CloudFront and of Amplify Hosting: add --from amplify-cli or --from" in ran.err
    assert migration.run("--from", "amplify-hosting").code == 0
    assert migration.run("--from", "amplify-cli", "--force").code == 0


def test_a_build_file_beside_the_template_is_one_project(migration: Migration) -> None:
    """amplify.yml beside the CLI's hosting is no second project, and the report says how to import it."""
    amplify.write(migration.app, {"amplify.yml": "version: 1\n"})
    ran = migration.of(amplify.second_generation())
    assert (ran.code, "--from amplify-hosting imports that instead" in ran.out) == (0, True)


def test_the_kind_has_to_fit(migration: Migration) -> None:
    """A kind whose files are missing is an error that names the file."""
    amplify.write(migration.app, {"amplify.yml": "version: 1\n"})
    assert "S3AndCloudFront/template.json' is missing" in migration.run("--from", "amplify-cli").err


def test_what_a_site_behind_cloudfront_has_in_addition(migration: Migration) -> None:
    """The report names the headers and the TLS version that Amplify's distribution did not have."""
    out = migration.of(amplify.second_generation()).out
    assert "Strict-Transport-Security for a year, X-Frame-Options SAMEORIGIN" in out
    assert "HTTP/3" not in out
    template = amplify.second_generation()
    del amplify.config_of(template)["HttpVersion"]
    assert "HTTP/3 is on (cloudfront:httpVersion)" in migration.of(template, "--force").out
