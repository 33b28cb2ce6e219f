"""The `cloudfront:` settings: whether the stack has a distribution, and how it answers and caches."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import Field, ValidationInfo, field_validator

from hosting.errors import PLACEHOLDER
from hosting.formats.countries import COUNTRIES, country_of
from hosting.setting_types import Boolean, Integer, Section, Text, broken_rule, check_both_or_neither

# https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/custom-error-pages-response-code.html
ERROR_CODES = (400, 403, 404, 405, 414, 416, 500, 501, 502, 503, 504)
# https://docs.aws.amazon.com/waf/latest/developerguide/cloudfront-features.html: a web ACL of scope CLOUDFRONT.
_WEB_ACL = re.compile(r"arn:aws[a-z-]*:wafv2:us-east-1:[0-9]{12}:global/webacl/[^/]+/[^/]+")
_TOPIC = re.compile(r"arn:aws[a-z-]*:sns:us-east-1:[0-9]{12}:[A-Za-z0-9_-]{1,256}")
RESPONSE_CODES = (200, *ERROR_CODES)
# Of the managed policy CachingOptimized, in seconds:
# https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-cache-policies.html
_LONGEST_TTL = 31_536_000


class ErrorResponse(Section):
    """What visitors get instead of one of the origin's errors."""

    error_code: Annotated[Integer, Field(examples=[404])]
    """Status of the origin's answer, such as `403` or `404`."""
    response_code: Annotated[Integer | None, Field(examples=[200])] = None
    """Status that visitors get; given together with `responsePagePath`."""
    response_page_path: Annotated[Text | None, Field(max_length=4000, examples=["/index.html"])] = None
    """Path of the page that visitors get, such as `/404.html`."""
    caching_min_ttl: Annotated[Integer, Field(ge=0, examples=[300])] = 300
    """Seconds for which the edge keeps the error."""

    @field_validator("error_code")
    @classmethod
    def _cloudfront_maps_this_error(cls, code: int) -> int:
        if code not in ERROR_CODES:
            raise broken_rule(f"must be one of {_listed(ERROR_CODES)}")
        return code

    @field_validator("response_code")
    @classmethod
    def _cloudfront_answers_this_code(cls, code: int | None) -> int | None:
        if code is not None and code not in RESPONSE_CODES:
            raise broken_rule(f"must be one of {_listed(RESPONSE_CODES)}")
        return code

    @field_validator("response_page_path")
    @classmethod
    def _page_path_from_the_root(cls, path: str | None) -> str | None:
        if path is not None and not path.startswith("/"):
            raise broken_rule("must begin with '/'", suggestion=f"/{path}")
        return path

    @field_validator("response_page_path")
    @classmethod
    def _code_and_page_go_together(cls, path: str | None, info: ValidationInfo) -> str | None:
        check_both_or_neither(("responseCode", "responsePagePath"), (info.data.get("response_code", path), path))
        return path


def _listed(codes: tuple[int, ...]) -> str:
    return ", ".join(str(code) for code in codes)


