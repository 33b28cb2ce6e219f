"""The plan to keep the existing bucket and distribution: two import files, and the commands."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hosting.migrate.findings import section, texts
from hosting.migrate.import_files import import_commands, import_files, missing_options
from hosting.migrate.request import create_command

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hosting.migrate.amplify_cli.project import AmplifyProject


@dataclass(frozen=True)
class ImportPlan:
    """The resources to import, and what the user has to do.

    Attributes:
        stack: the stack's name.
        files: the import files in order, name to content; none if ``missing`` is not empty.
        missing: the options for unknown values, each with a way to find the value.
        unretained: template resources that Amplify would delete with its stack.
        opened_by_acl: the bucket, if an ACL makes it public, which this program's ownership setting does not allow.
        opens_by_policy: the bucket, if the objects' ACLs alone make it public.
        names: the distribution's host names, if the template does not have their certificate.
        distribution_id: the id of the distribution.
        identity_only: whether the bucket's policy allows an origin access identity but no origin access control.
    """

    stack: str
    files: Mapping[str, dict[str, Any]]
    missing: tuple[str, ...]
    unretained: tuple[str, ...]
    opened_by_acl: str | None
    identity_only: bool
    opens_by_policy: str | None = None
    names: tuple[str, ...] = ()
    distribution_id: str | None = None

    def steps(self) -> list[str]:
        """Return the commands, in order."""
        preparation = []
        edits = [f'"DeletionPolicy": "Retain" to {", ".join(self.unretained)}'] if self.unretained else []
        if self.identity_only:
            edits.append("the statement that docs/from-amplify.md has to PrivateBucketPolicy")
        if edits:
            preparation.append(f"in Amplify's template.json add {' and '.join(edits)}, then: amplify push")
        if self.opens_by_policy:
            preparation += _public_policy(self.opens_by_policy)
        if self.opened_by_acl:
            preparation.append(f"aws s3api put-bucket-acl --acl private --bucket {self.opened_by_acl}")
        return [
            *preparation,
            create_command(self.stack),
            *self._names_of_the_distribution(),
            *import_commands(self.stack, self.files),
            f"pulumi preview --stack {self.stack} --diff      # check the changes before you deploy them",
            f"pulumi up --stack {self.stack}",
            "amplify remove hosting && amplify push     # once the site works; Retain keeps the resources in use",
        ]

    def _names_of_the_distribution(self) -> list[str]:
        """Return the commands that set the names and their certificate, without which `pulumi up` removes both."""
        if not self.names:
            return []
        names = [
            f"pulumi config set --stack {self.stack} --path 'domain:names[{number}]' {name}"
            for number, name in enumerate(self.names)
        ]
        query = "aws cloudfront get-distribution-config --output text --id"
        certificate = "DistributionConfig.ViewerCertificate.ACMCertificateArn"
        value = f'"$({query} {self.distribution_id} --query {certificate})"'
        return [*names, f"pulumi config set --stack {self.stack} domain:certificateArn {value}"]


def plan_import(project: AmplifyProject, program: str, stack: str, config: Mapping[str, Any]) -> ImportPlan:
    """Return the import plan for ``stack`` of ``program``, whose whole config is ``config``."""
    resources = project.template["Resources"]
    ids = {"bucket": config.get("website:bucketName"), "region": config.get("aws:region")}
    if "CloudFrontDistribution" in resources:
        ids["distribution"] = project.outputs.get("CloudFrontDistributionID")
    missing = missing_options(ids)
    control = section(resources, "S3Bucket", "Properties").get("AccessControl", "Private")
    return ImportPlan(
        stack=stack,
        files={} if missing else import_files("amplify", program, stack, ids, config),
        missing=missing,
        unretained=tuple(key for key, one in resources.items() if section(one).get("DeletionPolicy") != "Retain"),
        opened_by_acl=ids["bucket"] if control != "Private" else None,
        identity_only="PrivateBucketPolicy" in resources,
        opens_by_policy=ids["bucket"]
        if control == "Private" and not {"CloudFrontDistribution", "BucketPolicy"} & {*resources}
        else None,
        distribution_id=ids.get("distribution"),
        names=() if config.get("domain:names") else tuple(_names(resources)),
    )


def _names(resources: Mapping[str, Any]) -> list[str]:
    """Return the distribution's literal host names."""
    config = section(resources, "CloudFrontDistribution", "Properties", "DistributionConfig")
    return texts(config.get("Aliases") or config.get("CNAMEs") or [])


def _public_policy(bucket: str) -> list[str]:
    """Return the commands that let everyone read the bucket by its policy, as this program's stack does."""
    statement = {
        "Effect": "Allow",
        "Principal": "*",
        "Action": "s3:GetObject",
        "Resource": f"arn:aws:s3:::{bucket}/*",
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    return [
        f"aws s3api delete-public-access-block --bucket {bucket}",
        f"aws s3api put-bucket-policy --bucket {bucket} --policy '{policy}'",
    ]
