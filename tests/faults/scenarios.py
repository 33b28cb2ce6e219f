"""The events that are interrupted, as data."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import product
from typing import TYPE_CHECKING

from tests.faults.site_versions import A, B, C

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tests.faults.site_versions import SiteVersion

# Replaced by the digest of the release that was live before the last one.
PREVIOUS_RELEASE = "<digest of the previous release>"


@dataclass(frozen=True)
class Event:
    """Something that an owner does.

    Attributes:
        name: as on the command line.
        what: a sentence for the table.
        before: the versions that were published, in their order.
        version: the files during the event.
        after: the files of the next `pulumi up`.
        final: the version that has to be live at the end.
        config: settings that the event changes.
        config_after: settings that are changed for the next `pulumi up`.
        base_config: settings of the stack before the event.
        combinations: the stages and modes that have this event; the mode is the one before it.
        mode_after: the mode after the event; empty if it stays.
        is_destroy: whether the command is `pulumi destroy`.
    """

    name: str
    what: str
    before: tuple[SiteVersion, ...] = (A,)
    version: SiteVersion = A
    after: SiteVersion = A
    final: SiteVersion = A
    config: Mapping[str, str] = field(default_factory=dict)
    config_after: Mapping[str, str] = field(default_factory=dict)
    base_config: Mapping[str, str] = field(default_factory=dict)
    combinations: tuple[tuple[str, str], ...] = tuple(product(("dev", "prod"), ("managed", "bulk")))
    mode_after: str = ""
    is_destroy: bool = False


EVENTS = (
    Event("first", "first publish", before=()),
    Event("change", "A to B, then B again", version=B, after=B, final=B),
    Event("revert", "A to B, then back to A", version=B),
    Event("other", "A to B, then other files", version=B, after=C, final=C),
    Event(
        "rollback",
        "B back to A by `publish:release`",
        before=(A, B),
        version=B,
        after=B,
        final=A,
        config={"publish:release": PREVIOUS_RELEASE},
        combinations=(("prod", "bulk"),),
    ),
    Event(
        "to-bulk",
        "managed to bulk mode",
        config={"publish:mode": "bulk"},
        combinations=(("dev", "managed"), ("prod", "managed")),
        mode_after="bulk",
    ),
    Event(
        "to-managed",
        "bulk to managed mode",
        config={"publish:mode": "managed"},
        combinations=(("dev", "bulk"), ("prod", "bulk")),
        mode_after="managed",
    ),
    Event(
        "revert-to-bulk",
        "A to B, then back to A in bulk mode",
        version=B,
        config_after={"publish:mode": "bulk"},
        combinations=(("dev", "managed"), ("prod", "managed")),
        mode_after="bulk",
    ),
    Event(
        "first-to-bulk",
        "first publish of B, then A in bulk mode",
        before=(),
        version=B,
        config_after={"publish:mode": "bulk"},
        combinations=(("dev", "managed"), ("prod", "managed")),
        mode_after="bulk",
    ),
    Event(
        "revert-to-managed",
        "A to B, then back to A in managed mode",
        version=B,
        config_after={"publish:mode": "managed"},
        combinations=(("dev", "bulk"), ("prod", "bulk")),
        mode_after="managed",
    ),
    Event(
        "cloudfront-on",
        "CloudFront is added",
        config={"cloudfront:enabled": "true"},
        combinations=(("dev", "managed"), ("dev", "bulk")),
    ),
    Event(
        "cloudfront-off",
        "CloudFront is removed",
        config={"cloudfront:enabled": "false"},
        combinations=(("prod", "managed"), ("prod", "bulk")),
    ),
    Event("destroy", "`pulumi destroy`", is_destroy=True),
)


# About as many requests as an uninterrupted event has; the sample of points is drawn from them.
_PUBLISH_REQUESTS = {
    ("dev", "managed"): 27,
    ("dev", "bulk"): 22,
    ("prod", "managed"): 36,
    ("prod", "bulk"): 42,
}
_REQUESTS = {"first": 50, "first-to-bulk": 50, "rollback": 30, "to-bulk": 70, "to-managed": 50}


@dataclass(frozen=True)
class Scenario:
    """An event on a stage in a mode.

    Attributes:
        event: the event.
        stage: `dev` is an S3 website, `prod` is behind CloudFront.
        mode: `publish:mode` before the event.
    """

    event: Event
    stage: str
    mode: str

    @property
    def is_atomic(self) -> bool:
        """Whether visitors are promised to see one version at every moment."""
        return (self.stage, self.mode) == ("prod", "bulk") and not self.event.mode_after

    @property
    def is_polled(self) -> bool:
        """Whether there is a site during the whole event."""
        return bool(self.event.before) and not self.event.is_destroy

    @property
    def base(self) -> str:
        """The name of the snapshot that it begins with."""
        return "-".join([self.stage, self.mode, *map(str, self.event.before)])

    @property
    def final_mode(self) -> str:
        """The mode at the end."""
        return self.event.mode_after or self.mode

    @property
    def versions(self) -> tuple[SiteVersion, ...]:
        """All versions whose files visitors may see meanwhile."""
        return tuple(dict.fromkeys((*self.event.before, self.event.version, self.event.after, self.event.final)))

    @property
    def request_count(self) -> int:
        """About as many requests as the uninterrupted event has."""
        return _REQUESTS.get(self.event.name, _PUBLISH_REQUESTS[self.stage, self.mode])

    def __str__(self) -> str:
        return f"{self.event.name} {self.stage} {self.mode}"


def scenarios(event: str = "", stage: str = "", mode: str = "") -> Iterator[Scenario]:
    """Yield the scenarios with this event, stage and mode; empty for any."""
    for one in EVENTS:
        for found in one.combinations:
            if event in {"", one.name} and stage in {"", found[0]} and mode in {"", found[1]}:
                yield Scenario(one, *found)
