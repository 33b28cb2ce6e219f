"""The alarm on errors that visitors get."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulumi_aws.cloudwatch import MetricAlarm

from hosting.aws.cloud_names import keep_name
from hosting.aws.regions import CLOUDFRONT_REGION

if TYPE_CHECKING:
    import pulumi
    from pulumi_aws.cloudfront import Distribution

    from hosting.aws.cloud_names import CloudNames

_PERCENT = 5
_SECONDS = 300
_PERIODS = 2


def make_alarm(names: CloudNames, distribution: Distribution, topic: str, opts: pulumi.ResourceOptions) -> MetricAlarm:
    """Return the alarm on the rate of 5xx responses; CloudFront's metrics are only in us-east-1.

    https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/programming-cloudwatch-metrics.html
    """
    return MetricAlarm(
        names.logical("5xx-alarm"),
        name=names.physical("5xx"),
        alarm_description=f"More than {_PERCENT} % of the requests to {names.prefix} get a status of 500 or above",
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
        opts=keep_name("name", opts),
    )
