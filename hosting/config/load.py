"""Read the stack's config: raw config in, frozen ``Settings`` out, or an error with all of its problems."""

from __future__ import annotations

import difflib
import re
import shlex
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import ValidationError

from hosting.access.settings import AccessSettings
from hosting.aws import regions
from hosting.aws.settings import NAMESPACE as AWS
from hosting.aws.settings import AwsSettings, aws_settings, region_of
from hosting.cloudfront.settings import CloudFrontSettings
from hosting.config import previews
from hosting.config.aws_section import AwsSection
from hosting.config.messages import Messages, not_a_setting, section_problems
from hosting.config.suggestions import path_of, suggest
from hosting.deployments.settings import DeploymentsSettings
from hosting.domain.settings import DomainSettings, expand_names
from hosting.errors import PLACEHOLDER, ConfigError
from hosting.previews.settings import PreviewsSettings
from hosting.previews.without_effect import Ineffective, without_effect
from hosting.publish.settings import PublishSettings
from hosting.review.settings import ReviewSettings
from hosting.setting_types import Section, decoded, nearest, setting_keys
from hosting.website.settings import WebsiteSettings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hosting.config.suggestions import KeyPath

# The namespaces whose keys are ours alone.
OWN_SECTIONS: dict[str, type[Section]] = {
    "website": WebsiteSettings,
    "cloudfront": CloudFrontSettings,
    "publish": PublishSettings,
    "deployments": DeploymentsSettings,
    "access": AccessSettings,
    "domain": DomainSettings,
    "review": ReviewSettings,
    "previews": PreviewsSettings,
}
_SECTIONS: dict[str, type[Section]] = {**OWN_SECTIONS, AWS: AwsSection}
_NEED_CLOUDFRONT = {
    ("access", "username"): "as anyone can read the bucket's website without it",
    ("domain", "names"): "as the bucket's website has no HTTPS for your host names without it",
    ("publish", "release"): "as the bucket has only one release without it",
    ("publish", "from"): "as it publishes releases, which a bucket does not have without it",
}
_NAMES = "domain:names"
_PASSWORD = "access:password"  # noqa: S105 - the key
# The stack that has CloudFront by default, as Amplify's environment PROD.
PRODUCTION_STACK = "prod"
# https://www.pulumi.com/docs/iac/concepts/stacks/#create-stack; `.` and `..` would be other folders of the state.
_STACK_NAME = re.compile(r"(?!\.{1,2}$)[A-Za-z0-9_.-]{1,100}")
# Python does not encode an unpaired surrogate; paths, environment variables and command lines do not contain a NUL.
_UNUSABLE = {re.compile("[\ud800-\udfff]"): "contains an unpaired surrogate", re.compile("\0"): "contains a NUL"}
_MOST_LEVELS = 20

_AnySection = TypeVar("_AnySection", bound=Section)


@dataclass(frozen=True)
class RawConfig:
    """A stack's config as the engine passes it to the program.

    Attributes:
        stack: the stack's name, such as ``dev``.
        values: maps ``namespace:key`` to the value as text; lists and maps are JSON.
        secret_keys: the keys that the stack keeps encrypted.
        project: the project's name, which is the namespace of keys that are set without one.
    """

    stack: str
    values: Mapping[str, str]
    secret_keys: frozenset[str] = frozenset()
    project: str = ""

    def of(self, namespace: str) -> dict[str, str]:
        """Return the values of one namespace, by key without the namespace."""
        prefix = f"{namespace}:"
        return {key.removeprefix(prefix): value for key, value in self.values.items() if key.startswith(prefix)}

    def secrets_of(self, namespace: str) -> frozenset[str]:
        """Return the keys of one namespace whose values must not be shown, without the namespace."""
        prefix = f"{namespace}:"
        secret_keys = self.secret_keys | {_PASSWORD}
        return frozenset(key.removeprefix(prefix) for key in secret_keys if key.startswith(prefix))


@dataclass(frozen=True)
class Settings:
    """All settings of a stack, valid together.

    ``without_effect`` are the settings in its config that have no effect on a stack of its kind.
    """

    stack: str
    website: WebsiteSettings
    cloudfront: CloudFrontSettings
    publish: PublishSettings
    deployments: DeploymentsSettings
    access: AccessSettings
    domain: DomainSettings
    review: ReviewSettings
    previews: PreviewsSettings
    aws: AwsSettings
    without_effect: tuple[Ineffective, ...] = ()


