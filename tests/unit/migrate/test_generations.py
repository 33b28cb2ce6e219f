from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hosting.config.load import RawConfig, load_settings
from hosting.migrate.accepted_settings import config_text
from tests.unit.migrate import amplify

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.unit.migrate.conftest import Migration

NEW_BUCKET = "shop-20190304-hostingbucket-dev"
COMMON = {
    "aws:region": "eu-west-1",
    "website:retainBucket": True,
    "cloudfront:httpVersion": "http2",
    "website:routing": "errors",
    "publish:directory": "../build",
    "publish:buildCommand": "cd .. && npm run-script build",
}


@pytest.mark.parametrize("generation", amplify.GENERATIONS[1:])
def test_every_generation_with_environments_comes_to_the_same_config(
    migration: Migration, generation: Callable[[], amplify.Json]
) -> None:
    """From 2019 to the last release, an untouched template writes only what differs from the defaults."""
    ran = migration.of(generation())
    assert (ran.code, ran.err) == (0, "")
    website = generation()["Resources"]["S3Bucket"]["Properties"].get("WebsiteConfiguration", {})
    documents = {"website:errorDocument": website["ErrorDocument"]} if website else {}
    assert ran.config() == COMMON | documents | {"website:bucketName": NEW_BUCKET}


def test_the_first_generation_has_a_literal_bucket_name_and_no_content_length(migration: Migration) -> None:
    """The template of 2018 has the bucket's full name, and one CORS header less than later ones."""
    ran = migration.of(amplify.first_generation(), parameters=None)
    cors = [
        {"allowedMethods": ["GET"], "allowedOrigins": ["*"], "allowedHeaders": ["Authorization"], "maxAgeSeconds": 3000}
    ]
    expected = COMMON | {
        "website:bucketName": "old-shop-20180912101112-hostingbucket",
        "website:errorDocument": "index.html",
        "website:cors": cors,
    }
    assert ran.config() == expected


def test_the_first_generation_is_told_what_was_open(migration: Migration) -> None:
    """2018's public bucket behind a distribution without redirect: the report says what changes."""
    ran = migration.of(amplify.first_generation(), meta=amplify.meta(CloudFrontDistributionID="E1EXAMPLE"))
    assert "ViewerProtocolPolicy allow-all: here plain HTTP is always redirected to HTTPS" in ran.out
    assert "Origins 'hostingS3Bucket' reads a public bucket" in ran.out
    assert "aws s3api put-bucket-acl --acl private --bucket old-shop-20180912101112-hostingbucket" in ran.out


def test_an_untouched_new_template_has_no_gaps(migration: Migration) -> None:
    """Everything that Amplify itself wrote has a counterpart."""
    assert "No counterpart:" not in migration.of(amplify.fifth_generation()).out


def test_a_bucket_without_cloudfront_switches_it_off_on_prod(migration: Migration) -> None:
    """Without CloudFront in the template it is turned off in the stack `prod`, which has it by default."""
    ran = migration.of(amplify.bucket_only())
    assert ran.config()["cloudfront:enabled"] is False
    assert "(S3 only, environment dev)" in ran.out


def test_cloudfront_is_switched_on_for_a_stack_that_has_none_by_default(migration: Migration) -> None:
    """--stack dev with a distribution in the template writes Pulumi.dev.yaml."""
    assert migration.of(amplify.second_generation(), "--stack", "dev").config("dev")["cloudfront:enabled"] is True


@pytest.mark.parametrize("generation", [*amplify.GENERATIONS, amplify.bucket_only])
def test_the_program_takes_what_is_written(migration: Migration, generation: Callable[[], amplify.Json]) -> None:
    """Config of every generation loads, and has the values that Amplify's visitors had."""
    ran = migration.of(generation())
    config = {key: config_text(value) for key, value in ran.config().items()}
    settings = load_settings(RawConfig("prod", config), {})
    assert settings.website.index_document == "index.html"
    assert (settings.cloudfront.min_ttl, settings.cloudfront.default_ttl) == (60, 86400)
    assert [response.error_code for response in settings.cloudfront.error_responses] == [400, 403, 404]


def test_a_distribution_that_was_removed_and_added_again(migration: Migration) -> None:
    """Without WebsiteConfiguration and in another order, the index document comes from DefaultRootObject."""
    template = amplify.second_generation()
    template["Resources"] = dict(reversed(template["Resources"].items()))
    amplify.config_of(template)["DefaultRootObject"] = "start.html"
    assert migration.of(template).config()["website:indexDocument"] == "start.html"


def test_the_old_path_of_the_config_of_2018(migration: Migration) -> None:
    """2018's project-config.json has no `frontend`, and providers as an object of absolute paths."""
    config = amplify.commands(build="npm run build", directory="dist")
    del config["frontend"]
    config["providers"] = {"awscloudformation": "/usr/lib/node_modules/@aws-amplify/cli/amplify-provider"}
    config["frontendHandler"] = {"javascript": "/usr/lib/node_modules/@aws-amplify/cli/frontend"}
    ran = migration.of(amplify.first_generation(), config=config, team=None)
    assert ran.config()["publish:directory"] == "../dist"
    assert ran.config()["publish:buildCommand"] == "cd .. && npm run build"


def test_the_ignore_list_of_2018(migration: Migration) -> None:
    """2018's ignore patterns are one of the settings in .amplifyrc."""
    ran = migration.of(amplify.first_generation(), amplifyrc={"publish-ignore": ["deploy.sh"]})
    assert ran.config()["publish:ignore"] == ["deploy.sh"]


def test_the_routing_stays_as_it_was(migration: Migration) -> None:
    """A distribution answers by its error responses, as Amplify's did; the report names the router and the commands."""
    ran = migration.of(amplify.fifth_generation())
    assert ran.config()["website:routing"] == "errors"
    assert "`auto` serves each page at its own URL" in ran.out
    assert "pulumi config rm website:routing" in ran.out
