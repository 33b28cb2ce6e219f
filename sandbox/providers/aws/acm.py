"""Certificates, and the wait for their validation."""

import re
import uuid
from collections.abc import Iterator
from typing import ClassVar

from sandbox.providers.aws.aws_client import Cloud
from sandbox.providers.aws.cloudfront_usage import distributions
from sandbox.providers.aws.errors import AwsError, ProviderError
from sandbox.providers.aws.resource import Resource
from sandbox.providers.aws.route53 import public_cnames
from sandbox.providers.aws.tags import all_tags, tag_list, tag_properties
from sandbox.providers.schema import Failure, Fields, listing, text, text_map
from sandbox.providers.values import Properties

# https://docs.aws.amazon.com/acm/latest/APIReference/API_RequestCertificate.html: of the first name, by RFC 5280.
LONGEST_FIRST_NAME = 64
_DOMAIN = re.compile(r"(\*\.)?([A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?\.)+[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?")
_NO_PERIOD = (r".*[^.]", "cannot end with a period")


class Certificate(Resource):
    """aws.acm.Certificate, requested and validated by DNS: no imported, private or emailed one."""

    token = "aws:acm/certificate:Certificate"  # noqa: S105 - a type's token, not a secret
    title = "ACM Certificate"
    fields: ClassVar[Fields] = {
        "domainName": text(replaces=True, low=1, high=253, pattern=_NO_PERIOD),
        "subjectAlternativeNames": listing(
            text(low=1, high=253, pattern=_NO_PERIOD), unordered=True, replaces=True, cloud_decides=True
        ),
        "tags": text_map(),
        "validationMethod": text(replaces=True, choices=("DNS",)),
    }
    outputs = ("arn", "domainValidationOptions", "status", "type")
    tagged = True

    def conflicts(self, inputs: Properties) -> Iterator[Failure]:
        """The provider can import too, and so insists on neither by itself."""
        for name in ("domainName", "validationMethod"):
            if not inputs.get(name):
                yield name, f'"{name}" is required to request a certificate'

    def create(self, cloud: Cloud, inputs: Properties) -> str:
        """RequestCertificate; its records to validate by are known when this is done."""
        names = [inputs["domainName"], *(inputs.get("subjectAlternativeNames") or [])]
        _refuse_names(names)
        tags = {"Tags": tag_list(all_tags(cloud, inputs))} if all_tags(cloud, inputs) else {}
        answer = cloud.call(
            "acm",
            "request_certificate",
            DomainName=names[0],
            SubjectAlternativeNames=list(dict.fromkeys(names)),
            ValidationMethod=inputs["validationMethod"],
            IdempotencyToken=uuid.uuid4().hex,
            **tags,
        )
        return str(answer["CertificateArn"])

    def read(self, cloud: Cloud, identifier: str, state: Properties) -> Properties | None:
        """DescribeCertificate and its tags."""
        found = described(cloud, identifier)
        if found is None:
            return None
        tags = cloud.call("acm", "list_tags_for_certificate", CertificateArn=identifier).get("Tags", [])
        known = state.get("subjectAlternativeNames") or []
        return {
            "arn": identifier,
            "domainName": found["DomainName"],
            # AWS has the first name among the others too; a program need not.
            "subjectAlternativeNames": [
                name for name in found["SubjectAlternativeNames"] if name != found["DomainName"] or name in known
            ],
            "validationMethod": "DNS",
            "domainValidationOptions": [_option(option) for option in found.get("DomainValidationOptions", [])],
            "status": found["Status"],
            "type": found["Type"],
            **tag_properties(cloud, tags),
        }

    def update(self, cloud: Cloud, identifier: str, old: Properties, new: Properties) -> None:
        """Tags: all else is another certificate."""
        wanted = all_tags(cloud, new)
        gone = sorted(set(old.get("tagsAll") or {}) - set(wanted))
        if gone:
            tags = [{"Key": key} for key in gone]
            cloud.call("acm", "remove_tags_from_certificate", CertificateArn=identifier, Tags=tags)
        if wanted:
            cloud.call("acm", "add_tags_to_certificate", CertificateArn=identifier, Tags=tag_list(wanted))

    def delete(self, cloud: Cloud, identifier: str, state: Properties) -> None:
        """Delete it; the emulator would even if a distribution has it."""
        del state
        if any(identifier == one["ViewerCertificate"].get("ACMCertificateArn") for one in distributions(cloud)):
            message = f"Certificate {identifier} in account {cloud.account} is in use."
            raise AwsError("ACM: DeleteCertificate", 400, "ResourceInUseException", message)
        try:
            cloud.call("acm", "delete_certificate", CertificateArn=identifier)
        except AwsError as refusal:
            if not refusal.is_missing:
                raise


