"""The `domain:` settings: the site's host names, and the source of their certificate and DNS records."""

from __future__ import annotations

import re
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, ValidationInfo, field_validator

from hosting.aws.regions import CLOUDFRONT_REGION
from hosting.errors import PLACEHOLDER
from hosting.formats.labels import plain_label
from hosting.setting_types import Boolean, Section, Text, broken_rule

NAMESPACE = "domain"
# https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cloudfront-limits.html#limits-web-distributions
MAX_NAMES = 100
# Of the first name of a certificate: https://docs.aws.amazon.com/acm/latest/APIReference/API_RequestCertificate.html
LONGEST_CERTIFIED = 64
_LONGEST_NAME = 253
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_NAME = re.compile(rf"(?:{_LABEL}\.)+{_LABEL}")
_ZONE_ID = re.compile(r"Z[A-Z0-9]{5,31}")
_CERTIFICATE = re.compile(rf"arn:aws[a-z-]*:acm:{CLOUDFRONT_REGION}:[0-9]{{12}}:certificate/[A-Za-z0-9-]+")


def _is_host_name(name: str) -> bool:
    is_number = name.rpartition(".")[2].isdigit()
    return len(name) <= _LONGEST_NAME and bool(_NAME.fullmatch(name)) and not is_number


def _host_in(text: str) -> str:
    """Return the host of a URL, with or without a scheme; empty if it has none."""
    try:
        host = urlsplit(text if "//" in text else f"//{text}").hostname or ""
    except ValueError:
        return ""
    return host if host.isascii() else ""


def _host_name(name: str) -> str:
    """Return the name in lower case; its first label may be `*`."""
    lower = name.lower()
    if not _is_host_name(lower.removeprefix("*.")):
        host = _host_in(lower)
        raise broken_rule(
            "must be a host name: labels of at most 63 letters, digits and '-', separated by dots",
            suggestion=host if _is_host_name(host.removeprefix("*.")) else None,
        )
    return lower


HostName = Annotated[Text, AfterValidator(_host_name)]


class DomainSettings(Section):
    """Host names. The first is the site's address."""

    # Names are checked against the settings above them.
    zone: Annotated[Text | None, Field(examples=["example.com"])] = None
    """Route 53 hosted zone, by name or id, for the certificate's and the site's records."""
    certificate_arn: Annotated[
        Text | None, Field(examples=["arn:aws:acm:us-east-1:123456789012:certificate/12345678-1234-1234-1234-123456"])
    ] = None
    """ARN of an ACM certificate of yours in us-east-1; without it, one is requested."""
    redirect_aliases: Annotated[Boolean, Field(examples=[True])] = True
    """Redirect the other names to the first."""
    validated: Annotated[Boolean, Field(examples=[True])] = False
    """With another DNS: the certificate's records exist."""
    names: Annotated[
        tuple[HostName, ...],
        Field(max_length=MAX_NAMES, examples=["www.example.com"]),
    ] = ()
    """Host names of the site, the first is its address; may have `{stack}` and `{branch}`."""

    @field_validator("zone")
    @classmethod
    def _zone_by_name_or_id(cls, zone: str | None) -> str | None:
        if zone is None or _ZONE_ID.fullmatch(zone):
            return zone
        lower = zone.lower().removesuffix(".")
        if not _is_host_name(lower):
            host = _host_in(lower)
            suggestion = host if _is_host_name(host) else None
            raise broken_rule("must be the name or the ID of a Route 53 hosted zone", suggestion=suggestion)
        return lower

    @field_validator("certificate_arn")
    @classmethod
    def _certificate_is_cloudfronts(cls, arn: str | None) -> str | None:
        if arn is not None and not _CERTIFICATE.fullmatch(arn):
            raise broken_rule(f"must be the ARN of an ACM certificate in {CLOUDFRONT_REGION}, as CloudFront needs")
        return arn

    @field_validator("validated")
    @classmethod
    def _only_of_another_dns(cls, validated: bool, info: ValidationInfo) -> bool:  # noqa: FBT001 - pydantic calls it
        if validated and (info.data.get("zone") or info.data.get("certificate_arn")):
            raise broken_rule("must be false if zone or certificateArn is set", suggestion=False)
        return validated

    @field_validator("names")
    @classmethod
    def _names_hold_together(cls, names: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        if len(set(names)) != len(names):
            raise broken_rule("must not have a name twice", suggestion=list(dict.fromkeys(names)))
        if names and names[0].startswith("*"):
            suggestion = sorted(names, key=lambda name: name.startswith("*"))
            raise broken_rule("must begin with the site's address, which must not have a '*'", suggestion=suggestion)
        if names and len(names[0]) > LONGEST_CERTIFIED and not info.data.get("certificate_arn"):
            raise broken_rule(
                f"must begin with a name of at most {LONGEST_CERTIFIED} characters, the most that ACM certifies"
            )
        zone = info.data.get("zone")
        is_named = zone is not None and not _ZONE_ID.fullmatch(zone)
        outside = [name for name in names if is_named and not is_in_zone(name, str(zone))]
        if outside:
            raise broken_rule(f"must be in the zone {zone}, unlike {', '.join(outside)}")
        return names

    @field_validator("names")
    @classmethod
    def _nothing_without_names(cls, names: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        if not names and any(info.data.get(key) for key in ("zone", "certificate_arn", "validated")):
            zone = info.data.get("zone")
            suggestion = [f"www.{zone}" if zone and not _ZONE_ID.fullmatch(zone) else PLACEHOLDER]
            raise broken_rule(
                "is required if zone, certificateArn or validated is set", suggestion=suggestion, about="names"
            )
        return names

    @property
    def zone_id(self) -> str | None:
        """The zone's ID, if the setting is one."""
        return self.zone if self.zone and _ZONE_ID.fullmatch(self.zone) else None

    @property
    def is_attached(self) -> bool:
        """Whether the distribution has the names: not while their certificate waits for records in another DNS."""
        return bool(self.names and (self.zone or self.certificate_arn or self.validated))


class EdgeDomainSettings(DomainSettings):
    """The settings on a preview edge, whose only name is the wildcard below `previews:domain`."""

    @field_validator("names")
    @classmethod
    def _nothing_without_names(cls, names: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:  # noqa: ARG003 - as above
        if names:
            raise broken_rule("must not be set with previews:domain, below which all names are", remove=True)
        return names


def is_in_zone(name: str, zone: str) -> bool:
    """Return whether a zone can have a record of this name."""
    return name == zone or name.endswith(f".{zone}")


def expand_names(names: str, stack: str, branch: str) -> str:
    """Expand ``{stack}`` and ``{branch}`` in ``names``, as labels: ``feature/Login`` becomes ``feature-login``."""
    return names.replace("{stack}", plain_label(stack)).replace("{branch}", plain_label(branch))
