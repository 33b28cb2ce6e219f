"""Raw stack config -> frozen ``Settings``, with every problem of it at once. Makes nothing, asks nobody."""

from __future__ import annotations

import difflib
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from pydantic import ValidationError

from hosting.access.settings import AccessSettings
from hosting.aws import regions
from hosting.aws import settings as aws
from hosting.cloudfront.settings import CloudFrontSettings
from hosting.config.messages import Speaker, sentences
from hosting.config.suggestions import mended
from hosting.deployments.settings import DeploymentsSettings
from hosting.domain.settings import DomainSettings, expanded
from hosting.errors import PLACEHOLDER, ConfigError
from hosting.publish.settings import PublishSettings
from hosting.setting_types import Section, decoded, nearest, settings_of
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
    originals: Mapping[str, str] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)

    def speaker(self, namespace: str) -> Speaker:
        secret = self.raw.secrets_of(namespace) | _ALWAYS_SECRET.get(namespace, frozenset())
        return Speaker(self.raw.stack, namespace, secret, self.originals)

    def room(self, namespace: str, model: type[_Room], defaults: Mapping[str, str] | None = None) -> _Room | None:
        texts = {**(defaults or {}), **self.raw.of(namespace)}
        given = {key: decoded(model, key, text) for key, text in texts.items()}
        try:
            return model.model_validate(given)
        except ValidationError as error:
            self.problems += sentences(model, error.errors(), self.speaker(namespace), given)
        return None

    def strays(self) -> None:
        """Refuse keys of no room that were surely meant for one: without a namespace, or with a misspelt one."""
        for key in self.raw.values:
            namespace, _, name = key.partition(":")
            near = difflib.get_close_matches(namespace.lower(), _ROOMS, n=1, cutoff=0.8)
            if namespace in (*_ROOMS, aws.NAMESPACE) or not (near or namespace == self.raw.project):
                continue
            if name in _ROOMS:
                rule = f"is not a setting: those of '{name}' are written {name}:<key>, with a colon"
                self.problems.append(self.speaker(namespace).unwanted((name,), rule))
                continue
            known = [f"{room}:{setting}" for room, model in _ROOMS.items() for setting in settings_of(model)]
            meant = difflib.get_close_matches(f"{near[0]}:{name}" if near else name, known, n=1, cutoff=0.5)
            same = [setting for setting in known if setting.endswith(f":{name}")]
            self.problems.append(self._stray(key, [*same, *meant]))

    def _stray(self, key: str, meant: list[str]) -> str:
        namespace, _, name = key.partition(":")
        stray = self.speaker(namespace)
        if not meant:
            return stray.unwanted((name,), "is not a setting")
        said = f"'{key}' is not a setting, did you mean '{meant[0]}'? {stray.remove((name,))}"
        if meant[0] in self.raw.values:
            return said
        namespace, _, name = meant[0].partition(":")
        model = _ROOMS[namespace]
        given = {name: decoded(model, name, self.raw.values[key])}
        is_secret = key in self.raw.secret_keys
        return f"{said} && {self.speaker(namespace).set((name,), mended(model, given, name), is_secret=is_secret)}"

    def plain_secrets(self) -> None:
        """Refuse what is a secret, but is kept in plain text."""
        for namespace, keys in _ALWAYS_SECRET.items():
            for key in sorted((keys & self.raw.of(namespace).keys()) - self.raw.secrets_of(namespace)):
                self.problems.append(self.speaker(namespace).lacking((key,), "is kept in plain text", PLACEHOLDER))

    def needs_cloudfront(
        self, access: AccessSettings | None, domain: DomainSettings | None, publish: PublishSettings | None
    ) -> None:
        """Refuse, on a stack without CloudFront, what only that can do; None are settings that do not hold."""
        given = {
            "'access:username' needs CloudFront, without which anyone may read the site": access and access.username,
            "'domain:names' needs CloudFront, the website of S3 has no HTTPS under names of its own": (
                domain and domain.names
            ),
        }
        mend = self.speaker("cloudfront").set(("enabled",), value=True)
        self.problems += [f"{problem}: {mend}" for problem, is_given in given.items() if is_given]
        if publish is not None and publish.release is not None:
            rule = "needs CloudFront, without which there is one release alone"
            self.problems.append(self.speaker("publish").unwanted(("release",), rule))

    def aws(self, environment: Mapping[str, str]) -> aws.AwsSettings | None:
        given, speaker = self.raw.of(aws.NAMESPACE), self.speaker(aws.NAMESPACE)
        found = [problem for key in given if (problem := _aws_problem(speaker, key, given))]
        wrong = _region_problem(speaker, given, environment)
        if wrong:
            found.append(wrong)
        self.problems += found
        return None if found else aws.settings_of(given, environment, speaker.secret_keys)


def _aws_problem(speaker: Speaker, key: str, given: Mapping[str, str]) -> str | None:
    if key not in aws.KINDS:
        meant = nearest(key, aws.KINDS)
        mend = aws.mended(meant, given[key]) if meant and meant not in given else None
        return speaker.unknown(key, meant, mend)
    try:
        aws.decode(key, given[key])
    except aws.WrongValueError as error:
        return speaker.broken((key, *error.path), str(error), error.got, error.mend)
    return None


def _region_problem(speaker: Speaker, given: Mapping[str, str], environment: Mapping[str, str]) -> str | None:
    region = aws.region_of(given, environment)
    if region is None:
        rule = "is missing, and neither AWS_REGION nor AWS_DEFAULT_REGION is set"
        return speaker.lacking(("region",), rule, regions.EXAMPLE)
    # Who says so has a cloud of another kind.
    if regions.is_region(region) or given.get("skipRegionValidation") == "true":
        return None
    rule = "must be a region of AWS" if given.get("region") else "is given by the environment, and must be a region"
    return speaker.broken(("region",), rule, region, regions.nearest_region(region) or PLACEHOLDER)


def load_settings(raw: RawConfig, environment: Mapping[str, str]) -> Settings:
    """Return the settings of a stack.

    Raises:
        ConfigError: with every problem of every room, each ending in the command that mends it.
    """
    reader = _Reader(*_with_own_names(raw))
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
    if cloudfront is not None and not cloudfront.enabled:
        reader.needs_cloudfront(access, domain, publish)
    if website is None or cloudfront is None or publish is None or deployments is None or access is None:
        raise ConfigError(raw.stack, reader.problems)
    if domain is None or own_aws is None:
        raise ConfigError(raw.stack, reader.problems)
    if reader.problems:
        raise ConfigError(raw.stack, reader.problems)
    return Settings(raw.stack, website, cloudfront, publish, deployments, access, domain, own_aws)


def _with_own_names(raw: RawConfig) -> tuple[RawConfig, Mapping[str, str]]:
    """Return the config with the stack and its branch in the names where they are asked for; and names to theirs."""
    if _NAMES not in raw.values:
        return raw, {}
    branch = raw.values.get("deployments:branch", DeploymentsSettings.model_fields["branch"].default)
    own = partial(expanded, stack=raw.stack, branch=branch)
    written = decoded(DomainSettings, "names", raw.values[_NAMES])
    names = [name for name in written if isinstance(name, str)] if isinstance(written, list) else []
    return replace(raw, values={**raw.values, _NAMES: own(raw.values[_NAMES])}), {own(name): name for name in names}


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
