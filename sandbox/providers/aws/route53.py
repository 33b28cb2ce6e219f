"""DNS records in Route 53, and the look for their zone."""

import time
from collections.abc import Iterator
from typing import ClassVar

from sandbox.providers.aws.aws_client import Cloud
from sandbox.providers.aws.errors import AwsError, ProviderError
from sandbox.providers.aws.resource import Resource
from sandbox.providers.schema import Failure, Fields, block, flag, listing, text, whole
from sandbox.providers.values import Properties

# https://docs.aws.amazon.com/Route53/latest/APIReference/API_AliasTarget.html
CLOUDFRONT_ZONE = "Z2FDTNDATAQYW2"
# What AWS needs to bring a change to all of its name servers; the emulator has done so at once.
POLL_SECONDS = 2.0
CHANGE_SECONDS = 30 * 60.0
TYPES = ("A", "AAAA", "CAA", "CNAME", "DS", "HTTPS", "MX", "NAPTR", "NS", "PTR", "SOA", "SPF", "SRV", "SVCB", "TXT")


class Record(Resource):
    """aws.route53.Record, with the simple routing policy."""

    token = "aws:route53/record:Record"  # noqa: S105 - a type's token, not a secret
    title = "Route 53 Record"
    fields: ClassVar[Fields] = {
        "aliases": listing(
            block(
                {
                    "evaluateTargetHealth": flag(required=True),
                    "name": text(required=True),
                    "zoneId": text(required=True, high=32),
                }
            ),
            high=1,
        ),
        "allowOverwrite": flag(),
        "name": text(required=True, replaces=True),
        "records": listing(text(), unordered=True),
        "ttl": whole(),
        "type": text(required=True, replaces=True, choices=TYPES),
        "zoneId": text(required=True, replaces=True, low=1, high=32),
    }
    outputs = ("fqdn",)

    def conflicts(self, inputs: Properties) -> Iterator[Failure]:
        """Either an alias, or values with a time to live."""
        has_alias, has_records = bool(inputs.get("aliases")), bool(inputs.get("records"))
        if has_alias == has_records:
            yield "records", "one of `aliases,records` must be specified"
        if has_records != ("ttl" in inputs):
            yield "ttl", "all of `records,ttl` must be specified"

    def create(self, cloud: Cloud, inputs: Properties) -> str:
        """CREATE, which takes nothing over; UPSERT where that is wanted."""
        zone = _zone(cloud, str(inputs["zoneId"]))
        name = _full_name(str(inputs["name"]), zone["Name"])
        wanted = _record_set(name, inputs)
        _refuse(cloud, zone["Id"], wanted)
        _change(cloud, zone["Id"], "UPSERT" if inputs.get("allowOverwrite") else "CREATE", wanted)
        return f"{inputs['zoneId']}_{name}_{inputs['type']}"

    def read(self, cloud: Cloud, identifier: str, state: Properties) -> Properties | None:
        """The record set of this name and type."""
        zone, name, kind = identifier.split("_", 1)[0], *identifier.split("_", 1)[1].rsplit("_", 1)
        found = _found(cloud, zone, name, kind)
        if found is None:
            return None
        known = str(state.get("name", ""))
        alias = found.get("AliasTarget")
        return {
            "zoneId": zone,
            # A program may leave the zone out of a name, and end it with a dot or not.
            "name": known if known and name.startswith(known.rstrip(".").lower()) else name,
            "type": kind,
            "fqdn": name,
            "ttl": found.get("TTL"),
            "records": [each["Value"] for each in found.get("ResourceRecords", [])] or None,
            "aliases": [_alias_properties(alias)] if alias else None,
            "allowOverwrite": state.get("allowOverwrite"),
        }

    def update(self, cloud: Cloud, identifier: str, old: Properties, new: Properties) -> None:
        """UPSERT."""
        del old
        _, _, name_and_type = identifier.partition("_")
        zone = _zone(cloud, str(new["zoneId"]))
        wanted = _record_set(name_and_type.rpartition("_")[0], new)
        _refuse(cloud, zone["Id"], wanted)
        _change(cloud, zone["Id"], "UPSERT", wanted)

    def delete(self, cloud: Cloud, identifier: str, state: Properties) -> None:
        """DELETE, as it is now: Route 53 wants to be told all of it."""
        del state
        zone, name, kind = identifier.split("_", 1)[0], *identifier.split("_", 1)[1].rsplit("_", 1)
        found = _found(cloud, zone, name, kind)
        if found is not None:
            _change(cloud, zone, "DELETE", found)


def get_zone(cloud: Cloud, args: Properties) -> Properties:
    """The public zone of this id or name.

    Raises:
        AwsError: there is none, or more than one of the name.
    """
    zones = _zones(cloud)
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
        "arn": f"arn:{cloud.partition}:route53:::hostedzone/{_id(zone)}",
        "callerReference": zone.get("CallerReference"),
        "privateZone": False,
        "resourceRecordSetCount": zone.get("ResourceRecordSetCount", 0),
    }


