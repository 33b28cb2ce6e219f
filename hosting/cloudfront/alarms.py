"""The alarm on errors that visitors get."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulumi_aws.cloudwatch import MetricAlarm

from hosting.aws.regions import CLOUDFRONT_REGION

if TYPE_CHECKING:
    import pulumi
    from pulumi_aws.cloudfront import Distribution

_PERCENT = 5
_SECONDS = 300
_PERIODS = 2


def make_alarm(name: str, distribution: Distribution, topic: str, opts: pulumi.ResourceOptions) -> MetricAlarm:
    """Return the alarm on the rate of 5xx responses; CloudFront's metrics are only in us-east-1.

    https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/programming-cloudwatch-metrics.html
    """
    return MetricAlarm(
        f"{name}-5xx",
        alarm_description=f"More than {_PERCENT} % of the requests to {name} get a status of 500 or above",
        namespace="AWS/CloudFront",
        metric_name="5xxErrorRate",
        dimensions={"DistributionId": distribution.id, "Region": "Global"},
        statistic="Average",
        period=_SECONDS,
        evaluation_periods=_PERIODS,
        comparison_operator="GreaterThanThreshold",
        threshold=_PERCENT,
        # Without requests there are no errors.
        treat_missing_data="notBreaching",
        alarm_actions=[topic],
        ok_actions=[topic],
        region=CLOUDFRONT_REGION,
        opts=opts,
    )
