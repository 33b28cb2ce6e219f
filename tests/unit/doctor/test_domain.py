from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from hosting.doctor.domain import check_names, check_zone
from hosting.doctor.name_servers import DnsError
from hosting.doctor.state import DISTRIBUTION
from tests.unit.doctor.conftest import distribution_config, resource, results

if TYPE_CHECKING:
    from hosting.doctor.lines import Line
    from tests.unit.doctor.conftest import Account

NAMES = {"domain__names": '["www.example.com"]'}
ZONE = {**NAMES, "domain__zone": "example.com"}
OTHER = {"ResourceId": "*******ABCDEFG", "AccountId": "******123456"}


def zone(account: Account, name: str = "example.com") -> tuple[str, frozenset[str]]:
    """Create a public zone; return its ID and its name servers."""
    created = account.client("route53").create_hosted_zone(Name=name, CallerReference=name)
    servers = created["DelegationSet"]["NameServers"]
    return created["HostedZone"]["Id"].rpartition("/")[2], frozenset(server.rstrip(".") for server in servers)


def delegation(account: Account, servers: frozenset[str]) -> Line:
    """Return the line about the delegation if DNS has these name servers."""
    context = replace(account.context(**ZONE), name_servers=lambda _: servers)
    return list(check_zone(context))[-1]


def test_without_a_zone(account: Account) -> None:
    """Without names and a zone there is nothing to check."""
    context = account.context()
    assert [*check_zone(context), *check_names(context)] == []


def test_a_delegated_zone(account: Account) -> None:
    """The zone is found by name and by ID; DNS must have exactly its name servers."""
    identifier, servers = zone(account)
    for config in (ZONE, {**NAMES, "domain__zone": identifier}):
        context = replace(account.context(**config), name_servers=lambda _: servers)
        assert results(check_zone(context)) == [
            ("ok", "The hosted zone example.com exists"),
            ("ok", "example.com is delegated to the hosted zone"),
        ]


def test_another_delegation(account: Account) -> None:
    """No name servers, those of another DNS, and a mixture are three results; each names the zone's own."""
    _, servers = zone(account)
    missing, other = delegation(account, frozenset()), delegation(account, frozenset({"ns.example.org"}))
    mixed = delegation(account, servers | {"ns.example.org"})
    assert [line.status for line in (missing, other, mixed)] == ["error", "error", "warning"]
    assert missing.text == "example.com is not delegated: DNS has no name servers for it"
    assert other.text == "example.com is delegated to ns.example.org, and not to the hosted zone"
    assert all(min(servers) in line.next_step for line in (missing, other, mixed))


def test_dns_that_does_not_answer(account: Account) -> None:
    """Without DNS the delegation is not checked."""
    zone(account)

    def unreachable(name: str) -> frozenset[str]:
        raise DnsError(f"no answer about {name}")

    (_, line) = check_zone(replace(account.context(**ZONE), name_servers=unreachable))
    assert line.status == "not checked"
    assert line.text.endswith("(no answer about example.com)")


def test_a_zone_that_does_not_exist(account: Account) -> None:
    """Neither a name nor an ID of another account is a zone, nor is a private zone."""
    text = "The account has no public hosted zone {}"
    missing = "Z0123456789ABC"
    assert results(check_zone(account.context(**ZONE))) == [("error", text.format("example.com"))]
    by_id = account.context(**{**NAMES, "domain__zone": missing})
    assert results(check_zone(by_id)) == [("error", text.format(missing))]
    vpc = {"VPCRegion": "us-east-1", "VPCId": "vpc-1"}
    created = account.client("route53").create_hosted_zone(
        Name="example.com", CallerReference="p", VPC=vpc, HostedZoneConfig={"PrivateZone": True}
    )
    private = created["HostedZone"]["Id"].rpartition("/")[2]
    for wanted in ("example.com", private):
        context = account.context(**{**NAMES, "domain__zone": wanted})
        assert results(check_zone(context)) == [("error", text.format(wanted))]


def test_names_outside_of_the_zone(account: Account) -> None:
    """A zone that is given by its ID may be of another domain than the names."""
    identifier, _ = zone(account, "example.org")
    lines = list(check_zone(account.context(**{**NAMES, "domain__zone": identifier})))
    assert lines[0].text == "The zone example.org can't have records of www.example.com"
    assert lines[0].next_step == "pulumi config set --stack prod domain:zone '<another zone>'"


def test_a_name_on_another_distribution_of_the_account(account: Account) -> None:
    """Before the first `pulumi up`, the distributions of the account are compared."""
    context = account.context(**ZONE)
    assert results(check_names(context)) == [("ok", "No distribution of this account has www.example.com")]
    create = account.client("cloudfront").create_distribution
    other = create(DistributionConfig=distribution_config("other", "www.example.com"))["Distribution"]["Id"]
    create(DistributionConfig=distribution_config("without names"))
    (line,) = check_names(context)
    assert line.status == "error"
    assert line.text.startswith(f"The host name www.example.com is on distribution {other} of this account")


