"""Route 53 records, and the data source of hosted zones."""

import time
from collections.abc import Iterator
from typing import ClassVar

from sandbox.providers.aws.aws_client import AwsClient
from sandbox.providers.aws.errors import AwsError, ProviderError
from sandbox.providers.aws.resource import Resource
from sandbox.providers.schema import Failure, Fields, block, boolean, integer, list_of, string
from sandbox.providers.values import Properties

# https://docs.aws.amazon.com/Route53/latest/APIReference/API_AliasTarget.html
CLOUDFRONT_ZONE = "Z2FDTNDATAQYW2"
# AWS needs time until all name servers have a change; the emulator has it at once.
POLL_SECONDS = 2.0
CHANGE_SECONDS = 30 * 60.0
TYPES = ("A", "AAAA", "CAA", "CNAME", "DS", "HTTPS", "MX", "NAPTR", "NS", "PTR", "SOA", "SPF", "SRV", "SVCB", "TXT")


class Record(Resource):
    """aws.route53.Record with the simple routing policy."""

    token = "aws:route53/record:Record"  # noqa: S105 - a type's token, not a secret
    title = "Route 53 Record"
    fields: ClassVar[Fields] = {
        "aliases": list_of(
            block(
                {
                    "evaluateTargetHealth": boolean(required=True),
                    "name": string(required=True),
                    "zoneId": string(required=True, high=32),
                }
            ),
            high=1,
        ),
        "allowOverwrite": boolean(),
        "name": string(required=True, replaces=True),
        "records": list_of(string(), unordered=True),
        "ttl": integer(),
        "type": string(required=True, choices=TYPES),
        "zoneId": string(required=True, replaces=True, low=1, high=32),
    }
    outputs = ("fqdn",)

    def conflicts(self, inputs: Properties) -> Iterator[Failure]:
        """Require either an alias, or values with a TTL."""
        has_alias, has_records = bool(inputs.get("aliases")), bool(inputs.get("records"))
        if has_alias == has_records:
            yield "records", "one of `aliases,records` must be specified"
        if has_records != ("ttl" in inputs):
            yield "ttl", "all of `records,ttl` must be specified"

    def create(self, aws: AwsClient, inputs: Properties) -> str:
        """CREATE, which does not replace a record; UPSERT if allowOverwrite is set."""
        zone = _zone(aws, str(inputs["zoneId"]))
        name = _full_name(str(inputs["name"]), zone["Name"])
        record = _record_set(name, inputs)
        _check_record(aws, zone["Id"], record)
        _change(aws, zone["Id"], "UPSERT" if inputs.get("allowOverwrite") else "CREATE", record)
        return f"{inputs['zoneId']}_{name}_{inputs['type']}"

    def read(self, aws: AwsClient, identifier: str, state: Properties) -> Properties | None:
        """Return the record set with this name and type."""
        zone, name, record_type = _parts(identifier, state)
        found = _find_record(aws, zone, name, record_type)
        if found is None:
            return None
        program_name = str(state.get("name", ""))
        alias = found.get("AliasTarget")
        return {
            "zoneId": zone,
            # A program may leave out the zone, and end the name with a dot.
            "name": program_name if program_name and name.startswith(program_name.rstrip(".").lower()) else name,
            "type": record_type,
            "fqdn": name,
            "ttl": found.get("TTL"),
            "records": [value["Value"] for value in found.get("ResourceRecords", [])] or None,
            "aliases": [_alias_properties(alias)] if alias else None,
            "allowOverwrite": state.get("allowOverwrite"),
        }

    def update(self, aws: AwsClient, identifier: str, old: Properties, new: Properties) -> None:
        """UPSERT; a record of another type is deleted in the same transaction, as by pulumi-aws."""
        zone, name, old_type = _parts(identifier, old)
        record = _record_set(name, new)
        replaced = _find_record(aws, zone, name, old_type) if old_type != new["type"] else None
        _check_record(aws, zone, record, replaced)
        _change(aws, zone, "UPSERT", record, replaced)

    def delete(self, aws: AwsClient, identifier: str, state: Properties) -> None:
        """DELETE with the current values, which Route 53 requires."""
        zone, name, record_type = _parts(identifier, state)
        found = _find_record(aws, zone, name, record_type)
        if found is not None:
            _change(aws, zone, "DELETE", found)


def get_zone(aws: AwsClient, args: Properties) -> Properties:
    """Return the public zone with this id or name.

    Raises:
        AwsError: the zone does not exist, or several have this name.
    """
    zones = _zones(aws)
    if args.get("zoneId"):
        found = [zone for zone in zones if _id(zone) == args["zoneId"]]
    else:
        found = [zone for zone in zones if zone["Name"].rstrip(".") == str(args.get("name", "")).rstrip(".")]
    if not found:
        raise ProviderError("no matching Route 53 Hosted Zone found")
    if len(found) > 1:
        raise ProviderError("multiple Route 53 Hosted Zones matched; use additional constraints to reduce matches")
    (zone,) = found
    return {
        "id": _id(zone),
        "zoneId": _id(zone),
        "name": zone["Name"].rstrip("."),
        "arn": f"arn:{aws.partition}:route53:::hostedzone/{_id(zone)}",
        "callerReference": zone.get("CallerReference"),
        "privateZone": False,
        "resourceRecordSetCount": zone.get("ResourceRecordSetCount", 0),
    }


