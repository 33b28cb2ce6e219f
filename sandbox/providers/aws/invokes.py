"""The data sources that programs and components ask for."""

from collections.abc import Callable
from dataclasses import dataclass

from sandbox.providers.aws.aws_client import Cloud
from sandbox.providers.values import Properties

_DNS_SUFFIXES = {"aws": "amazonaws.com", "aws-cn": "amazonaws.com.cn", "aws-us-gov": "amazonaws.com"}
# As the AWS console names them; a region that is missing here is described by its name.
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
    """A data source: the arguments it takes and how it answers."""

    run: Callable[[Cloud, Properties], Properties]
    args: tuple[str, ...] = ()


def get_region(cloud: Cloud, args: Properties) -> Properties:
    """The region of the provider, or the named one."""
    region = args.get("region") or args.get("name") or args.get("id") or cloud.region
    return {
        "id": region,
        "name": region,
        "region": region,
        "endpoint": f"ec2.{region}.amazonaws.com",
        "description": _DESCRIPTIONS.get(region, region),
    }


def get_caller_identity(cloud: Cloud, args: Properties) -> Properties:
    """The account and user that the credentials belong to."""
    del args
    return {
        "id": cloud.account,
        "accountId": cloud.account,
        "arn": cloud.identity["Arn"],
        "userId": cloud.identity["UserId"],
    }


def get_partition(cloud: Cloud, args: Properties) -> Properties:
    """The partition of the provider's region."""
    del args
    suffix = _DNS_SUFFIXES[cloud.partition]
    return {
        "id": cloud.partition,
        "partition": cloud.partition,
        "dnsSuffix": suffix,
        "reverseDnsPrefix": ".".join(reversed(suffix.split("."))),
    }
