from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from dns import resolver, rrset
from dns.exception import Timeout

from hosting.doctor.name_servers import DnsError, name_servers

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.fixture
def answer(monkeypatch: pytest.MonkeyPatch) -> Callable[[object], list[str]]:
    """Return a function that sets DNS's answer, and returns the names that are asked for."""

    def set_answer(result: object) -> list[str]:
        asked: list[str] = []

        def resolve(name: str, kind: str, lifetime: float) -> object:
            asked.append(f"{name} {kind} {lifetime}")
            if isinstance(result, Exception):
                raise result
            return result

        monkeypatch.setattr(resolver, "resolve", resolve)
        return asked

    return set_answer


def test_name_servers(answer: Callable[[object], list[str]]) -> None:
    """The names are compared without case and without their last dot; the zone is asked for as an absolute name."""
    asked = answer(rrset.from_text("example.com.", 60, "IN", "NS", "NS-1.example.net."))
    assert name_servers("example.com") == {"ns-1.example.net"}
    assert asked == ["example.com. NS 5.0"]


def test_no_such_zone(answer: Callable[[object], list[str]]) -> None:
    """A zone that DNS does not have is not an error of DNS."""
    answer(resolver.NXDOMAIN())  # type: ignore[no-untyped-call]  # dnspython has no annotation
    assert name_servers("example.com") == frozenset()


@pytest.mark.parametrize(
    "error",
    [
        Timeout(),  # type: ignore[no-untyped-call]  # dnspython has no annotation
        OSError("network is unreachable"),
    ],
)
def test_no_answer(answer: Callable[[object], list[str]], error: Exception) -> None:
    """A DNS that is not reachable does not say anything about the zone."""
    answer(error)
    with pytest.raises(DnsError):
        name_servers("example.com")
