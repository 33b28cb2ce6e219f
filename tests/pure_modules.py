"""Print pytest's options that hold the pure modules to full branch coverage.

Those are all modules but the ones that may import the engine or AWS's SDK by pyproject.toml's first import-linter
contract, and but the ones below.
"""

from __future__ import annotations

import sys
import tomllib
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent
# They run the Pulumi CLI: tests/e2e runs them.
RUN_THE_CLI = {
    "hosting.doctor.__main__",
    "hosting.previews.__main__",
    "hosting.pull_requests.__main__",
    *(f"hosting.deployments.{name}" for name in ("__main__", "branches", "cli", "commands", "stack")),
    *(f"hosting.verify.{name}" for name in ("__main__", "stack")),
    *(f"hosting.review.{name}" for name in ("__main__", "cli", "worker")),
}
# They call S3: tests/unit/publish/bulk runs them with a bucket of a local cloud.
CALL_S3 = {
    "hosting.verify.live_release",
    *(f"hosting.publish.bulk.{name}" for name in ("in_place", "in_place_lock", "in_place_resume", "upload")),
}
# They have protocols alone, which are imported for their types.
PROTOCOLS = {"hosting.publish.bulk.log", "hosting.publish.bulk.store"}


def main() -> None:
    """Print the options on one line, for a shell to split."""
    contract = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"][0]
    others = {*contract["allowed_importers"], *RUN_THE_CLI, *CALL_S3, *PROTOCOLS}
    files = sorted((REPOSITORY / "hosting").rglob("*.py"))
    names = [".".join(file.relative_to(REPOSITORY).with_suffix("").parts).removesuffix(".__init__") for file in files]
    # A package's own name would stand for all of its modules.
    modules = [name for file, name in zip(files, names, strict=True) if file.name != "__init__.py"]
    gated = [f"--cov={name}" for name in modules if not any(f"{name}.".startswith(f"{other}.") for other in others)]
    options = ["--cov-branch", "--cov-report=term-missing:skip-covered", "--cov-fail-under=100"]
    sys.stdout.write(" ".join(gated + options) + "\n")


if __name__ == "__main__":
    main()
