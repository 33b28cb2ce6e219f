"""Starts a plugin of the sandbox with the SDK's protocol, and without the rest of the SDK.

The engine waits for three plugins at every `pulumi up`, one after the other. Each speaks the protocol in
`pulumi.runtime.proto` and needs nothing else of `pulumi`, whose own import would be half of the start: 0.1 s of 0.2.
"""

from __future__ import annotations

import importlib.util
import runpy
import sys
from pathlib import Path
from types import ModuleType


def main() -> None:
    """Run the module that the first argument names, on the others."""
    module = sys.argv.pop(1)
    without_the_rest("pulumi", "pulumi.runtime")
    runpy.run_module(module, run_name="__main__", alter_sys=True)


def without_the_rest(*packages: str) -> None:
    """Make ``packages``, the outermost first, mere places of their modules: their own code does not run."""
    spec = importlib.util.find_spec(packages[0])
    folders = spec.submodule_search_locations if spec else None
    if not folders:
        raise ModuleNotFoundError(f"No package named '{packages[0]}' here: run make sandbox")
    for name in packages:
        package = ModuleType(name)
        package.__path__ = [str(Path(folder, *name.split(".")[1:])) for folder in folders]
        sys.modules[name] = package


if __name__ == "__main__":
    main()