class GeoRestriction(Section):
    """The countries whose visitors are served: only these, or all but these."""

    allow: Annotated[tuple[Text, ...], Field(examples=["DE"])] = ()
    """Country codes (ISO 3166-1) of the only visitors that are served."""
    deny: Annotated[tuple[Text, ...], Field(examples=["US"])] = ()
    """Country codes of visitors that are refused; `allow` or `deny`, not both."""

    @field_validator("allow", "deny")
    @classmethod
    def _countries_by_their_codes(cls, codes: tuple[str, ...]) -> tuple[str, ...]:
        unknown = [code for code in codes if code not in COUNTRIES]
        if unknown:
            raise broken_rule(
                f"must be ISO 3166-1 country codes, unlike {', '.join(map(repr, unknown))}",
                suggestion=[country_of(code) or PLACEHOLDER for code in codes],
            )
        return tuple(sorted(set(codes)))

    @field_validator("deny")
    @classmethod
    def _one_of_both(cls, deny: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        allow = info.data.get("allow")
        if allow and deny:
            raise broken_rule("must be empty if allow is set", suggestion=[])
        if allow == () and not deny:
            raise broken_rule("must have a country if deny has none", about="allow", suggestion=[PLACEHOLDER])
        return deny


# Amplify's default: the root page answers all paths without a file, for a client-side router.
_ROOT_FOR_ERRORS = tuple(
    ErrorResponse(errorCode=code, responseCode=200, responsePagePath="/", cachingMinTtl=300) for code in (400, 403, 404)
)


class CloudFrontSettings(Section):
    """The section CloudFront of `amplify hosting configure`. Times to live are in seconds."""

    enabled: Annotated[Boolean, Field(examples=[True])] = False
    """Put CloudFront in front of the bucket, or remove it, also on a live site."""
    # defaultTtl comes first: the other two are checked against it.
    default_ttl: Annotated[Integer, Field(ge=0, le=_LONGEST_TTL, examples=[86400])] = 86400
    """Seconds for which the edge keeps a file whose Cache-Control names no time."""
    min_ttl: Annotated[Integer, Field(ge=0, le=_LONGEST_TTL, examples=[60])] = 60
    """Seconds for which the edge keeps a file at least; at most `defaultTtl`."""
    max_ttl: Annotated[Integer, Field(ge=0, le=_LONGEST_TTL, examples=[31536000])] = 31536000
    """Seconds for which the edge keeps a file at most; at least `defaultTtl`. With `0` it keeps none."""
    error_responses: Annotated[
        tuple[ErrorResponse, ...],
        Field(examples=[{"errorCode": 404, "responseCode": 404, "responsePagePath": "/404.html"}]),
    ] = _ROOT_FOR_ERRORS
    """What visitors get in place of the origin's errors; `[]` for none."""
    # https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cloudfront-limits.html#limits-web-distributions
    origin_read_timeout: Annotated[Integer, Field(ge=1, le=120, examples=[30])] = 30
    """Seconds that the server of a proxy has for its answer."""
    price_class: Annotated[
        Literal["PriceClass_All", "PriceClass_200", "PriceClass_100"], Field(examples=["PriceClass_100"])
    ] = "PriceClass_All"
    """Edge locations that serve the site."""
    http_version: Annotated[Literal["http1.1", "http2", "http3", "http2and3"], Field(examples=["http2and3"])] = (
        "http2and3"
    )
    """HTTP versions that visitors may use."""
    ipv6: Annotated[Boolean, Field(examples=[True])] = True
    """Serve visitors over IPv6 too."""
    compress: Annotated[Boolean, Field(examples=[True])] = True
    """Compress with gzip and Brotli at the edge."""
    geo_restriction: Annotated[GeoRestriction | None, Field(examples=[{"allow": ["DE", "AT"]}])] = None
    """Countries whose visitors are served, or refused."""
    web_acl_arn: Annotated[
        Text | None, Field(examples=["arn:aws:wafv2:us-east-1:123456789012:global/webacl/name/id"])
    ] = None
    """ARN of a WAFv2 web ACL of scope CLOUDFRONT."""
    logging: Annotated[Boolean, Field(examples=[True])] = False
    """Write access logs to a bucket of the stack."""
    log_retention_days: Annotated[Integer, Field(ge=1, le=3650, examples=[90])] = 90
    """Days for which access logs are kept."""
    alarms: Annotated[Text | None, Field(examples=["arn:aws:sns:us-east-1:123456789012:alerts"])] = None
    """ARN of an SNS topic in us-east-1 that is notified of 5xx responses."""
    wait_for_deployment: Annotated[Boolean, Field(examples=[True])] = True
    """`pulumi up` ends only when CloudFront has deployed the change everywhere."""

    @property
    def sets_error_responses(self) -> bool:
        """Whether the stack's config sets `cloudfront:errorResponses`, which override all others."""
        return "error_responses" in self.model_fields_set

    @field_validator("min_ttl")
    @classmethod
    def _min_below_default(cls, ttl: int, info: ValidationInfo) -> int:
        default = info.data.get("default_ttl", ttl)
        if ttl > default:
            raise broken_rule("must be <= defaultTtl", suggestion=default)
        return ttl

    @field_validator("max_ttl")
    @classmethod
    def _max_above_default(cls, ttl: int, info: ValidationInfo) -> int:
        default = info.data.get("default_ttl", ttl)
        if ttl < default:
            raise broken_rule("must be >= defaultTtl", suggestion=default)
        return ttl

    @field_validator("web_acl_arn")
    @classmethod
    def _web_acl_is_cloudfronts(cls, arn: str | None) -> str | None:
        if arn is not None and not _WEB_ACL.fullmatch(arn):
            raise broken_rule("must be the ARN of a WAFv2 web ACL with scope CLOUDFRONT, in us-east-1")
        return arn

    @field_validator("alarms")
    @classmethod
    def _topic_is_where_the_metrics_are(cls, arn: str | None) -> str | None:
        """An alarm notifies only topics in its region, and CloudFront's metrics are in us-east-1."""
        if arn is not None and not _TOPIC.fullmatch(arn):
            raise broken_rule("must be the ARN of an SNS topic in us-east-1, not of a FIFO topic")
        return arn

    @field_validator("error_responses")
    @classmethod
    def _one_response_an_error(cls, responses: tuple[ErrorResponse, ...]) -> tuple[ErrorResponse, ...]:
        codes = [response.error_code for response in responses]
        if len(set(codes)) != len(codes):
            raise broken_rule("must not have an errorCode twice")
        return responses
