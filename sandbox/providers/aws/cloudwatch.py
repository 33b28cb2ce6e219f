"""Alarms."""

from collections.abc import Iterator
from typing import ClassVar

from sandbox.providers.auto_names import AutoName
from sandbox.providers.aws.aws_client import Cloud
from sandbox.providers.aws.resource import Resource
from sandbox.providers.schema import Failure, Field, Fields, flag, listing, text, text_map, whole
from sandbox.providers.values import Properties

_COMPARISONS = (
    *("GreaterThanOrEqualToThreshold", "GreaterThanThreshold"),
    *("LessThanThreshold", "LessThanOrEqualToThreshold"),
)
_STATISTICS = ("SampleCount", "Average", "Sum", "Minimum", "Maximum")
_MISSING = ("breaching", "notBreaching", "ignore", "missing")
_API = {
    "actionsEnabled": "ActionsEnabled",
    "alarmActions": "AlarmActions",
    "alarmDescription": "AlarmDescription",
    "comparisonOperator": "ComparisonOperator",
    "evaluationPeriods": "EvaluationPeriods",
    "metricName": "MetricName",
    "namespace": "Namespace",
    "okActions": "OKActions",
    "period": "Period",
    "statistic": "Statistic",
    "threshold": "Threshold",
    "treatMissingData": "TreatMissingData",
}


class MetricAlarm(Resource):
    """aws.cloudwatch.MetricAlarm of one metric by a statistic; without expressions and tags."""

    token = "aws:cloudwatch/metricAlarm:MetricAlarm"  # noqa: S105 - a type's token, not a secret
    title = "CloudWatch Metric Alarm"
    fields: ClassVar[Fields] = {
        "actionsEnabled": flag(default=True),
        "alarmActions": listing(text(), unordered=True, high=5),
        "alarmDescription": text(high=1024),
        "comparisonOperator": text(choices=_COMPARISONS),
        "dimensions": text_map(),
        "evaluationPeriods": whole(low=1),
        "metricName": text(high=255),
        "name": text(replaces=True, low=1, high=255),
        "namespace": text(high=255),
        "okActions": listing(text(), unordered=True, high=5),
        "period": whole(),
        "region": text(replaces=True, cloud_decides=True),
        "statistic": text(choices=_STATISTICS),
        "threshold": Field(kind="number"),
        "treatMissingData": text(default="missing", choices=_MISSING),
    }
    outputs = ("arn",)
    auto_name = AutoName("name", 255)

    def conflicts(self, inputs: Properties) -> Iterator[Failure]:
        """A metric has a name, a namespace and a period, and is held against a threshold, or it is none."""
        for name in (
            "comparisonOperator",
            "evaluationPeriods",
            "metricName",
            "namespace",
            "period",
            "statistic",
            "threshold",
        ):
            if inputs.get(name) is None:
                yield name, f"'{name}' is required for an alarm of one metric"

    def create(self, cloud: Cloud, inputs: Properties) -> str:
        """PutMetricAlarm."""
        _put(cloud, inputs)
        return str(inputs["name"])

    def read(self, cloud: Cloud, identifier: str, state: Properties) -> Properties | None:
        """DescribeAlarms."""
        region = state.get("region") or cloud.region
        for found in cloud.call("cloudwatch", "describe_alarms", region, AlarmNames=[identifier])["MetricAlarms"]:
            return {
                "region": region,
                "name": found["AlarmName"],
                "arn": found["AlarmArn"],
                "dimensions": {one["Name"]: one["Value"] for one in found.get("Dimensions", [])} or None,
                **{name: found.get(api) for name, api in _API.items()},
            }
        return None

    def update(self, cloud: Cloud, identifier: str, old: Properties, new: Properties) -> None:
        """Put it anew."""
        del identifier
        _put(cloud, {"region": old.get("region"), **new})

    def delete(self, cloud: Cloud, identifier: str, state: Properties) -> None:
        """DeleteAlarms, which asks nothing of those that aren't there."""
        cloud.call("cloudwatch", "delete_alarms", state.get("region"), AlarmNames=[identifier])


def _put(cloud: Cloud, inputs: Properties) -> None:
    given = {api: inputs[name] for name, api in _API.items() if inputs.get(name) is not None}
    whole_numbers = {api: int(given[api]) for api in ("EvaluationPeriods", "Period")}
    dimensions = [{"Name": name, "Value": value} for name, value in (inputs.get("dimensions") or {}).items()]
    metric = {**given, **whole_numbers, "Dimensions": dimensions}
    cloud.call("cloudwatch", "put_metric_alarm", inputs.get("region"), AlarmName=inputs["name"], **metric)
