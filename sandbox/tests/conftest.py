"""The settings of every test of the sandbox."""

from __future__ import annotations

from sandbox.tests.pytest_settings import apply_pytest_settings

apply_pytest_settings()
