"""How to keep the existing bucket and distribution: two import files, and what to type around them.

They are two because the engine makes an imported provider before an imported component, even where that is its
parent, and then refuses the state.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from hosting.migrate.findings import section
from hosting.migrate.settle import readable
from hosting.resource_names import COMPONENT, SITE, ResourceNames, resource_name

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hosting.migrate.project import AmplifyProject

_KINDS = {"bucket": "aws:s3/bucket:Bucket", "distribution": "aws:cloudfront/distribution:Distribution"}
_HOW_TO_TELL = {
    "bucket": "--bucket-name <name>    ('aws s3 ls' lists yours)",
    "region": "--region <region>    (where the bucket is, such as us-east-1)",
    "distribution": "--distribution-id <id>    (aws cloudfront list-distributions --output text "
    "--query 'DistributionList.Items[].[Id,Origins.Items[0].DomainName]' lists yours with their buckets)",
}


@dataclass(frozen=True)
class Keeping:
    """What to import.

    Attributes:
        stack: the stack's name.
        files: the import files, in order: name to content; none while ``missing`` is not empty.
        missing: what is not known yet, each with how to find it and what to type.
        unretained: template resources that Amplify would take away with its own stack.
        opened_by_acl: the bucket, if an ACL opens it, which S3 refuses beside the ownership setting used here.
        identity_only: the bucket's policy lets an origin access identity in, and this program's access control not.
    """

    stack: str
    files: Mapping[str, dict[str, Any]]
    missing: tuple[str, ...]
    unretained: tuple[str, ...]
    opened_by_acl: str | None
    identity_only: bool

    def steps(self) -> list[str]:
        """Return what to do, in order."""
        before = []
        edits = [f'"DeletionPolicy": "Retain" to {", ".join(self.unretained)}'] if self.unretained else []
        if self.identity_only:
            edits.append("the statement that docs/from-amplify.md has to PrivateBucketPolicy")
        if edits:
            before.append(f"in Amplify's template.json add {' and '.join(edits)}, then: amplify push")
        if self.opened_by_acl:
            before.append(f"aws s3api put-bucket-acl --acl private --bucket {self.opened_by_acl}")
        imports = [
            f"pulumi import --stack {self.stack} --protect=false --generate-code=false --file {name}"
            for name in self.files
        ]
        return [
            *before,
            f"pulumi stack select --create {self.stack}",
            *imports,
            f"pulumi preview --stack {self.stack} --diff      # read what would change before it does",
            f"pulumi up --stack {self.stack}",
            "amplify remove hosting && amplify push     # when the site is well; Retain keeps what is in use",
        ]


def keeping(project: AmplifyProject, program: str, stack: str, config: Mapping[str, Any]) -> Keeping:
    """Return what to import into ``stack`` of ``program``, whose whole config is ``config``."""
    resources = project.template["Resources"]
    known = {"bucket": config.get("website:bucketName"), "region": config.get("aws:region")}
    if "CloudFrontDistribution" in resources:
        known["distribution"] = project.outputs.get("CloudFrontDistributionID")
    missing = tuple(_HOW_TO_TELL[kind] for kind, value in known.items() if not value)
    control = section(resources, "S3Bucket", "Properties").get("AccessControl", "Private")
    return Keeping(
        stack=stack,
        files={} if missing else _files(program, stack, known, config),
        missing=missing,
        unretained=tuple(key for key, one in resources.items() if section(one).get("DeletionPolicy") != "Retain"),
        opened_by_acl=known["bucket"] if control != "Private" else None,
        identity_only="PrivateBucketPolicy" in resources,
    )


def _files(program: str, stack: str, known: Mapping[str, Any], config: Mapping[str, Any]) -> dict[str, Any]:
    """Return the import files: first the component, then its provider, which the import makes, and what uses that."""
    names = ResourceNames(SITE, resource_name(program, stack))
    site = f"urn:pulumi:{stack}::{program}::{COMPONENT}::{SITE}"
    below = {"parent": "site"}
    kept = [
        {
            "type": kind,
            "name": label,
            "logicalName": names.logical(label),
            "id": known[label],
            "provider": "provider",
            **below,
        }
        for label, kind in _KINDS.items()
        if label in known
    ]
    return {
        f".hosting/amplify-import-1.{stack}.json": {
            "resources": [{"type": COMPONENT, "name": SITE, "component": True}]
        },
        f".hosting/amplify-import-2.{stack}.json": {
            "nameTable": {"site": site},
            "resources": [{**_provider(config), "logicalName": names.logical("aws"), **below}, *kept],
        },
    }


def _provider(config: Mapping[str, Any]) -> dict[str, Any]:
    """Return the provider; its version is the program's, which could not read state that a newer one has written."""
    inputs = {key.removeprefix("aws:"): text for key, text in readable(config).items() if key.startswith("aws:")}
    return {"type": "pulumi:providers:aws", "name": "provider", "version": version("pulumi-aws"), "inputs": inputs}
