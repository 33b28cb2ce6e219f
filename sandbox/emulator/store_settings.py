"""The settings of key value stores that AWS does not document, which a test or a user can change.

The file that STORES_FILE names is a JSON object with other values for some of the names in `_NAMES`. It is read at each
use, so that a running emulator can be changed.
"""

from __future__ import annotations

import json
import os
import time
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

# How updates arrive at an edge location: whole ones in their order, or each key by itself.
WHOLE_UPDATES, SINGLE_KEYS = "updates", "keys"
_NAMES: Mapping[str, str] = MappingProxyType(
    {
        "provisioningSeconds": "provisioning_seconds",
        "arrival": "arrival",
        "lagSeconds": "lag_seconds",
        "seed": "seed",
        "clock": "clock",
        "secondsPerRead": "seconds_per_read",
    }
)


@dataclass(frozen=True)
class StoreSettings:
    """How new stores and their updates behave.

    Attributes:
        provisioning_seconds: how long a new store is PROVISIONING.
        arrival: WHOLE_UPDATES or SINGLE_KEYS.
        lag_seconds: the longest time until an update has arrived at every edge location.
        seed: chooses the part of the lag for each location, update and key.
        clock: the time in place of the machine's, so that a test decides what has arrived.
        seconds_per_read: how much later it is at an edge location after each read, so that a key can arrive between
            two reads of one request.
    """

    provisioning_seconds: float = 0.2
    arrival: str = WHOLE_UPDATES
    lag_seconds: float = 0.0
    seed: int = 0
    clock: float | None = None
    seconds_per_read: float = 0.0

    def now(self) -> float:
        """Return the time in seconds."""
        return time.time() if self.clock is None else self.clock


_DEFAULTS = StoreSettings()


def store_settings() -> StoreSettings:
    """Return the current settings.

    Raises:
        ValueError: the file is not a JSON object, or has another name or way of arrival.
    """
    path = os.environ.get("STORES_FILE", "")
    # At each read of a function: pathlib would take most of the time.
    if not os.path.isfile(path):  # noqa: PTH113 - see above
        return _DEFAULTS
    changed = json.loads(Path(path).read_text())
    if unknown := sorted(set(changed) - set(_NAMES)):
        raise ValueError(f"{path} has unknown names: {', '.join(unknown)}")
    settings = StoreSettings(**{_NAMES[name]: value for name, value in changed.items()})
    if settings.arrival not in (WHOLE_UPDATES, SINGLE_KEYS):
        raise ValueError(f"{path}: arrival must be {WHOLE_UPDATES} or {SINGLE_KEYS}, not {settings.arrival}")
    return settings
