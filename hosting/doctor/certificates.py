"""Checks of the certificate: that it is in us-east-1, issued, and has all host names."""

from __future__ import annotations

import shlex
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from hosting.aws.regions import CLOUDFRONT_REGION
from hosting.doctor.aws_clients import AWS_ERRORS, error_code
from hosting.doctor.lines import Line
from hosting.doctor.state import CERTIFICATE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hosting.doctor.context import Context

_SOON = timedelta(days=30)


def check_certificate(context: Context) -> Iterator[Line]:
    """Ask ACM for the certificate of the settings, or for the one that the stack has requested."""
    domain = context.settings.domain
    arn = domain.certificate_arn or next(iter(sorted(context.state.ids(CERTIFICATE))), None)
    if not domain.names:
        return
    if arn is None:
        yield Line("ok", f"`pulumi up` requests a certificate in {CLOUDFRONT_REGION}")
        return
    try:
        described = context.aws.client("acm", CLOUDFRONT_REGION).describe_certificate(CertificateArn=arn)
    except AWS_ERRORS as error:
        if error_code(error) != "ResourceNotFoundException":
            raise
        step = "pulumi up --refresh" if domain.certificate_arn is None else _set_arn(context)
        yield Line("error", f"The certificate {arn} does not exist in {CLOUDFRONT_REGION}", step)
        return
    yield from _lines(context, arn, described["Certificate"])


def _set_arn(context: Context) -> str:
    return f"pulumi config set --stack {shlex.quote(context.stack)} domain:certificateArn '<another ARN>'"


def _lines(context: Context, arn: str, certificate: dict[str, Any]) -> Iterator[Line]:
    status = certificate["Status"]
    if status == "PENDING_VALIDATION":
        yield Line("warning", f"The certificate {arn} waits for its DNS records", _records_step(context))
    elif status != "ISSUED":
        reason = f" ({certificate['FailureReason']})" if certificate.get("FailureReason") else ""
        step = (
            _set_arn(context)
            if context.settings.domain.certificate_arn
            else "delete it in ACM, then pulumi up --refresh"
        )
        yield Line("error", f"The certificate {arn} is {status}{reason}", step)
    else:
        yield Line("ok", f"The certificate {arn} is issued, in {CLOUDFRONT_REGION}")
    yield from _end_line(arn, certificate)
    certified = certificate.get("SubjectAlternativeNames") or [certificate["DomainName"]]
    missing = [name for name in context.settings.domain.names if not any(_covers(each, name) for each in certified)]
    if missing and context.settings.domain.certificate_arn:
        yield Line("error", f"The certificate {arn} does not have {', '.join(missing)}", _set_arn(context))
    elif missing:
        yield Line("ok", f"`pulumi up` requests another certificate, with {', '.join(missing)}")


def _records_step(context: Context) -> str:
    if context.settings.domain.zone:
        return "wait some minutes; if it stays so, see whether the zone is delegated"
    return f"create them: pulumi stack output --stack {shlex.quote(context.stack)} domainRecords"


def _end_line(arn: str, certificate: dict[str, Any]) -> Iterator[Line]:
    """Yield a warning about a certificate that ends soon and is not renewed by ACM."""
    end = certificate.get("NotAfter")
    if end and certificate.get("RenewalEligibility") == "INELIGIBLE" and end - datetime.now(UTC) < _SOON:
        yield Line(
            "warning", f"The certificate {arn} ends on {end:%Y-%m-%d}, and ACM does not renew it", "import a new one"
        )


def _covers(certified: str, name: str) -> bool:
    """Return whether a name on the certificate covers a host name; a wildcard covers one label."""
    return certified == name or (certified.startswith("*.") and name.partition(".")[2] == certified[2:])
