"""Publishing to both stages, from the first deployment to destroy: each test continues the previous one."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from tests.e2e.harness import fetch

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.e2e.harness import Project

SITE = {
    "index.html": "<h1>home</h1>",
    "about.html": "<h1>about</h1>",
    "404.html": "<h1>not here</h1>",
    "docs/index.html": "<h1>docs</h1>",
    "app.0a1b2c3d.js": "console.log('app')",
    "style.css": "h1 { color: teal }",
    "notes.draft": "secret",
    ".well-known/security.txt": "Contact: mailto:security@example.com",
    ".DS_Store": "noise",
    ".publishignore": "*.draft\n",
}
PUBLISHED = sorted(set(SITE) - {"notes.draft", ".DS_Store", ".publishignore"})


def with_site(project: Project) -> Project:
    """Write a small site and settings into the project."""
    for path, text in SITE.items():
        project.write(f"www/{path}", text)
    project.config("publish:directory", "www")
    return project


@pytest.fixture(scope="module")
def dev(new_project: Callable[[str], Project]) -> Project:
    """Return a DEV stage for the tests of this module, in their order."""
    project = with_site(new_project("dev"))
    project.config("website:errorDocument", "404.html")
    return project


@pytest.fixture(scope="module")
def prod(new_project: Callable[[str], Project]) -> Project:
    """Return a PROD stage for the tests of this module, in their order."""
    return with_site(new_project("prod"))


def test_a_preview_says_what_will_be_published_and_touches_nothing(dev: Project) -> None:
    """`pulumi preview` shows files, bytes, ignored files and digest in a line, and creates no bucket."""
    before = dev.sandbox.s3.list_buckets()["Buckets"]
    said = dev.pulumi("preview", "--stack", "dev").output
    line = [line for line in said.splitlines() if "Publishing" in line][-1]
    assert "7 files" in line
    assert "3 ignored" in line
    assert f"{sum(len(SITE[path]) for path in PUBLISHED)} bytes" in line
    assert dev.sandbox.s3.list_buckets()["Buckets"] == before


def test_dev_from_nothing(dev: Project) -> None:
    """One `pulumi up` creates a public S3 website with exactly the published files."""
    dev.up()
    assert dev.stored() == PUBLISHED
    assert (dev.get("/").status, dev.get("/").text) == (200, SITE["index.html"])
    assert dev.get("/docs/").text == SITE["docs/index.html"]
    assert dev.get("/docs").status == 302
    assert dev.get("/docs").headers["location"] == "/docs/"
    assert (dev.get("/nowhere").status, dev.get("/nowhere").text) == (404, SITE["404.html"])
    assert dev.get("/", method="POST").status == 405


def test_prod_from_nothing(prod: Project) -> None:
    """One `pulumi up` creates a private bucket behind a distribution; a missing page is a 404 with the site's page."""
    prod.up()
    assert prod.stored() == PUBLISHED
    assert (prod.get("/").status, prod.get("/").text) == (200, SITE["index.html"])
    assert (prod.get("/missing.js").status, prod.get("/missing.js").text) == (404, SITE["404.html"])
    website = f"{prod.outputs()['bucketName']}.s3-website-us-east-1.amazonaws.com"
    assert fetch(prod.url(), headers={"Host": website}).status != 200


def test_prod_redirects_to_https(prod: Project) -> None:
    """HTTP is redirected to HTTPS."""
    domain = prod.outputs()["distributionDomain"]
    answer = prod.get("/about.html", headers={"Host": domain, "X-Forwarded-Proto": "http"})
    assert answer.status == 301
    assert answer.headers["location"].startswith("https://")


def test_headers_of_both_stages(dev: Project, prod: Project) -> None:
    """Text has a charset, files with hashed names are kept for a year, pages are revalidated, and PROD is guarded."""
    for project in (dev, prod):
        page = project.get("/about.html").headers
        assert page["content-type"] == "text/html; charset=utf-8"
        assert page["cache-control"] == "public, max-age=0, must-revalidate, s-maxage=86400"
        script = project.get("/app.0a1b2c3d.js").headers
        assert script["content-type"] == "text/javascript; charset=utf-8"
        assert script["cache-control"] == "public, max-age=31536000, immutable"
    page = prod.get("/about.html", headers={"Origin": "https://app.example"}).headers
    assert page["access-control-allow-origin"] == "*"
    assert page["x-content-type-options"] == "nosniff"
    assert page["x-frame-options"] == "SAMEORIGIN"
    assert page["strict-transport-security"] == "max-age=31536000"
    assert page["referrer-policy"] == "strict-origin-when-cross-origin"
    assert page["x-xss-protection"] == "1; mode=block"