def load_settings(raw: RawConfig, environment: Mapping[str, str]) -> Settings:
    """Return the settings of a stack.

    Raises:
        ConfigError: the config is invalid; it has every problem, with a command that fixes it.
    """
    given, raw = raw.values, replace(raw, values=previews.with_implied_values(raw.values))
    reader = _Reader(*_with_expanded_names(raw))
    models = {**_SECTIONS, "domain": previews.domain_model(raw.values)}
    sections: dict[str, Any] = {namespace: reader.section(namespace, model) for namespace, model in models.items()}
    reader.check_region(environment)
    reader.check_password()
    reader.check_other_namespaces()
    reader.check_stack_name()
    reader.check_preview_edge(sections)
    enabled = raw.values.get("cloudfront:enabled", "true" if raw.stack == PRODUCTION_STACK else "false")
    if enabled == "false":
        reader.check_without_cloudfront(sections)
    if reader.problems:
        raise ConfigError(raw.stack, reader.problems)
    sections["cloudfront"] = sections["cloudfront"].model_copy(update={"enabled": enabled == "true"})
    sections[AWS] = aws_settings(raw.of(AWS), environment, raw.secrets_of(AWS))
    sections["domain"] = previews.domain_of(sections["domain"], sections["previews"])
    return Settings(raw.stack, **sections, without_effect=without_effect(given, sections["previews"]))


def load_section(raw: RawConfig, namespace: str, model: type[_AnySection]) -> _AnySection:
    """Return the settings of one namespace, for a command that needs no others.

    Raises:
        ConfigError: they are invalid; it has every problem.
    """
    reader = _Reader(raw)
    section = reader.section(namespace, model)
    if section is None or reader.problems:
        raise ConfigError(raw.stack, reader.problems)
    return section


def _with_expanded_names(raw: RawConfig) -> tuple[RawConfig, Mapping[str, str]]:
    """Expand {stack} and {branch} in `domain:names`; also map each expanded name to its original text."""
    branch = raw.values.get("deployments:branch", DeploymentsSettings.model_fields["branch"].default)
    expand = partial(expand_names, stack=raw.stack, branch=branch)
    written = decoded(DomainSettings, "names", raw.values.get(_NAMES, ""))
    names = [name for name in written if isinstance(name, str)] if isinstance(written, list) else []
    values = {key: expand(value) if key == _NAMES else value for key, value in raw.values.items()}
    return replace(raw, values=values), {expand(name): name for name in names}