def public_cnames(aws: AwsClient) -> set[tuple[str, str]]:
    """Return name and value of every CNAME in a public zone, each with a dot at the end."""
    records = (
        record
        for zone in _zones(aws)
        for page in aws.pages("route53", "list_resource_record_sets", None, HostedZoneId=_id(zone))
        for record in page["ResourceRecordSets"]
        if record["Type"] == "CNAME"
    )
    return {
        (f"{_decoded(record['Name'])}.", f"{value['Value'].rstrip('.')}.")
        for record in records
        for value in record.get("ResourceRecords", [])
    }


def _zones(aws: AwsClient) -> list[Properties]:
    pages = aws.pages("route53", "list_hosted_zones", None)
    zones = [zone for page in pages for zone in page["HostedZones"]]
    return [zone for zone in zones if not zone.get("Config", {}).get("PrivateZone")]


def _zone(aws: AwsClient, identifier: str) -> Properties:
    zone: Properties = aws.call("route53", "get_hosted_zone", Id=identifier)["HostedZone"]
    return {**zone, "Id": _id(zone)}


def _id(zone: Properties) -> str:
    return str(zone["Id"]).rpartition("/")[2]


def _full_name(name: str, zone: str) -> str:
    """Return the name as the official provider completes it: the zone is appended unless the name ends in it."""
    given, zone_name = name.rstrip(".").lower(), zone.rstrip(".")
    is_complete = given == zone_name or given.endswith(f".{zone_name}")
    return given if is_complete else f"{given}.{zone_name}".lstrip(".")


def _decoded(name: str) -> str:
    """Return a name without its last dot, and with a `*` that Route 53 writes as an octal escape."""
    return name.rstrip(".").replace("\\052", "*")


def _record_set(name: str, inputs: Properties) -> Properties:
    record: Properties = {"Name": name, "Type": inputs["type"]}
    if inputs.get("aliases"):
        (alias,) = inputs["aliases"]
        target = {"DNSName": alias["name"], "HostedZoneId": alias["zoneId"]}
        return {**record, "AliasTarget": {**target, "EvaluateTargetHealth": alias["evaluateTargetHealth"]}}
    return {**record, "TTL": inputs["ttl"], "ResourceRecords": [{"Value": value} for value in inputs["records"]]}


def _alias_properties(alias: Properties) -> Properties:
    return {
        "name": alias["DNSName"].rstrip("."),
        "zoneId": alias["HostedZoneId"],
        "evaluateTargetHealth": alias["EvaluateTargetHealth"],
    }


def _parts(identifier: str, state: Properties) -> tuple[str, str, str]:
    """Return the zone, the name and the type of a record: the id keeps the type that the record was created with."""
    zone, _, name_and_type = identifier.partition("_")
    name, _, first_type = name_and_type.rpartition("_")
    return zone, name, str(state.get("type") or first_type)


def _find_record(aws: AwsClient, zone: str, name: str, record_type: str) -> Properties | None:
    return next((record for record in _records_with_name(aws, zone, name) if record["Type"] == record_type), None)


def _records_with_name(aws: AwsClient, zone: str, name: str) -> list[Properties]:
    try:
        response = aws.call("route53", "list_resource_record_sets", HostedZoneId=zone, StartRecordName=name)
    except AwsError as error:
        if error.is_not_found:
            return []
        raise
    return [record for record in response["ResourceRecordSets"] if _decoded(record["Name"]) == name]


def _check_record(aws: AwsClient, zone: str, record: Properties, replaced: Properties | None = None) -> None:
    """Reject what Route 53 rejects and the emulator does not."""
    name, record_type = record["Name"], record["Type"]
    others = {other["Type"] for other in _records_with_name(aws, zone, name)} - {
        record_type,
        (replaced or {}).get("Type"),
    }
    if others and "CNAME" in {record_type, *others}:
        raise _bad_change(
            f"RRSet of type {record_type} with DNS name {name}. is not permitted because a conflicting RRSet of type "
            f"{', '.join(sorted(others))} with the same DNS name already exists"
        )
    alias = record.get("AliasTarget")
    if alias and alias["DNSName"].endswith(".cloudfront.net") != (alias["HostedZoneId"] == CLOUDFRONT_ZONE):
        raise _bad_change(
            f"Tried to create an alias that targets {alias['DNSName']}., type {record_type} in zone "
            f"{alias['HostedZoneId']}, but the alias target name does not lie within the target zone"
        )


def _bad_change(message: str) -> AwsError:
    return AwsError("Route 53: ChangeResourceRecordSets", 400, "InvalidChangeBatch", f"[{message}]")


def _change(aws: AwsClient, zone: str, action: str, record: Properties, replaced: Properties | None = None) -> None:
    deletion = [{"Action": "DELETE", "ResourceRecordSet": replaced}] if replaced else []
    changes = [*deletion, {"Action": action, "ResourceRecordSet": record}]
    batch = {"Comment": "Managed by Pulumi", "Changes": changes}
    response = aws.call("route53", "change_resource_record_sets", HostedZoneId=zone, ChangeBatch=batch)
    identifier, deadline = response["ChangeInfo"]["Id"], time.monotonic() + CHANGE_SECONDS
    while aws.call("route53", "get_change", Id=identifier)["ChangeInfo"]["Status"] != "INSYNC":
        if time.monotonic() > deadline:
            raise ProviderError(f"{identifier} is not in sync after 30 minutes")
        time.sleep(POLL_SECONDS)
