"""CloudWatch alarms, and lifecycle rules of buckets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from sandbox.tests.providers.harness import RejectedError

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client

    from sandbox.tests.providers.harness import Engine

ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
LIFECYCLE = "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration"


def test_alarm(engine: Engine) -> None:
    """An alarm is created, updated and deleted; an incomplete one is rejected."""
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
    created = engine.create(ALARM, threshold=1, alarmActions=["arn:aws:sns:us-east-1:000000000000:topic"], **metric)
    assert created.state["dimensions"] == metric["dimensions"]
    engine.update(created, threshold=5, **metric)
    assert engine.refresh(created)
    with pytest.raises(RejectedError, match="'threshold' is required"):
        engine.create(ALARM, **metric)
    engine.delete(created)
    assert not engine.refresh(created)


def test_lifecycle(engine: Engine, bucket: str, s3: S3Client) -> None:
    """The rules of a bucket are created, updated and deleted."""
    rule = {"id": "old", "status": "Enabled", "expiration": {"days": 90}, "filter": {"prefix": ""}}
    created = engine.create(LIFECYCLE, bucket=bucket, rules=[rule])
    upload = {"abortIncompleteMultipartUpload": {"daysAfterInitiation": 7}}
    engine.update(created, bucket=bucket, rules=[{**rule, **upload}])
    (found,) = s3.get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"]
    assert (found["Expiration"]["Days"], found["AbortIncompleteMultipartUpload"]["DaysAfterInitiation"]) == (90, 7)
    assert engine.refresh(created)
    engine.delete(created)
    assert not engine.refresh(created)
