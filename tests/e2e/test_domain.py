"""Custom host names, deployed by the real engine and requested by name."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import boto3
import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.e2e.harness import Answer, Project


@dataclass
class World:
    """The local cloud's certificates and DNS."""

    acm: Any
    route53: Any

    def zone(self, name: str) -> str:
        """Create a zone; return its id."""
        made = self.route53.create_hosted_zone(Name=name, CallerReference=name)
        return str(made["HostedZone"]["Id"]).rpartition("/")[2]

    def records(self, zone: str) -> dict[tuple[str, str], dict[str, Any]]:
        """Return the records of a zone, by name and type, except those that each zone has."""
        found = self.route53.list_resource_record_sets(HostedZoneId=zone)["ResourceRecordSets"]
        return {(one["Name"].rstrip("."), one["Type"]): one for one in found if one["Type"] not in ("NS", "SOA")}

    def put(self, zone: str, name: str, value: str) -> None:
        """Create a CNAME, as a user does at another DNS provider."""
        record = {"Name": name, "Type": "CNAME", "TTL": 60, "ResourceRecords": [{"Value": value}]}
        batch = {"Changes": [{"Action": "UPSERT", "ResourceRecordSet": record}]}
        self.route53.change_resource_record_sets(HostedZoneId=zone, ChangeBatch=batch)

    def certificates(self, name: str) -> list[str]:
        """Return the ARNs of the certificates with this first name."""
        found = self.acm.list_certificates()["CertificateSummaryList"]
        return [one["CertificateArn"] for one in found if one["DomainName"] == name]


@pytest.fixture(scope="module")
def project(new_project: Callable[[str], Project]) -> Project:
    """Return a PROD stage with a small site, for the tests of this module, in their order."""
    project = new_project("prod")
    project.write("www/index.html", "<h1>home</h1>")
    project.write("www/docs/index.html", "<h1>docs</h1>")
    project.config("publish:directory", "www")
    project.config("website:routing", "pages")
    project.config("aws:region", "eu-west-1")
    return project


@pytest.fixture(scope="module")
def world(project: Project) -> World:
    """Return the local cloud's certificates of CloudFront's region, and its DNS."""
    session = boto3.Session("test", "test", region_name="us-east-1")
    endpoint = project.sandbox.env["AWS_ENDPOINT_URL"]
    acm: Any = session.client("acm", endpoint_url=endpoint)
    route53: Any = session.client("route53", endpoint_url=endpoint)
    return World(acm, route53)


@pytest.fixture(scope="module")
def zone(world: World) -> str:
    """Return the zone of this module."""
    return world.zone("example.com")


def visit(project: Project, host: str, path: str = "/") -> Answer:
    """Request a path of a host."""
    return project.get(path, headers={"Host": host})


def distribution(project: Project) -> dict[str, Any]:
    """Return the config of the stack's distribution."""
    found = project.sandbox.cloudfront.get_distribution(Id=project.outputs()["distributionId"])
    config: dict[str, Any] = dict(found["Distribution"]["DistributionConfig"])
    return config


def aliases(project: Project) -> list[str]:
    """Return the names of the stack's distribution."""
    return sorted(distribution(project).get("Aliases", {}).get("Items", []))


def test_a_missing_zone_is_reported(project: Project) -> None:
    """The message about a missing zone has a command and no traceback; nothing is touched."""
    project.config("domain:names", '["www.example.org"]')
    project.config("domain:zone", "example.org")
    refused = project.pulumi("preview", "--stack", "prod", check=False)
    assert refused.code != 0
    assert "'domain:zone' can't be found in this account (got example.org:" in refused.output
    assert "Traceback" not in refused.output
    project.unset("domain:names", "domain:zone")


