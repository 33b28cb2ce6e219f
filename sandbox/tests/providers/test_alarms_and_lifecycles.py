"""Alarms and lifecycles, held to a real local cloud."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from sandbox.tests.providers.harness import RefusedError

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client

    from sandbox.tests.providers.harness import Engine

ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
LIFECYCLE = "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration"


def test_an_alarm(engine: Engine) -> None:
    """An alarm of a metric is put, changed and removed; half a metric is refused."""
    metric: dict[str, Any] = {
        "comparisonOperator": "GreaterThanThreshold",
        "dimensions": {"DistributionId": "E1", "Region": "Global"},
        "evaluationPeriods": 2,
        "metricName": "5xxErrorRate",
        "namespace": "AWS/CloudFront",
        "period": 300,
        "statistic": "Average",
        "treatMissingData": "notBreaching",
    }
    made = engine.make(ALARM, threshold=1, alarmActions=["arn:aws:sns:us-east-1:000000000000:topic"], **metric)
    assert made.state["dimensions"] == metric["dimensions"]
    engine.change(made, threshold=5, **metric)
    assert engine.refresh(made)
    with pytest.raises(RefusedError, match="'threshold' is required"):
        engine.make(ALARM, **metric)
    engine.delete(made)
    assert not engine.refresh(made)


def test_a_lifecycle(engine: Engine, bucket: str, s3: S3Client) -> None:
    """The rules of a bucket are put, changed and removed."""
    rule = {"id": "old", "status": "Enabled", "expiration": {"days": 90}, "filter": {"prefix": ""}}
    made = engine.make(LIFECYCLE, bucket=bucket, rules=[rule])
    upload = {"abortIncompleteMultipartUpload": {"daysAfterInitiation": 7}}
    engine.change(made, bucket=bucket, rules=[{**rule, **upload}])
    (found,) = s3.get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"]
    assert (found["Expiration"]["Days"], found["AbortIncompleteMultipartUpload"]["DaysAfterInitiation"]) == (90, 7)
    assert engine.refresh(made)
    engine.delete(made)
    assert not engine.refresh(made)
