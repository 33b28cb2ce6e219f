from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hosting.migrate.migration import migrate
from hosting.migrate.request import Request
from tests.unit.migrate import amplify

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import pytest

    from tests.e2e.harness import Project

BUCKET = "old-shop-20180912101112-hostingbucket"
PAGE = "<h1>The shop</h1>"


def deployed_by_amplify(project: Project) -> str:
    """Create the bucket and the distribution of Amplify's template, and return the distribution's id."""
    project.sandbox.s3.create_bucket(Bucket=BUCKET)
    project.sandbox.s3.put_object(Bucket=BUCKET, Key="index.html", Body=b"old", ContentType="text/html")
    origin = {
        "Id": "hostingS3Bucket",
        "DomainName": f"{BUCKET}.s3.amazonaws.com",
        "S3OriginConfig": {"OriginAccessIdentity": ""},
    }
    config: Any = {
        "CallerReference": "amplify",
        "Comment": "",
        "Enabled": True,
        "HttpVersion": "http2",
        "DefaultRootObject": "index.html",
        "Origins": {"Quantity": 1, "Items": [origin]},
        "DefaultCacheBehavior": {
            "TargetOriginId": "hostingS3Bucket",
            "ViewerProtocolPolicy": "allow-all",
            "MinTTL": 60,
            "ForwardedValues": {"QueryString": False, "Cookies": {"Forward": "none"}},
        },
    }
    made = project.sandbox.cloudfront.create_distribution(DistributionConfig=config)
    return made["Distribution"]["Id"]


def amplify_app(folder: Path) -> Path:
    """Write an Amplify project whose build writes one page."""
    build = f"mkdir -p build && echo '{PAGE}' > build/index.html"
    return amplify.project(folder, amplify.first_generation(), config=amplify.commands(build=build))


def test_bucket_and_distribution_of_amplify_are_kept(
    new_project: Callable[[str], Project], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The printed import commands adopt both: neither is replaced, and the new build is published."""
    project = new_project("prod")
    app = amplify_app(project.path.parent / "app")
    distribution = deployed_by_amplify(project)
    monkeypatch.chdir(project.path)
    request = Request(app, "prod", region="us-east-1", distribution_id=distribution)
    lines = [line.split("#")[0].split() for line in migrate(request, project.path)]
    for imports in [line[1:] for line in lines if line[:2] == ["pulumi", "import"]]:
        project.pulumi(*imports, "--yes")
    planned = project.pulumi("preview", "--stack", "prod").output
    assert "replace" not in planned
    assert "delete" not in planned
    project.up()
    outputs = project.outputs()
    assert (outputs["bucketName"], outputs["distributionId"]) == (BUCKET, distribution)
    assert project.get().text.strip() == PAGE
    assert project.up().changes == {}
