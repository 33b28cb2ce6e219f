"""Serves a provider as the engine expects it: the only line on stdout is the port."""

import os
import signal
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import grpc
from google.protobuf import empty_pb2
from pulumi.runtime.proto import plugin_pb2, provider_pb2, provider_pb2_grpc

# The engine sends as many requests at once as `--parallel` says; 32 workers keep up with 1,000 small uploads.
WORKERS = 32
# Pulumi's own plugins allow messages of this size, as a property can be a large text.
MAX_MESSAGE_BYTES = 400 * 1024 * 1024
GRPC_OPTIONS = [
    ("grpc.max_receive_message_length", MAX_MESSAGE_BYTES),
    ("grpc.max_send_message_length", MAX_MESSAGE_BYTES),
]
ORPHAN_CHECK_SECONDS = 2.0


class Provider(provider_pb2_grpc.ResourceProviderServicer):
    """The calls that all providers of the sandbox answer in the same way.

    Attributes:
        version: the version of the official provider whose types it serves.
    """

    version: str

    def GetPluginInfo(  # noqa: N802 - gRPC's name
        self, request: empty_pb2.Empty, context: grpc.ServicerContext
    ) -> plugin_pb2.PluginInfo:
        """Return the version of the types."""
        del request, context
        return plugin_pb2.PluginInfo(version=self.version)

    def Attach(  # noqa: N802 - gRPC's name
        self, request: plugin_pb2.PluginAttach, context: grpc.ServicerContext
    ) -> empty_pb2.Empty:
        """Accept an engine that did not start this process: PULUMI_DEBUG_PROVIDERS names its port."""
        del request, context
        return empty_pb2.Empty()

    def GetSchema(  # noqa: N802 - gRPC's name
        self, request: provider_pb2.GetSchemaRequest, context: grpc.ServicerContext
    ) -> provider_pb2.GetSchemaResponse:
        """Return no schema: programs use their SDK."""
        del request, context
        return provider_pb2.GetSchemaResponse(schema="{}")


def start(servicer: provider_pb2_grpc.ResourceProviderServicer) -> tuple[grpc.Server, int]:
    """Start the service on a free loopback port; return the server and the port."""
    server = grpc.server(ThreadPoolExecutor(max_workers=WORKERS), options=GRPC_OPTIONS)
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(servicer, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    return server, port


def serve(make_servicer: Callable[[], provider_pb2_grpc.ResourceProviderServicer]) -> None:
    """Serve until the engine ends this process, or has ended itself."""
    stop = threading.Event()
    # The engine ends a plugin with SIGINT. Ctrl-C does not reach it: plugins are in another process group.
    for signal_number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(signal_number, lambda *_: stop.set())
    engine = os.getppid()
    server, port = start(make_servicer())
    print(port, flush=True)
    while os.getppid() == engine and not stop.wait(ORPHAN_CHECK_SECONDS):
        pass
    server.stop(grace=None)
    # There is nothing to save, and the engine would wait 0.1 s for the interpreter's cleanup.
    os._exit(0)
