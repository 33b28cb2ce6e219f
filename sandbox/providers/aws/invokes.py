"""The data sources that programs and components invoke."""

from collections.abc import Callable
from dataclasses import dataclass

from sandbox.providers.aws.aws_client import AwsClient
from sandbox.providers.values import Properties

_DNS_SUFFIXES = {"aws": "amazonaws.com", "aws-cn": "amazonaws.com.cn", "aws-us-gov": "amazonaws.com"}
# The names of the AWS console; any other region is described by its name.
_DESCRIPTIONS = {
    "us-east-1": "US East (N. Virginia)",
    "us-east-2": "US East (Ohio)",
    "us-west-1": "US West (N. California)",
    "us-west-2": "US West (Oregon)",
    "eu-west-1": "Europe (Ireland)",
    "eu-central-1": "Europe (Frankfurt)",
    "ap-northeast-1": "Asia Pacific (Tokyo)",
    "ap-southeast-2": "Asia Pacific (Sydney)",
}


@dataclass(frozen=True)
class Invoke:
    """A data source.

    Attributes:
        run: returns its result.
        args: the arguments that it takes.
    """

    run: Callable[[AwsClient, Properties], Properties]
    args: tuple[str, ...] = ()


def get_region(aws: AwsClient, args: Properties) -> Properties:
    """Return the provider's region, or the named one."""
    region = args.get("region") or args.get("name") or args.get("id") or aws.region
    return {
        "id": region,
        "name": region,
        "region": region,
        "endpoint": f"ec2.{region}.amazonaws.com",
        "description": _DESCRIPTIONS.get(region, region),
    }


def get_caller_identity(aws: AwsClient, args: Properties) -> Properties:
    """Return the account and the user of the credentials."""
    del args
    return {
        "id": aws.account,
        "accountId": aws.account,
        "arn": aws.identity["Arn"],
        "userId": aws.identity["UserId"],
    }


def get_partition(aws: AwsClient, args: Properties) -> Properties:
    """Return the partition of the provider's region."""
    del args
    suffix = _DNS_SUFFIXES[aws.partition]
    return {
        "id": aws.partition,
        "partition": aws.partition,
        "dnsSuffix": suffix,
        "reverseDnsPrefix": ".".join(reversed(suffix.split("."))),
    }
