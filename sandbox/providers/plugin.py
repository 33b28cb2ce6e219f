"""Serve a provider as the engine expects it: the first line on stdout is the port, and then silence."""

import os
import signal
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import grpc
from google.protobuf import empty_pb2
from pulumi.runtime.proto import plugin_pb2, provider_pb2, provider_pb2_grpc

# The engine asks for as many resources at once as `--parallel` says; 32 keeps 1,000 small uploads at its pace.
WORKERS = 32
# Pulumi's own plugins allow messages of this size: a large text may travel as a property.
MAX_MESSAGE_BYTES = 400 * 1024 * 1024
GRPC_OPTIONS = [
    ("grpc.max_receive_message_length", MAX_MESSAGE_BYTES),
    ("grpc.max_send_message_length", MAX_MESSAGE_BYTES),
]
ORPHAN_CHECK_SECONDS = 2.0


class Provider(provider_pb2_grpc.ResourceProviderServicer):
    """What every provider of the sandbox answers alike.

    Attributes:
        version: the version of the official provider whose types it serves.
    """

    version: str

    def GetPluginInfo(  # noqa: N802 - the service's own name
        self, request: empty_pb2.Empty, context: grpc.ServicerContext
    ) -> plugin_pb2.PluginInfo:
        """The version of the types."""
        del request, context
        return plugin_pb2.PluginInfo(version=self.version)

    def GetSchema(  # noqa: N802 - the service's own name
        self, request: provider_pb2.GetSchemaRequest, context: grpc.ServicerContext
    ) -> provider_pb2.GetSchemaResponse:
        """No schema: programs bring their SDK."""
        del request, context
        return provider_pb2.GetSchemaResponse(schema="{}")


def start(servicer: provider_pb2_grpc.ResourceProviderServicer) -> tuple[grpc.Server, int]:
    """Start the service on a free loopback port; answers the server and its port."""
    server = grpc.server(ThreadPoolExecutor(max_workers=WORKERS), options=GRPC_OPTIONS)
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(servicer, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    return server, port


def serve(make_servicer: Callable[[], provider_pb2_grpc.ResourceProviderServicer]) -> None:
    """Serve until the engine ends this process, or the engine itself is gone."""
    over = threading.Event()
    # SIGINT is how the engine ends a plugin. A Ctrl-C is none of ours: plugins are in a process group of their own.
    for signal_number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(signal_number, lambda *_: over.set())
    engine = os.getppid()
    server, port = start(make_servicer())
    print(port, flush=True)
    while os.getppid() == engine and not over.wait(ORPHAN_CHECK_SECONDS):
        pass
    server.stop(grace=None)
    # Nothing is left to be saved, and the engine waits while an interpreter takes itself apart: 0.1 s.
    os._exit(0)
