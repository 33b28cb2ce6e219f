"""The AWS actions that the program uses, by service and resource type."""

from __future__ import annotations

from hosting.aws.key_value_store_errors import DATA_ACTIONS

# Actions with which the AWS provider reads a bucket at each refresh, then those that change it.
# https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html
BUCKET_ACTIONS = (
    "s3:GetAccelerateConfiguration",
    "s3:GetBucketAcl",
    "s3:GetBucketCORS",
    "s3:GetBucketLocation",
    "s3:GetBucketLogging",
    "s3:GetBucketObjectLockConfiguration",
    "s3:GetBucketOwnershipControls",
    "s3:GetBucketPolicy",
    "s3:GetBucketPublicAccessBlock",
    "s3:GetBucketRequestPayment",
    "s3:GetBucketTagging",
    "s3:GetBucketVersioning",
    "s3:GetBucketWebsite",
    "s3:GetEncryptionConfiguration",
    "s3:GetLifecycleConfiguration",
    "s3:GetReplicationConfiguration",
    "s3:ListBucket",
    "s3:ListBucketVersions",
    "s3:ListTagsForResource",
    "s3:CreateBucket",
    "s3:DeleteBucket",
    "s3:DeleteBucketPolicy",
    "s3:DeleteBucketWebsite",
    "s3:PutBucketCORS",
    "s3:PutBucketOwnershipControls",
    "s3:PutBucketPolicy",
    "s3:PutBucketPublicAccessBlock",
    "s3:PutBucketTagging",
    "s3:PutBucketWebsite",
    "s3:TagResource",
    "s3:UntagResource",
)
# Also versions: destroy deletes them if a user has turned versioning on.
OBJECT_ACTIONS = (
    "s3:AbortMultipartUpload",
    "s3:DeleteObject",
    "s3:DeleteObjectTagging",
    "s3:DeleteObjectVersion",
    "s3:GetObject",
    "s3:GetObjectTagging",
    "s3:PutObject",
    "s3:PutObjectAcl",
    "s3:PutObjectTagging",
)
# For previews, whose bucket belongs to the edge. Their state may be in the same bucket.
PREVIEW_BUCKET_ACTIONS = ("s3:ListBucket",)
PREVIEW_OBJECT_ACTIONS = ("s3:DeleteObject", "s3:GetObject", "s3:PutObject")
# By the resource type in the ARN. https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncloudfront.html
CLOUDFRONT_ACTIONS = {
    "distribution": (
        "cloudfront:CreateDistribution",
        "cloudfront:CreateInvalidation",
        "cloudfront:DeleteDistribution",
        "cloudfront:GetDistribution",
        "cloudfront:GetDistributionConfig",
        "cloudfront:GetInvalidation",
        "cloudfront:UpdateDistribution",
    ),
    # For redirects by country.
    "origin-request-policy": (
        "cloudfront:CreateOriginRequestPolicy",
        "cloudfront:DeleteOriginRequestPolicy",
        "cloudfront:GetOriginRequestPolicy",
        "cloudfront:GetOriginRequestPolicyConfig",
        "cloudfront:UpdateOriginRequestPolicy",
    ),
    "origin-access-control": (
        "cloudfront:CreateOriginAccessControl",
        "cloudfront:DeleteOriginAccessControl",
        "cloudfront:GetOriginAccessControl",
        "cloudfront:GetOriginAccessControlConfig",
        "cloudfront:UpdateOriginAccessControl",
    ),
    # For bulk mode.
    "cache-policy": (
        "cloudfront:CreateCachePolicy",
        "cloudfront:DeleteCachePolicy",
        "cloudfront:GetCachePolicy",
        "cloudfront:GetCachePolicyConfig",
        "cloudfront:UpdateCachePolicy",
    ),
    "function": (
        "cloudfront:CreateFunction",
        "cloudfront:DeleteFunction",
        "cloudfront:DescribeFunction",
        "cloudfront:GetFunction",
        "cloudfront:PublishFunction",
        "cloudfront:UpdateFunction",
    ),
    # For rules that do not fit into a function. The keys are another service, with the same ARN.
    "key-value-store": (
        "cloudfront:CreateKeyValueStore",
        "cloudfront:DeleteKeyValueStore",
        "cloudfront:DescribeKeyValueStore",
        "cloudfront:UpdateKeyValueStore",
        *DATA_ACTIONS,
    ),
}
# For the types with tags.
TAG_ACTIONS = ("cloudfront:ListTagsForResource", "cloudfront:TagResource", "cloudfront:UntagResource")
TAGGED = ("distribution", "function", "key-value-store")
# For the bucket of access logs, in addition to BUCKET_ACTIONS. CloudFront uses the permissions of whoever turns
# logging on to grant itself access: https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/standard-logging-legacy-s3.html
LOG_ACTIONS = ("s3:PutBucketAcl", "s3:PutLifecycleConfiguration")
# https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncloudwatch.html
ALARM_ACTIONS = (
    "cloudwatch:DeleteAlarms",
    "cloudwatch:DescribeAlarms",
    "cloudwatch:ListTagsForResource",
    "cloudwatch:PutMetricAlarm",
    "cloudwatch:TagResource",
    "cloudwatch:UntagResource",
)
# CloudFront reads a web ACL with the permissions of whoever attaches it.
WEB_ACL_ACTIONS = ("wafv2:GetWebACL",)
# For a stack with custom host names: https://docs.aws.amazon.com/service-authorization/latest/reference/list_awscertificatemanager.html
CERTIFICATE_ACTIONS = (
    "acm:AddTagsToCertificate",
    "acm:DeleteCertificate",
    "acm:DescribeCertificate",
    "acm:ListTagsForCertificate",
    "acm:RemoveTagsFromCertificate",
)
# https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonroute53.html
ZONE_ACTIONS = (
    "route53:ChangeResourceRecordSets",
    "route53:GetHostedZone",
    "route53:ListResourceRecordSets",
    "route53:ListTagsForResource",
)
# A deployment may read its own role but never change it, as it could grant itself any permission.
ROLE_ACTIONS = (
    "iam:GetRole",
    "iam:GetRolePolicy",
    "iam:ListAttachedRolePolicies",
    "iam:ListInstanceProfilesForRole",
    "iam:ListRolePolicies",
)
PROVIDER_ACTIONS = ("iam:GetOpenIDConnectProvider",)
# Whoever runs the first `pulumi up` needs these; the role does not have them, so it cannot extend its own rights.
# https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsidentityandaccessmanagementiam.html
ROLE_CREATION_ACTIONS = ("iam:CreateRole", "iam:PutRolePolicy")
PROVIDER_CREATION_ACTIONS = ("iam:CreateOpenIDConnectProvider",)
