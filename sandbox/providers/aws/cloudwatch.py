"""CloudWatch alarms."""

from collections.abc import Iterator
from typing import ClassVar

from sandbox.providers.auto_names import AutoName
from sandbox.providers.aws.aws_client import AwsClient
from sandbox.providers.aws.resource import Resource
from sandbox.providers.schema import Failure, Field, Fields, boolean, integer, list_of, string, string_map
from sandbox.providers.values import Properties

_COMPARISONS = (
    *("GreaterThanOrEqualToThreshold", "GreaterThanThreshold"),
    *("LessThanThreshold", "LessThanOrEqualToThreshold"),
)
_STATISTICS = ("SampleCount", "Average", "Sum", "Minimum", "Maximum")
_MISSING_DATA = ("breaching", "notBreaching", "ignore", "missing")
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
        "actionsEnabled": boolean(default=True),
        "alarmActions": list_of(string(), unordered=True, high=5),
        "alarmDescription": string(high=1024),
        "comparisonOperator": string(choices=_COMPARISONS),
        "dimensions": string_map(),
        "evaluationPeriods": integer(low=1),
        "metricName": string(high=255),
        "name": string(replaces=True, low=1, high=255),
        "namespace": string(high=255),
        "okActions": list_of(string(), unordered=True, high=5),
        "period": integer(),
        "region": string(replaces=True, computed=True),
        "statistic": string(choices=_STATISTICS),
        "threshold": Field(kind="number"),
        "treatMissingData": string(default="missing", choices=_MISSING_DATA),
    }
    outputs = ("arn",)
    auto_name = AutoName("name", 255)

    def conflicts(self, inputs: Properties) -> Iterator[Failure]:
        """Require what an alarm of one metric needs."""
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

    def create(self, aws: AwsClient, inputs: Properties) -> str:
        """PutMetricAlarm."""
        _put(aws, inputs)
        return str(inputs["name"])

    def read(self, aws: AwsClient, identifier: str, state: Properties) -> Properties | None:
        """DescribeAlarms."""
        region = state.get("region") or aws.region
        for found in aws.call("cloudwatch", "describe_alarms", region, AlarmNames=[identifier])["MetricAlarms"]:
            return {
                "region": region,
                "name": found["AlarmName"],
                "arn": found["AlarmArn"],
                "dimensions": {item["Name"]: item["Value"] for item in found.get("Dimensions", [])} or None,
                **{name: found.get(api) for name, api in _API.items()},
            }
        return None

    def update(self, aws: AwsClient, identifier: str, old: Properties, new: Properties) -> None:
        """PutMetricAlarm again."""
        del identifier
        _put(aws, {"region": old.get("region"), **new})

    def delete(self, aws: AwsClient, identifier: str, state: Properties) -> None:
        """DeleteAlarms, which ignores alarms that do not exist."""
        aws.call("cloudwatch", "delete_alarms", state.get("region"), AlarmNames=[identifier])


def _put(aws: AwsClient, inputs: Properties) -> None:
    given = {api: inputs[name] for name, api in _API.items() if inputs.get(name) is not None}
    whole_numbers = {api: int(given[api]) for api in ("EvaluationPeriods", "Period")}
    dimensions = [{"Name": name, "Value": value} for name, value in (inputs.get("dimensions") or {}).items()]
    metric = {**given, **whole_numbers, "Dimensions": dimensions}
    aws.call("cloudwatch", "put_metric_alarm", inputs.get("region"), AlarmName=inputs["name"], **metric)
