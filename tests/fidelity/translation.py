"""Pulumi's resources as Terraform's JSON: https://developer.hashicorp.com/terraform/language/syntax/json.

pulumi-aws v7 is built on version 6 of Terraform's provider. Where another version differs, a table has the difference
with its reason.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

Block: TypeAlias = Mapping[str, Any]
Resource: TypeAlias = Mapping[str, Any]

# Types whose Terraform name is not `aws_<package>_<type>`.
_TYPES = {"aws:iam/openIdConnectProvider:OpenIdConnectProvider": "aws_iam_openid_connect_provider"}
# Properties whose Terraform name is neither the same in snake case nor its singular.
_NAMES = {("aws_cloudwatch_metric_alarm", "name"): "alarm_name"}
# Properties that are left out, and why.
LEFT_OUT = {
    "region": "version 5 has no region for each resource: the translation chooses a provider of that region",
    "aws_cloudfront_function.tags": "version 5 has no tags for functions",
    "aws_cloudfront_key_value_store.tags": "version 5 has no tags for key value stores",
}
# Values that are replaced, and why.
REPLACED: Mapping[str, tuple[object, str]] = {
    "aws_cloudfront_distribution.wait_for_deployment": (False, "the provider first waits for a minute"),
}
# The name of a resource, which is unique in an account: all stacks are in one.
_UNIQUE = {
    **dict.fromkeys(("aws_s3_bucket.bucket", "aws_s3_bucket.bucket_prefix", "aws_iam_role.name"), ""),
    **{f"aws_cloudfront_{kind}.name": "" for kind in ("function", "cache_policy", "origin_request_policy")},
    **{f"aws_cloudfront_{kind}.name": "" for kind in ("response_headers_policy", "origin_access_control")},
    "aws_cloudfront_key_value_store.name": "",
    "aws_cloudwatch_metric_alarm.alarm_name": "",
}
# The types that Pulumi names if the program does not: https://www.pulumi.com/docs/iac/concepts/resources/names/
_AUTO_NAMED = {"aws_cloudfront_key_value_store"}
# Outputs of the mocks, and Terraform's attributes; texts may contain the first ones, and be equal to the others.
_CONTAINED = {"arn": "arn"}
_EQUAL = {
    "bucketRegionalDomainName": "bucket_regional_domain_name",
    "websiteEndpoint": "website_endpoint",
    "domainName": "domain_name",
    "hostedZoneId": "hosted_zone_id",
}
# The key that marks a secret: https://www.pulumi.com/docs/iac/guides/building-extending/providers/implementers/
_SECRET_KEY = "4dabf18193072939515e22adb298388d"
ZONE = "Z0123456789ABC"


@dataclass(frozen=True)
class References:
    """What stands for another resource in a stack's texts.

    Attributes:
        contained: parts of texts, longest first, with Terraform's expression, and the resource's address.
        equal: whole texts.
    """

    contained: tuple[tuple[str, str, str], ...]
    equal: Mapping[str, tuple[str, str]]

    def text(self, text: str, own_address: str) -> str:
        """Return a text as a template of Terraform."""
        if text in self.equal and self.equal[text][1] != own_address:
            return f"${{{self.equal[text][0]}}}"
        escaped = text.replace("${", "$${").replace("%{", "%%{")
        for part, expression, address in self.contained:
            if address != own_address:
                escaped = escaped.replace(part, f"${{{expression}}}")
        return escaped


def without_secrets(value: Any) -> Any:  # noqa: ANN401 - JSON
    """Return a value with what its secrets hold in their place."""
    if isinstance(value, list):
        return [without_secrets(item) for item in value]
    if not isinstance(value, dict):
        return value
    return value["value"] if _SECRET_KEY in value else {key: without_secrets(item) for key, item in value.items()}


def snake_case(name: str) -> str:
    """Return a property's name in snake case."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


def terraform_type(token: str) -> str:
    """Return Terraform's type of a Pulumi type token."""
    package, _, kind = token.removeprefix("aws:").partition("/")
    return _TYPES.get(token) or f"aws_{package}_{snake_case(kind.rpartition(':')[2])}"


def terraform_name(kind: str, name: str, block: Block) -> str | None:
    """Return Terraform's name of a property; None if it has none.

    Raises:
        KeyError: it is not in the schema.
    """
    if name in LEFT_OUT or f"{kind}.{name}" in LEFT_OUT:
        return None
    known = {**block.get("attributes", {}), **block.get("block_types", {})}
    snake = _NAMES.get((kind, name), snake_case(name))
    for candidate in (snake, snake.removesuffix("s"), snake.removesuffix("es")):
        if candidate in known:
            return candidate
    raise KeyError(f"{kind} has no {name}")