def test_a_distribution_of_another_account(account: Account) -> None:
    """With a distribution, CloudFront is asked; it hides half of the other one's ID."""
    arn = account.client("acm").request_certificate(DomainName="www.example.com")["CertificateArn"]
    create = account.client("cloudfront").create_distribution
    config = distribution_config("site-prod", "www.example.com", certificate=arn)
    own = resource(DISTRIBUTION, create(DistributionConfig=config)["Distribution"]["Id"])
    context = account.context(own, **ZONE)
    # CloudFront lists the own distribution too.
    assert results(check_names(context)) == [("ok", "No other distribution has www.example.com")]
    taken = {"Domain": "www.example.com", "ResourceType": "distribution-tenant", **OTHER}
    overlap = {**taken, "Domain": "*.example.com"}
    (line,) = check_names(replace(context, aws=CloudFront(conflicts=[overlap, taken])))
    assert line.text.startswith("The host name www.example.com is on distribution tenant *******ABCDEFG of account ***")


def test_a_name_that_is_more_specific_than_the_preview_edges(account: Account) -> None:
    """Below the domain of a preview edge, each name of another distribution is a warning, from any account."""
    config = {"previews__domain": "example-previews.com", "domain__zone": "example-previews.com"}
    wildcard = "*.example-previews.com"
    arn = account.client("acm").request_certificate(DomainName=wildcard)["CertificateArn"]
    create = account.client("cloudfront").create_distribution
    edge = create(DistributionConfig=distribution_config("edge", wildcard, certificate=arn))["Distribution"]["Id"]
    names = ("pr-7.example-previews.com", "pr-7.example.com")
    other = create(DistributionConfig=distribution_config("other", *names))["Distribution"]["Id"]
    text = "The host name {} on {} is more specific than the stack's, so its visitors do not get this stack"
    for resources, owner in (
        ((), f"distribution {other} of this account"),
        ((resource(DISTRIBUTION, edge),), f"distribution *******{other[7:]} of account ******{account.id[6:]}"),
    ):
        context = account.context(*resources, **config)
        assert ("warning", text.format(names[0], owner)) in results(check_names(context))
    reported = {"Domain": "a.b.example-previews.com", "ResourceType": "distribution", **OTHER}
    context = replace(account.context(resource(DISTRIBUTION, edge), **config), aws=CloudFront(conflicts=[reported]))
    assert results(check_names(context)) == [
        ("warning", text.format("a.b.example-previews.com", "distribution *******ABCDEFG of account ******123456")),
        ("ok", f"No other distribution has {wildcard}"),
    ]


class CloudFront:
    """CloudFront that lists conflicts or refuses to, and no distributions."""

    def __init__(self, conflicts: list[dict[str, str]] | None = None, code: str = "") -> None:
        self._conflicts, self._code = conflicts or [], code

    def client(self, service: str, region: str | None = None) -> Any:  # noqa: ANN401 - boto3 generates its clients
        assert (service, region) in {("cloudfront", None), ("route53", None)}
        return self

    def list_distributions(self) -> dict[str, Any]:
        return {"DistributionList": {"Quantity": 0}}

    def list_domain_conflicts(self, **request: Any) -> dict[str, Any]:  # noqa: ANN401 - texts, and the distribution
        if self._code:
            raise ClientError({"Error": {"Code": self._code, "Message": "no"}}, "ListDomainConflicts")
        if not request.get("Marker"):
            return {"DomainConflicts": self._conflicts[:1], "NextMarker": "1"}
        return {"DomainConflicts": self._conflicts[1:]}

    def get_hosted_zone(self, **_: str) -> dict[str, Any]:
        raise ClientError({"Error": {"Code": self._code, "Message": ""}}, "GetHostedZone")


def test_a_certificate_that_does_not_cover_the_name(account: Account) -> None:
    """CloudFront does not answer for such a name, nor without the right; another error is left to the runner."""
    context = account.context(resource(DISTRIBUTION, "E1"), **ZONE)
    for code in ("InvalidArgument", "AccessDenied"):
        skipped, own = check_names(replace(context, aws=CloudFront(code=code)))
        assert skipped.status == "not checked"
        assert skipped.text.startswith("CloudFront did not say which distributions conflict with www.example.com (")
        assert (own.status, own.text) == ("ok", "No distribution of this account has www.example.com")
    with pytest.raises(ClientError):
        list(check_names(replace(context, aws=CloudFront(code="Throttling"))))


def test_a_zone_that_is_not_readable(account: Account) -> None:
    """An error of Route 53 is left to the runner."""
    context = account.context(**{**NAMES, "domain__zone": "Z0123456789ABC"})
    with pytest.raises(ClientError):
        list(check_zone(replace(context, aws=CloudFront(code="AccessDenied"))))
