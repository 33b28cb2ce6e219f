"""The import files for an existing bucket and distribution.

The engine creates an imported provider before an imported component, even if that is its parent, and then refuses the
state. So the component has its own import file.
"""

from __future__ import annotations

from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from hosting.migrate.accepted_settings import plain_values
from hosting.resource_names import COMPONENT, SITE, ResourceNames, resource_name

if TYPE_CHECKING:
    from collections.abc import Mapping

_TYPES = {"bucket": "aws:s3/bucket:Bucket", "distribution": "aws:cloudfront/distribution:Distribution"}
_OPTIONS = {
    "bucket": "--bucket-name <name>    ('aws s3 ls' lists yours)",
    "region": "--region <region>    (where the bucket is, such as us-east-1)",
    "distribution": "--distribution-id <id>    (aws cloudfront list-distributions --output text "
    "--query 'DistributionList.Items[].[Id,Origins.Items[0].DomainName]' lists yours with their buckets)",
}


def missing_options(ids: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the options for the values that ``ids`` lacks, each with a way to find the value."""
    return tuple(_OPTIONS[kind] for kind, value in ids.items() if not value)


def import_files(
    prefix: str, program: str, stack: str, ids: Mapping[str, Any], config: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the import files by name: first the component, then its provider with the resources that use it.

    ``ids`` has the ids of the bucket and the distribution by their labels; ``config`` is the stack's whole config.
    """
    names = ResourceNames(SITE, resource_name(program, stack))
    site = f"urn:pulumi:{stack}::{program}::{COMPONENT}::{SITE}"
    below = {"parent": "site"}
    resources = [
        {
            "type": kind,
            "name": label,
            "logicalName": names.logical(label),
            "id": ids[label],
            "provider": "provider",
            **below,
        }
        for label, kind in _TYPES.items()
        if label in ids
    ]
    return {
        f".hosting/{prefix}-import-1.{stack}.json": {
            "resources": [{"type": COMPONENT, "name": SITE, "component": True}]
        },
        f".hosting/{prefix}-import-2.{stack}.json": {
            "nameTable": {"site": site},
            "resources": [{**_provider(config), "logicalName": names.logical("aws"), **below}, *resources],
        },
    }


def import_commands(stack: str, files: Mapping[str, Any]) -> list[str]:
    """Return the commands that import the files."""
    command = f"pulumi import --stack {stack} --protect=false --generate-code=false --file"
    return [f"{command} {name}" for name in files]


def _provider(config: Mapping[str, Any]) -> dict[str, Any]:
    """Return the provider with the program's version, which can't read the state of a newer one."""
    inputs = {key.removeprefix("aws:"): text for key, text in plain_values(config).items() if key.startswith("aws:")}
    return {"type": "pulumi:providers:aws", "name": "provider", "version": version("pulumi-aws"), "inputs": inputs}
