"""The engine's log, for messages of a dynamic provider to the user. The SDK has no API for it.

The engine passes its own address to each provider as the command-line argument.
"""

from __future__ import annotations

import sys

import grpc
from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc


class EngineLog:
    """Shows messages in the engine's display, beside the resource ``urn``."""

    def __init__(self, urn: str) -> None:
        self.is_lost = False
        self._was_connected = False
        self._urn = urn
        self._engine = engine_pb2_grpc.EngineStub(grpc.insecure_channel(sys.argv[1])) if len(sys.argv) > 1 else None

    def info(self, text: str) -> None:
        """Show a permanent message."""
        self._log(engine_pb2.INFO, text)

    def warn(self, text: str) -> None:
        """Show a warning."""
        self._log(engine_pb2.WARNING, text)

    def status(self, text: str) -> None:
        """Show a message that the next one replaces."""
        self._log(engine_pb2.INFO, text, ephemeral=True)

    def _log(self, severity: engine_pb2.LogSeverity.ValueType, text: str, *, ephemeral: bool = False) -> None:
        if self._engine is None or self.is_lost:
            return
        try:
            self._engine.Log(engine_pb2.LogRequest(severity=severity, message=text, urn=self._urn, ephemeral=ephemeral))
            self._was_connected = True
        except grpc.RpcError:
            # Without an engine from the start nobody reads the messages, which must not stop the publish.
            self.is_lost = self._was_connected
