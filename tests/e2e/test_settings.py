"""The effect of each setting, in the cloud's own API or over HTTP."""

from __future__ import annotations

import json
import re
import subprocess
from typing import TYPE_CHECKING, Any

import pytest

from tests.e2e.compressed import FILES as COMPRESSED
from tests.e2e.compressed import check_compressed, write_compressed
from tests.e2e.gate import Gate
from tests.e2e.harness import fetch
from tests.repository import REPOSITORY

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.e2e.harness import Project, Sandbox


@pytest.fixture(scope="module")
def dev(new_project: Callable[[str], Project]) -> Project:
    """Return a DEV stage with every `website:` and `publish:` setting that it has changed."""
    project = new_project("dev")
    project.write("app/out/home.html", "<h1>home</h1>")
    project.write("app/out/errors/404.html", "<h1>not here</h1>")
    project.write("app/out/keep.map", "kept")
    project.write("app/out/drop.map", "dropped")
    project.write("app/out/drafts/one.html", "draft")
    project.write("app/out/style.css", "h1 {}")
    project.write("app/out/rules/ignored", "drafts/\n")
    project.config("website:indexDocument", "home.html")
    project.config("website:errorDocument", "errors/404.html")
    project.config("website:bucketName", f"{project.name}-settings-bucket")
    cors = {"allowedMethods": ["GET", "HEAD"], "allowedOrigins": ["https://app.example"], "maxAgeSeconds": 60}
    project.config("website:cors", [cors])
    project.config("publish:directory", "app/out")
    project.config("publish:ignore[0]", "*.map", "--path")
    project.config("publish:ignore[1]", "!keep.map", "--path")
    project.config("publish:ignoreFile", "rules/ignored")
    project.config("publish:cacheControl", [{"pattern": "*.css", "value": "public, max-age=60"}])
    write_compressed(project, "app/out")
    project.config("publish:buildCommand", "echo built > app/out/built.txt && echo the build speaks")
    project.up()
    return project


@pytest.fixture(scope="module")
def prod(new_project: Callable[[str], Project]) -> Project:
    """Return a PROD stage with every `cloudfront:` setting and the invalidation's changed."""
    project = new_project("prod")
    project.write("www/index.html", "<h1>home</h1>")
    project.write("www/404.html", "<h1>not here</h1>")
    for number in range(4):
        project.write(f"www/{number}.txt", "one")
    write_compressed(project, "www")
    project.config("publish:directory", "www")
    project.config("cloudfront:minTtl", "10")
    project.config("cloudfront:defaultTtl", "20")
    project.config("cloudfront:maxTtl", "30")
    project.write("www/app.0a1b2c3d.js", "let a")
    project.config("publish:cacheControl", [{"pattern": "*.txt", "value": "max-age=5"}])
    page = {"errorCode": 404, "responseCode": 404, "responsePagePath": "/404.html", "cachingMinTtl": 5}
    project.config("cloudfront:errorResponses", [page])
    project.config("cloudfront:priceClass", "PriceClass_100")
    project.config("cloudfront:httpVersion", "http2")
    project.config("cloudfront:ipv6", "false")
    project.config("cloudfront:compress", "false")
    project.config("cloudfront:waitForDeployment", "false")
    project.config("publish:invalidationMaxPaths", "3")
    project.config("publish:invalidationWait", "true")
    project.up()
    return project


def distribution(project: Project) -> Any:  # noqa: ANN401 - boto3's answer
    """Return the distribution's config in the cloud."""
    found = project.sandbox.cloudfront.get_distribution(Id=project.outputs()["distributionId"])
    return found["Distribution"]["DistributionConfig"]


def test_bucket_name(dev: Project) -> None:
    """`website:bucketName` is the bucket's name."""
    assert dev.outputs()["bucketName"] == f"{dev.name}-settings-bucket"


def test_index_and_error_document(dev: Project) -> None:
    """`website:indexDocument` is served for the root, `website:errorDocument` for missing pages."""
    assert dev.get("/").text == "<h1>home</h1>"
    missing = dev.get("/nowhere")
    assert (missing.status, missing.text) == (404, "<h1>not here</h1>")


def test_cors(dev: Project) -> None:
    """`website:cors` is the bucket's CORS configuration, which answers requests."""
    (rule,) = dev.sandbox.s3.get_bucket_cors(Bucket=dev.outputs()["bucketName"])["CORSRules"]
    assert (rule["AllowedMethods"], rule["AllowedOrigins"]) == (["GET", "HEAD"], ["https://app.example"])
    assert rule["MaxAgeSeconds"] == 60
    allowed = dev.get("/", headers={"Origin": "https://app.example"}).headers
    assert allowed["access-control-allow-origin"] == "https://app.example"
    assert "access-control-allow-origin" not in dev.get("/", headers={"Origin": "https://other.example"}).headers