def test_a_zone(project: Project, world: World, zone: str) -> None:
    """With a zone one `up` creates the certificate, its validation and the records; the first name is the address."""
    project.config("domain:zone", "example.com")
    project.config("domain:names", '["www.example.com", "example.com", "*.old.example.com"]')
    previewed = project.pulumi("preview", "--stack", "prod").output
    assert previewed.count("aws:route53:Record") == 3 + 6
    assert world.records(zone) == {}
    project.up()
    outputs = project.outputs()
    assert outputs["url"] == "https://www.example.com"
    config = distribution(project)
    assert aliases(project) == ["*.old.example.com", "example.com", "www.example.com"]
    certificate = config["ViewerCertificate"]
    assert certificate["ACMCertificateArn"] == outputs["certificateArn"] == world.certificates("www.example.com")[0]
    assert (certificate["SSLSupportMethod"], certificate["MinimumProtocolVersion"]) == ("sni-only", "TLSv1.2_2021")
    records = world.records(zone)
    for name in ("www.example.com", "example.com", "*.old.example.com"):
        for kind in ("A", "AAAA"):
            target = records.pop((name, kind))["AliasTarget"]
            assert target["DNSName"].rstrip(".") == outputs["distributionDomain"]
    assert [kind for _, kind in records] == ["CNAME"] * 3
    assert project.up().changes == {}


def test_other_names_lead_to_the_first(project: Project) -> None:
    """The first name serves the site; the others redirect to it, with path and query; other hosts are refused."""
    assert visit(project, "www.example.com").text == "<h1>home</h1>"
    assert visit(project, "www.example.com", "/docs").text == "<h1>docs</h1>"
    for host in ("example.com", "a.old.example.com", "EXAMPLE.com"):
        answer = visit(project, host, "/docs/?a=b&c=%20")
        assert (answer.status, answer.headers["location"]) == (301, "https://www.example.com/docs/?a=b&c=%20")
    assert project.get("/").text == "<h1>home</h1>"
    assert visit(project, project.outputs()["distributionDomain"]).text == "<h1>home</h1>"


def test_a_refresh_finds_all_as_it_was(project: Project) -> None:
    """Certificate, validation and records are read back as they were declared."""
    refreshed = project.pulumi("refresh", "--yes", "--skip-preview", "--stack", "prod")
    assert refreshed.changes == {}
    assert project.up().changes == {}


def test_aliases_that_do_not_redirect(project: Project) -> None:
    """With `domain:redirectAliases false` each name serves the site."""
    project.config("domain:redirectAliases", "false")
    project.config("domain:names", '["www.example.com", "example.com"]')
    project.up()
    assert visit(project, "example.com").text == visit(project, "www.example.com").text == "<h1>home</h1>"
    assert aliases(project) == ["example.com", "www.example.com"]


def test_a_certificate_of_ones_own(project: Project, world: World, zone: str) -> None:
    """With `domain:certificateArn` nothing is requested; CloudFront refuses one that does not cover the names."""
    own = world.acm.request_certificate(DomainName="*.example.com", ValidationMethod="DNS")["CertificateArn"]
    proof = world.acm.describe_certificate(CertificateArn=own)["Certificate"]["DomainValidationOptions"][0]
    world.put(zone, proof["ResourceRecord"]["Name"], proof["ResourceRecord"]["Value"])
    project.unset("domain:zone")
    project.config("domain:certificateArn", own)
    refused = project.up(check=False)
    assert refused.code != 0
    assert "InvalidViewerCertificate" in refused.output
    project.config("domain:names", '["www.example.com"]')
    project.up()
    assert distribution(project)["ViewerCertificate"]["ACMCertificateArn"] == own
    assert visit(project, "www.example.com").text == "<h1>home</h1>"
    outputs = project.outputs()
    assert outputs["domainRecords"] == [
        {
            "for": "visitors",
            "name": "www.example.com",
            "type": "CNAME or ALIAS",
            "value": outputs["distributionDomain"],
        }
    ]
    assert world.certificates("www.example.com") == []
    # The stack's own certificate had the same proof, which is gone with it; AWS would mind when it renews the other.
    assert world.records(zone) == {}
    assert project.up().changes == {}


