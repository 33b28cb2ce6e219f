"""The distribution, which reads the private bucket by an Origin Access Control and caches by the files' headers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

# A lazy module of the SDK: stacks without CloudFront never load it, which takes 0.1 s.
from pulumi_aws import cloudfront

from hosting.aws.cloud_names import keep_name
from hosting.cloudfront.logs import log_config
from hosting.cloudfront.own_policies import make_origin_request_policy
from hosting.cloudfront.policies import managed_cache_policy
from hosting.cloudfront.proxies import behaviors_of, origins_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pulumi
    from pulumi_aws.s3 import Bucket

    from hosting.aws.cloud_names import CloudNames
    from hosting.cloudfront.functions import FunctionAssociation
    from hosting.cloudfront.settings import CloudFrontSettings, ErrorResponse, GeoRestriction
    from hosting.domain.attached_names import AttachedNames
    from hosting.edge.plan import EdgePlan

_ORIGIN = "bucket"


def make_distribution(  # noqa: PLR0913 - callers pass the optional parts by keyword
    names: CloudNames,
    settings: CloudFrontSettings,
    bucket: Bucket,
    edge: EdgePlan,
    opts: pulumi.ResourceOptions,
    *,
    functions: Sequence[FunctionAssociation],
    attached: AttachedNames | None = None,
) -> cloudfront.Distribution:
    """Return the distribution in front of ``bucket``, with the proxies and error responses of ``edge``.

    ``functions`` are the functions on its events, one or two; ``attached`` are the host names.
    """
    behavior: Any = {**_behavior(names, settings, edge, opts), **_function_inputs(functions)}
    distribution = cloudfront.Distribution(
        names.logical("distribution"),
        comment=names.prefix,
        enabled=True,
        default_root_object=edge.default_root_object,
        origins=[_bucket_origin(names, bucket, opts), *origins_of(edge.proxies, settings.origin_read_timeout)],
        default_cache_behavior=behavior,
        ordered_cache_behaviors=behaviors_of(edge.proxies, behavior) if edge.proxies else None,
        custom_error_responses=[_error_response(response) for response in edge.error_responses],
        logging_config=log_config(names, settings, opts),
        **_settings_inputs(settings),
        aliases=list(attached.names) if attached else None,
        viewer_certificate=_certificate(attached),
        opts=opts,
    )
    if settings.alarms:
        _make_alarm(names, distribution, settings.alarms, opts)
    return distribution


def _make_alarm(
    names: CloudNames, distribution: cloudfront.Distribution, topic: str, opts: pulumi.ResourceOptions
) -> None:
    # Importing pulumi_aws.cloudwatch takes 0.1 s, and few stacks have an alarm.
    from hosting.cloudfront.alarms import make_alarm  # noqa: PLC0415 - see above

    make_alarm(names, distribution, topic, opts)


def _settings_inputs(settings: CloudFrontSettings) -> Any:  # noqa: ANN401 - input dict
    """Return the inputs that are single settings."""
    return {
        "is_ipv6_enabled": settings.ipv6,
        "http_version": settings.http_version,
        "price_class": settings.price_class,
        "wait_for_deployment": settings.wait_for_deployment,
        "restrictions": {"geo_restriction": _geo_restriction(settings.geo_restriction)},
        "web_acl_id": settings.web_acl_arn,
    }


def _bucket_origin(names: CloudNames, bucket: Bucket, opts: pulumi.ResourceOptions) -> Any:  # noqa: ANN401 - input dict
    """Return the origin of the bucket, with the access control that lets the distribution read it."""
    access = cloudfront.OriginAccessControl(
        names.logical("access-control"),
        name=names.physical("bucket"),
        origin_access_control_origin_type="s3",
        signing_behavior="always",
        signing_protocol="sigv4",
        description=f"Lets the distribution of {names.prefix} read its bucket",
        opts=keep_name("name", opts),
    )
    return {
        "origin_id": _ORIGIN,
        # The regional domain: the global one answers 307 for a new bucket in another region.
        "domain_name": bucket.bucket_regional_domain_name,
        "origin_access_control_id": access.id,
    }


def _behavior(
    names: CloudNames,
    settings: CloudFrontSettings,
    edge: EdgePlan,
    opts: pulumi.ResourceOptions,
) -> Any:  # noqa: ANN401 - input dict
    return {
        "target_origin_id": _ORIGIN,
        "viewer_protocol_policy": "redirect-to-https",
        "allowed_methods": ["GET", "HEAD", "OPTIONS"],
        "cached_methods": ["GET", "HEAD"],
        "compress": settings.compress,
        "cache_policy_id": managed_cache_policy(settings),
        "response_headers_policy_id": edge.response_headers_policy,
        **_header_inputs(names, edge, opts),
    }


def _function_inputs(functions: Sequence[FunctionAssociation]) -> Any:  # noqa: ANN401 - input dict
    """Return a behavior's inputs for its functions."""
    associations = [{"event_type": one.event, "function_arn": one.function.arn} for one in functions]
    return {"function_associations": associations}


def _header_inputs(names: CloudNames, edge: EdgePlan, opts: pulumi.ResourceOptions) -> Any:  # noqa: ANN401 - input dict
    """Return a behavior's inputs for the headers that its functions read; none without such headers."""
    if not edge.viewer_headers:
        return {}
    return {"origin_request_policy_id": make_origin_request_policy(names, edge.viewer_headers, opts).id}


def _geo_restriction(setting: GeoRestriction | None) -> Any:  # noqa: ANN401 - input dict
    if setting is None:
        return {"restriction_type": "none"}
    kind = "whitelist" if setting.allow else "blacklist"
    return {"restriction_type": kind, "locations": list(setting.allow or setting.deny)}


def _certificate(attached: AttachedNames | None) -> Any:  # noqa: ANN401 - input dict
    """Return the certificate of the host names, with the security policy that CloudFront recommends."""
    if attached is None:
        return {"cloudfront_default_certificate": True}
    return {
        "acm_certificate_arn": attached.certificate_arn,
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
