"""What else stands in the template: resources and outputs that were added by hand, references to what is gone."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from hosting.migrate.findings import section

if TYPE_CHECKING:
    from hosting.migrate.findings import Findings

_AMPLIFYS = ("S3Bucket", "BucketPolicy", "PrivateBucketPolicy", "OriginAccessIdentity", "CloudFrontDistribution")
_OUTPUTS = (
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
_PARAMETERS = ("env", "bucketName")


def map_rest(template: dict[str, Any], findings: Findings) -> None:
    """Put what no other part of the mapping looks at into ``findings``."""
    resources, outputs = section(template, "Resources"), section(template, "Outputs")
    parameters = section(template, "Parameters")
    for name, resource in resources.items():
        if name not in _AMPLIFYS:
            findings.gap(
                f"Resource {name} ({section(resource).get('Type', 'no Type')})",
                "added by hand; to keep it, write it into __main__.py, or a stack of its own",
            )
    for name, output in outputs.items():
        if name not in _OUTPUTS:
            findings.gap(f"Output {name}", "added by hand; what the program puts out is in 'pulumi stack output'")
        gone = [one for one in _REFERENCE.findall(json.dumps(output)) if one not in resources and one not in parameters]
        if gone:
            findings.notes.append(f"Output {name} refers to {gone[0]}, which is not in the template; it was ignored.")
    for name in parameters:
        if name not in _PARAMETERS:
            findings.gap(f"Parameter {name}", "added by hand; its value was put in where the template uses it")
