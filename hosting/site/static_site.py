"""The component ``StaticSite``: for the program of this repository, and for programs of one's own."""

from __future__ import annotations

import os
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

import pulumi
from pulumi.runtime.settings import get_monitor

from hosting.config.load import RawConfig, load_settings
from hosting.deployments.trust import issuer_of
from hosting.errors import HostingError, for_stack
from hosting.prepare import Prepared, Run, prepare
from hosting.resource_names import COMPONENT, ResourceNames, resource_name
from hosting.site.resources import SiteResources, current_stack

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pulumi_aws.cloudfront import Distribution
    from pulumi_aws.s3 import Bucket

    from hosting.config.load import Settings

# The name of the site that a program has declared, by the program's connection to the engine.
_DECLARED: WeakKeyDictionary[object, str] = WeakKeyDictionary()


class StaticSite(pulumi.ComponentResource):
    """A website: its bucket, its distribution if CloudFront is enabled, its files, and the invalidation.

    Attributes:
        url: the site's address.
        bucket: the bucket with the site's files.
        distribution: the distribution in front of the bucket; None without CloudFront.
        outputs: what the program of this repository exports; None if not applicable.
    """

    def __init__(
        self, name: str, opts: pulumi.ResourceOptions | None = None, *, settings: Settings | None = None
    ) -> None:
        """Build and stage the site, and declare its resources.

        Args:
            name: the component's name; the names of its resources begin with it.
            opts: the component's options. Its resources get an AWS provider with the stack's `aws:` settings.
            settings: what to deploy; without them, the stack's config is read.

        Raises:
            RunError: the config, the files or the rules are invalid, or the stack has a site already.
        """
        with _known_errors():
            _refuse_second(name)
            settings = stack_settings() if settings is None else settings
            _refuse_previews(settings)
            prefix = resource_name(pulumi.get_project(), pulumi.get_stack())
            prepared = _prepared(prefix, settings)
            super().__init__(COMPONENT, name, None, opts)
            _DECLARED[get_monitor()] = name
            resources = SiteResources(self, ResourceNames(name, prefix), settings, prepared)
        # Annotated here: the SDK evaluates a class's annotations, whose names it would have to import.
        self.bucket: Bucket = resources.bucket
        self.distribution: Distribution | None = resources.distribution
        self.outputs = resources.outputs
        self.url: pulumi.Output[str] = pulumi.Output.from_input(self.outputs["url"]).apply(str)
        self.register_outputs(self.outputs)


def stack_settings(project: str = "") -> Settings:
    """Return the settings in the stack's config.

    Args:
        project: the project's name, if all of the project's config is the site's. Keys without a namespace are then
            refused, as they are no setting; a program of one's own may have such keys.

    Raises:
        ConfigError: with every problem of the config.
    """
    config = pulumi.runtime.config
    # pulumi.Config returns one value a key; finding the unknown keys takes all of them.
    secret_keys = frozenset(config.get_config_secret_keys_env())
    return load_settings(RawConfig(pulumi.get_stack(), config.get_config_env(), secret_keys, project), os.environ)


def _prepared(prefix: str, settings: Settings) -> Prepared:
    """Return the staged tree and the edge plan; whatever may fail does so before the first resource."""
    if settings.deployments.create_role:
        issuer_of(settings.deployments, current_stack())
    prepared = prepare(prefix, settings, Run(Path.cwd(), preview=pulumi.runtime.is_dry_run(), say=pulumi.log.info))
    for warning in prepared.staged.warnings:
        pulumi.log.warn(for_stack(warning, pulumi.get_stack()))
    return prepared


def _refuse_second(name: str) -> None:
    """Refuse a second site: the stack's config describes one.

    Raises:
        HostingError: the program has declared a site.
    """
    first = _DECLARED.get(get_monitor())
    if first is not None:
        raise HostingError(
            f"StaticSite '{name}' cannot be declared: this stack has the site '{first}', and its config describes one "
            "site. Declare the other in a project of its own: pulumi new"
        )


def _refuse_previews(settings: Settings) -> None:
    """Refuse the settings of a preview edge or of a preview, which are other components.

    Raises:
        HostingError: the stack is not a site.
    """
    if settings.previews.domain is not None or settings.previews.edge is not None:
        key = "domain" if settings.previews.domain is not None else "edge"
        raise HostingError(
            f"A StaticSite cannot have 'previews:{key}'; nothing was deployed: pulumi config rm previews:{key}"
        )


@contextmanager
def _known_errors() -> Iterator[None]:
    """Show a user's mistake without a traceback: the SDK prints a RunError's message alone."""
    try:
        yield
    except HostingError as error:
        raise pulumi.RunError(for_stack(str(error), pulumi.get_stack())) from error
