"""The resources of a preview edge, and of a preview."""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING, Any

import pulumi
import pytest

from hosting.edge.password import password_hash
from hosting.publish.bulk.release_function import PASSWORD_HASH
from tests.program import conftest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.program.conftest import Deployed

RELEASE = "pulumi-python:dynamic/hosting:Release"
REVIEW = "pulumi-python:dynamic/hosting:Review"
STORE = "aws:cloudfront/keyValueStore:KeyValueStore"
FUNCTION = "aws:cloudfront/function:Function"
DISTRIBUTION = "aws:cloudfront/distribution:Distribution"
RECORD = "aws:route53/record:Record"
DOMAIN = "example-previews.com"
EDGE = {"previews_domain": DOMAIN, "domain_zone": DOMAIN}
OUTPUTS = {
    "previewsDomain": DOMAIN,
    "bucketName": "previews-1",
    "bucketRegion": "eu-north-1",
    "storeArn": "arn:aws:cloudfront::1:key-value-store/s1",
    "previewsMaxDays": 7,
}


@pytest.fixture(autouse=True)
def folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Run the program in a folder of the test's."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def edge_stack(monkeypatch: pytest.MonkeyPatch) -> None:
    """Deploy the stack of the edge, to which previews refer."""
    monkeypatch.setattr(conftest, "PREVIOUS_OUTPUTS", OUTPUTS)


