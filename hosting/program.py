"""The program: declare the stack's site, preview edge or preview, and export its outputs."""

from __future__ import annotations

import atexit
import gc
import sys

import pulumi
from pulumi.runtime import rpc

from hosting.errors import HostingError, for_stack
from hosting.resource_names import SITE

# Exit code of a program whose error the user has seen: after a RunError, the SDK's own code adds "an unhandled error".
_ERROR_WAS_SHOWN = 32
# The SDK leaves out what is None, and then `pulumi stack output <name>` is an error instead of null. An output value
# without a value arrives as null: https://github.com/pulumi/pulumi/blob/master/sdk/go/common/apitype/property-values.json
_NULL = {rpc._special_sig_key: rpc._special_output_value_sig, "value": None}  # noqa: SLF001 - the SDK has no public name


def run() -> None:
    """Declare what the stack is; an error of the user ends the program without a traceback."""
    # The program creates little garbage. To search for it takes 0.1 s during the imports, and 0.15 s at the exit.
    gc.disable()
    atexit.register(gc.freeze)
    from hosting.site.component import stack_settings  # noqa: PLC0415 - see above
    from hosting.site.stacks import declare_stack  # noqa: PLC0415 - see above

    try:
        export(declare_stack(SITE, stack_settings(pulumi.get_project())))
    except HostingError as error:
        _stop(for_stack(str(error), pulumi.get_stack()))
    except pulumi.RunError as error:
        _stop(str(error))


def _stop(message: str) -> None:
    pulumi.log.error(message)
    sys.exit(_ERROR_WAS_SHOWN)


def export(outputs: dict[str, pulumi.Input[object] | None]) -> None:
    """Export each of ``outputs``; None becomes null."""
    for name, value in outputs.items():
        pulumi.export(name, _NULL if value is None else value)
