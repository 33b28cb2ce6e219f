"""What the components have in common: the stack's settings, one component for each program, and errors."""

from __future__ import annotations

import asyncio
import os
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar
from weakref import WeakKeyDictionary

import pulumi
from pulumi.runtime.settings import get_monitor
from pulumi.runtime.sync_await import _sync_await

from hosting.build import Run, build_site
from hosting.config.load import RawConfig, load_settings
from hosting.deployments.trust import Stack, issuer_of
from hosting.errors import HostingError, for_stack
from hosting.resource_names import ResourceNames, resource_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from hosting.config.load import Settings
    from hosting.prepare import Prepared

    T = TypeVar("T")

# The name of the site that a program has declared, by the program's connection to the engine.
_DECLARED: WeakKeyDictionary[object, str] = WeakKeyDictionary()


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


def current_stack() -> Stack:
    """Return the stack that is deployed."""
    return Stack(pulumi.get_organization(), pulumi.get_project(), pulumi.get_stack())


def current_run() -> Run:
    """Return the run of the program, whose lines the engine shows."""
    return Run(Path.cwd(), preview=pulumi.runtime.is_dry_run(), say=pulumi.log.info)


def build(settings: Settings) -> None:
    """Build the site if there is a build command.

    Raises:
        HostingError: the build fails, or the deployments' role has no issuer.
    """
    if settings.deployments.create_role:
        issuer_of(settings.deployments, current_stack())
    build_site(settings, current_run())


def prepared_site(prefix: str, settings: Settings) -> Prepared:
    """Return the staged tree and the edge plan; whatever may fail does so before the first resource of AWS."""
    from hosting.prepare import stage_and_plan  # noqa: PLC0415 - plugins can start during the import

    prepared = stage_and_plan(prefix, settings, current_run())
    for warning in prepared.staged.warnings:
        pulumi.log.warn(for_stack(warning, pulumi.get_stack()))
    return prepared


def while_plugins_start(work: Callable[[], T]) -> T:
    """Return the result of ``work``, which runs in a thread while the engine starts the plugins of declared resources.

    The SDK sends a declared resource to the engine only while its event loop runs. ``_sync_await`` is how the SDK
    runs the loop in the middle of a program: https://github.com/pulumi/pulumi/blob/master/sdk/python/lib/pulumi/runtime/sync_await.py
    """
    return _sync_await(asyncio.to_thread(work))


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


def start(name: str, settings: Settings | None) -> tuple[Settings, ResourceNames]:
    """Return the stack's settings and the names of its resources, for a component that is to be declared.

    Args:
        name: the component's name.
        settings: what to deploy; None to read the stack's config.

    Raises:
        HostingError: the config is invalid, or the program has declared a site.
    """
    _refuse_second(name)
    names = ResourceNames(name, resource_name(pulumi.get_project(), pulumi.get_stack()))
    return stack_settings() if settings is None else settings, names


def declare(name: str) -> None:
    """Note that the program has declared a site."""
    _DECLARED[get_monitor()] = name


@contextmanager
def known_errors() -> Iterator[None]:
    """Show a user's mistake without a traceback: the SDK prints a RunError's message alone."""
    try:
        yield
    except HostingError as error:
        raise pulumi.RunError(for_stack(str(error), pulumi.get_stack())) from error
