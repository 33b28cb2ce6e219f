"""What the template's distribution has in front of the site: names and certificate, web ACL, countries, logs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hosting.migrate.findings import boolean, section, texts

if TYPE_CHECKING:
    from hosting.migrate.findings import Findings

_BY_THE_PROGRAM = ""
_COUNTRIES = {"whitelist": "allow", "blacklist": "deny"}
_OWN_NAMES = "set domain:names and domain:certificateArn yourself, or a kept distribution would lose both"
_CERTIFICATE = {
    "AcmCertificateArn": _BY_THE_PROGRAM,
    "CloudFrontDefaultCertificate": _BY_THE_PROGRAM,
    "MinimumProtocolVersion": _BY_THE_PROGRAM,
    "SslSupportMethod": _BY_THE_PROGRAM,
    "IamCertificateId": "CloudFront takes certificates from ACM here: import it there and set domain:certificateArn",
}


def map_guards(config: dict[str, Any], findings: Findings) -> None:
    """Put what stands in front of the site into ``findings``; ``config`` is the DistributionConfig."""
    _names(config, findings)
    _web_acl(config.get("WebACLId"), findings)
    _countries(section(config, "Restrictions", "GeoRestriction"), findings)
    _logs(config.get("Logging"), findings)


def _names(config: dict[str, Any], findings: Findings) -> None:
    """Names go with their certificate: without one that is known they are left to the user."""
    given = config.get("Aliases") or config.get("CNAMEs")
    certificate = section(config, "ViewerCertificate")
    arn = certificate.get("AcmCertificateArn")
    names = texts(given)
    if isinstance(arn, str) and names and len(names) == len(given if isinstance(given, list) else [given]):
        # The first is the site's address, which has no *.
        ordered = sorted(names, key=lambda name: name.startswith("*"))
        findings.found("domain:names", ordered, "DistributionConfig.Aliases")
        findings.found("domain:certificateArn", arn, "ViewerCertificate.AcmCertificateArn")
        _several(ordered, findings)
    elif given:
        findings.gap("DistributionConfig.Aliases", f"a name or the certificate is not literal: {_OWN_NAMES}")
    elif certificate and boolean(certificate.get("CloudFrontDefaultCertificate")) is not True:
        findings.gap("DistributionConfig.ViewerCertificate", f"the template has no names for it: {_OWN_NAMES}")
    findings.strangers("ViewerCertificate.", certificate, _CERTIFICATE)


def _several(names: list[str], findings: Findings) -> None:
    if len(names) > 1:
        findings.found("domain:redirectAliases", False, "DistributionConfig.Aliases")  # noqa: FBT003 - a value, no flag
        findings.notes.append(
            f"Each of the names is the site, as before; to have the others redirect to {names[0]}: "
            "pulumi config rm domain:redirectAliases"
        )


def _web_acl(given: object, findings: Findings) -> None:
    if isinstance(given, str) and given and not given.startswith("arn:"):
        findings.gap(
            f"DistributionConfig.WebACLId {given}",
            "it is one of WAF Classic, which AWS has ended: make a WAFv2 one and set cloudfront:webAclArn",
        )
    elif given:
        findings.found("cloudfront:webAclArn", given, "DistributionConfig.WebACLId")


def _countries(restriction: dict[str, Any], findings: Findings) -> None:
    kind = str(restriction.get("RestrictionType", "none"))
    if kind == "none":
        return
    given = restriction.get("Locations")
    codes = [code.upper() for code in texts(given)]
    if kind in _COUNTRIES and codes and isinstance(given, list) and len(codes) == len(given):
        findings.found("cloudfront:geoRestriction", {_COUNTRIES[kind]: codes}, "Restrictions.GeoRestriction")
    else:
        findings.gap(
            f"Restrictions.GeoRestriction {kind}",
            "its countries are not literal, set cloudfront:geoRestriction yourself, or everyone may read the site",
        )


def _logs(given: object, findings: Findings) -> None:
    if not given:
        return
    findings.found("cloudfront:logging", True, "DistributionConfig.Logging")  # noqa: FBT003 - a value, no flag
    logs = section(given)
    old = logs.get("Bucket")
    findings.notes.append(
        "Access logs go to a bucket of the stack's own from now on, and leave it after cloudfront:logRetentionDays; "
        f"{old if isinstance(old, str) else 'the bucket that they went to'} keeps what it has."
    )
    if boolean(logs.get("IncludeCookies")) is True:
        findings.gap("Logging.IncludeCookies true", "cookies are not logged here")
