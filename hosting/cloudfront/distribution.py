"""The distribution: reads the private bucket through an Origin Access Control, and caches by the stack's TTLs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pulumi_aws.cloudfront import (
    CachePolicy,
    Distribution,
    OriginAccessControl,
    OriginRequestPolicy,
    ResponseHeadersPolicy,
)

from hosting.cloudfront.functions import make_functions
from hosting.cloudfront.logs import log_config
from hosting.cloudfront.proxies import behaviors_of, origins_of

if TYPE_CHECKING:
    import pulumi
    from pulumi_aws.s3 import Bucket

    from hosting.cloudfront.edge import Piece
    from hosting.cloudfront.settings import CloudFrontSettings, ErrorResponse, GeoRestriction
    from hosting.domain.names import Attached
    from hosting.plan import EdgePlan

_ORIGIN = "bucket"
_YEAR = 31_536_000
# For browsers, where the object itself says nothing: ask the edge each time. The edge does not read this
# header, it is added after the cache: https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/adding-response-headers.html
REVALIDATE = "public, max-age=0, must-revalidate"


@dataclass(frozen=True)
class Leading:
    """What leads requests to the live release of bulk mode.

    Attributes:
        piece: of the function for requests, the last.
        header: that the piece sets, for the edge to tell one release's copy of a file from another's.
    """

    piece: pulumi.Output[Piece]
    header: str


def make_distribution(  # noqa: PLR0913 - the release is named where there is one
    name: str,
    settings: CloudFrontSettings,
    bucket: Bucket,
    edge: EdgePlan,
    opts: pulumi.ResourceOptions,
    *,
    release: Leading | None = None,
    own: Attached | None = None,
) -> Distribution:
    """Return the distribution in front of ``bucket``, with what ``edge`` says and its functions do.

    ``release`` is what bulk mode does at the edge for requests, after all of ``edge``; ``own`` are its own names.
    """
    access = OriginAccessControl(
        name,
        origin_access_control_origin_type="s3",
        signing_behavior="always",
        signing_protocol="sigv4",
        description=f"Lets the distribution of {name} read its bucket",
        opts=opts,
    )
    behavior = _behavior(name, settings, edge, release, opts)
    distribution = Distribution(
        name,
        comment=name,
        enabled=True,
        default_root_object=edge.default_root,
        is_ipv6_enabled=settings.ipv6,
        http_version=settings.http_version,
        price_class=settings.price_class,
        wait_for_deployment=settings.wait_for_deployment,
        # The regional domain: the global one answers 307 while a new bucket in another region is not yet known.
        origins=[
            {
                "origin_id": _ORIGIN,
                "domain_name": bucket.bucket_regional_domain_name,
                "origin_access_control_id": access.id,
            },
            *origins_of(edge.proxies, settings.origin_read_timeout),
        ],
        default_cache_behavior=behavior,
        ordered_cache_behaviors=behaviors_of(edge.proxies, behavior) if edge.proxies else None,
        custom_error_responses=[_error_response(response) for response in edge.error_responses],
        restrictions={"geo_restriction": _geo_restriction(settings.geo_restriction)},
        web_acl_id=settings.web_acl_arn,
        logging_config=log_config(name, settings, opts),
        aliases=list(own.names) if own else None,
        viewer_certificate=_certificate(own),
        opts=opts,
    )
    if settings.alarms:
        # pulumi_aws.cloudwatch takes 0.1 s, and few stacks have an alarm.
        from hosting.cloudfront.alarms import make_alarm  # noqa: PLC0415 - see above

        make_alarm(name, distribution, settings.alarms, opts)
    return distribution


def _at_the_edge(name: str, edge: EdgePlan, release: Leading | None, opts: pulumi.ResourceOptions) -> Any:  # noqa: ANN401 - input dict
    """Return what a behavior has for its functions: nothing where there are none."""
    functions = make_functions(name, edge, opts, release.piece if release else None)
    found: dict[str, Any] = {}
    if functions:
        found["function_associations"] = [
            {"event_type": one.event, "function_arn": one.function.arn} for one in functions
        ]
    if edge.viewer_headers:
        found["origin_request_policy_id"] = _viewer_headers(name, edge.viewer_headers, opts).id
    return found


def _viewer_headers(name: str, headers: tuple[str, ...], opts: pulumi.ResourceOptions) -> OriginRequestPolicy:
    """Return the policy by which CloudFront tells a function of the viewer, without another copy in the cache.

    https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/adding-cloudfront-headers.html
    """
    return OriginRequestPolicy(
        name,
        comment=f"What the functions of {name} are told of viewers",
        cookies_config={"cookie_behavior": "none"},
        headers_config={"header_behavior": "whitelist", "headers": {"items": list(headers)}},
        query_strings_config={"query_string_behavior": "none"},
        opts=opts,
    )


def _behavior(
    name: str, settings: CloudFrontSettings, edge: EdgePlan, release: Leading | None, opts: pulumi.ResourceOptions
) -> Any:  # noqa: ANN401 - input dict
    return {
        "target_origin_id": _ORIGIN,
        "viewer_protocol_policy": "redirect-to-https",
        "allowed_methods": ["GET", "HEAD", "OPTIONS"],
        "cached_methods": ["GET", "HEAD"],
        "compress": settings.compress,
        "cache_policy_id": _cache_policy(name, settings, [release.header] if release else [], opts).id,
        "response_headers_policy_id": _response_headers(name, opts).id,
        **_at_the_edge(name, edge, release, opts),
    }


def _cache_policy(
    name: str, settings: CloudFrontSettings, headers: list[str], opts: pulumi.ResourceOptions
) -> CachePolicy:
    # With caching off (a maxTtl of 0) CloudFront refuses a cache key by encoding, and by headers:
    # https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_ParametersInCacheKeyAndForwardedToOrigin.html
    by_encoding = settings.compress and settings.max_ttl > 0
    by_headers: Any = {"header_behavior": "none"}
    if headers and settings.max_ttl > 0:
        by_headers = {"header_behavior": "whitelist", "headers": {"items": headers}}
    return CachePolicy(
        name,
        comment=f"Times to live of {name}",
        min_ttl=settings.min_ttl,
        default_ttl=settings.default_ttl,
        max_ttl=settings.max_ttl,
        parameters_in_cache_key_and_forwarded_to_origin={
            "cookies_config": {"cookie_behavior": "none"},
            "headers_config": by_headers,
            "query_strings_config": {"query_string_behavior": "none"},
            "enable_accept_encoding_gzip": by_encoding,
            "enable_accept_encoding_brotli": by_encoding,
        },
        opts=opts,
    )


def _response_headers(name: str, opts: pulumi.ResourceOptions) -> ResponseHeadersPolicy:
    return ResponseHeadersPolicy(
        name,
        comment=f"Security headers and browser caching of {name}",
        security_headers_config={
            "strict_transport_security": {"access_control_max_age_sec": _YEAR, "override": False},
            "content_type_options": {"override": True},
            "referrer_policy": {"referrer_policy": "strict-origin-when-cross-origin", "override": False},
            "frame_options": {"frame_option": "SAMEORIGIN", "override": False},
        },
        custom_headers_config={"items": [{"header": "Cache-Control", "value": REVALIDATE, "override": False}]},
        opts=opts,
    )


def _geo_restriction(setting: GeoRestriction | None) -> Any:  # noqa: ANN401 - input dict
    if setting is None:
        return {"restriction_type": "none"}
    kind = "whitelist" if setting.allow else "blacklist"
    return {"restriction_type": kind, "locations": list(setting.allow or setting.deny)}


def _certificate(own: Attached | None) -> Any:  # noqa: ANN401 - input dict
    """Return the certificate of the own names, by the security policy that CloudFront recommends."""
    if own is None:
        return {"cloudfront_default_certificate": True}
    return {
        "acm_certificate_arn": own.certificate_arn,
        "ssl_support_method": "sni-only",
        "minimum_protocol_version": "TLSv1.2_2021",
    }


def _error_response(response: ErrorResponse) -> Any:  # noqa: ANN401 - input dict
    return {
        "error_code": response.error_code,
        "response_code": response.response_code,
        "response_page_path": response.response_page_path,
        "error_caching_min_ttl": response.caching_min_ttl,
    }
