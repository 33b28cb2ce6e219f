"""`pulumi config set` of each setting, seen in the cloud's own answer or over HTTP."""

from __future__ import annotations

import json
import re
import subprocess
from typing import TYPE_CHECKING, Any

import pytest

from tests.e2e.gate import Gate
from tests.e2e.harness import REPOSITORY, fetch

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
    project.config("website:cors[0].allowedMethods[0]", "GET", "--path")
    project.config("website:cors[0].allowedMethods[1]", "HEAD", "--path")
    project.config("website:cors[0].allowedOrigins[0]", "https://app.example", "--path")
    project.config("website:cors[0].maxAgeSeconds", "60", "--path")
    project.config("publish:directory", "app/out")
    project.config("publish:ignore[0]", "*.map", "--path")
    project.config("publish:ignore[1]", "!keep.map", "--path")
    project.config("publish:ignoreFile", "rules/ignored")
    project.config("publish:cacheControl[0].pattern", "*.css", "--path")
    project.config("publish:cacheControl[0].value", "public, max-age=60", "--path")
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
    project.config("publish:directory", "www")
    project.config("cloudfront:minTtl", "10")
    project.config("cloudfront:defaultTtl", "20")
    project.config("cloudfront:maxTtl", "30")
    project.config("cloudfront:errorResponses[0].errorCode", "404", "--path")
    project.config("cloudfront:errorResponses[0].responseCode", "404", "--path")
    project.config("cloudfront:errorResponses[0].responsePagePath", "/404.html", "--path")
    project.config("cloudfront:errorResponses[0].cachingMinTtl", "5", "--path")
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
    """`website:indexDocument` answers the root, `website:errorDocument` what is missing."""
    assert dev.get("/").text == "<h1>home</h1>"
    missing = dev.get("/nowhere")
    assert (missing.status, missing.text) == (404, "<h1>not here</h1>")


def test_cors(dev: Project) -> None:
    """`website:cors` is the bucket's CORS configuration, and is answered by it."""
    (rule,) = dev.sandbox.s3.get_bucket_cors(Bucket=dev.outputs()["bucketName"])["CORSRules"]
    assert (rule["AllowedMethods"], rule["AllowedOrigins"]) == (["GET", "HEAD"], ["https://app.example"])
    assert rule["MaxAgeSeconds"] == 60
    allowed = dev.get("/", headers={"Origin": "https://app.example"}).headers
    assert allowed["access-control-allow-origin"] == "https://app.example"
    assert "access-control-allow-origin" not in dev.get("/", headers={"Origin": "https://other.example"}).headers


def test_directory_ignore_and_ignore_file(dev: Project) -> None:
    """`publish:directory`, `publish:ignore` and `publish:ignoreFile` say together what is in the bucket."""
    assert dev.stored() == ["built.txt", "errors/404.html", "home.html", "keep.map", "style.css"]


def test_cache_control(dev: Project) -> None:
    """`publish:cacheControl` is the header of the files that it matches."""
    assert dev.get("/style.css").headers["cache-control"] == "public, max-age=60"
    assert "cache-control" not in dev.get("/").headers


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
    project.pulumi("destroy", "--yes", "--stack", "dev")
    assert s3.get_object(Bucket=bucket, Key="index.html")["Body"].read() == b"kept"
    assert fetch(url, headers={"Host": f"{bucket}.s3-website-us-east-1.amazonaws.com"}).status != 200
    take_back(project, bucket)
    (project.path / "www/new.html").write_text("new")
    project.up()
    assert (project.outputs()["bucketName"], project.get("/").text) == (bucket, "kept")
    assert project.stored() == ["index.html", "new.html"]


def take_back(project: Project, bucket: str) -> None:
    """Do what the page about retained buckets says."""
    found = re.search(r"```sh\nproject=.*\n((?s:.*?))```", (REPOSITORY / "docs/retained-bucket.md").read_text())
    assert found
    names = {"project": project.name, "stack": project.stack, "bucket": bucket, "region": "us-east-1"}
    subprocess.run(["sh", "-ec", found[1]], cwd=project.path, env={**project.sandbox.env, **names}, check=True)
    planned = project.pulumi("preview", "--stack", project.stack).output
    (line,) = [line for line in planned.splitlines() if "aws:s3:Bucket " in line] or [""]
    assert "create" not in line
    assert "replace" not in line


