"""Origin access controls: how a distribution signs its requests to a bucket."""

from typing import ClassVar

from sandbox.providers.auto_names import AutoName
from sandbox.providers.aws.cloudfront_config_resource import CloudFrontPart
from sandbox.providers.aws.cloudfront_quotas import ORIGIN_ACCESS_CONTROLS
from sandbox.providers.schema import Fields, text
from sandbox.providers.values import Properties


class OriginAccessControl(CloudFrontPart):
    """aws.cloudfront.OriginAccessControl."""

    token = "aws:cloudfront/originAccessControl:OriginAccessControl"  # noqa: S105 - a type's token, not a secret
    title = "CloudFront Origin Access Control"
    api_noun, call_noun, arn_noun = "OriginAccessControl", "origin_access_control", "origin-access-control"
    quota = ORIGIN_ACCESS_CONTROLS
    auto_name = AutoName("name", 64)
    fields: ClassVar[Fields] = {
        "description": text(default="Managed by Pulumi", low=0, high=256),
        "name": text(low=1, high=64),
        "originAccessControlOriginType": text(required=True, choices=("s3", "mediastore", "mediapackagev2", "lambda")),
        "signingBehavior": text(required=True, choices=("never", "always", "no-override")),
        "signingProtocol": text(required=True, choices=("sigv4",)),
    }

    def refuse(self, call: str, inputs: Properties) -> None:
        """Every rule is one of the fields'."""