def label(stack: int, name: str) -> str:
    """Return the label of a stack's resource."""
    return f"s{stack}_{re.sub('[^A-Za-z0-9_-]', '_', name)}"


def references(stack: int, resources: list[Resource]) -> References:
    """Return what the texts of a stack's resources can refer to."""
    contained: list[tuple[str, str, str]] = []
    equal = {ZONE: (f"aws_route53_zone.{label(stack, 'zone')}.zone_id", "")}
    for resource in resources:
        address = f"{terraform_type(resource['type'])}.{label(stack, resource['name'])}"
        outputs = resource["outputs"]
        contained += [
            (outputs[name], f"{address}.{attribute}", address)
            for name, attribute in _CONTAINED.items()
            if name in outputs
        ]
        if resource["type"] == "aws:s3/bucket:Bucket":
            equal[outputs["bucket"]] = (f"{address}.bucket", address)
        equal |= {
            outputs[name]: (f"{address}.{attribute}", address) for name, attribute in _EQUAL.items() if name in outputs
        }
        equal[resource["id"]] = (f"{address}.id", address)
        contained += _proofs(address, outputs.get("domainValidationOptions", []))
    return References(tuple(sorted(contained, key=lambda part: -len(part[0]))), equal)


def _proofs(address: str, options: list[Mapping[str, str]]) -> Iterator[tuple[str, str, str]]:
    for option in options:
        selected = f'[for o in {address}.domain_validation_options : o if o.domain_name == "{option["domainName"]}"][0]'
        # With another domain name the certificate has no such record.
        yield option["resourceRecordName"], f'try({selected}.resource_record_name, "none")', address
        yield option["resourceRecordValue"], f'try({selected}.resource_record_value, "none")', address


def body(stack: int, resource: Resource, block: Block, found: References) -> dict[str, Any]:
    """Return the body of a resource."""
    kind = terraform_type(resource["type"])
    address = f"{kind}.{label(stack, resource['name'])}"
    translated = _object(kind, resource["inputs"], block, found, address)
    if kind in _AUTO_NAMED:
        translated.setdefault("name", resource["name"])
    for name in translated:
        path = f"{kind}.{name}"
        if path in _UNIQUE:
            translated[name] = f"s{stack}-{translated[name]}"
        if path in REPLACED:
            translated[name] = REPLACED[path][0]
    return translated


def _object(kind: str, inputs: Mapping[str, Any], block: Block, found: References, address: str) -> dict[str, Any]:
    translated = {}
    for name, value in inputs.items():
        terraform = terraform_name(kind, name, block)
        if terraform is None or value is None:
            continue
        nested = block.get("block_types", {}).get(terraform)
        if nested is None:
            translated[terraform] = _value(value, found, address)
        else:
            items = value if isinstance(value, list) else [value]
            translated[terraform] = [_object(kind, item, nested["block"], found, address) for item in items]
    return translated


def _value(value: object, found: References, address: str) -> object:
    if isinstance(value, str):
        return found.text(value, address)
    if isinstance(value, list):
        return [_value(item, found, address) for item in value]
    if isinstance(value, dict):
        return {key: _value(item, found, address) for key, item in value.items()}
    return int(value) if isinstance(value, float) and value.is_integer() else value


def region(stack: Sequence[Resource], resource: Resource) -> str:
    """Return the region of a resource, by its own property or by its provider."""
    own = resource["inputs"].get("region")
    providers = {found["id"]: found["inputs"].get("region") for found in stack}
    return own or providers.get(resource["provider"].rpartition("::")[2]) or "us-east-1"


def is_aws(resource: Resource) -> bool:
    """Return whether AWS's provider has the resource."""
    return str(resource["type"]).startswith("aws:")


def distinct(stacks: Sequence[Sequence[Resource]]) -> list[Sequence[Resource]]:
    """Return the stacks of which none declares the same resources with the same properties as another."""
    found: dict[str, Sequence[Resource]] = {}
    for stack in stacks:
        shapes = sorted(
            f"{one['type']} {json.dumps(_shape(one['inputs']), sort_keys=True)}" for one in stack if is_aws(one)
        )
        found.setdefault("\n".join(shapes), stack)
    return [stack for shapes, stack in found.items() if shapes]


def _shape(value: object) -> object:
    if isinstance(value, dict):
        return {key: _shape(item) for key, item in value.items()}
    return [_shape(item) for item in value] if isinstance(value, list) else type(value).__name__