def public_cnames(cloud: Cloud) -> set[tuple[str, str]]:
    """Name and value of every CNAME that the world can look up, each with its last dot."""
    sets = (
        record
        for zone in _zones(cloud)
        for page in cloud.pages("route53", "list_resource_record_sets", None, HostedZoneId=_id(zone))
        for record in page["ResourceRecordSets"]
        if record["Type"] == "CNAME"
    )
    return {(f"{_readable(one['Name'])}.", f"{each['Value'].rstrip('.')}.") for one in sets for each in _values(one)}


def _values(record: Properties) -> list[Properties]:
    found: list[Properties] = record.get("ResourceRecords", [])
    return found


def _zones(cloud: Cloud) -> list[Properties]:
    pages = cloud.pages("route53", "list_hosted_zones", None)
    zones = [zone for page in pages for zone in page["HostedZones"]]
    return [zone for zone in zones if not zone.get("Config", {}).get("PrivateZone")]


def _zone(cloud: Cloud, identifier: str) -> Properties:
    zone: Properties = cloud.call("route53", "get_hosted_zone", Id=identifier)["HostedZone"]
    return {**zone, "Id": _id(zone)}


def _id(zone: Properties) -> str:
    return str(zone["Id"]).rpartition("/")[2]


def _full_name(name: str, zone: str) -> str:
    """The name as the provider completes it: one that does not end in the zone's is meant to be inside of it."""
    plain, inside = name.rstrip(".").lower(), zone.rstrip(".")
    return plain if plain == inside or plain.endswith(f".{inside}") else f"{plain}.{inside}".lstrip(".")


def _readable(name: str) -> str:
    """A name without its last dot, and with the * that Route 53 tells as an octal escape."""
    return name.rstrip(".").replace("\\052", "*")


def _record_set(name: str, inputs: Properties) -> Properties:
    found: Properties = {"Name": name, "Type": inputs["type"]}
    if inputs.get("aliases"):
        (alias,) = inputs["aliases"]
        target = {"DNSName": alias["name"], "HostedZoneId": alias["zoneId"]}
        return {**found, "AliasTarget": {**target, "EvaluateTargetHealth": alias["evaluateTargetHealth"]}}
    return {**found, "TTL": inputs["ttl"], "ResourceRecords": [{"Value": value} for value in inputs["records"]]}


def _alias_properties(alias: Properties) -> Properties:
    return {
        "name": alias["DNSName"].rstrip("."),
        "zoneId": alias["HostedZoneId"],
        "evaluateTargetHealth": alias["EvaluateTargetHealth"],
    }


def _found(cloud: Cloud, zone: str, name: str, kind: str) -> Properties | None:
    return next((one for one in _of_name(cloud, zone, name) if one["Type"] == kind), None)


def _of_name(cloud: Cloud, zone: str, name: str) -> list[Properties]:
    try:
        answer = cloud.call("route53", "list_resource_record_sets", HostedZoneId=zone, StartRecordName=name)
    except AwsError as refusal:
        if refusal.is_missing:
            return []
        raise
    return [one for one in answer["ResourceRecordSets"] if _readable(one["Name"]) == name]


def _refuse(cloud: Cloud, zone: str, wanted: Properties) -> None:
    """Refuse what Route 53 would and the emulator does not."""
    name, kind = wanted["Name"], wanted["Type"]
    others = {one["Type"] for one in _of_name(cloud, zone, name)} - {kind}
    if others and "CNAME" in {kind, *others}:
        raise _bad_change(
            f"RRSet of type {kind} with DNS name {name}. is not permitted because a conflicting RRSet of type "
            f"{', '.join(sorted(others))} with the same DNS name already exists"
        )
    alias = wanted.get("AliasTarget")
    if alias and alias["DNSName"].endswith(".cloudfront.net") != (alias["HostedZoneId"] == CLOUDFRONT_ZONE):
        raise _bad_change(
            f"Tried to create an alias that targets {alias['DNSName']}., type {kind} in zone "
            f"{alias['HostedZoneId']}, but the alias target name does not lie within the target zone"
        )


def _bad_change(message: str) -> AwsError:
    return AwsError("Route 53: ChangeResourceRecordSets", 400, "InvalidChangeBatch", f"[{message}]")


def _change(cloud: Cloud, zone: str, action: str, record: Properties) -> None:
    batch = {"Comment": "Managed by Pulumi", "Changes": [{"Action": action, "ResourceRecordSet": record}]}
    answer = cloud.call("route53", "change_resource_record_sets", HostedZoneId=zone, ChangeBatch=batch)
    identifier, deadline = answer["ChangeInfo"]["Id"], time.monotonic() + CHANGE_SECONDS
    while cloud.call("route53", "get_change", Id=identifier)["ChangeInfo"]["Status"] != "INSYNC":
        if time.monotonic() > deadline:
            raise ProviderError(f"{identifier} is not in sync after 30 minutes")
        time.sleep(POLL_SECONDS)