@dataclass
class _Reader:
    """Reads one namespace after another, and collects the problems of all."""

    raw: RawConfig
    originals: Mapping[str, str] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)

    def messages(self, namespace: str) -> Messages:
        return Messages(self.raw.stack, namespace, self.raw.secrets_of(namespace), self.originals)

    def section(self, namespace: str, model: type[_AnySection]) -> _AnySection | None:
        """Return the settings of a namespace; add its problems, and return None if a value is invalid."""
        texts, messages, known = self.raw.of(namespace), self.messages(namespace), setting_keys(model)
        meant = {key: nearest(key, known) for key in texts if key not in known}
        given = {key: decoded(model, key, text) for key, text in texts.items() if key in known}
        unusable = {key: found for key, value in given.items() if (found := _unusable(value, (key,)))}
        for key, (path, rule) in unusable.items():
            self.problems.append(messages.problem(path, rule, messages.set(path, PLACEHOLDER)))
            del given[key]
        for key, near in meant.items():
            self._add_unknown(f"{namespace}:{key}", f"{namespace}:{near}" if near else None)
        try:
            return model.model_validate(given)
        except ValidationError as error:
            # What is missing may exist, but be misspelt or unusable.
            hidden = {*meant.values(), *unusable} - given.keys()
            errors = [one for one in error.errors() if path_of(one)[0] not in hidden]
            self.problems += section_problems(model, errors, messages, given)
        return None

    def _add_unknown(self, key: str, meant: str | None) -> None:
        """Add the problem of a key that is not a setting; ``meant`` is the nearest one that is."""
        namespace, _, name = key.partition(":")
        messages = self.messages(namespace)
        command = messages.remove((name,))
        if meant and meant not in self.raw.values:
            target, _, setting = meant.partition(":")
            value, is_secret = self._suggestion(target, setting, self.raw.values[key]), key in self.raw.secret_keys
            command += f" && {self.messages(target).set((setting,), value, is_secret=is_secret)}"
        self.problems.append(messages.problem((name,), not_a_setting(meant), command))

    def _suggestion(self, namespace: str, key: str, text: str) -> object:
        """Return a valid value for a setting that has its value under another key."""
        model, texts = _SECTIONS[namespace], {**self.raw.of(namespace), key: text}
        given = {name: decoded(model, name, texts[name]) for name in setting_keys(model) if name in texts}
        return suggest(model, {name: value for name, value in given.items() if not _unusable(value, ())}, key)

    def check_other_namespaces(self) -> None:
        """Refuse keys of other namespaces that are probably settings: in the project's, or in a misspelt one."""
        known = [f"{namespace}:{key}" for namespace, model in OWN_SECTIONS.items() for key in setting_keys(model)]
        for key in self.raw.values:
            namespace, _, name = key.partition(":")
            near = difflib.get_close_matches(namespace.lower(), OWN_SECTIONS, n=1, cutoff=0.8)
            if namespace in _SECTIONS or not (near or namespace == self.raw.project):
                continue
            if name in OWN_SECTIONS:
                rule = f"is not a setting: those of '{name}' are written {name}:<key>, with a colon"
                messages = self.messages(namespace)
                self.problems.append(messages.problem((name,), rule, messages.remove((name,))))
                continue
            same = [setting for setting in known if setting.endswith(f":{name}")]
            similar = nearest(f"{near[0]}:{name}" if near else name, known)
            self._add_unknown(key, next(iter(same), None) or similar)

    def check_password(self) -> None:
        """Refuse a password in plain text."""
        if _PASSWORD in self.raw.values and _PASSWORD not in self.raw.secret_keys:
            messages = self.messages("access")
            command = messages.set(("password",), PLACEHOLDER)
            self.problems.append(messages.problem(("password",), "is stored in plain text", command))

    def check_without_cloudfront(self, sections: Mapping[str, Section | None]) -> None:
        """Refuse settings that need CloudFront, on a stack without it."""
        enable = self.messages("cloudfront").set(("enabled",), value=True)
        for (namespace, key), why in _NEED_CLOUDFRONT.items():
            section = sections[namespace]
            if section and section.model_dump(by_alias=True)[key]:
                messages = self.messages(namespace)
                command = messages.remove((key,)) if key in ("release", "from") else enable
                self.problems.append(messages.problem((key,), f"needs CloudFront, {why}", command))

    def check_preview_edge(self, sections: Mapping[str, Any]) -> None:
        """Refuse a preview edge without a certificate, or outside of its zone."""
        if sections["previews"] is not None and sections["domain"] is not None:
            self.problems += previews.edge_problems(sections["previews"], sections["domain"], self.messages("domain"))

    def check_region(self, environment: Mapping[str, str]) -> None:
        """Refuse a config without an AWS region."""
        given, messages, path = self.raw.of(AWS), self.messages(AWS), ("region",)
        region = region_of(given, environment)
        if region is None:
            rule = "is missing, and neither AWS_REGION nor AWS_DEFAULT_REGION is set"
            self.problems.append(messages.problem(path, rule, messages.set(path, regions.EXAMPLE)))
            return
        # Other clouds with AWS's protocols name their regions otherwise.
        is_other_cloud = given.get("skipRegionValidation") == "true" and not _unusable(region, path)
        if not regions.is_region(region) and not is_other_cloud:
            rule = "is not an AWS region" if given.get("region") else "comes from the environment, and is not a region"
            command = messages.set(path, regions.nearest_region(region) or PLACEHOLDER)
            self.problems.append(messages.invalid(path, rule, region, command))

    def check_stack_name(self) -> None:
        """Refuse a name that is not one of a folder, as Pulumi does too."""
        if not _STACK_NAME.fullmatch(self.raw.stack):
            rule = "The stack's name must have 1 to 100 letters, digits, '-', '_' and '.', and not only one or two '.'"
            self.problems.append(f"{rule}: pulumi stack rename --stack {shlex.quote(self.raw.stack)} '<name>'")


def _unusable(value: Any, path: KeyPath) -> tuple[KeyPath, str] | None:  # noqa: ANN401 - JSON
    """Return the path of a text that cannot be used, and the rule that it breaks; None if all can."""
    if len(path) > _MOST_LEVELS:
        return path[:1], f"is nested more than {_MOST_LEVELS} levels deep"
    if isinstance(value, str):
        return next(((path, rule) for pattern, rule in _UNUSABLE.items() if pattern.search(value)), None)
    inner: list[tuple[Any, KeyPath]] = []
    if isinstance(value, dict):
        inner = [(key, path) for key in value] + [(each, (*path, key)) for key, each in value.items()]
    if isinstance(value, list):
        inner = [(each, (*path, index)) for index, each in enumerate(value)]
    return next(filter(None, (_unusable(*each) for each in inner)), None)
