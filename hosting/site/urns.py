"""The URNs of the site's dynamic resources, beside which the engine shows what they report."""

from __future__ import annotations

import pulumi

from hosting.resource_names import COMPONENT


def dynamic_urn(kind: str, logical_name: str, component: str = COMPONENT) -> str:
    """Return the URN of a component's dynamic resource of a type such as ``Release``."""
    parent = f"urn:pulumi:{pulumi.get_stack()}::{pulumi.get_project()}::{component}"
    return f"{parent}$pulumi-python:dynamic/hosting:{kind}::{logical_name}"
