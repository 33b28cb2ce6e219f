"""The botocore session of every request: the configured keys or profile, and the roles assumed with them.

boto3 would add 0.05 s to each start, and nothing that is used here.
"""

from pathlib import Path
from typing import Any

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from botocore.loaders import create_loader
from botocore.session import Session

from sandbox.providers.aws.configuration import ProviderConfig
from sandbox.providers.aws.errors import ConfigurationError, raise_if_emulator_stopped
from sandbox.providers.values import Properties

# Has read AWS's descriptions of its services once for all sessions of this process: they take 0.3 s.
_LOADER = create_loader()
# pulumi-aws's text for a machine without credentials.
NO_CREDENTIALS = (
    "No valid credential sources found.\nPlease see https://www.pulumi.com/registry/packages/aws/"
    "installation-configuration/ for more information about providing credentials."
)


def make_session(config: ProviderConfig) -> Session:
    """Return the session for this configuration.

    Raises:
        ConfigurationError: there are no credentials or no such profile, or a role cannot be assumed.
    """
    try:
        session = _base_session(config)
        credentials = session.get_credentials()
        if credentials is None and config.web_identity is None:
            raise ConfigurationError(NO_CREDENTIALS)
        if config.web_identity is not None:
            session = _assumed(session, config, "assume_role_with_web_identity", _with_token(config.web_identity))
        for role in config.roles:
            session = _assumed(session, config, "assume_role", role)
    except (BotoCoreError, OSError) as error:
        raise ConfigurationError(str(error)) from error
    return session


def make_client(session: Session, config: ProviderConfig, service: str, region: str) -> Any:  # noqa: ANN401 - botocore creates client classes at run time
    """Return a client for one service and region."""
    make: Any = session.create_client
    return make(
        service,
        region_name=region,
        endpoint_url=config.endpoint(service),
        # With None botocore uses AWS_CA_BUNDLE.
        verify=False if config.insecure else config.ca_bundle,
        config=Config(**config.transport),
    )


def _base_session(config: ProviderConfig) -> Session:
    session = _new_session(config.profile)
    for variable, file in (("config_file", config.config_file), ("credentials_file", config.credentials_file)):
        if file:
            session.set_config_variable(variable, file)
    return _with_keys(session, config, (config.access_key, config.secret_key, config.token))


def _new_session(profile: str | None = None) -> Session:
    session = Session(profile=profile)
    session.register_component("data_loader", _LOADER)
    return session


def _with_keys(session: Session, config: ProviderConfig, keys: tuple[str | None, str | None, str | None]) -> Session:
    session.set_config_variable("region", config.region)
    if any(keys):
        session.set_credentials(*keys)  # type: ignore[arg-type]  # half a pair is rejected at the first request
    return session


def _assumed(session: Session, config: ProviderConfig, operation: str, role: Properties) -> Session:
    client = make_client(session, config, "sts", config.sts_region or config.region)
    try:
        keys = getattr(client, operation)(**role)["Credentials"]
    except (ClientError, BotoCoreError) as error:
        raise_if_emulator_stopped(error)
        raise ConfigurationError(f"Cannot assume IAM Role {role.get('RoleArn')}: {error}") from error
    return _with_keys(_new_session(), config, (keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"]))


def _with_token(role: Properties) -> Properties:
    """Read the token file only now: a CI job renews it."""
    if "WebIdentityTokenFile" not in role:
        return role
    token = Path(role["WebIdentityTokenFile"]).read_text(encoding="utf-8")
    return {
        **{name: value for name, value in role.items() if name != "WebIdentityTokenFile"},
        "WebIdentityToken": token,
    }
