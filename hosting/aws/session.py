"""boto3 sessions and clients with the same credentials, region and endpoints as the AWS provider.

boto3 is imported with the first client, as the import takes 0.1 s: the program never makes a client, and a dynamic
provider without changes makes none.
"""

from __future__ import annotations

import os
import random
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hosting.aws.durations import seconds
from hosting.aws.proxies import proxy_for
from hosting.errors import HostingError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import boto3
    from botocore.config import Config
    from botocore.credentials import RefreshableCredentials

    from hosting.aws.settings import AwsSettings

_SESSION_NAME = "hosting"
# CloudFront's error for more invalidations than it accepts at a time, which botocore does not retry:
# https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cloudfront-limits.html#limits-invalidations
_TOO_MANY_INVALIDATIONS = "TooManyInvalidationsInProgress"
# Two minutes altogether: an invalidation usually takes about one.
_INVALIDATION_ATTEMPTS = 12
_MAX_WAIT_S = 16.0
_WEB_IDENTITY = "aws:assumeRoleWithWebIdentity"


def client(service: str, settings: AwsSettings) -> Any:  # noqa: ANN401 - boto3 generates its clients at run time
    """Return a boto3 client of ``service``.

    Raises:
        botocore.exceptions.BotoCoreError, ClientError: no credentials were found, or a role can't be assumed.
        HostingError: the web identity has no token.
    """
    return client_of(make_session(settings), service, settings)


def aws_errors() -> tuple[type[Exception], ...]:
    """Return what a call raises if AWS refuses it or does not respond, or if the response is cut off.

    For ``except``, which calls this function only after an exception, so that the imports cost nothing before.
    """
    from http.client import HTTPException  # noqa: PLC0415 - see above

    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415 - see above
    from botocore.parsers import ResponseParserError  # noqa: PLC0415 - see above
    from urllib3.exceptions import HTTPError  # noqa: PLC0415 - see above

    return BotoCoreError, ClientError, ResponseParserError, HTTPError, HTTPException


def make_session(settings: AwsSettings) -> boto3.Session:
    """Return a session with the provider's credentials, which are renewed before they expire.

    Roles are assumed in the provider's order: the one of the web identity first, then each of the chain with the
    credentials of the previous one:
    https://github.com/hashicorp/aws-sdk-go-base/blob/main/credentials.go

    Raises:
        botocore.exceptions.BotoCoreError, ClientError: a role can't be assumed.
        HostingError: the web identity has no token.
    """
    session = _configured_session(settings)
    web_identity = settings.values.get("assumeRoleWithWebIdentity")
    if web_identity is not None:
        session = _assumed_session(partial(_assume_with_token, session, web_identity, settings), settings)
    for role in settings.values.get("assumeRoles", []):
        session = _assumed_session(partial(_assume, session, role, settings), settings)
    return session


def _configured_session(settings: AwsSettings) -> boto3.Session:
    import boto3  # noqa: PLC0415 - see above
    import botocore.session  # noqa: PLC0415 - see above

    values = settings.values
    core = botocore.session.Session(profile=values.get("profile"))
    # Only the first file of each: the provider accepts several, botocore one.
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


def _assume(session: boto3.Session, role: Mapping[str, Any], settings: AwsSettings) -> Mapping[str, Any]:
    """Assume ``role``, one of the chain of `aws:assumeRoles`, and return the credentials."""
    request = {
        **_common_arguments(role),
        "RoleArn": role.get("roleArn"),
        "RoleSessionName": role.get("sessionName", _SESSION_NAME),
        "ExternalId": role.get("externalId"),
        "SourceIdentity": role.get("sourceIdentity"),
        "Tags": [{"Key": key, "Value": value} for key, value in role.get("tags", {}).items()],
        "TransitiveTagKeys": role.get("transitiveTagKeys"),
    }
    answer: Mapping[str, Any] = _sts(session, settings).assume_role(**_non_empty(request))
    return answer


