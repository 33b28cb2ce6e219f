"""The component, and what stacks' states hold of it."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

import pulumi
import pytest

from hosting import StaticSite
from hosting.errors import ConfigError
from hosting.site.component import stack_settings

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.program.conftest import Deployed

# What a stack's state holds of each dynamic provider: its module and class, its type, its logical name in the site
# `site`, and its properties. `up` takes the module of the program, `destroy` and `refresh` the one in the state; `diff`
# compares properties by their names. A change of this table needs a line in CHANGELOG.md, and after 0.1.0 a way to
# update the stacks that exist.
REVIEW = {"bucket", "region", "keys", "name", "digest", "staging", "stack", "urn"}
STATE = {
    ("hosting.providers.first_policy", "FirstPolicyProvider"): (
        "FirstPolicy",
        "site-first-policy",
        {"bucket", "missing_is_404"},
    ),
    ("hosting.providers.review", "ReviewProvider"): ("Review", "site-review", REVIEW),
    ("hosting.providers.review", "ReviewRecordProvider"): ("ReviewRecord", "site-review-record", REVIEW),
    ("hosting.providers.publish_marker", "PublishMarkerProvider"): (
        "PublishMarker",
        "site-publish-marker",
        {"content", "paths", "marker", "previous", "removals", "since"},
    ),
    ("hosting.providers.published_files", "PublishedFilesProvider"): (
        "PublishedFiles",
        "site-published-files",
        {
            *("bucket", "staging", "publish_marker", "previous_publish_marker", "removals", "entries"),
            *("keep_assets_days", "urn", "versions", "retained", "drift"),
        },
    ),
    ("hosting.providers.invalidation", "InvalidationProvider"): (
        "Invalidation",
        "site-invalidation",
        {
            *(
                "distribution_id",
                "publish_marker",
                "previous_publish_marker",
                "versions",
                "index_document",
                "fallbacks",
            ),
            *("error_responses", "max_paths", "always", "wait", "invalidation_id", "paths"),
        },
    ),
    ("hosting.providers.published_functions", "FunctionMarkerProvider"): (
        "FunctionMarker",
        "site-function-marker",
        {"content", "paths", "marker", "previous", "removals", "since"},
    ),
    ("hosting.providers.published_functions", "PublishedFunctionsProvider"): (
        "PublishedFunctions",
        "site-published-functions",
        {"names", "digests", "function_marker", "publish_marker", "stale"},
    ),
    ("hosting.providers.release", "ReleaseProvider"): (
        "Release",
        "site-release",
        {
            *("bucket", "store", "release_digest", "files_digest", "staging", "files", "bytes", "releases_kept"),
            *("keep_assets_days", "max_remove", "rollback_to", "urn", "publish_marker", "previous_publish_marker"),
            *("source_stack", "source_bucket", "source_records", "preview", "removals"),
            *("digest", "file_count", "releases", "kind", "expires", "drift"),
        },
    ),
    ("hosting.providers.managed_cleanup", "ManagedCleanupProvider"): (
        "ManagedCleanup",
        "site-managed-cleanup",
        {"bucket", "removals"},
    ),
    ("hosting.providers.generated_password", "GeneratedPasswordProvider"): (
        "GeneratedPassword",
        "site-password",
        {"password"},
    ),
    ("hosting.providers.name_conflicts", "NameConflictsProvider"): (
        "NameConflicts",
        "site-name-conflicts",
        {"name", "distribution", "urn"},
    ),
}
# The other children of a site with all settings, without their packages.
CHILDREN = {
    *("site-aws aws", "site-us-east-1 aws"),
    *("site-bucket Bucket", "site-ownership BucketOwnershipControls", "site-cors BucketCorsConfiguration"),
    *("site-public-access-block BucketPublicAccessBlock", "site-policy BucketPolicy"),
    *("site-assets S3BucketFolder", "site-pages S3BucketFolder"),
    *("site-distribution Distribution", "site-access-control OriginAccessControl"),
    *("site-request-function Function", "site-response-function Function"),
    "site-origin-request-policy OriginRequestPolicy",
    *("site-logs Bucket", "site-logs-ownership BucketOwnershipControls"),
    *("site-logs-public-access-block BucketPublicAccessBlock", "site-logs-lifecycle BucketLifecycleConfiguration"),
    "site-5xx-alarm MetricAlarm",
    *("site-certificate Certificate", "site-certificate-validation CertificateValidation"),
    *("site-example.com-proof Record", "site-example.com-A Record", "site-example.com-AAAA Record"),
}
FULL = {
    "domain_names": '["example.com"]',
    "domain_zone": "example.com",
    "cloudfront_logging": "true",
    "cloudfront_alarms": "arn:aws:sns:us-east-1:123456789012:alerts",
    "website_redirects": '[{"source": "/a", "target": "/b", "condition": "<US>"}]',
}
DYNAMIC = "pulumi-python:dynamic/hosting:"


@pytest.fixture
def full(deploy: Callable[..., Deployed], tmp_path: Path) -> Callable[..., Deployed]:
    """Return a function that deploys a site with each setting that declares a resource."""
    (tmp_path / "_headers").write_text("/*\n  X-Frame-Options: DENY\n")
    return lambda stack="prod", **options: deploy(stack, directory=tmp_path, **FULL, **options)


def kinds(deployed: Deployed) -> set[str]:
    """Return the logical name and the type of each resource, without the type's package."""
    return {f"{one.name} {one.typ.rpartition(':')[2]}" for one in deployed.every if one.typ.count("StaticSite") == 0}