def test_outputs_say_what_there_is(dev: Project, prod: Project) -> None:
    """Both stages have all outputs; those that do not apply are null."""
    names = {
        "url",
        "websiteUrl",
        "bucketName",
        "bucketRegion",
        "distributionId",
        "distributionDomain",
        "digest",
        "fileCount",
        "routing",
        "invalidationId",
    }
    printed = [project.pulumi("stack", "output", "--json", "--stack", project.stack) for project in (dev, prod)]
    on_dev, on_prod = (json.loads(one.output) for one in printed)
    assert (on_dev, on_prod) == (dev.outputs(), prod.outputs())
    assert set(on_dev) == set(on_prod) == names
    assert on_dev["url"] == on_dev["websiteUrl"]
    assert on_dev["url"] == f"http://{on_dev['bucketName']}.s3-website-us-east-1.amazonaws.com"
    assert [on_dev[name] for name in ("distributionId", "distributionDomain", "invalidationId")] == [None] * 3
    assert on_prod["url"] == f"https://{on_prod['distributionDomain']}"
    assert on_prod["websiteUrl"] is None
    assert on_dev["digest"] == on_prod["digest"]
    assert (on_dev["fileCount"], on_dev["bucketRegion"], on_dev["routing"]) == (7, "us-east-1", "pages")


def test_the_guards_of_both_stages(dev: Project, prod: Project) -> None:
    """PROD blocks all public access; DEV is public only by its policy; both have ACLs off."""
    s3 = dev.sandbox.s3
    for project, public in ((dev, False), (prod, True)):
        bucket = project.outputs()["bucketName"]
        block = s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"]
        assert (block["BlockPublicAcls"], block["IgnorePublicAcls"]) == (True, True)
        assert (block["BlockPublicPolicy"], block["RestrictPublicBuckets"]) == (public, public)
        (rule,) = s3.get_bucket_ownership_controls(Bucket=bucket)["OwnershipControls"]["Rules"]
        assert rule["ObjectOwnership"] == "BucketOwnerEnforced"


def test_what_is_set_on_a_bucket_is_set_in_turn(dev: Project, prod: Project) -> None:
    """S3 may refuse two settings that are written at once, so each waits for the previous one."""
    both = ["BucketOwnershipControls", "BucketPublicAccessBlock", "BucketCorsConfiguration", "BucketPolicy"]
    for project, kinds in ((dev, [*both[:3], "BucketWebsiteConfiguration", both[3]]), (prod, both)):
        found = {item["type"].rpartition(":")[2]: item for item in project.state()}
        for before, after in pairwise(kinds):
            assert found[before]["urn"] in found[after]["dependencies"]


@pytest.mark.parametrize("stage", ["dev", "prod"])
def test_a_second_up_is_a_no_op(stage: str, request: pytest.FixtureRequest) -> None:
    """Without changes no resource is updated and nothing is invalidated, also by the preview."""
    project: Project = request.getfixturevalue(stage)
    before = project.invalidations() if stage == "prod" else []
    assert project.up().changes == {}
    assert "unchanged" in project.pulumi("preview", "--expect-no-changes", "--stack", stage).output
    assert (project.invalidations() if stage == "prod" else []) == before


def test_one_changed_page_is_one_upload_and_its_paths(prod: Project) -> None:
    """A changed page updates one object and invalidates exactly its URLs, uploads nothing else."""
    bucket = prod.outputs()["bucketName"]
    before = {item["Key"]: item["ETag"] for item in prod.sandbox.s3.list_objects_v2(Bucket=bucket)["Contents"]}
    prod.write("www/docs/index.html", "<h1>docs, second edition</h1>")
    # The publish marker, the object, the record of the bucket, the invalidation.
    assert prod.up().changes == {"updated": 4}
    after = {item["Key"]: item["ETag"] for item in prod.sandbox.s3.list_objects_v2(Bucket=bucket)["Contents"]}
    assert {key for key in after if before[key] != after[key]} == {"docs/index.html"}
    assert prod.invalidations()[-1] == ["/docs", "/docs/", "/docs/index.html"]
    assert "second edition" in prod.get("/docs/index.html").text