def test_directory_ignore_and_ignore_file(dev: Project) -> None:
    """`publish:directory`, `publish:ignore` and `publish:ignoreFile` decide which files are in the bucket."""
    assert dev.stored() == sorted(["built.txt", "errors/404.html", "home.html", "keep.map", "style.css", *COMPRESSED])


def test_cache_control(dev: Project) -> None:
    """`publish:cacheControl` is the header of the files that it matches."""
    assert dev.get("/style.css").headers["cache-control"] == "public, max-age=60"
    assert dev.get("/").headers["cache-control"] == "public, max-age=0, must-revalidate, s-maxage=86400"


def test_content_encoding(dev: Project, prod: Project) -> None:
    """Compressed files have their encoding on both stages; `publish:contentEncoding` adds to those that have one."""
    check_compressed(dev, "app/out")
    check_compressed(prod, "www")


def test_build_command(dev: Project) -> None:
    """`publish:buildCommand` ran before staging."""
    assert dev.get("/built.txt").text == "built\n"


def test_no_cors_and_retained_bucket(new_project: Callable[[str], Project]) -> None:
    """`website:cors []` removes the configuration; `website:retainBucket` keeps bucket and objects on destroy."""
    project = new_project("dev")
    project.write("www/index.html", "kept")
    project.write("www/old.html", "goes")
    project.config("publish:directory", "www")
    project.config("website:retainBucket", "true")
    project.up()
    bucket, s3 = project.outputs()["bucketName"], project.sandbox.s3
    assert s3.get_bucket_cors(Bucket=bucket)["CORSRules"][0]["AllowedOrigins"] == ["*"]
    project.config("website:cors", "[]")
    (project.path / "www/old.html").unlink()
    project.up()
    with pytest.raises(s3.exceptions.ClientError, match="NoSuchCORSConfiguration"):
        s3.get_bucket_cors(Bucket=bucket)
    assert project.stored() == ["index.html"]
    url = project.url()
    project.pulumi("destroy", "--yes", "--skip-preview", "--stack", "dev")
    assert s3.get_object(Bucket=bucket, Key="index.html")["Body"].read() == b"kept"
    assert fetch(url, headers={"Host": f"{bucket}.s3-website-us-east-1.amazonaws.com"}).status != 200
    take_back(project, bucket)
    (project.path / "www/new.html").write_text("new")
    project.up()
    assert (project.outputs()["bucketName"], project.get("/").text) == (bucket, "kept")
    assert project.stored() == ["index.html", "new.html"]


def take_back(project: Project, bucket: str) -> None:
    """Run the commands of docs/retained-bucket.md."""
    found = re.search(r"```sh\nproject=.*\n((?s:.*?))```", (REPOSITORY / "docs/retained-bucket.md").read_text())
    assert found
    names = {"project": project.name, "stack": project.stack, "bucket": bucket, "region": "us-east-1"}
    subprocess.run(["sh", "-ec", found[1]], cwd=project.path, env={**project.sandbox.env, **names}, check=True)
    planned = project.pulumi("preview", "--stack", project.stack).output
    (line,) = [line for line in planned.splitlines() if "aws:s3:Bucket " in line] or [""]
    assert "create" not in line
    assert "replace" not in line


def test_times_to_live(prod: Project) -> None:
    """`cloudfront:minTtl`, `defaultTtl` and `maxTtl` are in the files' headers, and a preview warns of a change."""
    control = {path: prod.get(path).headers["cache-control"] for path in ("/", "/0.txt", "/app.0a1b2c3d.js")}
    revalidate = "public, max-age=0, must-revalidate"
    assert control == {
        "/": f"{revalidate}, s-maxage=20",
        "/0.txt": "max-age=5, s-maxage=10",
        "/app.0a1b2c3d.js": "public, max-age=31536000, immutable, s-maxage=30",
    }
    prod.config("cloudfront:defaultTtl", "25")
    said = prod.pulumi("preview", "--stack", "prod").output
    assert "8 of 13 files are written to the bucket again for their Cache-Control alone" in said
    prod.config("cloudfront:defaultTtl", "20")


def test_policies_are_managed_ones(prod: Project) -> None:
    """With other TTLs and compression, the distribution still has AWS's policies, and the stack has none of its own."""
    behavior = distribution(prod)["DefaultCacheBehavior"]
    assert behavior["CachePolicyId"] == "b2884449-e4de-46a7-ac36-70bc7f1ddd6d"
    assert behavior["ResponseHeadersPolicyId"] == "e61eb60c-9c35-4d20-a928-2b84e02af89c"
    assert not [one["type"] for one in prod.state() if "cloudfront" in one["type"] and one["type"].endswith("Policy")]


