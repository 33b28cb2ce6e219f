"""Stack outputs, with null for what a stage does not have."""

from __future__ import annotations

import pulumi
from pulumi.runtime import rpc

# The SDK leaves out what is None, and then `pulumi stack output <name>` is an error instead of null. An output value
# that holds nothing does arrive as null: https://github.com/pulumi/pulumi/blob/master/sdk/go/common/apitype/property-values.json
_NULL = {rpc._special_sig_key: rpc._special_output_value_sig, "value": None}  # noqa: SLF001 - the SDK has no public name


def export(outputs: dict[str, pulumi.Input[object] | None]) -> None:
    """Export each of ``outputs``; None becomes null."""
    for name, value in outputs.items():
        pulumi.export(name, _NULL if value is None else value)
