"""The aws provider, configured for an emulator that runs until the end of the session."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import boto3
import pytest

from sandbox import emulator_process
from sandbox.environment import REMOVED_VARIABLES, Home
from sandbox.providers.aws.service import AwsProvider
from sandbox.tests.providers.harness import Engine, serving

if TYPE_CHECKING:
    from collections.abc import Iterator

    from types_boto3_cloudfront import CloudFrontClient
    from types_boto3_s3 import S3Client

    from sandbox.tests.providers.harness import EngineResource

NUMBERS = itertools.count(1)


@pytest.fixture(scope="session", autouse=True)
def _without_aws_login() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        for name in REMOVED_VARIABLES:
            patch.delenv(name, raising=False)
        patch.setenv("AWS_EC2_METADATA_DISABLED", "true")
        yield


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """The folder of the emulator."""
    home = Home(tmp_path_factory.mktemp("home"))
    home.create_folders()
    return home


@pytest.fixture(scope="session")
def endpoint(home: Home) -> Iterator[str]:
    """Start an emulator, and yield its endpoint."""
    emulator_process.ensure_installed()
    yield emulator_process.start(home)
    emulator_process.stop(home)


@pytest.fixture(scope="session")
def engine(endpoint: str) -> Iterator[Engine]:
    """The provider, configured for us-east-1."""
    for engine in serving(AwsProvider()):
        engine.configure(**config_for(endpoint))
        yield engine


@pytest.fixture
def bare() -> Iterator[Engine]:
    """The provider without configuration."""
    yield from serving(AwsProvider())


@pytest.fixture
def bucket(engine: Engine) -> str:
    """The name of a new bucket."""
    return engine.create("aws:s3/bucket:Bucket", resource_name=f"bucket{next(NUMBERS)}", forceDestroy=True).id


@pytest.fixture(scope="session")
def s3(endpoint: str) -> S3Client:
    """A client of the emulator."""
    return boto3.client("s3", "us-east-1", endpoint_url=endpoint, aws_access_key_id="a", aws_secret_access_key="b")


@pytest.fixture(scope="session")
def cloudfront(endpoint: str) -> CloudFrontClient:
    """A client of the emulator."""
    return boto3.client(
        "cloudfront", "us-east-1", endpoint_url=endpoint, aws_access_key_id="a", aws_secret_access_key="b"
    )


@pytest.fixture(scope="session")
def route53(endpoint: str) -> Any:  # noqa: ANN401 - its stubs are not installed
    """A client of the emulator."""
    session = boto3.Session("a", "b", region_name="us-east-1")
    client: Any = session.client
    return client("route53", endpoint_url=endpoint)


@pytest.fixture(scope="session")
def zone(route53: Any) -> str:  # noqa: ANN401 - as above
    """The id of the public zone example.com."""
    created = route53.create_hosted_zone(Name="example.com", CallerReference="example.com")
    return str(created["HostedZone"]["Id"]).rpartition("/")[2]


@pytest.fixture
def certificate(issued_certificate: EngineResource, cloudfront: CloudFrontClient) -> Iterator[EngineResource]:
    """The certificate; afterwards no distribution has an alias, which another test may want."""
    yield issued_certificate
    for summary in cloudfront.list_distributions()["DistributionList"].get("Items", []):
        if not summary["Aliases"]["Quantity"]:
            continue
        found = cloudfront.get_distribution_config(Id=summary["Id"])
        config: Any = {**found["DistributionConfig"], "Enabled": False, "Aliases": {"Quantity": 0}}
        cloudfront.update_distribution(Id=summary["Id"], IfMatch=found["ETag"], DistributionConfig=config)


@pytest.fixture(scope="session")
def issued_certificate(engine: Engine, zone: str) -> EngineResource:
    """A certificate for example.com and all names in it, issued by its record in the zone."""
    names = {"domainName": "example.com", "subjectAlternativeNames": ["*.example.com"]}
    created = engine.create("aws:acm/certificate:Certificate", resource_name="shared", validationMethod="DNS", **names)
    validation = created.state["domainValidationOptions"][0]
    record = {"name": validation["resourceRecordName"], "type": "CNAME", "records": [validation["resourceRecordValue"]]}
    engine.create("aws:route53/record:Record", resource_name="validation", zoneId=zone, ttl=60, **record)
    return created


def config_for(endpoint: str, **more: object) -> dict[str, object]:
    """Return the provider's configuration for an emulator."""
    services = ("acm", "cloudfront", "cloudwatch", "route53", "s3", "sts")
    endpoints = [dict.fromkeys(services, endpoint)]
    return {"region": "us-east-1", "accessKey": "a", "secretKey": "b", "endpoints": endpoints, **more}
