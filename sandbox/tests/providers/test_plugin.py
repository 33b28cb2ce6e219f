from __future__ import annotations

import signal
import subprocess
import sys
from contextlib import ExitStack

import grpc
import pytest
from google.protobuf import empty_pb2
from pulumi.runtime.proto import plugin_pb2, provider_pb2_grpc

from sandbox.environment import REPOSITORY
from sandbox.providers.aws.service import AwsProvider
from sandbox.providers.plugin import start
from sandbox.tests.providers.conftest import config_for
from sandbox.tests.providers.harness import Engine


@pytest.mark.parametrize(
    ("module", "version"), [("sandbox.providers.aws", "7.51.1"), ("sandbox.providers.synced_folder", "0.12.6")]
)
@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
def test_plugin(module: str, version: str, ending: signal.Signals) -> None:
    """The first line is the port, the service answers there, and a signal ends it without output."""
    command = [sys.executable, "-m", module, "127.0.0.1:1"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=REPOSITORY)
    with process:
        assert process.stdout is not None
        port = process.stdout.readline().strip()
        with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
            info = provider_pb2_grpc.ResourceProviderStub(channel).GetPluginInfo(empty_pb2.Empty())
        process.send_signal(ending)
        out, err = process.communicate(timeout=30)
    assert info.version == version
    assert (process.returncode, out, err) == (0, "", "")


def test_plugin_ends_with_its_engine() -> None:
    """A plugin ends if its engine was killed."""
    script = (
        "import subprocess, sys; "
        "plugin = subprocess.Popen([sys.executable, '-m', 'sandbox.providers.synced_folder'], stdout=1); "
        "input()"
    )
    engine = subprocess.Popen(
        [sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=REPOSITORY
    )
    with engine:
        assert engine.stdout is not None
        assert int(engine.stdout.readline()) > 0
        engine.kill()
        # The plugin has the pipe open too: this returns once it has ended.
        assert engine.stdout.read() == ""


def test_each_connection_has_its_own_configuration(endpoint: str) -> None:
    """An engine that attaches to a running plugin has a connection for each of its providers."""
    server, port = start(AwsProvider())
    # Otherwise the channels of a process share a connection.
    options = [("grpc.use_local_subchannel_pool", 1)]
    with ExitStack() as stack:
        engines = {}
        for region in ("us-east-1", "eu-west-1"):
            channel = stack.enter_context(grpc.insecure_channel(f"127.0.0.1:{port}", options))
            engines[region] = Engine(provider_pb2_grpc.ResourceProviderStub(channel))
            engines[region].stub.Attach(plugin_pb2.PluginAttach(address="127.0.0.1:1"))
            engines[region].configure(**config_for(endpoint, region=region))
        found = {region: engine.invoke("aws:index/getRegion:getRegion") for region, engine in engines.items()}
    server.stop(grace=None).wait()
    assert [answer["region"] for answer in found.values()] == list(engines)