def _assume_with_token(session: boto3.Session, role: Mapping[str, Any], settings: AwsSettings) -> Mapping[str, Any]:
    """Assume the role of a web identity token, such as a CI job's, and return the credentials.

    Values that the setting does not have come from the environment, as for the provider:
    https://registry.terraform.io/providers/hashicorp/aws/latest/docs#assuming-an-iam-role-using-a-web-identity
    """
    request = {
        **_common_arguments(role),
        "RoleArn": role.get("roleArn") or os.environ.get("AWS_ROLE_ARN"),
        "RoleSessionName": role.get("sessionName") or os.environ.get("AWS_ROLE_SESSION_NAME") or _SESSION_NAME,
        "WebIdentityToken": role.get("webIdentityToken") or _token_in_file(role),
    }
    answer: Mapping[str, Any] = _sts(session, settings).assume_role_with_web_identity(**_non_empty(request))
    return answer


def _token_in_file(role: Mapping[str, Any]) -> str:
    set_token = f"pulumi config set --path '{_WEB_IDENTITY}.webIdentityTokenFile' <file>"
    file = role.get("webIdentityTokenFile") or os.environ.get("AWS_WEB_IDENTITY_TOKEN_FILE")
    if not file:
        raise HostingError(f"'{_WEB_IDENTITY}' has no token, nor is AWS_WEB_IDENTITY_TOKEN_FILE set: {set_token}")
    try:
        return Path(file).expanduser().read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "not text"
        raise HostingError(
            f"The token of '{_WEB_IDENTITY}' can't be read from '{file}' ({reason}): {set_token}"
        ) from error


def _common_arguments(role: Mapping[str, Any]) -> dict[str, Any]:
    duration = role.get("duration")
    return {
        "DurationSeconds": None if duration is None else int(seconds(duration)),
        "Policy": role.get("policy"),
        "PolicyArns": [{"arn": arn} for arn in role.get("policyArns", [])],
    }


def _assumed_session(assume: Callable[[], Mapping[str, Any]], settings: AwsSettings) -> boto3.Session:
    """Return a session with the credentials that ``assume`` returns; it is called again before they expire."""
    import boto3  # noqa: PLC0415 - see above
    import botocore.session  # noqa: PLC0415 - see above
    from botocore.credentials import RefreshableCredentials  # noqa: PLC0415 - see above

    def fetch() -> dict[str, Any]:
        credentials = assume()["Credentials"]
        return {
            "access_key": credentials["AccessKeyId"],
            "secret_key": credentials["SecretAccessKey"],
            "token": credentials["SessionToken"],
            "expiry_time": credentials["Expiration"].isoformat(),
        }

    refreshable = RefreshableCredentials.create_from_metadata(fetch(), fetch, "assume-role")
    core = botocore.session.Session()
    core.register_component("credential_provider", _FixedCredentials(refreshable))
    return boto3.Session(region_name=settings.region, botocore_session=core)


class _FixedCredentials:
    """A credential provider of botocore that always returns the same credentials."""

    def __init__(self, credentials: RefreshableCredentials) -> None:
        self._credentials = credentials

    def load_credentials(self) -> RefreshableCredentials:
        return self._credentials


def _sts(session: boto3.Session, settings: AwsSettings) -> Any:  # noqa: ANN401 - as client()
    return client_of(session, "sts", settings, region=settings.values.get("stsRegion"))


def client_of(session: boto3.Session, service: str, settings: AwsSettings, region: str | None = None) -> Any:  # noqa: ANN401 - as client()
    """Return a boto3 client of ``service`` with the credentials of ``session``.

    Args:
        session: the session.
        service: boto3's name of the service.
        settings: the stack's `aws:` settings.
        region: the region; without one, the stack's.
    """
    values = settings.values
    make = partial(_make_client, session, service, settings, region)
    direct = make(_transport(values, {}))
    # Only the client knows its endpoint.
    url = request_url(direct, direct.meta.service_model.operation_names[0])
    proxy = proxy_for(url, values, os.environ)
    return make(_transport(values, {url.partition(":")[0]: proxy})) if proxy else direct