def test_the_state_holds_these_providers(full: Callable[..., Deployed], deploy: Callable[..., Deployed]) -> None:
    """Each dynamic resource has the type, the logical name and the properties of the table."""
    edge = deploy("previews", previews_domain="example-previews.com", domain_zone="example-previews.com")
    both = [*full().every, *full(publish_mode="bulk").every, *edge.every]
    found = {
        one.typ.removeprefix(DYNAMIC): (one.name, one.inputs.keys()) for one in both if one.typ.startswith(DYNAMIC)
    }
    assert found.keys() == {kind for kind, _, _ in STATE.values()}
    for (module, name), (kind, logical, properties) in STATE.items():
        assert getattr(import_module(module), name).__module__ == module
        assert found[kind][0] == logical
        assert found[kind][1] - {"__provider"} <= properties


def test_children_are_named_after_the_site(full: Callable[..., Deployed]) -> None:
    """Each child is `<site>-<role>`; no logical name holds the project or the stack."""
    dynamic = {f"{logical} {kind}" for kind, logical, _ in list(STATE.values())[:8]}
    assert kinds(full()) == CHILDREN | dynamic
    assert {name.partition("-")[0] for name in kinds(full(name="shop"))} == {"shop"}


def test_a_renamed_stack_replaces_nothing(full: Callable[..., Deployed]) -> None:
    """Under another stack or project every logical name is the same, and the names in AWS are kept as they are."""
    before, after = full(), full("live", project="renamed", cloudfront_enabled="true")
    assert kinds(before) == kinds(after)
    named = {"bucket": "bucketPrefix", "logs": "bucket", "access-control": "name", "request-function": "name"}
    named |= {"response-function": "name", "origin-request-policy": "name", "5xx-alarm": "name"}
    for role, key in named.items():
        one, other = of_role(before, role), of_role(after, role)
        assert one.inputs[key].startswith("static-site-prod-")
        assert other.inputs[key].startswith("renamed-live-")
    assert after.ignored == {f"site-{role}": [key] for role, key in named.items()}


def of_role(deployed: Deployed, role: str) -> pulumi.runtime.MockResourceArgs:
    """Return the resource with this role."""
    return next(one for one in deployed.every if one.name == f"site-{role}")


def test_another_bucket_is_another_function_in_bulk_mode(full: Callable[..., Deployed]) -> None:
    """Its name changes with the bucket and not with the stack, so one update of the distribution changes both."""
    name = {
        (stack, bucket): of_role(
            full(stack, publish_mode="bulk", website_bucketName=bucket, cloudfront_enabled="true"), "release-function"
        ).inputs["name"]
        for stack in ("prod", "live")
        for bucket in ("first", "second")
    }
    assert name["prod", "first"] == name["live", "first"]
    assert name["prod", "first"] != name["prod", "second"]


def test_names_in_aws_differ_between_sites_of_one_name(full: Callable[..., Deployed]) -> None:
    """Two sites with the same project and stack have other names in one account: they end by a hash of the bucket."""
    one, other = full(website_bucketName="first"), full(website_bucketName="second")
    for role in ("logs", "access-control", "request-function", "origin-request-policy", "5xx-alarm"):
        key = "bucket" if role == "logs" else "name"
        assert of_role(one, role).inputs[key] != of_role(other, role).inputs[key]


def test_attributes_of_the_component(deploy: Callable[..., Deployed]) -> None:
    """A program reads the address, the bucket and the distribution; the latter is None without CloudFront."""
    prod, dev = deploy("prod"), deploy("dev")
    assert prod.site.url is not prod.site.outputs["url"]
    assert prod.site.bucket.pulumi_resource_name == "site-bucket"
    assert prod.site.distribution is not None
    assert dev.site.distribution is None
    assert prod.site.outputs.keys() == dev.site.outputs.keys()


def test_a_second_site_is_refused(deploy: Callable[..., Deployed]) -> None:
    """A stack's config describes one site: a second one is refused with what to do."""
    first = deploy("dev")
    with pytest.raises(pulumi.RunError, match=r"'blog' cannot be declared: this stack has the site 'site'.*pulumi new"):
        StaticSite("blog")
    assert first.site.outputs["url"] is not None


def test_without_settings_the_stacks_config_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """All problems of the config are one RunError; a key of the user's own program is not a problem."""
    monkeypatch.setenv("AWS_REGION", "eu-north-1")
    config = {"website:indexDocument": "a/b", "publish:mode": "fast", "static-site:own": "1"}
    monkeypatch.setattr("pulumi.runtime.config.get_config_env", lambda: config)
    pulumi.runtime.set_mocks(_Nothing(), project="static-site", stack="dev")
    with pytest.raises(pulumi.RunError, match=r"has 2 problems; nothing was deployed") as raised:
        StaticSite("site")
    assert "static-site:own" not in str(raised.value)
    with pytest.raises(ConfigError, match=r"'static-site:own' is not a setting"):
        stack_settings("static-site")


class _Nothing(pulumi.runtime.Mocks):
    """Stands for an engine that is asked for nothing."""

    def new_resource(self, args: pulumi.runtime.MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
        raise AssertionError(args.name)

    def call(self, args: pulumi.runtime.MockCallArgs) -> tuple[dict[Any, Any], list[tuple[str, str]] | None]:
        raise AssertionError(args.token)