def test_an_ignored_change_is_nothing(dev: Project, prod: Project) -> None:
    """A changed or new file that the patterns ignore changes no resource and invalidates nothing."""
    for project in (dev, prod):
        project.write("www/notes.draft", "still secret")
        project.write("www/more.draft", "secret too")
    before = prod.invalidations()
    assert dev.up().changes == {}
    assert prod.up().changes == {}
    assert prod.invalidations() == before


def test_a_removed_file_is_gone_and_invalidated(prod: Project) -> None:
    """A removed file is deleted from the bucket and the edge."""
    (prod.path / "www/style.css").unlink()
    assert prod.up().changes == {"deleted": 1, "updated": 3}
    assert "style.css" not in prod.stored()
    assert prod.invalidations()[-1] == ["/style.css"]


def test_there_and_back_invalidates_twice(prod: Project) -> None:
    """A -> B -> A: each change of content has its own invalidation."""
    before = len(prod.invalidations())
    for text in ("<h1>B</h1>", SITE["about.html"]):
        prod.write("www/about.html", text)
        prod.up()
        assert prod.get("/about.html").text == text
    assert prod.invalidations()[before:] == [["/about", "/about.html"], ["/about", "/about.html"]]


def test_a_changed_error_page_invalidates_everything(prod: Project) -> None:
    """The error page is cached under many paths, so a changed one invalidates everything."""
    prod.write("www/404.html", "<h1>not here, again</h1>")
    prod.up()
    assert prod.invalidations()[-1] == ["/*"]


def test_a_hand_deleted_object_is_repaired_by_refresh(dev: Project) -> None:
    """`pulumi up --refresh` detects an object that was deleted by hand, and restores it."""
    dev.sandbox.s3.delete_object(Bucket=dev.outputs()["bucketName"], Key="about.html")
    assert dev.get("/about.html").status == 404
    assert dev.up("--refresh").changes == {"created": 1, "updated": 1}
    assert dev.get("/about.html").text == SITE["about.html"]


@pytest.mark.parametrize("stage", ["dev", "prod"])
def test_verify_finds_what_another_hand_changed(stage: str, request: pytest.FixtureRequest) -> None:
    """Every answer is right, until an object has other bytes and another type."""
    project: Project = request.getfixturevalue(stage)
    status, report = project.verify()
    assert (status, report["wrong"]) == (0, [])
    outputs = project.outputs()
    assert report["digest"] == outputs["digest"]
    assert report["checks"]["files"] == {"count": outputs["fileCount"], "wrong": 0}
    assert report["checks"]["ignored files"]["count"] >= 3
    assert len(report["edgeLocations"]) == (1 if stage == "prod" else 0)
    project.sandbox.s3.put_object(
        Bucket=outputs["bucketName"], Key="about.html", Body=b"by hand", ContentType="text/plain"
    )
    if stage == "prod":
        project.sandbox.cloudfront.create_invalidation(
            DistributionId=outputs["distributionId"],
            InvalidationBatch={"Paths": {"Quantity": 1, "Items": ["/*"]}, "CallerReference": "by hand"},
        )
    status, report = project.verify()
    assert status == 1
    (wrong,) = [wrong for wrong in report["wrong"] if wrong["kind"] == "files"]
    assert wrong["subject"] == "about.html"
    assert {found["what"] for found in wrong["differences"]} == {"body", "content-type", "cache-control"}


@pytest.mark.parametrize("stage", ["dev", "prod"])
def test_destroy_leaves_nothing(stage: str, request: pytest.FixtureRequest) -> None:
    """`pulumi destroy` deletes the bucket, the distribution and the access control."""
    project: Project = request.getfixturevalue(stage)
    outputs = project.outputs()
    project.pulumi("destroy", "--yes", "--skip-preview", "--stack", stage)
    sandbox = project.sandbox
    assert outputs["bucketName"] not in {bucket["Name"] for bucket in sandbox.s3.list_buckets()["Buckets"]}
    listed = sandbox.cloudfront.list_distributions()["DistributionList"].get("Items", [])
    assert outputs["distributionId"] not in {item["Id"] for item in listed}
    kept = str(sandbox.cloudfront.list_origin_access_controls())
    assert project.name not in kept
    assert project.state() == []
