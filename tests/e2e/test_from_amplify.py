from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

from hosting.migrate.cli import main
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


SPEC = """version: 1
frontend:
  phases:
    preBuild: {commands: [mkdir -p dist]}
    build: {commands: ["cp pages/* dist && echo built", 'echo "$GREETING" > dist/greeting.txt']}
  artifacts: {baseDirectory: dist, files: ['**/*']}
customHeaders:
  - {pattern: '**', headers: [{key: X-From, value: amplify}]}
"""
APP = {
    "appId": "d123",
    "appArn": "arn:aws:amplify:us-east-1:111122223333:apps/d123",
    "platform": "WEB",
    "environmentVariables": {"GREETING": "hello", "VITE_URL": "https://a.example"},
    "enableBasicAuth": True,
    "basicAuthCredentials": base64.b64encode(b"me:hunter2").decode(),
    "customRules": [{"source": "/old", "target": "/", "status": "301"}],
}


def test_an_app_of_amplify_hosting(
    new_project: Callable[[str], Project], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """An app is imported and deployed with its variables, password, headers and rules; no secret is shown."""
    project = new_project("prod")
    app = amplify.write(project.path.parent / "hosted", {"pages/index.html": PAGE, "amplify.yml": SPEC})
    amplify.write(project.path, {"app.json": {"app": APP}})
    monkeypatch.chdir(project.path)
    for name, value in project.sandbox.env.items():
        monkeypatch.setenv(name, value)
    assert main([str(app), "--stack", "prod", "--app", "app.json"]) == 0
    out = capsys.readouterr().out
    assert "Encrypted into the stack's file" in out
    assert "hunter2" not in out + (project.path / "Pulumi.prod.yaml").read_text()
    project.pulumi("preview", "--stack", "prod")
    project.up()
    credentials = {"authorization": f"Basic {APP['basicAuthCredentials']}"}
    assert project.get().status == 401
    page = project.get("/", headers=credentials)
    assert (page.text.strip(), page.headers["x-from"]) == (PAGE, "amplify")
    assert project.get("/greeting.txt", headers=credentials).text == "hello\n"
    assert project.get("/old", headers=credentials).headers["location"] == "/"
