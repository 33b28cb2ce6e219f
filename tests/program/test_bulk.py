"""The resources that bulk mode declares."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pulumi
import pytest

from hosting.errors import ConfigError
from hosting.publish.bulk.release_edge import ReleaseEdge
from hosting.publish.bulk.request import EDGE_FILE
from hosting.publish.staging.manifest import Manifest, ManifestEntry
from tests.program.conftest import MANIFEST

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.program.conftest import Deployed

RELEASE = "pulumi-python:dynamic/hosting:Release"
MARKER = "pulumi-python:dynamic/hosting:PublishMarker"
CLEANUP = "pulumi-python:dynamic/hosting:ManagedCleanup"
STORE = "aws:cloudfront/keyValueStore:KeyValueStore"
FUNCTION = "aws:cloudfront/function:Function"
DISTRIBUTION = "aws:cloudfront/distribution:Distribution"
POLICY = "aws:cloudfront/cachePolicy:CachePolicy"
INVALIDATION = "pulumi-python:dynamic/hosting:Invalidation"
FOLDER = "synced-folder:index:S3BucketFolder"
ARN = "arn:aws:cloudfront::1:key-value-store/s1"
# AWS's managed cache policies.
CACHING_OPTIMIZED = "658327ea-f89d-4fab-a63d-7e88639e58f6"
CACHING_DISABLED = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"


@pytest.fixture(autouse=True)
def folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Run the program in a folder of the test's, where it stages how the edge serves the files."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def functions(deployed: Deployed) -> dict[str, str]:
    """Return the code of the functions, by their logical names."""
    return {one.name: one.inputs["code"] for one in deployed.every if one.typ == FUNCTION}


def staged_edge(deployed: Deployed, folder: Path) -> ReleaseEdge:
    """Return how the edge serves the staged files."""
    text = (folder / deployed.resources[RELEASE]["staging"] / EDGE_FILE).read_text()
    return ReleaseEdge.from_json(json.loads(text))


def test_managed_mode_has_nothing_of_bulk_mode(deploy: Callable[..., Deployed]) -> None:
    """By default each file is a resource, and a small site has no key value store."""
    prod = deploy("prod")
    assert {RELEASE, STORE, POLICY}.isdisjoint(prod.resources)
    assert FOLDER in prod.resources
    assert "releases" not in prod.outputs


def test_a_release_is_one_small_resource(deploy: Callable[..., Deployed]) -> None:
    """Its inputs have digests and counts, not files; its outputs are the stack's."""
    prod = deploy("prod", publish_mode="bulk")
    release = prod.resources[RELEASE]
    assert {FOLDER, INVALIDATION, POLICY}.isdisjoint(prod.resources)
    assert (release["files_digest"], release["files"], release["store"]) == (MANIFEST.digest, 3, ARN)
    assert (release["releases_kept"], release["keep_assets_days"], release["max_remove"]) == (3, 7, 50)
    assert release["urn"].endswith("hosting:index:StaticSite$pulumi-python:dynamic/hosting:Release::site-release")
    assert "index.html" not in json.dumps(release)
    assert (prod.outputs["digest"], prod.outputs["fileCount"]) == ("d" * 64, 3)
    assert (prod.outputs["releases"], prod.outputs["invalidationId"]) == ([{"digest": "d" * 64}], None)
    assert prod.outputs["routing"] == "pages"


def test_the_order_of_the_resources(deploy: Callable[..., Deployed]) -> None:
    """The store exists before the release, and the release before a function reads it."""
    prod = deploy("prod", publish_mode="bulk")
    after = prod.dependencies
    assert functions(prod).keys() == {"site-release-function", "site-release-response-function"}
    assert after["site-release"] >= {"site-release-store", "site-bucket"}
    assert [after[name] >= {"site-release", "site-release-store"} for name in functions(prod)] == [True, True]
    # CloudFront refuses a distribution with a function that is not published.
    assert after["site-distribution"] >= {"site-release", "site-published-functions", *functions(prod)}
    stores = [one.inputs["keyValueStoreAssociations"] for one in prod.every if one.typ == FUNCTION]
    assert stores == [[ARN], [ARN]]


def test_the_files_of_managed_mode_are_removed_last(deploy: Callable[..., Deployed]) -> None:
    """Visitors get them until the distribution routes to the release. Without CloudFront the release removes them."""
    prod = deploy("prod", publish_mode="bulk")
    assert prod.dependencies["site-managed-cleanup"] >= {"site-published-functions", "site-distribution"}
    for other in (deploy("dev", publish_mode="bulk"), deploy("prod"), deploy("dev")):
        assert CLEANUP not in other.resources


