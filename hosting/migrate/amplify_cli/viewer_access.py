"""Maps the distribution's host names, certificate, web ACL, countries and logs to settings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hosting.migrate.findings import boolean, section, texts

if TYPE_CHECKING:
    from hosting.migrate.findings import Findings

_HANDLED = ""
_COUNTRIES = {"whitelist": "allow", "blacklist": "deny"}
_OWN_NAMES = "set domain:names and domain:certificateArn yourself, or a kept distribution loses both"
_CERTIFICATE = {
    "AcmCertificateArn": _HANDLED,
    "CloudFrontDefaultCertificate": _HANDLED,
    "MinimumProtocolVersion": "visitors need at least TLS 1.2 here, by CloudFront's policy TLSv1.2_2021",
    "SslSupportMethod": _HANDLED,
    "IamCertificateId": "CloudFront takes certificates from ACM here: import it there and set domain:certificateArn",
}


def map_viewer_access(config: dict[str, Any], findings: Findings) -> None:
    """Add the settings to ``findings``; ``config`` is the DistributionConfig."""
    _names(config, findings)
    _web_acl(config.get("WebACLId"), findings)
    _countries(section(config, "Restrictions", "GeoRestriction"), findings)
    _logs(config.get("Logging"), findings)


def _names(config: dict[str, Any], findings: Findings) -> None:
    """Map the host names if their certificate is known; otherwise the user has to set both."""
    value = config.get("Aliases") or config.get("CNAMEs")
    certificate = section(config, "ViewerCertificate")
    arn = certificate.get("AcmCertificateArn")
    names = texts(value)
    is_arn = isinstance(arn, str) and arn.startswith("arn:")
    if is_arn and names and len(names) == len(value if isinstance(value, list) else [value]):
        # The first name is the site's address, so it can't be a wildcard.
        ordered = sorted(names, key=lambda name: name.startswith("*"))
        findings.add_setting("domain:names", ordered, "DistributionConfig.Aliases")
        findings.add_setting("domain:certificateArn", arn, "ViewerCertificate.AcmCertificateArn")
        _without_redirects(ordered, findings)
    elif value:
        findings.add_gap(
            "DistributionConfig.Aliases",
            f"a name or the certificate is not literal ({_shown(names, arn)}): {_OWN_NAMES}",
        )
    elif certificate and boolean(certificate.get("CloudFrontDefaultCertificate")) is not True:
        findings.add_gap("DistributionConfig.ViewerCertificate", f"the template has no names for it: {_OWN_NAMES}")
    findings.add_unknown_keys("ViewerCertificate.", certificate, _CERTIFICATE)
    if certificate.get("SslSupportMethod") == "vip":
        findings.add_gap("ViewerCertificate.SslSupportMethod vip", "names have no IP addresses of their own here (SNI)")


def _shown(names: list[str], arn: object) -> str:
    """Return the names and the reference to the certificate, such as a parameter of Systems Manager."""
    return f"{', '.join(names) or 'no name'}; {arn if isinstance(arn, str) else 'certificate by a function'}"


def _without_redirects(names: list[str], findings: Findings) -> None:
    if len(names) > 1:
        findings.add_setting("domain:redirectAliases", False, "DistributionConfig.Aliases")  # noqa: FBT003 - a value, not a flag
        findings.notes.append(
            f"Each of the names serves the site, as before; to redirect the others to {names[0]}: "
            "pulumi config rm domain:redirectAliases"
        )


def _web_acl(value: object, findings: Findings) -> None:
    if isinstance(value, str) and value and not value.startswith("arn:"):
        findings.add_gap(
            f"DistributionConfig.WebACLId {value}",
            "it is of WAF Classic, which AWS has shut down: create a WAFv2 web ACL and set cloudfront:webAclArn",
        )
    elif value:
        findings.add_setting("cloudfront:webAclArn", value, "DistributionConfig.WebACLId")


def _countries(restriction: dict[str, Any], findings: Findings) -> None:
    kind = str(restriction.get("RestrictionType", "none"))
    if kind == "none":
        return
    value = restriction.get("Locations")
    codes = [code.upper() for code in texts(value)]
    if kind in _COUNTRIES and codes and isinstance(value, list) and len(codes) == len(value):
        findings.add_setting("cloudfront:geoRestriction", {_COUNTRIES[kind]: codes}, "Restrictions.GeoRestriction")
    else:
        findings.add_gap(
            f"Restrictions.GeoRestriction {kind}",
            "its countries are not literal: set cloudfront:geoRestriction yourself, or everyone may read the site",
        )


def _logs(value: object, findings: Findings) -> None:
    if not value:
        return
    findings.add_setting("cloudfront:logging", True, "DistributionConfig.Logging")  # noqa: FBT003 - a value, not a flag
    logs = section(value)
    bucket = logs.get("Bucket")
    findings.notes.append(
        "Access logs go to the stack's own bucket from now on, and are deleted after cloudfront:logRetentionDays; "
        f"{bucket if isinstance(bucket, str) else 'the previous bucket'} keeps its objects."
    )
    if boolean(logs.get("IncludeCookies")) is True:
        findings.add_gap("Logging.IncludeCookies true", "cookies are not logged here")
