"""Our own calls to AWS, with the credentials, region and endpoints that the provider uses.

boto3 is imported when the first client is made: the program never makes one, and a dynamic provider with nothing to
change neither, and it takes 0.1 s of each.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    import boto3
    from botocore.config import Config

    from hosting.aws.settings import AwsSettings

_SESSION_NAME = "hosting"
_DURATION_STEP = re.compile(r"([0-9]+)([hms])")
_SECONDS = {"h": 3600, "m": 60, "s": 1}


def client(service: str, settings: AwsSettings) -> Any:  # noqa: ANN401 - boto3 makes its clients at run time
    """Return a boto3 client of ``service``.

    Raises:
        botocore.exceptions.BotoCoreError, ClientError: there are no credentials, or a role can't be assumed.
    """
    return client_of(make_session(settings), service, settings)


def make_session(settings: AwsSettings) -> boto3.Session:
    """Return a session with the credentials that the provider would have.

    Raises:
        botocore.exceptions.BotoCoreError, ClientError: a role can't be assumed.
    """
    session = _own_session(settings)
    for role in settings.values.get("assumeRoles", []):
        session = _assumed(session, role, settings)
    web_identity = settings.values.get("assumeRoleWithWebIdentity")
    if web_identity:
        session = _assumed_with_token(session, web_identity, settings)
    return session


def _own_session(settings: AwsSettings) -> boto3.Session:
    import boto3  # noqa: PLC0415 - see above
    import botocore.session  # noqa: PLC0415 - see above

    values = settings.values
    core = botocore.session.Session(profile=values.get("profile"))
    # Only the first file: botocore takes one of each, where the provider takes several.
    for variable, files in (
        ("config_file", "sharedConfigFiles"),
        ("credentials_file", "sharedCredentialsFiles"),
    ):
        if values.get(files):
            core.set_config_variable(variable, values[files][0])
    return boto3.Session(
        aws_access_key_id=values.get("accessKey"),
        aws_secret_access_key=values.get("secretKey"),
        aws_session_token=values.get("token"),
        region_name=settings.region,
        botocore_session=core,
    )


def _assumed(session: boto3.Session, role: Mapping[str, Any], settings: AwsSettings) -> boto3.Session:
    """Return a session of ``role``, one link of the chain of `aws:assumeRoles`."""
    request = {
        "RoleArn": role.get("roleArn"),
        "RoleSessionName": role.get("sessionName", _SESSION_NAME),
        "ExternalId": role.get("externalId"),
        "DurationSeconds": _seconds(role.get("duration")),
        "Policy": role.get("policy"),
        "PolicyArns": [{"arn": arn} for arn in role.get("policyArns", [])],
        "SourceIdentity": role.get("sourceIdentity"),
        "Tags": [{"Key": key, "Value": value} for key, value in role.get("tags", {}).items()],
        "TransitiveTagKeys": role.get("transitiveTagKeys"),
    }
    return _session_of(_sts(session, settings).assume_role(**_given(request)), settings)


def _assumed_with_token(session: boto3.Session, role: Mapping[str, Any], settings: AwsSettings) -> boto3.Session:
    """Return a session of the role that a web identity token (a CI job's, say) may assume."""
    token = role.get("webIdentityToken")
    if token is None:
        with open(role["webIdentityTokenFile"], encoding="utf-8") as file:  # noqa: PTH123 - one line, no path arithmetic
            token = file.read()
    request = {
        "RoleArn": role.get("roleArn"),
        "RoleSessionName": role.get("sessionName", _SESSION_NAME),
        "WebIdentityToken": token,
        "DurationSeconds": _seconds(role.get("duration")),
        "Policy": role.get("policy"),
        "PolicyArns": [{"arn": arn} for arn in role.get("policyArns", [])],
    }
    return _session_of(_sts(session, settings).assume_role_with_web_identity(**_given(request)), settings)


def _session_of(answer: Mapping[str, Any], settings: AwsSettings) -> boto3.Session:
    import boto3  # noqa: PLC0415 - see above

    credentials = answer["Credentials"]
    return boto3.Session(
        aws_access_key_id=credentials["AccessKeyId"],
        aws_secret_access_key=credentials["SecretAccessKey"],
        aws_session_token=credentials["SessionToken"],
        region_name=settings.region,
    )


def _sts(session: boto3.Session, settings: AwsSettings) -> Any:  # noqa: ANN401 - as client()
    return client_of(session, "sts", settings, region=settings.values.get("stsRegion"))


def client_of(session: boto3.Session, service: str, settings: AwsSettings, region: str | None = None) -> Any:  # noqa: ANN401
    """Return a boto3 client of ``service`` with the credentials of ``session``."""
    values = settings.values
    return session.client(  # type: ignore[call-overload]  # the service is only known at run time
        service,
        region_name=region or settings.region,
        endpoint_url=_endpoint(service, values.get("endpoints", [])),
        verify=False if values.get("insecure") else values.get("customCaBundle"),
        config=_transport(values),
    )


def _transport(values: Mapping[str, Any]) -> Config:
    from botocore.config import Config  # noqa: PLC0415 - see above

    proxies = {"http": values.get("httpProxy"), "https": values.get("httpsProxy")}
    retries = {"total_max_attempts": values.get("maxRetries"), "mode": values.get("retryMode", "standard")}
    return Config(
        proxies=_given(proxies) or None,
        retries=_given(retries),  # type: ignore[arg-type]  # botocore's stubs want a TypedDict
        use_dualstack_endpoint=values.get("useDualstackEndpoint"),
        use_fips_endpoint=values.get("useFipsEndpoint"),
    )


def _endpoint(service: str, endpoints: list[Mapping[str, str]]) -> str | None:
    """Return the custom endpoint of ``service`` in `aws:endpoints`; None leaves the choice to boto3."""
    return next((entry[service] for entry in endpoints if entry.get(service)), None)


def _seconds(duration: str | None) -> int | None:
    """Return a duration such as ``1h30m`` in seconds; None without one."""
    if duration is None:
        return None
    return sum(int(amount) * _SECONDS[unit] for amount, unit in _DURATION_STEP.findall(duration))


def _given(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments that have a value: botocore refuses None."""
    return {key: value for key, value in arguments.items() if value}
