"""Reports the other parts of the template: added resources, outputs and parameters, and unresolved references."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from hosting.migrate.findings import section

if TYPE_CHECKING:
    from hosting.migrate.findings import Findings

_AMPLIFY_RESOURCES = (
    "S3Bucket",
    "BucketPolicy",
    "PrivateBucketPolicy",
    "OriginAccessIdentity",
    "CloudFrontDistribution",
)
_AMPLIFY_OUTPUTS = (
    "Region",
    "HostingBucketName",
    "WebsiteURL",
    "S3BucketSecureURL",
    "CloudFrontDistributionID",
    "CloudFrontDomainName",
    "CloudFrontSecureURL",
    "CloudFrontOriginAccessIdentity",
)
_REFERENCE = re.compile(r'"(?:Ref|Fn::GetAtt)": \[?"([A-Za-z0-9]+)"')
_AMPLIFY_PARAMETERS = ("env", "bucketName")


def report_unknown_parts(template: dict[str, Any], findings: Findings) -> None:
    """Add the parts that no other module maps to ``findings``."""
    resources, outputs = section(template, "Resources"), section(template, "Outputs")
    parameters = section(template, "Parameters")
    for name, resource in resources.items():
        if name not in _AMPLIFY_RESOURCES:
            findings.add_gap(
                f"Resource {name} ({section(resource).get('Type', 'no Type')})",
                "added by hand; to keep it, declare it in __main__.py, or in another stack",
            )
    for name, output in outputs.items():
        if name not in _AMPLIFY_OUTPUTS:
            findings.add_gap(f"Output {name}", "added by hand; the program's outputs are in 'pulumi stack output'")
        missing = [
            one for one in _REFERENCE.findall(json.dumps(output)) if one not in resources and one not in parameters
        ]
        if missing:
            findings.notes.append(
                f"Output {name} refers to {missing[0]}, which is not in the template; it was ignored."
            )
    for name in parameters:
        if name not in _AMPLIFY_PARAMETERS:
            findings.add_gap(f"Parameter {name}", "added by hand; its value was used where the template refers to it")
