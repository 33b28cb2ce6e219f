"""Raw stack config -> frozen ``Settings``, with every problem of it at once. Makes nothing, asks nobody."""

from __future__ import annotations

import difflib
import json
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, TypeVar, get_args, get_origin

from pydantic import ValidationError

from hosting.access.settings import AccessSettings
from hosting.aws import settings as aws
from hosting.cloudfront.settings import CloudFrontSettings
from hosting.deployments.settings import DeploymentsSettings
from hosting.domain.settings import DomainSettings, expanded
from hosting.errors import ConfigError
from hosting.problems import Speaker, sentences
from hosting.publish.settings import PublishSettings
from hosting.section import Section, field_named, settings_of
from hosting.website.settings import WebsiteSettings

if TYPE_CHECKING:
    from collections.abc import Mapping

_ROOMS: dict[str, type[Section]] = {
    "website": WebsiteSettings,
    "cloudfront": CloudFrontSettings,
    "publish": PublishSettings,
    "deployments": DeploymentsSettings,
    "access": AccessSettings,
    "domain": DomainSettings,
}
# What nobody may read, wherever it was written.
_ALWAYS_SECRET = {"access": frozenset({"password"})}
_NAMES = "domain:names"
# The stage with CloudFront, as Amplify's PROD; `cloudfront:enabled` overrides it on any stack.
PRODUCTION_STACK = "prod"

_Room = TypeVar("_Room", bound=Section)


@dataclass(frozen=True)
class RawConfig:
    """Stack config as the engine hands it over.

    Attributes:
        stack: the stack's name, such as ``dev``.
        values: ``namespace:key`` to the value as text; lists and maps are JSON.
        secret_keys: which of the keys the stack keeps encrypted.
        project: the project's name, the namespace of keys that are given none.
    """

    stack: str
    values: Mapping[str, str]
    secret_keys: frozenset[str] = frozenset()
    project: str = ""

    def of(self, namespace: str) -> dict[str, str]:
        """Return the values of one namespace, by key without the namespace."""
        return _without(namespace, self.values)

    def secrets_of(self, namespace: str) -> frozenset[str]:
        """Return the secret keys of one namespace, without the namespace."""
        return frozenset(_without(namespace, dict.fromkeys(self.secret_keys, "")))


def _without(namespace: str, values: Mapping[str, str]) -> dict[str, str]:
    prefix = f"{namespace}:"
    return {key.removeprefix(prefix): value for key, value in values.items() if key.startswith(prefix)}


@dataclass(frozen=True)
class Settings:
    """All settings of a stack, valid together."""

    stack: str
    website: WebsiteSettings
    cloudfront: CloudFrontSettings
    publish: PublishSettings
    deployments: DeploymentsSettings
    access: AccessSettings
    domain: DomainSettings
    aws: aws.AwsSettings


@dataclass
class _Reader:
    """Reads one room after the other and keeps the problems of all."""

    raw: RawConfig
    problems: list[str] = field(default_factory=list)

    def speaker(self, namespace: str) -> Speaker:
        secret = self.raw.secrets_of(namespace) | _ALWAYS_SECRET.get(namespace, frozenset())
        return Speaker(self.raw.stack, namespace, secret)

    def room(self, namespace: str, model: type[_Room], defaults: Mapping[str, str] | None = None) -> _Room | None:
        given = {**(defaults or {}), **self.raw.of(namespace)}
        try:
            return model.model_validate({key: _decoded(model, key, text) for key, text in given.items()})
        except ValidationError as error:
            self.problems += sentences(model, error.errors(), self.speaker(namespace))
        return None

    def strays(self) -> None:
        """Refuse keys of no room that were surely meant for one: without a namespace, or with a misspelt one."""
        for key in self.raw.values:
            namespace, _, name = key.partition(":")
            near = difflib.get_close_matches(namespace.lower(), _ROOMS, n=1, cutoff=0.8)
            if namespace in (*_ROOMS, aws.NAMESPACE) or not (near or namespace == self.raw.project):
                continue
            known = [f"{room}:{setting}" for room, model in _ROOMS.items() for setting in settings_of(model)]
            meant = difflib.get_close_matches(f"{near[0]}:{name}" if near else name, known, n=1, cutoff=0.5)
            same = [setting for setting in known if setting.endswith(f":{name}")]
            self.problems.append(self._stray(key, [*same, *meant]))

    def _stray(self, key: str, meant: list[str]) -> str:
        remove = f"pulumi config rm --stack {self.raw.stack} {key}"
        if not meant:
            return f"'{key}' is not a setting: {remove}"
        rename = f"{remove} && pulumi config set --stack {self.raw.stack} {meant[0]} <value>"
        return f"'{key}' is not a setting, did you mean '{meant[0]}'? {rename}"

    def plain_secrets(self) -> None:
        """Refuse what is a secret, but is kept in plain text."""
        for namespace, keys in _ALWAYS_SECRET.items():
            for key in sorted((keys & self.raw.of(namespace).keys()) - self.raw.secrets_of(namespace)):
                self.problems.append(
                    f"'{namespace}:{key}' is kept in plain text: "
                    f"pulumi config set --stack {self.raw.stack} --secret {namespace}:{key}"
                )

    def needs_cloudfront(self, access: AccessSettings, domain: DomainSettings) -> None:
        """Refuse, on a stack without CloudFront, what only that can do."""
        given = {
            "'access:username' needs CloudFront, without which anyone may read the site": access.username is not None,
            "'domain:names' needs CloudFront, the website of S3 has no HTTPS under names of its own": domain.names,
        }
        mend = f"pulumi config set --stack {self.raw.stack} cloudfront:enabled true"
        self.problems += [f"{problem}: {mend}" for problem, is_given in given.items() if is_given]

    def aws(self, environment: Mapping[str, str]) -> aws.AwsSettings | None:
        given, speaker = self.raw.of(aws.NAMESPACE), self.speaker(aws.NAMESPACE)
        found = [problem for key, text in given.items() if (problem := _aws_problem(speaker, key, text))]
        if aws.region_of(given, environment) is None:
            found.append(
                f"'aws:region' is missing, and neither AWS_REGION nor AWS_DEFAULT_REGION is set: "
                f"pulumi config set --stack {self.raw.stack} aws:region us-east-1"
            )
        self.problems += found
        return None if found else aws.settings_of(given, environment, speaker.secret_keys)