def url_of(service: str, operation: str, settings: AwsSettings, **arguments: str) -> str:
    """Return the URL to which boto3 sends an operation of ``service``, without a trailing slash.

    Raises:
        botocore.exceptions.BotoCoreError, ClientError, HostingError: as ``client``.
    """
    made = _make_client(make_session(settings), service, settings, None, _transport(settings.values, {}))
    return request_url(made, operation, **arguments)


def _make_client(
    session: boto3.Session, service: str, settings: AwsSettings, region: str | None, config: Config
) -> Any:  # noqa: ANN401 - as client()
    values = settings.values
    made = session.client(  # type: ignore[call-overload]  # the service is only known at run time
        service,
        region_name=region or settings.region,
        endpoint_url=_endpoint(service, values.get("endpoints", [])),
        verify=False if values.get("insecure") else values.get("customCaBundle"),
        config=config,
    )
    made.meta.events.register("before-parse", _refuse_partial_response)
    made.meta.events.register("needs-retry.cloudfront.CreateInvalidation", invalidation_retry_delay)
    return made


def _refuse_partial_response(operation_model: Any, response_dict: Mapping[str, Any], **_: object) -> None:  # noqa: ANN401 - as client()
    """Refuse a response that was cut off: botocore would parse an empty listing as a bucket without objects."""
    body, expected = response_dict.get("body"), response_dict["headers"].get("content-length")
    # A streamed body checks its own length, and a response to HEAD has the length of what GET would return.
    if not isinstance(body, bytes) or expected is None or operation_model.http.get("method") == "HEAD":
        return
    if len(body) < int(expected):
        from botocore.exceptions import IncompleteReadError  # noqa: PLC0415 - see above

        raise IncompleteReadError(actual_bytes=len(body), expected_bytes=int(expected))


def invalidation_retry_delay(
    response: tuple[object, Mapping[str, Any]] | None, attempts: int, **_: object
) -> float | None:
    """Return the seconds to wait before an invalidation is requested again; None to leave it to botocore."""
    code = response[1].get("Error", {}).get("Code") if response else None
    if code != _TOO_MANY_INVALIDATIONS or attempts >= _INVALIDATION_ATTEMPTS:
        return None
    max_wait = min(_MAX_WAIT_S, 2.0 ** (attempts - 1))
    return random.uniform(max_wait / 2, max_wait)  # noqa: S311 - jitter, not a secret


def request_url(client: Any, operation: str, **arguments: str) -> str:  # noqa: ANN401 - as client()
    """Return the URL to which ``client`` sends an operation, such as a bucket's, without a trailing slash.

    botocore has no public function for it. `meta.endpoint_url` is another host for FIPS in us-east-1, and for
    dual-stack endpoints in some partitions: the service's endpoint rules decide for each request.
    """
    model = client.meta.service_model.operation_model(operation)
    endpoint = client._ruleset_resolver.construct_endpoint(model, arguments, {})  # noqa: SLF001 - see above
    return str(endpoint.url).rstrip("/")


def _transport(values: Mapping[str, Any], proxies: Mapping[str, str]) -> Config:
    from botocore.config import Config  # noqa: PLC0415 - see above

    retries = {"total_max_attempts": values.get("maxRetries"), "mode": values.get("retryMode", "standard")}
    config: dict[str, Any] = {
        "proxies": dict(proxies),
        "retries": _non_empty(retries),
        "s3": {"addressing_style": "path"} if values.get("s3UsePathStyle") else None,
        "use_dualstack_endpoint": values.get("useDualstackEndpoint"),
        "use_fips_endpoint": values.get("useFipsEndpoint"),
    }
    return Config(**config)


def _endpoint(service: str, endpoints: list[Mapping[str, str]]) -> str | None:
    """Return the custom endpoint of ``service`` in `aws:endpoints`; None for boto3's default.

    The provider's names have no hyphens: `servicequotas` is boto3's ``service-quotas``.
    """
    name = service.replace("-", "")
    return next((entry[name] for entry in endpoints if entry.get(name)), None)


def _non_empty(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments without empty values, as botocore refuses None."""
    return {key: value for key, value in arguments.items() if value}
