"""CloudFront's origin access controls."""

from typing import ClassVar

from sandbox.providers.auto_names import AutoName
from sandbox.providers.aws.cloudfront_config_resource import CloudFrontConfigResource
from sandbox.providers.schema import Fields, string
from sandbox.providers.values import Properties


class OriginAccessControl(CloudFrontConfigResource):
    """aws.cloudfront.OriginAccessControl."""

    token = "aws:cloudfront/originAccessControl:OriginAccessControl"  # noqa: S105 - a type's token, not a secret
    title = "CloudFront Origin Access Control"
    api_noun, call_noun, arn_noun = "OriginAccessControl", "origin_access_control", "origin-access-control"
    auto_name = AutoName("name", 64)
    fields: ClassVar[Fields] = {
        "description": string(default="Managed by Pulumi", low=0, high=256),
        "name": string(low=1, high=64),
        "originAccessControlOriginType": string(
            required=True, choices=("s3", "mediastore", "mediapackagev2", "lambda")
        ),
        "signingBehavior": string(required=True, choices=("never", "always", "no-override")),
        "signingProtocol": string(required=True, choices=("sigv4",)),
    }

    def check(self, call: str, inputs: Properties) -> None:
        """Do nothing: the fields have all rules."""
