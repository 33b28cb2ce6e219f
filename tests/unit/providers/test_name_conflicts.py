"""The provider that warns of other distributions' names below the domain of a preview edge."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pulumi.runtime import rpc

from hosting.providers.name_conflicts import NameConflictsProvider
from tests.unit.doctor.test_domain import OTHER, CloudFront

if TYPE_CHECKING:
    import pytest

WILDCARD = "*.example-previews.com"
INPUTS = {"name": WILDCARD, "distribution": "E1", "urn": "urn"}


class Log:
    """Keeps what is shown."""

    def __init__(self) -> None:
        self.said: list[str] = []

    def info(self, text: str) -> None:
        self.said.append(text)

    def warn(self, text: str) -> None:
        self.said.append(f"warning: {text}")


def said(monkeypatch: pytest.MonkeyPatch, cloudfront: CloudFront | None, **inputs: str) -> list[str]:
    """Return what the provider shows when the engine checks the inputs; None for a CloudFront that may not be asked."""
    log = Log()
    monkeypatch.setattr(NameConflictsProvider, "log", lambda *_: log)
    monkeypatch.setattr(NameConflictsProvider, "cloudfront", lambda _: cloudfront)
    given: dict[str, Any] = {**INPUTS, **inputs}
    checked = NameConflictsProvider().check({}, given)
    assert (checked.inputs, checked.failures) == (given, [])
    return log.said


def test_names_of_other_distributions(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each name that is more specific than the wildcard is a warning, on each page of the answer."""
    names = ("pr-7.example-previews.com", "a.b.example-previews.com")
    conflicts = [{"Domain": name, "ResourceType": "distribution", **OTHER} for name in names]
    assert said(monkeypatch, CloudFront(conflicts)) == [
        f"warning: The host name {name} on distribution *******ABCDEFG of account ******123456 is more specific than "
        "the stack's, so its visitors do not get this stack: remove the name there, unless its visitors are meant to "
        "get that distribution"
        for name in sorted(names)
    ]
    own = {"Domain": WILDCARD, "ResourceType": "distribution", "ResourceId": "**1", "AccountId": "******123456"}
    assert said(monkeypatch, CloudFront([own]), distribution="EA1") == []


def test_without_a_distribution_nothing_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """A preview before the first update does not know the distribution."""
    assert said(monkeypatch, None, distribution=rpc.UNKNOWN) == []


def test_without_the_right_to_ask(monkeypatch: pytest.MonkeyPatch) -> None:
    """The message names the rights, and the deployment goes on."""
    (text,) = said(monkeypatch, CloudFront(code="AccessDenied"))
    assert text.startswith("CloudFront did not say which other distributions have names that *.example-previews.com")
    assert "the credentials need cloudfront:ListDomainConflicts and cloudfront:GetDistribution, and" in text


def test_what_the_engine_does_with_it() -> None:
    """Another distribution or domain is an update, and nothing else is one."""
    provider = NameConflictsProvider()
    assert provider.diff("id", INPUTS, {**INPUTS, "urn": "other"}).changes is False
    for key in ("name", "distribution"):
        changed = provider.diff("id", INPUTS, {**INPUTS, key: "other"})
        assert (changed.changes, changed.replaces) == (True, [])
    assert provider.create(INPUTS).outs == provider.update("id", {}, INPUTS).outs == INPUTS
    assert provider.read("id", INPUTS).outs == INPUTS
