"""The alarm that tells when visitors get errors."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulumi_aws.cloudwatch import MetricAlarm

from hosting.aws.cloud_names import kept
from hosting.aws.regions import CLOUDFRONT_REGION

if TYPE_CHECKING:
    import pulumi
    from pulumi_aws.cloudfront import Distribution

    from hosting.aws.cloud_names import CloudNames

_PERCENT = 5
_SECONDS = 300
_PERIODS = 2


def make_alarm(names: CloudNames, distribution: Distribution, topic: str, opts: pulumi.ResourceOptions) -> MetricAlarm:
    """Return the alarm on the rate of 5xx responses; CloudFront's metrics are in us-east-1 alone.

    https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/programming-cloudwatch-metrics.html
    """
    return MetricAlarm(
        names.logical("5xx-alarm"),
        name=names.physical("5xx"),
        alarm_description=f"More than {_PERCENT} % of the visitors of {names.prefix} get an error of 500 or above",
        namespace="AWS/CloudFront",
        metric_name="5xxErrorRate",
        dimensions={"DistributionId": distribution.id, "Region": "Global"},
        statistic="Average",
        period=_SECONDS,
        evaluation_periods=_PERIODS,
        comparison_operator="GreaterThanThreshold",
        threshold=_PERCENT,
        # Nobody came, so nobody got an error.
        treat_missing_data="notBreaching",
        alarm_actions=[topic],
        ok_actions=[topic],
        region=CLOUDFRONT_REGION,
        opts=kept("name", opts),
    )