def test_error_responses(prod: Project) -> None:
    """`cloudfront:errorResponses` replaces Amplify's: a missing page is a 404 with its own document."""
    (item,) = distribution(prod)["CustomErrorResponses"]["Items"]
    assert item == {"ErrorCode": 404, "ResponseCode": "404", "ResponsePagePath": "/404.html", "ErrorCachingMinTTL": 5}
    missing = prod.get("/nowhere.js")
    assert (missing.status, missing.text) == (404, "<h1>not here</h1>")


def test_price_class_http_version_ipv6_and_compress(prod: Project) -> None:
    """The plain settings of the distribution are in its config."""
    config = distribution(prod)
    assert (config["PriceClass"], config["HttpVersion"]) == ("PriceClass_100", "http2")
    assert config["IsIPV6Enabled"] is False
    assert config["DefaultCacheBehavior"]["Compress"] is False


def test_invalidation_settings(prod: Project) -> None:
    """More URLs than `publish:invalidationMaxPaths` invalidate everything; `always` and `never` always or never do."""
    for number in range(4):
        prod.write(f"www/{number}.txt", "three")
    prod.up()
    assert prod.invalidations()[-1] == ["/*"]
    count = len(prod.invalidations())
    prod.config("publish:invalidate", "always")
    prod.up()
    assert len(prod.invalidations()) == count + 1
    prod.config("publish:invalidate", "never")
    prod.write("www/0.txt", "four")
    prod.up()
    assert len(prod.invalidations()) == count + 1
    assert prod.outputs()["invalidationId"] is None


def waited(project: Project, gate: Gate) -> list[bool]:
    """Run an `up` against a CloudFront that answers InProgress twice; return its output."""
    gate.unfinished, gate.polls = 2, []
    project.up()
    return gate.polls


def test_invalidation_wait(prod: Project, sandbox: Sandbox) -> None:
    """With `publish:invalidationWait` the update polls until the invalidation is completed, otherwise it does not."""
    prod.config("publish:invalidate", "auto")
    prod.config("cloudfront:waitForDeployment", "false")
    with Gate(sandbox.env["AWS_ENDPOINT_URL"]) as gate:
        prod.config("aws:endpoints", json.dumps([{"cloudfront": gate.url}]))
        assert waited(prod, gate) == [True, True, False]
        prod.config("publish:invalidationWait", "false")
        prod.write("www/0.txt", "six")
        assert waited(prod, gate) == []
    prod.unset("aws:endpoints")


def test_wait_for_deployment(prod: Project, sandbox: Sandbox) -> None:
    """With `cloudfront:waitForDeployment` the update polls until the distribution is deployed, else it does not."""
    with Gate(sandbox.env["AWS_ENDPOINT_URL"]) as gate:
        prod.config("aws:endpoints", json.dumps([{"cloudfront": gate.url}]))
        prod.config("cloudfront:priceClass", "PriceClass_200")
        hurried = waited(prod, gate)
        prod.config("cloudfront:waitForDeployment", "true")
        prod.config("cloudfront:priceClass", "PriceClass_All")
        patient = waited(prod, gate)
    prod.unset("aws:endpoints")
    # The provider reads the distribution once in the end, however far it is.
    assert hurried == [True]
    assert patient == [True, True, False, False]


def test_aws_settings_are_used_by_every_call(new_project: Callable[[str], Project]) -> None:
    """Resources and invalidation use the endpoint and keys in the stack's `aws:` config."""
    project = new_project("prod")
    endpoint = project.sandbox.env["AWS_ENDPOINT_URL"]
    services = {"s3": endpoint, "cloudfront": endpoint, "sts": endpoint}
    project.config("aws:region", "eu-west-1")
    project.config("aws:endpoints", json.dumps([services]))
    project.config("aws:accessKey", "test")
    project.config("aws:secretKey", "test", "--secret")
    project.config("aws:s3UsePathStyle", "true")
    nowhere = dict.fromkeys(("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_REGION", "AWS_DEFAULT_REGION"), "")
    project.up(env={**nowhere, "AWS_ENDPOINT_URL": "http://127.0.0.1:9"})
    outputs = project.outputs()
    assert outputs["bucketRegion"] == "eu-west-1"
    assert outputs["invalidationId"] is not None
    assert len(project.invalidations()) == 1


def test_dev_in_another_region_has_visitors(new_project: Callable[[str], Project]) -> None:
    """The site is served from the region of its bucket, which is not the sandbox's default."""
    project = new_project("dev")
    project.config("aws:region", "eu-central-1")
    project.up()
    assert project.outputs()["bucketRegion"] == "eu-central-1"
    assert (project.get("/").status, project.get("/no/such/page").status) == (200, 404)
