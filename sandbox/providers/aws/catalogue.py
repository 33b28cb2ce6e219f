"""The resource types and data sources of the sandbox's aws provider."""

from sandbox.providers.aws.acm import Certificate, CertificateValidation
from sandbox.providers.aws.bucket import Bucket
from sandbox.providers.aws.bucket_lifecycle import BucketLifecycleConfiguration
from sandbox.providers.aws.bucket_object import BucketObject
from sandbox.providers.aws.bucket_policy import BucketPolicy
from sandbox.providers.aws.bucket_settings import (
    BucketCorsConfiguration,
    BucketOwnershipControls,
    BucketPublicAccessBlock,
    BucketWebsiteConfiguration,
)
from sandbox.providers.aws.cloudfront_distribution import Distribution
from sandbox.providers.aws.cloudfront_function import Function
from sandbox.providers.aws.cloudfront_key_value_store import KeyValueStore
from sandbox.providers.aws.cloudfront_origin_access import OriginAccessControl
from sandbox.providers.aws.cloudfront_policies import CachePolicy, OriginRequestPolicy, ResponseHeadersPolicy
from sandbox.providers.aws.cloudwatch import MetricAlarm
from sandbox.providers.aws.iam import OpenIdConnectProvider, Role, RolePolicy
from sandbox.providers.aws.invokes import Invoke, get_caller_identity, get_partition, get_region
from sandbox.providers.aws.resource import Resource
from sandbox.providers.aws.route53 import Record, get_zone

RESOURCES: dict[str, Resource] = {
    resource.token: resource
    for resource in (
        Bucket(),
        BucketCorsConfiguration(),
        BucketLifecycleConfiguration(),
        BucketObject(),
        BucketOwnershipControls(),
        BucketPolicy(),
        BucketPublicAccessBlock(),
        BucketWebsiteConfiguration(),
        CachePolicy(),
        Certificate(),
        CertificateValidation(),
        Distribution(),
        Function(),
        KeyValueStore(),
        MetricAlarm(),
        OpenIdConnectProvider(),
        OriginAccessControl(),
        OriginRequestPolicy(),
        Record(),
        ResponseHeadersPolicy(),
        Role(),
        RolePolicy(),
    )
}
INVOKES: dict[str, Invoke] = {
    "aws:index/getCallerIdentity:getCallerIdentity": Invoke(get_caller_identity),
    "aws:index/getPartition:getPartition": Invoke(get_partition),
    "aws:index/getRegion:getRegion": Invoke(get_region, args=("id", "name", "region", "endpoint")),
    "aws:route53/getZone:getZone": Invoke(get_zone, args=("name", "privateZone", "zoneId")),
}
