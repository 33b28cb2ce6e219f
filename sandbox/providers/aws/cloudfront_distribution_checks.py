"""What CloudFront rejects in a distribution, with its error codes; the emulator stores anything.

Codes and their meanings: https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_CreateDistribution.html
"""

from collections.abc import Iterator

from sandbox.providers.aws import acm
from sandbox.providers.aws.aws_client import AwsClient
from sandbox.providers.aws.cloudfront_logging_checks import logging_errors
from sandbox.providers.aws.cloudfront_origin_checks import ApiError, origin_errors, pattern_errors
from sandbox.providers.aws.cloudfront_usage import distributions
from sandbox.providers.aws.errors import AwsError
from sandbox.providers.values import Properties

# https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/creating-custom-error-pages.html
ERROR_CODES = (400, 403, 404, 405, 414, 416, 500, 501, 502, 503, 504)
RESPONSE_CODES = (200, *ERROR_CODES)
_ALLOWED_METHODS = (
    {"GET", "HEAD"},
    {"GET", "HEAD", "OPTIONS"},
    {"GET", "HEAD", "OPTIONS", "PUT", "POST", "PATCH", "DELETE"},
)
_CACHED_METHODS = ({"GET", "HEAD"}, {"GET", "HEAD", "OPTIONS"})
_MAX_ROOT_OBJECT = 255
# https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cnames-and-https-requirements.html
CERTIFICATE_REGION = "us-east-1"
_NO_CERTIFICATE = (
    "The specified SSL certificate doesn't exist, isn't in us-east-1 region, isn't valid, or doesn't include a valid "
    "certificate chain."
)


def check_distribution(aws: AwsClient, call: str, inputs: Properties, identifier: str = "") -> None:
    """Reject a distribution that CloudFront would reject.

    Raises:
        AwsError: with CloudFront's code.
    """
    for errors in (_config_errors(inputs), _reference_errors(aws, inputs), _alias_errors(aws, inputs, identifier)):
        for status, code, message in errors:
            raise AwsError(call, status, code, message)


def _config_errors(inputs: Properties) -> Iterator[ApiError]:
    yield from _root_object_errors(inputs.get("defaultRootObject") or "")
    yield from _certificate_errors(inputs)
    yield from _geo_restriction_errors(inputs["restrictions"]["geoRestriction"])
    yield from origin_errors(inputs["origins"])
    yield from pattern_errors(inputs.get("orderedCacheBehaviors") or [])
    origins = [origin["originId"] for origin in inputs["origins"]]
    for behavior in _behaviors(inputs):
        yield from _behavior_errors(behavior, origins)
    for response in inputs.get("customErrorResponses") or []:
        yield from _error_response_errors(response)
    codes = [response["errorCode"] for response in inputs.get("customErrorResponses") or []]
    if len(set(codes)) < len(codes):
        yield 400, "InvalidArgument", "The parameter CustomErrorResponses contains a duplicate error code."


def _behaviors(inputs: Properties) -> list[Properties]:
    return [inputs["defaultCacheBehavior"], *(inputs.get("orderedCacheBehaviors") or [])]


def _root_object_errors(name: str) -> Iterator[ApiError]:
    if name.startswith("/") or len(name) > _MAX_ROOT_OBJECT:
        message = "The default root object file name is too big or contains an invalid character."
        yield 400, "InvalidDefaultRootObject", message


def _certificate_errors(inputs: Properties) -> Iterator[ApiError]:
    certificate = inputs["viewerCertificate"]
    arn, iam = certificate.get("acmCertificateArn"), certificate.get("iamCertificateId")
    has_own_certificate = bool(arn or iam)
    if has_own_certificate == bool(certificate.get("cloudfrontDefaultCertificate")):
        message = "Specify exactly one of CloudFrontDefaultCertificate, ACMCertificateArn and IAMCertificateId."
        yield 400, "InvalidViewerCertificate", message
    if has_own_certificate and not certificate.get("sslSupportMethod"):
        yield 400, "InvalidViewerCertificate", "SSLSupportMethod is required with a certificate of your own."
    if not has_own_certificate and certificate.get("minimumProtocolVersion", "TLSv1") != "TLSv1":
        message = "With the default CloudFront certificate the minimum protocol version is TLSv1."
        yield 400, "InvalidMinimumProtocolVersion", message
    if arn and (len(arn.split(":")) < 6 or arn.split(":")[3] != CERTIFICATE_REGION):  # noqa: PLR2004 - an ARN's parts
        yield 400, "InvalidViewerCertificate", _NO_CERTIFICATE
    if inputs.get("aliases") and not has_own_certificate:
        message = (
            "To add an alternate domain name (CNAME) to a CloudFront distribution, you must attach a trusted "
            "certificate that validates your authorization to use the domain name."
        )
        yield 400, "InvalidViewerCertificate", message


def _geo_restriction_errors(geo: Properties) -> Iterator[ApiError]:
    if (geo["restrictionType"] == "none") == bool(geo.get("locations")):
        yield 400, "InvalidGeoRestrictionParameter", "The specified geo restriction parameter is not valid."