def test_times_to_live(prod: Project) -> None:
    """`cloudfront:minTtl`, `defaultTtl` and `maxTtl` are the cache policy's."""
    policy = distribution(prod)["DefaultCacheBehavior"]["CachePolicyId"]
    config = prod.sandbox.cloudfront.get_cache_policy(Id=policy)["CachePolicy"]["CachePolicyConfig"]
    assert (config["MinTTL"], config["DefaultTTL"], config["MaxTTL"]) == (10, 20, 30)
    key = config["ParametersInCacheKeyAndForwardedToOrigin"]
    assert (key["EnableAcceptEncodingGzip"], key["EnableAcceptEncodingBrotli"]) == (False, False)


def test_error_responses(prod: Project) -> None:
    """`cloudfront:errorResponses` replaces Amplify's: a missing page is a 404 with its own document."""
    (item,) = distribution(prod)["CustomErrorResponses"]["Items"]
    assert item == {"ErrorCode": 404, "ResponseCode": "404", "ResponsePagePath": "/404.html", "ErrorCachingMinTTL": 5}
    missing = prod.get("/nowhere")
    assert (missing.status, missing.text) == (404, "<h1>not here</h1>")


def test_price_class_http_version_ipv6_and_compress(prod: Project) -> None:
    """The plain settings of the distribution are in its config."""
    config = distribution(prod)
    assert (config["PriceClass"], config["HttpVersion"]) == ("PriceClass_100", "http2")
    assert config["IsIPV6Enabled"] is False
    assert config["DefaultCacheBehavior"]["Compress"] is False


def test_invalidation_settings(prod: Project) -> None:
    """More URLs than `publish:invalidationMaxPaths` collapse; `always` and `never` do what they say."""
    for number in range(3):
        prod.write(f"www/{number}.txt", "two")
    prod.up()
    assert prod.invalidations()[-1] == ["/0.txt", "/1.txt", "/2.txt"]
    for number in range(4):
        prod.write(f"www/{number}.txt", "three")
    prod.up()
    assert prod.invalidations()[-1] == ["/*"]
    count = len(prod.invalidations())
    prod.config("publish:invalidate", "always")
    prod.up()
    prod.up()
    assert len(prod.invalidations()) == count + 2
    prod.config("publish:invalidate", "never")
    prod.write("www/0.txt", "four")
    prod.up()
    assert len(prod.invalidations()) == count + 2
    assert prod.outputs()["invalidationId"] is None


def waited(project: Project, gate: Gate) -> list[bool]:
    """Run an `up` against a CloudFront that is in progress the first two times it is asked; return what it told."""
    gate.unfinished, gate.polls = 2, []
    project.up()
    return gate.polls


def test_invalidation_wait(prod: Project, sandbox: Sandbox) -> None:
    """With `publish:invalidationWait` the update asks until the invalidation is completed, without it never."""
    prod.config("publish:invalidate", "auto")
    prod.config("cloudfront:waitForDeployment", "false")
    with Gate(sandbox.env["AWS_ENDPOINT_URL"]) as gate:
        prod.config("aws:endpoints", json.dumps([{"cloudfront": gate.url}]))
        prod.up()
        prod.write("www/0.txt", "five")
        assert waited(prod, gate) == [True, True, False]
        prod.config("publish:invalidationWait", "false")
        prod.write("www/0.txt", "six")
        assert waited(prod, gate) == []
    prod.pulumi("config", "rm", "--stack", "prod", "aws:endpoints")


def test_wait_for_deployment(prod: Project, sandbox: Sandbox) -> None:
    """With `cloudfront:waitForDeployment` the update asks until the distribution is deployed, without it does not."""
    with Gate(sandbox.env["AWS_ENDPOINT_URL"]) as gate:
        prod.config("aws:endpoints", json.dumps([{"cloudfront": gate.url}]))
        prod.config("cloudfront:priceClass", "PriceClass_200")
        hurried = waited(prod, gate)
        prod.config("cloudfront:waitForDeployment", "true")
        prod.config("cloudfront:priceClass", "PriceClass_All")
        patient = waited(prod, gate)
    prod.pulumi("config", "rm", "--stack", "prod", "aws:endpoints")
    # The provider reads the distribution once in the end, however far it is.
    assert hurried == [True]
    assert patient == [True, True, False, False]


def test_aws_settings_are_used_by_every_call(new_project: Callable[[str], Project]) -> None:
    """With the endpoint and keys in the stack's `aws:` config alone, resources and invalidation use them."""
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
    """The site is where its bucket is, which is not where the sandbox looks first."""
    project = new_project("dev")
    project.config("aws:region", "eu-central-1")
    project.up()
    assert project.outputs()["bucketRegion"] == "eu-central-1"
    assert (project.get("/").status, project.get("/no/such/page").status) == (200, 404)
