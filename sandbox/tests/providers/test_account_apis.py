"""What an account's owner asks AWS: simulated rights, quotas, and host names on other distributions."""

from __future__ import annotations

import itertools
import json
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from types_boto3_cloudfront import CloudFrontClient

    from sandbox.tests.providers.harness import Engine, EngineResource

NUMBERS = itertools.count(1)


def client_of(endpoint: str, service: str) -> Any:  # noqa: ANN401 - boto3 generates its clients
    """Return a client of the emulator."""
    session = boto3.Session("a", "b", region_name="us-east-1")
    make: Any = session.client
    return make(service, endpoint_url=endpoint)


def refusal(call: Any, **arguments: object) -> str:  # noqa: ANN401 - as above
    """Return the code with which a call is refused."""
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    return str(caught.value.response["Error"]["Code"])


@pytest.fixture(scope="module")
def iam(endpoint: str) -> Any:  # noqa: ANN401 - as above
    """A client of IAM, with a role that may read and list one bucket."""
    client = client_of(endpoint, "iam")
    trust = {"Version": "2012-10-17", "Statement": []}
    client.create_role(RoleName="reader", Path="/teams/web/", AssumeRolePolicyDocument=json.dumps(trust))
    statement = {"Effect": "Allow", "Action": ["s3:Get*", "s3:ListBucket"], "Resource": "arn:aws:s3:::site*"}
    policy = {"Version": "2012-10-17", "Statement": [statement]}
    client.put_role_policy(RoleName="reader", PolicyName="read", PolicyDocument=json.dumps(policy))
    return client


def test_each_action_is_simulated_on_each_resource(iam: Any) -> None:  # noqa: ANN401 - as above
    """Two actions on two resources are four decisions; the role's path does not matter."""
    answer = iam.simulate_principal_policy(
        PolicySourceArn=iam.get_role(RoleName="reader")["Role"]["Arn"],
        ActionNames=["s3:GetObject", "s3:PutObject"],
        ResourceArns=["arn:aws:s3:::site/*", "arn:aws:s3:::other/*"],
    )
    results = answer["EvaluationResults"]
    assert [(each["EvalActionName"], each["EvalResourceName"], each["EvalDecision"]) for each in results] == [
        ("s3:GetObject", "arn:aws:s3:::site/*", "allowed"),
        ("s3:PutObject", "arn:aws:s3:::site/*", "implicitDeny"),
        ("s3:GetObject", "arn:aws:s3:::other/*", "implicitDeny"),
        ("s3:PutObject", "arn:aws:s3:::other/*", "implicitDeny"),
    ]


@pytest.mark.parametrize(
    ("principal", "code"),
    [
        ("arn:aws:sts::000000000000:assumed-role/reader/session", "InvalidInput"),
        ("arn:aws:iam::000000000000:root", "InvalidInput"),
        ("arn:aws:iam::000000000000:role/missing", "NoSuchEntity"),
    ],
)
def test_only_existing_users_groups_and_roles_are_simulated(iam: Any, principal: str, code: str) -> None:  # noqa: ANN401 - as above
    """The session of an assumed role and the root user are not entities of IAM."""
    assert refusal(iam.simulate_principal_policy, PolicySourceArn=principal, ActionNames=["s3:GetObject"]) == code


def test_quotas(endpoint: str) -> None:
    """The quotas are listed by service, and found by code; a service or code that does not exist is refused."""
    quotas = client_of(endpoint, "service-quotas")
    listed = {
        each["QuotaCode"]: each["Value"] for each in quotas.list_service_quotas(ServiceCode="cloudfront")["Quotas"]
    }
    assert listed["L-24B04930"] == 500
    found = quotas.get_service_quota(ServiceCode="acm", QuotaCode="L-F141DD1D")["Quota"]
    assert (found["QuotaName"], found["Value"]) == ("ACM certificates", 2500)
    missing = "NoSuchResourceException"
    assert refusal(quotas.list_service_quotas, ServiceCode="nothing") == missing
    assert refusal(quotas.get_service_quota, ServiceCode="acm", QuotaCode="L-0") == missing


def distribution(engine: Engine, certificate: EngineResource | None, *names: str) -> EngineResource:
    """Create a distribution with host names."""
    viewer = (
        {
            "acmCertificateArn": certificate.id,
            "sslSupportMethod": "sni-only",
            "minimumProtocolVersion": "TLSv1.2_2021",
        }
        if certificate
        else {"cloudfrontDefaultCertificate": True}
    )
    return engine.create(
        "aws:cloudfront/distribution:Distribution",
        resource_name=f"conflicts{next(NUMBERS)}",
        enabled=True,
        aliases=list(names),
        origins=[
            {
                "originId": "o",
                "domainName": "origin.example.net",
                "customOriginConfig": {
                    "httpPort": 80,
                    "httpsPort": 443,
                    "originProtocolPolicy": "https-only",
                    "originSslProtocols": ["TLSv1.2"],
                },
            }
        ],
        defaultCacheBehavior={
            "targetOriginId": "o",
            "viewerProtocolPolicy": "redirect-to-https",
            "allowedMethods": ["GET", "HEAD"],
            "cachedMethods": ["GET", "HEAD"],
            "cachePolicyId": "658327ea-f89d-4fab-a63d-7e88639e58f6",
        },
        restrictions={"geoRestriction": {"restrictionType": "none"}},
        viewerCertificate=viewer,
    )


def conflicts(client: CloudFrontClient, distribution: str, domain: str) -> list[tuple[str, str, str]]:
    """Return the name, the resource and the account of each conflict with a domain."""
    answer = client.list_domain_conflicts(
        Domain=domain, DomainControlValidationResource={"DistributionId": distribution}
    )
    return [(each["Domain"], each["ResourceId"], each["AccountId"]) for each in answer["DomainConflicts"]]


def test_domain_conflicts(engine: Engine, cloudfront: CloudFrontClient, certificate: EngineResource) -> None:
    """Overlapping names of any depth are listed, with half of the IDs hidden, if the certificate covers the name."""
    other = distribution(engine, certificate, "conflict.example.com")
    own = distribution(engine, certificate, "*.example.com")
    expected = {
        (name, f"*******{owner.id[7:]}", "******000000")
        for name, owner in (("conflict.example.com", other), ("*.example.com", own))
    }
    for domain in ("conflict.example.com", "*.example.com"):
        assert set(conflicts(cloudfront, own.id, domain)) == expected
    assert [name for name, *_ in conflicts(cloudfront, own.id, "free.example.com")] == ["*.example.com"]
    assert [name for name, *_ in conflicts(cloudfront, own.id, "a.b.example.com")] == ["*.example.com"]
    session = boto3.Session("a", "b", region_name="eu-central-1")
    elsewhere = session.client("cloudfront", endpoint_url=cloudfront.meta.endpoint_url)
    assert set(conflicts(elsewhere, own.id, "conflict.example.com")) == expected


def test_domain_conflicts_need_a_certificate(
    engine: Engine, cloudfront: CloudFrontClient, certificate: EngineResource
) -> None:
    """A name that the certificate does not cover, and a distribution that does not exist, are refused."""
    own, without = distribution(engine, certificate), distribution(engine, None)

    def code(distribution: str, domain: str) -> str:
        return refusal(
            cloudfront.list_domain_conflicts,
            Domain=domain,
            DomainControlValidationResource={"DistributionId": distribution},
        )

    assert code(own.id, "www.example.org") == "InvalidArgument"
    assert code(without.id, "www.example.com") == "InvalidArgument"
    assert code("E0000000000000", "www.example.com") == "EntityNotFound"