def _behavior_errors(behavior: Properties, origins: list[str]) -> Iterator[ApiError]:
    if behavior["targetOriginId"] not in origins:
        yield 404, "NoSuchOrigin", "One or more of your origins or origin groups do not exist."
    allowed, cached = set(behavior["allowedMethods"]), set(behavior["cachedMethods"])
    if allowed not in _ALLOWED_METHODS:
        yield 400, "InvalidArgument", "The parameter AllowedMethods contains an invalid set of methods."
    if cached not in _CACHED_METHODS or not cached <= allowed:
        yield 400, "InvalidArgument", "The parameter CachedMethods contains an invalid set of methods."
    if not behavior.get("cachePolicyId"):
        yield 400, "InvalidArgument", "The parameter ForwardedValues is required without a cache policy."
    events = [association["eventType"] for association in behavior.get("functionAssociations") or []]
    if len(set(events)) < len(events):
        message = "A cache behavior may have one function for each event type."
        yield 400, "InvalidFunctionAssociation", message


def _error_response_errors(response: Properties) -> Iterator[ApiError]:
    code, path = response.get("responseCode"), response.get("responsePagePath")
    if response["errorCode"] not in ERROR_CODES:
        yield 400, "InvalidErrorCode", f"An invalid error code was specified: {response['errorCode']}."
    if bool(code) != bool(path):
        message = "The parameters ResponseCode and ResponsePagePath must be given together or not at all."
        yield 400, "InvalidArgument", message
    if code and code not in RESPONSE_CODES:
        yield 400, "InvalidResponseCode", f"A response code is not valid: {code}."
    if path and not path.startswith("/"):
        yield 400, "InvalidArgument", "The parameter ResponsePagePath must begin with '/'."
    if (response.get("errorCachingMinTtl") or 0) < 0:
        yield 400, "InvalidArgument", "The parameter ErrorCachingMinTTL is not within allowed range."


def _reference_errors(aws: AwsClient, inputs: Properties) -> Iterator[ApiError]:
    """Yield an error for each certificate, policy, function or bucket that does not exist."""
    yield from _certificate_reference_errors(aws, inputs)
    yield from logging_errors(aws, inputs)
    for origin in inputs["origins"]:
        control = origin.get("originAccessControlId")
        if control and _is_missing(aws, "get_origin_access_control", Id=control):
            yield 400, "InvalidOriginAccessControl", "The origin access control is not valid."
    for behavior in _behaviors(inputs):
        if _is_missing(aws, "get_cache_policy", Id=behavior["cachePolicyId"]):
            yield 404, "NoSuchCachePolicy", "The specified cache policy does not exist."
        headers = behavior.get("responseHeadersPolicyId")
        if headers and _is_missing(aws, "get_response_headers_policy", Id=headers):
            yield 404, "NoSuchResponseHeadersPolicy", "The specified response headers policy does not exist."
        viewers = behavior.get("originRequestPolicyId")
        if viewers and _is_missing(aws, "get_origin_request_policy", Id=viewers):
            yield 404, "NoSuchOriginRequestPolicy", "The specified origin request policy does not exist."
        for association in behavior.get("functionAssociations") or []:
            name = association["functionArn"].rpartition("/")[2]
            if _is_missing(aws, "describe_function", Name=name, Stage="LIVE"):
                message = f"The function {association['functionArn']} is not published or does not exist."
                yield 400, "InvalidFunctionAssociation", message


def _certificate_reference_errors(aws: AwsClient, inputs: Properties) -> Iterator[ApiError]:
    """Yield an error unless the certificate exists, is issued, and covers every alias."""
    arn = inputs["viewerCertificate"].get("acmCertificateArn")
    if not arn:
        return
    found = acm.describe_certificate(aws, arn, CERTIFICATE_REGION)
    if found is None or found["Status"] != "ISSUED":
        yield 400, "InvalidViewerCertificate", _NO_CERTIFICATE
    elif not all(acm.covers(found, alias) for alias in inputs.get("aliases") or []):
        message = (
            "The certificate that is attached to your distribution doesn't cover the alternate domain name (CNAME) "
            "that you're trying to add."
        )
        yield 400, "InvalidViewerCertificate", message


def _is_missing(aws: AwsClient, operation: str, **parameters: str) -> bool:
    try:
        aws.cloudfront(operation, **parameters)
    except AwsError as error:
        if error.is_not_found:
            return True
        raise
    return False


def _alias_errors(aws: AwsClient, inputs: Properties, identifier: str) -> Iterator[ApiError]:
    aliases = set(inputs.get("aliases") or [])
    for summary in distributions(aws) if aliases else []:
        if summary["Id"] != identifier and aliases & set(summary["Aliases"].get("Items", [])):
            message = "One or more of the CNAMEs you provided are already associated with a different resource."
            yield 409, "CNAMEAlreadyExists", message
