"""What the program does before its first resource of AWS, and what the engine does meanwhile."""

from __future__ import annotations

import threading
from typing import Any

import pulumi
import pytest
from pulumi.runtime.mocks import MockMonitor

from hosting import StaticSite
from hosting.errors import PublishError
from tests.program import conftest

PROVIDER = "pulumi:providers:aws"
# Only a test that fails waits so long.
TIMEOUT_S = 30


class WaitingEngine(MockMonitor):
    """Notes the types of the registered resources, and when the AWS provider was registered."""

    def __init__(self) -> None:
        super().__init__(conftest.Cloud())
        self.types: list[str] = []
        self.has_provider = threading.Event()

    def RegisterResource(self, request: Any) -> Any:  # noqa: ANN401, N802 - the SDK's mock has no types
        self.types.append(request.type)
        if request.type == PROVIDER:
            self.has_provider.set()
        return super().RegisterResource(request)  # type: ignore[no-untyped-call]  # the same


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> WaitingEngine:
    """An engine for the stack `dev`, with a build command in its config."""
    engine = WaitingEngine()
    monkeypatch.setenv("AWS_REGION", "eu-north-1")
    config = {"publish:buildCommand": "make", "publish:directory": "dist"}
    monkeypatch.setattr("pulumi.runtime.config.get_config_env", lambda: config)
    pulumi.runtime.set_mocks(conftest.Cloud(), project="static-site", stack="dev", monitor=engine)
    return engine


@pulumi.runtime.test  # type: ignore[untyped-decorator]  # the SDK's decorator has no types
def declare_refused_site(message: str) -> None:
    """Declare a site, and expect that the program stops with the message."""
    with pytest.raises(pulumi.RunError, match=message):
        StaticSite("site")


def test_the_aws_provider_starts_while_the_site_is_staged(
    engine: WaitingEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The engine gets the AWS provider before the staging ends, and no resource of AWS if the staging fails."""

    def stage_and_plan(*_: object) -> None:
        raise PublishError("started" if engine.has_provider.wait(TIMEOUT_S) else "the engine has no AWS provider")

    monkeypatch.setattr("hosting.site.component.build_site", lambda *_: None)
    monkeypatch.setattr("hosting.prepare.stage_and_plan", stage_and_plan)
    declare_refused_site("^started")
    assert [name for name in engine.types if name.startswith("aws:")] == []


def test_a_failed_build_declares_nothing(engine: WaitingEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    """The build runs in the main thread, so that Ctrl-C ends it, before the first resource."""

    def build_site(*_: object) -> None:
        is_main = threading.current_thread() is threading.main_thread()
        raise PublishError("the build failed" if is_main else "the build is not in the main thread")

    monkeypatch.setattr("hosting.site.component.build_site", build_site)
    declare_refused_site("^the build failed")
    assert [name for name in engine.types if name != "pulumi:pulumi:Stack"] == []
