"""The program: read the stack's config, stage the site, declare it, export."""

import os
import sys
from pathlib import Path

import pulumi

from hosting.config.load import RawConfig, load_settings
from hosting.errors import HostingError, for_stack
from hosting.prepare import Run, prepare
from hosting.program import export
from hosting.resource_names import resource_name
from hosting.site.static_site import StaticSite

# Exit code by which a Python program tells the engine that the user has read why: a RunError adds "an unhandled error".
ERROR_WAS_SHOWN = 32


def main() -> None:
    """Declare the stack's site."""
    stack, runtime = pulumi.get_stack(), pulumi.runtime.config
    # pulumi.Config gives one value a key; telling which keys are unknown takes them all.
    secret_keys = frozenset(runtime.get_config_secret_keys_env())
    raw = RawConfig(stack, runtime.get_config_env(), secret_keys, pulumi.get_project())
    settings = load_settings(raw, os.environ)
    staged = prepare(settings, Run(Path.cwd(), preview=pulumi.runtime.is_dry_run(), say=pulumi.log.info))
    for warning in staged.warnings:
        pulumi.log.warn(for_stack(warning, stack))
    site = StaticSite(resource_name(pulumi.get_project(), stack), settings, staged)
    export(site.outputs)


try:
    main()
except HostingError as error:
    pulumi.log.error(for_stack(str(error), pulumi.get_stack()))
    sys.exit(ERROR_WAS_SHOWN)