def _decoded(model: type[Section], key: str, text: str) -> Any:  # noqa: ANN401 - whatever JSON holds
    """Return a list's or map's value from its JSON; any other, and what is no JSON, as it is for the model to judge."""
    setting = field_named(model, key)
    if setting is None or not _is_json(setting.annotation):
        return text
    try:
        return json.loads(text)
    except ValueError:
        return text


def _is_json(annotation: object) -> bool:
    """Whether values of this type are lists or maps; an optional one is its type or None."""
    options = get_args(annotation) if get_origin(annotation) is not tuple else ()
    is_map = isinstance(annotation, type) and issubclass(annotation, Section)
    return get_origin(annotation) is tuple or is_map or any(_is_json(option) for option in options)


def _aws_problem(speaker: Speaker, key: str, text: str) -> str | None:
    if key not in aws.KINDS:
        return speaker.unknown((key,), aws.KINDS, text)
    try:
        aws.decode(key, text)
    except ValueError as error:
        return speaker.broken((key,), str(error), text)
    return None


def load_settings(raw: RawConfig, environment: Mapping[str, str]) -> Settings:
    """Return the settings of a stack.

    Raises:
        ConfigError: with every problem of every room, each ending in the command that mends it.
    """
    reader = _Reader(_with_own_names(raw))
    enabled = "true" if raw.stack == PRODUCTION_STACK else "false"
    website = reader.room("website", WebsiteSettings)
    cloudfront = reader.room("cloudfront", CloudFrontSettings, {"enabled": enabled})
    publish = reader.room("publish", PublishSettings)
    deployments = reader.room("deployments", DeploymentsSettings)
    access = reader.room("access", AccessSettings)
    domain = reader.room("domain", DomainSettings)
    own_aws = reader.aws(environment)
    reader.plain_secrets()
    reader.strays()
    if website is None or cloudfront is None or publish is None or deployments is None or access is None:
        raise ConfigError(raw.stack, reader.problems)
    if domain is None or own_aws is None:
        raise ConfigError(raw.stack, reader.problems)
    if not cloudfront.enabled:
        reader.needs_cloudfront(access, domain)
    if reader.problems:
        raise ConfigError(raw.stack, reader.problems)
    return Settings(raw.stack, website, cloudfront, publish, deployments, access, domain, own_aws)


def _with_own_names(raw: RawConfig) -> RawConfig:
    """Return the config with the stack and its branch in the names where they are asked for."""
    if _NAMES not in raw.values:
        return raw
    branch = raw.values.get("deployments:branch", DeploymentsSettings.model_fields["branch"].default)
    return replace(raw, values={**raw.values, _NAMES: expanded(raw.values[_NAMES], raw.stack, branch)})


def load_room(raw: RawConfig, namespace: str, model: type[_Room]) -> _Room:
    """Return the settings of one room alone, for a command that needs no other.

    Raises:
        ConfigError: with every problem of the room.
    """
    reader = _Reader(raw)
    room = reader.room(namespace, model)
    if room is None:
        raise ConfigError(raw.stack, reader.problems)
    return room
