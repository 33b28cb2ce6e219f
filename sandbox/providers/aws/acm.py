"""ACM certificates, and the wait for their validation."""

import re
import uuid
from collections.abc import Iterator
from typing import ClassVar

from sandbox.providers.aws.aws_client import AwsClient
from sandbox.providers.aws.cloudfront_usage import distributions
from sandbox.providers.aws.errors import AwsError, ProviderError
from sandbox.providers.aws.resource import Resource
from sandbox.providers.aws.route53 import public_cnames
from sandbox.providers.aws.tags import all_tags, tag_list, tag_properties
from sandbox.providers.schema import Failure, Fields, list_of, string, string_map
from sandbox.providers.values import Properties

# The limit for the first name: https://docs.aws.amazon.com/acm/latest/APIReference/API_RequestCertificate.html
MAX_FIRST_NAME = 64
_DOMAIN = re.compile(r"(\*\.)?([A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?\.)+[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?")
_NO_PERIOD = (r".*[^.]", "cannot end with a period")


class Certificate(Resource):
    """aws.acm.Certificate with DNS validation; not imported, private or validated by email."""

    token = "aws:acm/certificate:Certificate"  # noqa: S105 - a type's token, not a secret
    title = "ACM Certificate"
    fields: ClassVar[Fields] = {
        "domainName": string(replaces=True, low=1, high=253, pattern=_NO_PERIOD),
        "subjectAlternativeNames": list_of(
            string(low=1, high=253, pattern=_NO_PERIOD), unordered=True, replaces=True, computed=True
        ),
        "tags": string_map(),
        "validationMethod": string(replaces=True, choices=("DNS",)),
    }
    outputs = ("arn", "domainValidationOptions", "status", "type")
    tagged = True

    def conflicts(self, inputs: Properties) -> Iterator[Failure]:
        """Require a name and a method: the official type can also import, so its schema does not require them."""
        for name in ("domainName", "validationMethod"):
            if not inputs.get(name):
                yield name, f'"{name}" is required to request a certificate'

    def create(self, aws: AwsClient, inputs: Properties) -> str:
        """RequestCertificate; the response has the records for the validation."""
        names = [inputs["domainName"], *(inputs.get("subjectAlternativeNames") or [])]
        _check_names(names)
        tags = {"Tags": tag_list(all_tags(aws, inputs))} if all_tags(aws, inputs) else {}
        response = aws.call(
            "acm",
            "request_certificate",
            DomainName=names[0],
            SubjectAlternativeNames=list(dict.fromkeys(names)),
            ValidationMethod=inputs["validationMethod"],
            IdempotencyToken=uuid.uuid4().hex,
            **tags,
        )
        return str(response["CertificateArn"])

    def read(self, aws: AwsClient, identifier: str, state: Properties) -> Properties | None:
        """DescribeCertificate and its tags."""
        found = describe_certificate(aws, identifier)
        if found is None:
            return None
        tags = aws.call("acm", "list_tags_for_certificate", CertificateArn=identifier).get("Tags", [])
        program_names = state.get("subjectAlternativeNames") or []
        return {
            "arn": identifier,
            "domainName": found["DomainName"],
            # AWS lists the first name among the others too; a program need not.
            "subjectAlternativeNames": [
                name
                for name in found["SubjectAlternativeNames"]
                if name != found["DomainName"] or name in program_names
            ],
            "validationMethod": "DNS",
            "domainValidationOptions": [_option(option) for option in found.get("DomainValidationOptions", [])],
            "status": found["Status"],
            "type": found["Type"],
            **tag_properties(aws, tags),
        }

    def update(self, aws: AwsClient, identifier: str, old: Properties, new: Properties) -> None:
        """Change the tags; any other change needs a new certificate."""
        tags = all_tags(aws, new)
        removed = sorted(set(old.get("tagsAll") or {}) - set(tags))
        if removed:
            keys = [{"Key": key} for key in removed]
            aws.call("acm", "remove_tags_from_certificate", CertificateArn=identifier, Tags=keys)
        if tags:
            aws.call("acm", "add_tags_to_certificate", CertificateArn=identifier, Tags=tag_list(tags))

    def delete(self, aws: AwsClient, identifier: str, state: Properties) -> None:
        """DeleteCertificate, unless a distribution uses it: the emulator would delete it all the same."""
        del state
        certificates = [summary["ViewerCertificate"].get("ACMCertificateArn") for summary in distributions(aws)]
        if identifier in certificates:
            message = f"Certificate {identifier} in account {aws.account} is in use."
            raise AwsError("ACM: DeleteCertificate", 400, "ResourceInUseException", message)
        try:
            aws.call("acm", "delete_certificate", CertificateArn=identifier)
        except AwsError as error:
            if not error.is_not_found:
                raise