def test_the_code_is_the_same_for_any_site(
    deploy: Callable[..., Deployed], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Files, rules, routing and error pages belong to the release, so a publish changes no function."""
    one = deploy("prod", publish_mode="bulk")
    (folder / "_headers").write_text("/*\n  X-Frame-Options: DENY\n")
    (folder / "_redirects").write_text("".join(f"/old-{n}/* /new/{n}/:splat 301\n" for n in range(900)))
    files = [ManifestEntry("other.html", 1, "d" * 64, "text/html", None), *MANIFEST.entries]
    monkeypatch.setattr("tests.program.conftest.MANIFEST", Manifest.of(files))
    two = deploy("prod", publish_mode="bulk", website_routing="spa", directory=folder)
    assert functions(one) == functions(two)
    assert one.resources[RELEASE]["release_digest"] != two.resources[RELEASE]["release_digest"]
    assert one.resources[MARKER]["content"] != two.resources[MARKER]["content"]
    assert staged_edge(two, folder).tables.keys() == {"redirects", "headers"}
    assert staged_edge(two, folder).app_page == "index.html"


def test_bulk_mode_uses_the_managed_cache_policies(deploy: Callable[..., Deployed]) -> None:
    """The rewritten path is the cache key; without caching the other managed policy is used."""
    prod = deploy("prod", publish_mode="bulk").resources
    off = deploy("prod", publish_mode="bulk", **dict.fromkeys(TTLS, "0")).resources
    found = [one[DISTRIBUTION]["defaultCacheBehavior"]["cachePolicyId"] for one in (prod, off)]
    assert found == [CACHING_OPTIMIZED, CACHING_DISABLED]
    assert POLICY not in {*prod, *off}


TTLS = ("cloudfront_minTtl", "cloudfront_defaultTtl", "cloudfront_maxTtl")


def test_error_pages_belong_to_the_release(deploy: Callable[..., Deployed], folder: Path) -> None:
    """The distribution has no error responses, also for a page whose URL has an encoded space."""
    own = '[{"errorCode": 404, "responseCode": 403, "responsePagePath": "/not%20here.html"}]'
    prod = deploy("prod", publish_mode="bulk", cloudfront_errorResponses=own)
    assert not prod.resources[DISTRIBUTION].get("customErrorResponses")
    edge = staged_edge(prod, folder)
    assert (edge.error_page, edge.error_status, edge.app_page) == ("not here.html", 403, "")
    app = staged_edge(deploy("prod", publish_mode="bulk", website_routing="errors"), folder)
    assert (app.app_page, app.error_page, app.routing) == ("index.html", "", "errors")


def test_without_cloudfront_files_are_in_place_and_records_hidden(deploy: Callable[..., Deployed]) -> None:
    """The bucket's policy lets anyone read all objects except the publisher's own records."""
    dev = deploy("dev", publish_mode="bulk")
    assert dev.resources[RELEASE]["store"] == ""
    assert dev.resources[RELEASE]["release_digest"] == MANIFEST.digest
    assert STORE not in dev.resources
    (statement,) = json.loads(dev.resources["aws:s3/bucketPolicy:BucketPolicy"]["policy"])["Statement"]
    (hidden,) = statement["NotResource"]
    assert hidden.endswith("/.published/*")
    assert "Resource" not in statement
    assert dev.outputs["invalidationId"] is None


def test_the_distribution_reads_no_records(deploy: Callable[..., Deployed]) -> None:
    """Manifests list all files, also unlinked ones, so CloudFront may not read them."""
    prod = deploy("prod", publish_mode="bulk")
    statement, _ = json.loads(prod.resources["aws:s3/bucketPolicy:BucketPolicy"]["policy"])["Statement"]
    (hidden,) = statement["NotResource"]
    assert hidden.endswith("/.release/records/*")
    assert "Resource" not in statement


def test_a_rollback_needs_no_files(deploy: Callable[..., Deployed]) -> None:
    """With `publish:release` the inputs have the digest's prefix, and not the current files."""
    release = deploy("prod", publish_mode="bulk", publish_release="0123abcd").resources[RELEASE]
    assert (release["rollback_to"], release["release_digest"], release["files_digest"]) == ("0123abcd", "", "")


def test_a_rollback_needs_bulk_mode_and_hex_digits(deploy: Callable[..., Deployed]) -> None:
    """Each message has the key of the setting."""
    with pytest.raises(ConfigError, match="'publish:mode' must be bulk if release is set"):
        deploy("prod", publish_release="0123abcd")
    with pytest.raises(ConfigError, match="'publish:release' must be the digest of a release"):
        deploy("prod", publish_mode="bulk", publish_release="latest")


@pytest.mark.parametrize("stack", ["dev", "prod"])
def test_reserved_paths_are_refused_at_the_preview(
    deploy: Callable[..., Deployed], monkeypatch: pytest.MonkeyPatch, stack: str
) -> None:
    """The command adds a pattern for the folder to those that the stack has; a rollback publishes no files."""
    reserved = [ManifestEntry(".published/index", 1, "d" * 64, "text/plain", None), *MANIFEST.entries]
    monkeypatch.setattr("tests.program.conftest.MANIFEST", Manifest.of(reserved))
    with pytest.raises(pulumi.RunError, match=rf"set --stack {stack} --path 'publish:ignore\[1\]' '/\.published/'"):
        deploy(stack, preview=True, publish_mode="bulk", publish_ignore='["*.map"]')
    deploy("prod", publish_mode="bulk", publish_release="0123abcd")
    with pytest.raises(pulumi.RunError, match="where the program keeps its own objects"):
        deploy("prod")
    deploy("prod", publish_gate='{"urls": "off", "links": "off"}')


def test_the_prefix_of_releases_is_free_in_managed_mode(
    deploy: Callable[..., Deployed], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only bulk mode has objects of its own there."""
    manifest = Manifest.of([ManifestEntry(".release/notes.txt", 1, "d" * 64, "text/plain", None), *MANIFEST.entries])
    monkeypatch.setattr("tests.program.conftest.MANIFEST", manifest)
    deploy("prod")
    with pytest.raises(pulumi.RunError, match=r"'\.release/notes\.txt' is in '\.release/', where the program keeps"):
        deploy("prod", publish_mode="bulk")


def test_another_release_is_another_publish_marker(deploy: Callable[..., Deployed]) -> None:
    """The marker changes with the files or `publish:release`, and with nothing else that the release declares."""

    def content(**config: str) -> object:
        return deploy("prod", publish_mode="bulk", **config).resources[MARKER]["content"]

    assert content() == content(publish_releases="5", publish_maxRemove="10", cloudfront_errorResponses="[]")
    assert len({content(), content(publish_release="0123abcd"), content(publish_release="abcd0123")}) == 3


SOURCE = {"digest": "e" * 64, "bucketName": "staging-1", "releases": [{"digest": "e" * 64}]}
REFERENCE = "pulumi:pulumi:StackReference"


def test_a_promotion_publishes_what_another_stack_has(
    deploy: Callable[..., Deployed], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The bucket and the live digest come from the other stack's outputs; no file of this machine is published."""
    monkeypatch.setattr("tests.program.conftest.PREVIOUS_OUTPUTS", SOURCE)
    prod = deploy("prod", publish_mode="bulk", publish_from="acme/site/staging")
    release = prod.resources[RELEASE]
    assert (release["source_stack"], release["source_bucket"]) == ("acme/site/staging", "staging-1")
    assert (release["source_records"], release["release_digest"]) == (".release/records/", "e" * 64)
    assert (release["files_digest"], release["rollback_to"]) == ("", "")
    given = deploy("prod", publish_mode="bulk", publish_from=f"acme/site/staging@{'f' * 64}")
    assert given.resources[RELEASE]["release_digest"] == "f" * 64
    assert given.resources[MARKER]["content"] != prod.resources[MARKER]["content"]


def test_a_promotion_of_a_preview_needs_the_digest(
    deploy: Callable[..., Deployed], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A preview has a catalogue of its own in the edge's bucket; without the digest, the message has the live one."""
    monkeypatch.setattr("tests.program.conftest.PREVIOUS_OUTPUTS", {**SOURCE, "previewName": "pr-7"})
    release = deploy("prod", publish_mode="bulk", publish_from=f"pr-7@{'f' * 64}").resources[RELEASE]
    assert release["source_records"] == ".release/records/pr-7/"
    command = f"pulumi config set --stack prod publish:from 'pr-7@{'e' * 64}'"
    with pytest.raises(pulumi.RunError, match=re.escape(command)):
        deploy("prod", publish_mode="bulk", publish_from="pr-7")


def test_a_stack_without_organization_is_of_the_same_project(deploy: Callable[..., Deployed]) -> None:
    """What the other stack does not have is empty, and the provider refuses it."""
    prod = deploy("prod", publish_mode="bulk", publish_from="staging")
    (reference,) = [one.inputs["name"] for one in prod.every if one.typ == REFERENCE]
    assert reference.endswith("/static-site/staging")
    release = prod.resources[RELEASE]
    assert (release["source_bucket"], release["source_records"], release["release_digest"]) == ("", "", "")


def test_what_a_promotion_needs(deploy: Callable[..., Deployed]) -> None:
    """Each message has the key of the setting, as it is written in the config."""
    with pytest.raises(ConfigError, match="'publish:mode' must be bulk if from is set"):
        deploy("prod", publish_from="staging")
    with pytest.raises(ConfigError, match="'publish:from' must be '<stack>@<digest>'"):
        deploy("prod", publish_mode="bulk", publish_from="staging@0123abcd")
    with pytest.raises(ConfigError, match="'publish:release' must not be set if from is"):
        deploy("prod", publish_mode="bulk", publish_from="staging", publish_release="0123abcd")
    with pytest.raises(ConfigError, match=r"'publish:from' needs CloudFront, .* pulumi config rm .* publish:from"):
        deploy("dev", publish_mode="bulk", publish_from="staging")
