"""The program: read the stack's config, prepare the site, declare it, and export the outputs."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pulumi
from pulumi.runtime import rpc

from hosting.config.load import RawConfig, load_settings
from hosting.errors import HostingError, for_stack
from hosting.prepare import Run, prepare
from hosting.resource_names import resource_name
from hosting.site.static_site import StaticSite

# The exit code for an error that is already logged. For a RunError the engine adds "an unhandled error".
_ERROR_WAS_SHOWN = 32
# The SDK drops outputs that are None, and `pulumi stack output <name>` then fails. An output value without a value
# becomes null: https://github.com/pulumi/pulumi/blob/master/sdk/go/common/apitype/property-values.json
_NULL = {rpc._special_sig_key: rpc._special_output_value_sig, "value": None}  # noqa: SLF001 - the SDK has no public name


def run() -> None:
    """Declare the stack's site; a user's mistake ends the program with a message and without a traceback."""
    try:
        export(_site().outputs)
    except HostingError as error:
        pulumi.log.error(for_stack(str(error), pulumi.get_stack()))
        sys.exit(_ERROR_WAS_SHOWN)


def _site() -> StaticSite:
    project, stack, runtime = pulumi.get_project(), pulumi.get_stack(), pulumi.runtime.config
    # pulumi.Config can't list its keys, which finding unknown keys requires.
    raw = RawConfig(stack, runtime.get_config_env(), frozenset(runtime.get_config_secret_keys_env()), project)
    settings = load_settings(raw, os.environ)
    name = resource_name(project, stack)
    this_run = Run(Path.cwd(), preview=pulumi.runtime.is_dry_run(), say=pulumi.log.info)
    prepared = prepare(name, settings, this_run)
    for warning in prepared.staged.warnings:
        pulumi.log.warn(for_stack(warning, stack))
    return StaticSite(name, settings, prepared)


def export(outputs: dict[str, pulumi.Input[object] | None]) -> None:
    """Export each of ``outputs``; None becomes null."""
    for name, value in outputs.items():
        pulumi.export(name, _NULL if value is None else value)