class CertificateValidation(Resource):
    """aws.acm.CertificateValidation: no resource of AWS, but a wait until a certificate is issued."""

    token = "aws:acm/certificateValidation:CertificateValidation"  # noqa: S105 - a type's token, not a secret
    title = "ACM Certificate Validation"
    fields: ClassVar[Fields] = {
        "certificateArn": string(required=True, replaces=True),
        "validationRecordFqdns": list_of(string(), unordered=True, replaces=True),
    }

    def create(self, aws: AwsClient, inputs: Properties) -> str:
        """Check once: the emulator has the records at once or not at all."""
        arn = str(inputs["certificateArn"])
        found = describe_certificate(aws, arn)
        if found is None:
            raise AwsError("ACM: DescribeCertificate", 400, "ResourceNotFoundException", f"Could not find {arn}.")
        _check_records(found, [name.rstrip(".") for name in inputs.get("validationRecordFqdns") or []])
        if found["Status"] != "ISSUED":
            raise ProviderError(
                f"waiting for ACM Certificate ({arn}) to be issued: timeout while waiting for state to become "
                f"'ISSUED' (last state: '{found['Status']}')"
            )
        return str(found["IssuedAt"])

    def read(self, aws: AwsClient, identifier: str, state: Properties) -> Properties | None:
        """Return None if the certificate does not exist or is not issued any more."""
        del identifier
        found = describe_certificate(aws, str(state.get("certificateArn")))
        is_issued = found is not None and found["Status"] == "ISSUED"
        return {"certificateArn": state["certificateArn"]} if is_issued else None

    def update(self, aws: AwsClient, identifier: str, old: Properties, new: Properties) -> None:
        """Do nothing: every change needs a new wait."""
        del aws, identifier, old, new

    def delete(self, aws: AwsClient, identifier: str, state: Properties) -> None:
        """Do nothing: there is no resource."""
        del aws, identifier, state


def _check_names(names: list[str]) -> None:
    """Reject names that ACM rejects; the emulator accepts any."""
    reason = ""
    if len(names[0]) > MAX_FIRST_NAME:
        reason = f"The first domain name can be no longer than {MAX_FIRST_NAME} bytes."
    for name in names:
        if not _DOMAIN.fullmatch(name):
            reason = f"The domain name '{name}' is not valid."
    if reason:
        raise AwsError("ACM: RequestCertificate", 400, "ValidationException", reason)


def _check_records(found: Properties, given: list[str]) -> None:
    """If records are given, require those of the certificate."""
    for option in found.get("DomainValidationOptions", []) if given else []:
        name = option["ResourceRecord"]["Name"].rstrip(".")
        if name not in given:
            raise ProviderError(f"missing {option['DomainName']} DNS validation record: {name}")


def describe_certificate(aws: AwsClient, arn: str, region: str | None = None) -> Properties | None:
    """Return the certificate, or None; it is issued only if its records are in the DNS.

    The emulator reports every certificate as issued. AWS looks up its records in the DNS, and here that is Route 53's
    public zones.
    """
    try:
        found: Properties = aws.call("acm", "describe_certificate", region, CertificateArn=arn)["Certificate"]
    except AwsError as error:
        if error.is_not_found:
            return None
        raise
    options = found.get("DomainValidationOptions", []) if found["Type"] == "AMAZON_ISSUED" else []
    records = {(option["ResourceRecord"]["Name"], option["ResourceRecord"]["Value"]) for option in options}
    is_pending = bool(records) and not records <= public_cnames(aws)
    return {**found, "Status": "PENDING_VALIDATION" if is_pending else found["Status"]}


def covers(certificate: Properties, name: str) -> bool:
    """Return whether a certificate is valid for a name, by itself or by a `*` in place of its first label."""
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