def test_another_dns(project: Project, world: World) -> None:
    """The first `up` lists the records and attaches nothing; once they exist, a second one attaches the names."""
    project.unset("domain:certificateArn", "domain:redirectAliases")
    project.config("domain:names", '["www.another.example", "*.another.example"]')
    first = project.up()
    assert "pulumi config set --stack prod domain:validated true" in first.output
    outputs = project.outputs()
    domain = outputs["distributionDomain"]
    assert outputs["url"] == f"https://{domain}"
    assert aliases(project) == []
    proofs = [record for record in outputs["domainRecords"] if record["for"] == "certificate"]
    names = [record["name"] for record in outputs["domainRecords"] if record["for"] == "visitors"]
    assert (len(proofs), names) == (2, ["www.another.example", "*.another.example"])
    assert project.up().changes == {}

    project.config("domain:validated", "true")
    early = project.up(check=False)
    assert early.code != 0
    assert "PENDING_VALIDATION" in early.output
    assert project.get("/").text == "<h1>home</h1>"

    elsewhere = world.zone("another.example")
    for record in proofs:
        world.put(elsewhere, record["name"], record["value"])
    project.up()
    assert project.outputs()["url"] == "https://www.another.example"
    assert visit(project, "www.another.example").text == "<h1>home</h1>"
    assert visit(project, "x.another.example").headers["location"] == "https://www.another.example/"
    assert project.up().changes == {}


def test_names_outside_of_a_zone_given_by_its_id(project: Project, zone: str) -> None:
    """The preview compares the host names with the zone's own name."""
    project.unset("domain:validated")
    project.config("domain:zone", zone)
    refused = project.pulumi("preview", "--stack", "prod", check=False)
    assert refused.code != 0
    assert "must be in the zone example.com (got www.another.example, *.another.example)" in refused.output
    assert "Traceback" not in refused.output
    project.config("domain:zone", "nowhere.example")
    project.config("domain:names", '["nowhere.example"]')
    refused = project.pulumi("preview", "--stack", "prod", check=False)
    assert "no matching Route 53 Hosted Zone found" in refused.output


def test_names_of_a_stack_and_without_any(project: Project, world: World, zone: str) -> None:
    """`{stack}` and `{branch}` are replaced, also in bulk mode; without names the address is CloudFront's again."""
    project.config("domain:zone", zone)
    project.config("domain:names", json.dumps(["{stack}.example.com", "{branch}.example.com"]))
    project.config("deployments:branch", "feature/Login")
    project.config("publish:mode", "bulk")
    project.up()
    assert project.outputs()["url"] == "https://prod.example.com"
    assert visit(project, "prod.example.com", "/docs").text == "<h1>docs</h1>"
    assert visit(project, "feature-login.example.com").headers["location"] == "https://prod.example.com/"
    project.unset("domain:zone", "domain:names")
    project.up()
    outputs = project.outputs()
    assert outputs["url"] == f"https://{outputs['distributionDomain']}"
    assert "certificateArn" not in outputs
    config = distribution(project)
    assert config["ViewerCertificate"]["CloudFrontDefaultCertificate"] is True
    assert world.certificates("prod.example.com") == []
    assert aliases(project) == []


def test_destroy_leaves_nothing(project: Project, world: World, zone: str) -> None:
    """Destroy deletes certificate and records, and the names can be used again."""
    project.config("domain:zone", zone)
    project.config("domain:names", '["www.example.com"]')
    project.up()
    kept = {key for key in world.records(zone) if "CNAME" in key}
    project.pulumi("destroy", "--yes", "--skip-preview", "--stack", "prod")
    assert set(world.records(zone)) <= kept
    assert world.certificates("www.example.com") == []


def test_domains_need_a_distribution(project: Project) -> None:
    """Without CloudFront nothing is touched, and the message has the command that turns it on."""
    project.config("cloudfront:enabled", "false")
    refused = project.pulumi("preview", "--stack", "prod", check=False)
    assert refused.code != 0
    assert "'domain:names' needs CloudFront" in refused.output
    assert "pulumi config set --stack prod cloudfront:enabled true" in refused.output
