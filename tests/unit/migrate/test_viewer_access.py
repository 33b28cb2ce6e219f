from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.unit.migrate import amplify
from tests.unit.migrate.amplify import config_of

if TYPE_CHECKING:
    from tests.unit.migrate.conftest import Migration, Ran

Json = dict[str, Any]

ACL = "arn:aws:wafv2:us-east-1:123456789012:global/webacl/shop/1234"
CERTIFICATE = "arn:aws:acm:us-east-1:123456789012:certificate/12345678-1234-1234-1234-123456789012"
WITH_CERTIFICATE = {"AcmCertificateArn": CERTIFICATE, "SslSupportMethod": "sni-only"}


def _ran(migration: Migration, *arguments: str, **change: object) -> Ran:
    template = amplify.second_generation()
    config_of(template).update(change)
    return migration.of(template, *arguments)


def test_names_and_their_certificate_are_mapped(migration: Migration) -> None:
    """The first name that is not a wildcard is the address; all names serve the site, as before."""
    names = ["*.shop.example", "www.shop.example", "shop.example"]
    ran = _ran(migration, Aliases=names, ViewerCertificate=WITH_CERTIFICATE)
    config = ran.config()
    assert config["domain:names"] == ["www.shop.example", "shop.example", "*.shop.example"]
    assert config["domain:certificateArn"] == CERTIFICATE
    assert config["domain:redirectAliases"] is False
    assert "pulumi config rm domain:redirectAliases" in ran.out
    assert "No counterpart:" not in ran.out


def test_one_name_has_nothing_to_redirect(migration: Migration) -> None:
    """A single name, as text or with its old key, is mapped."""
    ran = _ran(migration, CNAMEs="shop.example", ViewerCertificate=WITH_CERTIFICATE)
    assert ran.config()["domain:names"] == ["shop.example"]
    assert "domain:redirectAliases" not in ran.config()


def test_a_new_site_beside_the_old_begins_without_its_names(migration: Migration) -> None:
    """Host names and bucket names are unique, so the commands for a new site remove them."""
    ran = _ran(migration, Aliases=["shop.example"], ViewerCertificate=WITH_CERTIFICATE)
    for key in ("website:bucketName", "domain:names", "domain:certificateArn"):
        assert f"pulumi config rm --stack prod {key}" in ran.out


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"Aliases": ["shop.example"]}, "DistributionConfig.Aliases: a name or the certificate is not literal"),
        (
            {"Aliases": [{"Ref": "Name"}], "ViewerCertificate": WITH_CERTIFICATE},
            "DistributionConfig.Aliases: a name or the certificate is not literal (no name; arn:aws:acm:",
        ),
        (
            {"Aliases": ["*.shop.example"], "ViewerCertificate": WITH_CERTIFICATE},
            'DistributionConfig.Aliases: the program refuses ["*.shop.example"]',
        ),
        ({"ViewerCertificate": WITH_CERTIFICATE}, "DistributionConfig.ViewerCertificate: the template has no names"),
        (
            {"Aliases": ["shop.example"], "ViewerCertificate": {"IamCertificateId": "ABC"}},
            "ViewerCertificate.IamCertificateId: CloudFront takes certificates from ACM here",
        ),
        ({"WebACLId": "473e64fd-f30b"}, "DistributionConfig.WebACLId 473e64fd-f30b: it is of WAF Classic"),
        ({"WebACLId": {"Ref": "Acl"}}, "DistributionConfig.WebACLId: its value is computed by CloudFormation"),
        (
            {"Restrictions": {"GeoRestriction": {"RestrictionType": "whitelist", "Locations": [{"Ref": "Here"}]}}},
            "Restrictions.GeoRestriction whitelist: its countries are not literal",
        ),
        (
            {"Restrictions": {"GeoRestriction": {"RestrictionType": ["whitelist"], "Locations": ["DE"]}}},
            "Restrictions.GeoRestriction ['whitelist']: its countries are not literal",
        ),
        ({"Logging": {"Bucket": "logs", "IncludeCookies": "true"}}, "Logging.IncludeCookies true: cookies are not"),
    ],
)
def test_values_that_can_not_be_mapped_are_reported(migration: Migration, change: Json, said: str) -> None:
    """Values that CloudFormation computes, or of another kind, are gaps with a remedy; names need a certificate."""
    ran = _ran(migration, **change)
    assert said in ran.out
    assert not [key for key in ran.config() if key.startswith("domain:")]


def test_a_web_acl_is_mapped(migration: Migration) -> None:
    """A WAFv2 web ACL stays attached; an empty value, as CloudFormation writes it, means that there is no ACL."""
    assert _ran(migration, WebACLId=ACL).config()["cloudfront:webAclArn"] == ACL
    assert "cloudfront:webAclArn" not in _ran(migration, "--force", WebACLId="").out


@pytest.mark.parametrize(("kind", "written"), [("whitelist", "allow"), ("blacklist", "deny")])
def test_countries_are_mapped(migration: Migration, kind: str, written: str) -> None:
    """The allowed or denied countries are the same as before."""
    restriction = {"GeoRestriction": {"RestrictionType": kind, "Locations": ["DE", "at"]}}
    ran = _ran(migration, Restrictions=restriction)
    assert ran.config()["cloudfront:geoRestriction"] == {written: ["DE", "AT"]}


@pytest.mark.parametrize(
    ("bucket", "said"),
    [("logs.s3.amazonaws.com", "logs.s3.amazonaws.com keeps"), ({"Ref": "Logs"}, "the previous bucket keeps")],
)
def test_logs_use_a_new_bucket(migration: Migration, bucket: object, said: str) -> None:
    """Logs are turned on, and a note says that they use another bucket."""
    ran = _ran(migration, Logging={"Bucket": bucket})
    assert ran.config()["cloudfront:logging"] is True
    assert "Access logs go to the stack's own bucket" in ran.out
    assert said in ran.out