@pytest.fixture
def warnings(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the warnings that the program logs."""
    found: list[str] = []
    monkeypatch.setattr(pulumi.log, "warn", lambda text, *_: found.append(text))
    return found


def code(deployed: Deployed, name: str = "site-release-function") -> str:
    """Return the code of a function."""
    return str(next(one.inputs["code"] for one in deployed.every if one.name == name))


def test_an_edge_is_one_of_everything(deploy: Callable[..., Deployed]) -> None:
    """It has one bucket, store, distribution, certificate and name, two functions, and no release."""
    edge = deploy("previews", **EDGE)
    kinds = [one.typ for one in edge.every]
    assert RELEASE not in kinds
    assert [kinds.count(kind) for kind in (STORE, DISTRIBUTION, FUNCTION, "aws:s3/bucket:Bucket")] == [1, 1, 2, 1]
    assert edge.resources[DISTRIBUTION]["aliases"] == [f"*.{DOMAIN}"]
    assert edge.resources["aws:acm/certificate:Certificate"]["domainName"] == f"*.{DOMAIN}"
    names = {(one.inputs["name"], one.inputs["type"]) for one in edge.every if one.typ == RECORD}
    assert {(f"*.{DOMAIN}", "A"), (f"*.{DOMAIN}", "AAAA")} < names
    assert edge.resources["hosting:index:PreviewEdge"] is not None
    assert not edge.resources[DISTRIBUTION].get("customErrorResponses")
    statement, _ = json.loads(edge.resources["aws:s3/bucketPolicy:BucketPolicy"]["policy"])["Statement"]
    assert [arn.partition("/")[2] for arn in statement["NotResource"]] == [".release/records/*", ".pulumi/*"]


def test_an_edge_asks_for_more_specific_names(deploy: Callable[..., Deployed]) -> None:
    """CloudFront is asked for names of other distributions below the domain, once there is a distribution."""
    edge = deploy("previews", **EDGE)
    asked = edge.resources["pulumi-python:dynamic/hosting:NameConflicts"]
    assert (asked["name"], asked["distribution"]) == (f"*.{DOMAIN}", "site-distribution-id")
    assert asked["urn"].endswith(
        "hosting:index:PreviewEdge$pulumi-python:dynamic/hosting:NameConflicts::site-name-conflicts"
    )
    assert "site-distribution" in edge.dependencies["site-name-conflicts"]


def test_the_outputs_of_an_edge(deploy: Callable[..., Deployed]) -> None:
    """They are what a preview needs, and the password."""
    found = deploy("previews", **EDGE, previews_maxDays="9").outputs
    assert {key: found[key] for key in ("previewsDomain", "previewsMaxDays", "bucketRegion", "distributionId")} == {
        "previewsDomain": DOMAIN,
        "previewsMaxDays": 9,
        "bucketRegion": "eu-north-1",
        "distributionId": "site-distribution-id",
    }
    assert found["storeArn"] == OUTPUTS["storeArn"]
    assert (found["password"], found["url"]) == ("generated", None)


def test_the_password_of_an_edge(deploy: Callable[..., Deployed]) -> None:
    """The function has the hash of a generated password, or of one in the settings, or none."""
    generated = deploy("previews", **EDGE)
    assert password_hash("preview", "generated", DOMAIN) in code(generated)
    assert PASSWORD_HASH not in code(generated)
    own = deploy("previews", secret_keys=["access:password"], access_username="a", access_password="b", **EDGE)
    assert password_hash("a", "b", DOMAIN) in code(own)
    assert own.outputs["password"] == "b"
    assert "pulumi-python:dynamic/hosting:GeneratedPassword" not in own.resources
    public = deploy("previews", **EDGE, previews_public="true")
    assert public.outputs["password"] is None
    assert PASSWORD_HASH not in code(public)
    assert "[''," in code(public)


def test_the_warnings_of_an_edge(deploy: Callable[..., Deployed], folder: Path, warnings: list[str]) -> None:
    """Each setting without effect is named, and a domain of another stack."""
    (folder / "Pulumi.prod.yaml").write_text(f"config:\n  domain:names: '[\"www.{DOMAIN}\"]'\n")
    deploy("previews", **EDGE, publish_directory="www")
    assert warnings[0] == (
        "'publish:directory' has no effect, as a preview edge publishes no files itself. To remove it: "
        "pulumi config rm --stack previews publish:directory"
    )
    assert warnings[1].startswith(f"'previews:domain' {DOMAIN} is below {DOMAIN}, as are names of another stack")


def test_the_warnings_of_another_stack(deploy: Callable[..., Deployed], warnings: list[str]) -> None:
    """A setting of previews has no effect there."""
    deploy("dev", previews_base="main")
    command = "pulumi config rm --stack dev previews:base"
    assert warnings == [f"'previews:base' has no effect, as only a preview has it. To remove it: {command}"]


@pytest.mark.usefixtures("edge_stack")
def test_the_review_of_a_preview(deploy: Callable[..., Deployed]) -> None:
    """It compares with the record of the base in the edge's bucket, before the release; its own record comes last."""
    found = deploy("PR_7", previews_edge="previews")
    review, record = found.resources[REVIEW], found.resources[f"{REVIEW}Record"]
    assert (review["bucket"], review["keys"]) == ("previews-1", [".release/records/main/review.json.gz"])
    assert (record["bucket"], record["keys"]) == ("previews-1", [".release/records/pr-7/review.json.gz"])
    assert review["name"] == "the live release of preview 'main'"
    assert review["urn"].endswith("hosting:index:Preview$pulumi-python:dynamic/hosting:Review::site-review")
    assert "site-review" in found.dependencies["site-publish-marker"]
    assert "site-release" in found.dependencies["site-review-record"]
    off = deploy("PR_7", previews_edge="previews", publish_gate='{"urls": "off", "links": "off"}')
    assert {REVIEW, f"{REVIEW}Record"}.isdisjoint(off.resources)


@pytest.mark.usefixtures("edge_stack")
def test_a_preview_is_a_release_on_the_edge(deploy: Callable[..., Deployed], folder: Path) -> None:
    """It declares a marker and a release, and nothing in AWS of its own."""
    found = deploy("PR_7", previews_edge="previews")
    kinds = {one.typ for one in found.every}
    assert kinds == {
        *("hosting:index:Preview", "pulumi:pulumi:StackReference", RELEASE, REVIEW, f"{REVIEW}Record"),
        "pulumi-python:dynamic/hosting:PublishMarker",
    }
    release = found.resources[RELEASE]
    assert (release["bucket"], release["store"]) == ("previews-1", OUTPUTS["storeArn"])
    assert release["preview"] == {
        "name": "pr-7",
        "base": "main",
        "owner": f"{pulumi.get_organization()}/static-site/PR_7",
        "expire_days": 7,
        "password": "",
        "is_branch": False,
        "region": "eu-north-1",
    }
    assert release["urn"].endswith("hosting:index:Preview$pulumi-python:dynamic/hosting:Release::site-release")
    assert (folder / release["staging"] / "edge.json").is_file()
    assert (found.outputs["url"], found.outputs["previewName"]) == (f"https://pr-7.{DOMAIN}", "pr-7")
    assert (found.outputs["bucketName"], found.outputs["fileCount"]) == ("previews-1", 3)
    assert (found.outputs["expires"], found.outputs["routing"]) == ("2027-01-15T08:00:00Z", "pages")


def test_an_edge_in_the_settings(deploy: Callable[..., Deployed]) -> None:
    """The outputs of the edge need no access to its stack."""
    given = deploy("main", previews_edge=json.dumps(OUTPUTS), previews_expireDays="3", website_routing="mpa")
    preview = given.resources[RELEASE]["preview"]
    assert "pulumi:pulumi:StackReference" not in given.resources
    assert (preview["expire_days"], preview["base"], preview["is_branch"]) == (3, "", True)
    assert given.outputs["routing"] == "mpa"


@pytest.mark.usefixtures("edge_stack")
def test_a_preview_with_a_password_and_a_base(deploy: Callable[..., Deployed]) -> None:
    """Its own password is a hash with the salt of the edge, and any preview can be its base."""
    found = deploy(
        *("feature-x",),
        secret_keys=["access:password"],
        access_username="a",
        access_password="b",
        previews_edge="acme/edges/previews",
        previews_base="Release/2",
        deployments_branch="feature/x",
    )
    # The mocks have the secret as the whole map.
    preview = found.resources[RELEASE]["preview"]["value"]
    assert preview["password"] == password_hash("a", "b", DOMAIN)
    assert (preview["base"], preview["is_branch"]) == ("release-2", True)
    assert found.resources["pulumi:pulumi:StackReference"]["name"] == "acme/edges/previews"


@pytest.mark.usefixtures("edge_stack")
def test_the_warnings_of_a_preview(deploy: Callable[..., Deployed], warnings: list[str]) -> None:
    """What belongs to the edge's distribution is named: settings, proxies and rules by country."""
    rules = [
        {"source": "/api/<*>", "target": "https://api.example.com/<*>", "status": "200"},
        {"source": "/a", "target": "/b", "condition": "<US>"},
        {"source": "/c", "target": "/d"},
    ]
    found = deploy(
        "pr-7",
        previews_edge="previews",
        website_redirects=json.dumps(rules),
        cloudfront_priceClass="PriceClass_100",
    )
    assert any(text.startswith("'cloudfront:priceClass' has no effect, as a preview has no") for text in warnings)
    assert any("has no effect on a preview: a proxy to another server" in text for text in warnings)
    assert any("has no effect on a preview: its edge does not know" in text for text in warnings)
    assert found.resources[RELEASE]["preview"]["name"] == "pr-7"


def test_an_edge_that_is_not_deployed(deploy: Callable[..., Deployed]) -> None:
    """A stack without the outputs of an edge is refused, with the command that deploys it."""
    with pytest.raises(pulumi.RunError, match=r"^Stack 'previews' in 'previews:edge' is not a preview edge, or not"):
        deploy("pr-7", previews_edge="previews")


def test_a_preview_publishes_its_own_files(deploy: Callable[..., Deployed]) -> None:
    """`publish:from` is for a site, which a preview is promoted to."""
    with pytest.raises(pulumi.RunError, match="'publish:from' cannot be set on a preview"):
        deploy("pr-7", previews_edge=json.dumps(OUTPUTS), publish_from="main")


def test_a_name_without_letters(deploy: Callable[..., Deployed]) -> None:
    """A stack whose name has no letters and digits cannot have an address."""
    with pytest.raises(pulumi.RunError, match="pulumi stack rename --stack _ '<name>'"):
        deploy("_", previews_edge=json.dumps(OUTPUTS))


def test_a_site_is_no_edge_and_no_preview() -> None:
    """The component of a site refuses the settings of the other components."""
    from hosting import StaticSite  # noqa: PLC0415
    from hosting.config.load import RawConfig, load_settings  # noqa: PLC0415

    values: dict[str, Any] = {"previews:edge": "previews"}
    settings = load_settings(RawConfig("pr-7", values), {"AWS_REGION": "eu-north-1"})
    pulumi.runtime.set_mocks(conftest.Cloud(), logger=logging.getLogger("site"))
    with pytest.raises(pulumi.RunError, match="A StaticSite cannot have 'previews:edge'"):
        StaticSite("site", settings=settings)
