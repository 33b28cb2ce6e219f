"""A local cloud for the session, in which each test has an account of its own, and the context of a check."""

from __future__ import annotations

import itertools
import json
from functools import partial
from typing import TYPE_CHECKING, Any

import boto3
import pytest

from hosting.aws.key_value_store import open_store
from hosting.config.load import RawConfig, load_settings
from hosting.doctor.context import Context, Identity
from hosting.doctor.state import StackState, StateResource
from hosting.resource_names import COMPONENT
from sandbox import emulator_process
from sandbox.environment import Home

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from hosting.config.load import Settings
    from hosting.doctor.lines import Line

_ACCOUNTS = itertools.count(111_111_111_111)
NAME_SERVERS = frozenset({"ns-1.example.net", "ns-2.example.net"})


@pytest.fixture(scope="session")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Start an emulator, and yield its endpoint."""
    home = Home(tmp_path_factory.mktemp("home"))
    home.create_folders()
    emulator_process.ensure_installed()
    yield emulator_process.start(home)
    emulator_process.stop(home)


class LocalClients:
    """Clients of one account of the local cloud; they share one session, which reads AWS's API models once."""

    _session = boto3.Session()

    def __init__(self, endpoint: str, account: str) -> None:
        self._endpoint, self._account = endpoint, account

    def client(self, service: str, region: str | None = None) -> Any:  # noqa: ANN401 - boto3 generates its clients
        make: Any = self._session.client
        # The emulator takes the key as the account's ID.
        keys = {"aws_access_key_id": self._account, "aws_secret_access_key": "secret"}
        return make(service, region_name=region or "us-east-1", endpoint_url=self._endpoint, **keys)


class Account:
    """An account of the local cloud, and the contexts of checks in it.

    Attributes:
        id: its number.
        config: the `aws:` settings of its stacks.
    """

    def __init__(self, endpoint: str) -> None:
        self.id = str(next(_ACCOUNTS))
        self._clients = LocalClients(endpoint, self.id)
        services = ("acm", "cloudfront", "iam", "route53", "s3", "servicequotas", "sts")
        # botocore puts the account's id before the endpoint, where it becomes part of an ignored user name.
        stores = {"cloudfrontkeyvaluestore": endpoint.replace("//", "//kvs@")}
        self.config = {
            "aws:region": "us-east-1",
            "aws:accessKey": self.id,
            "aws:secretKey": "secret",
            "aws:maxRetries": "1",
            "aws:s3UsePathStyle": "true",
            "aws:endpoints": json.dumps([{**dict.fromkeys(services, endpoint), **stores}]),
        }

    def settings(self, stack: str = "prod", **config: str) -> Settings:
        """Return the settings of a stack; `website__bucketName` is the key `website:bucketName`."""
        values = {key.replace("__", ":"): value for key, value in config.items()}
        return load_settings(RawConfig(stack, {**self.config, **values}), {})

    def client(self, service: str) -> Any:  # noqa: ANN401 - boto3 generates its clients
        """Return a client of the account."""
        return self._clients.client(service)

    def context(self, *resources: StateResource, arn: str = "", stack: str = "prod", **config: str) -> Context:
        """Return the context of a stack with these resources in its state."""
        settings = self.settings(stack, **config)
        identity = Identity(self.id, arn or f"arn:aws:iam::{self.id}:root")
        state = StackState(resources)
        stores = partial(open_store, settings=settings.aws)
        return Context(stack, f"site-{stack}", settings, state, self._clients, identity, lambda _: NAME_SERVERS, stores)


@pytest.fixture
def account(endpoint: str) -> Account:
    """An account without anything in it."""
    return Account(endpoint)


def resource(kind: str, identifier: str, name: str = "site-one") -> StateResource:
    """Return a resource of the state."""
    return StateResource(kind, f"urn:pulumi:prod::site::{COMPONENT}${kind}::{name}", identifier)


def results(lines: Iterable[Line]) -> list[tuple[str, str]]:
    """Return the status and text of each line."""
    return [(line.status, line.text) for line in lines]


def distribution_config(comment: str, *names: str, certificate: str = "") -> dict[str, Any]:
    """Return the config of a distribution with host names."""
    viewer: dict[str, Any] = {"CloudFrontDefaultCertificate": True}
    if certificate:
        viewer = {
            "ACMCertificateArn": certificate,
            "SSLSupportMethod": "sni-only",
            "MinimumProtocolVersion": "TLSv1.2_2021",
        }
    origin = {
        "Id": "o",
        "DomainName": "bucket.s3.amazonaws.com",
        "S3OriginConfig": {"OriginAccessIdentity": ""},
    }
    return {
        "CallerReference": f"{comment} {names}",
        "Comment": comment,
        "Enabled": True,
        "Aliases": {"Quantity": len(names), "Items": list(names)},
        "Origins": {"Quantity": 1, "Items": [origin]},
        "DefaultCacheBehavior": {
            "TargetOriginId": "o",
            "ViewerProtocolPolicy": "redirect-to-https",
            "CachePolicyId": "658327ea-f89d-4fab-a63d-7e88639e58f6",
        },
        "ViewerCertificate": viewer,
    }