class CertificateValidation(Resource):
    """aws.acm.CertificateValidation: nothing in AWS, but a wait until a certificate is issued."""

    token = "aws:acm/certificateValidation:CertificateValidation"  # noqa: S105 - a type's token, not a secret
    title = "ACM Certificate Validation"
    fields: ClassVar[Fields] = {
        "certificateArn": text(required=True, replaces=True),
        "validationRecordFqdns": listing(text(), unordered=True, replaces=True),
    }

    def create(self, cloud: Cloud, inputs: Properties) -> str:
        """Look once: the local cloud has its records at once or not at all."""
        arn = str(inputs["certificateArn"])
        found = described(cloud, arn)
        if found is None:
            raise AwsError("ACM: DescribeCertificate", 400, "ResourceNotFoundException", f"Could not find {arn}.")
        _refuse_other_records(found, [name.rstrip(".") for name in inputs.get("validationRecordFqdns") or []])
        if found["Status"] != "ISSUED":
            raise ProviderError(
                f"waiting for ACM Certificate ({arn}) to be issued: timeout while waiting for state to become "
                f"'ISSUED' (last state: '{found['Status']}')"
            )
        return str(found["IssuedAt"])

    def read(self, cloud: Cloud, identifier: str, state: Properties) -> Properties | None:
        """Gone with the certificate, or when that is issued no more."""
        del identifier
        found = described(cloud, str(state.get("certificateArn")))
        is_there = found is not None and found["Status"] == "ISSUED"
        return {"certificateArn": state["certificateArn"]} if is_there else None

    def update(self, cloud: Cloud, identifier: str, old: Properties, new: Properties) -> None:
        """Never: every change is another wait."""
        del cloud, identifier, old, new

    def delete(self, cloud: Cloud, identifier: str, state: Properties) -> None:
        """Nothing is there."""
        del cloud, identifier, state


def _refuse_names(names: list[str]) -> None:
    """Refuse what ACM would; the emulator takes any name."""
    reason = ""
    if len(names[0]) > LONGEST_FIRST_NAME:
        reason = f"The first domain name can be no longer than {LONGEST_FIRST_NAME} bytes."
    for name in names:
        if not _DOMAIN.fullmatch(name):
            reason = f"The domain name '{name}' is not valid."
    if reason:
        raise AwsError("ACM: RequestCertificate", 400, "ValidationException", reason)


def _refuse_other_records(found: Properties, given: list[str]) -> None:
    """Refuse records that are not all of the certificate's, where any are given."""
    for option in found.get("DomainValidationOptions", []) if given else []:
        name = option["ResourceRecord"]["Name"].rstrip(".")
        if name not in given:
            raise ProviderError(f"missing {option['DomainName']} DNS validation record: {name}")


def described(cloud: Cloud, arn: str, region: str | None = None) -> Properties | None:
    """The certificate, None where there is none; issued only with its records in the DNS.

    The emulator calls every certificate issued. AWS looks its records up in the DNS, of which the local cloud has
    what is in public zones of Route 53.
    """
    try:
        found: Properties = cloud.call("acm", "describe_certificate", region, CertificateArn=arn)["Certificate"]
    except AwsError as refusal:
        if refusal.is_missing:
            return None
        raise
    options = found.get("DomainValidationOptions", []) if found["Type"] == "AMAZON_ISSUED" else []
    wanted = {(option["ResourceRecord"]["Name"], option["ResourceRecord"]["Value"]) for option in options}
    is_pending = bool(wanted) and not wanted <= public_cnames(cloud)
    return {**found, "Status": "PENDING_VALIDATION" if is_pending else found["Status"]}


def covers(certificate: Properties, name: str) -> bool:
    """Whether a certificate is for this name: itself, or the * in place of its first label."""
    names = set(certificate["SubjectAlternativeNames"])
    return name in names or f"*.{name.partition('.')[2]}" in names


def _option(option: Properties) -> Properties:
    record = option["ResourceRecord"]
    return {
        "domainName": option["DomainName"],
        "resourceRecordName": record["Name"],
        "resourceRecordType": record["Type"],
        "resourceRecordValue": record["Value"],
    }
