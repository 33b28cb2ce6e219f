"""Where a publish reports its progress."""

from __future__ import annotations

from typing import Protocol


class Log(Protocol):
    """Where a publish says what it does."""

    @property
    def is_lost(self) -> bool:
        """Whether the engine is gone: a provider outlives one that was killed, and then publishes for nobody."""

    def info(self, text: str) -> None:
        """Show a line that stays."""

    def warn(self, text: str) -> None:
        """Show a warning."""

    def status(self, text: str) -> None:
        """Show a line that the next one replaces."""
