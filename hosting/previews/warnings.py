"""Warnings of a preview edge and of a preview: sentences for the user, with commands. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hosting.config.load import Settings
    from hosting.edge.plan import EdgePlan


def edge_warnings(settings: Settings, production: str) -> Iterator[str]:
    """Yield the warnings of a preview edge.

    Args:
        settings: its settings.
        production: the domain of another stack that the previews are below; empty for none.
    """
    yield from _without_effect(settings, "a preview edge, which publishes no files itself")
    if production:
        yield (
            f"'previews:domain' {settings.previews.domain} is below {production}, which another stack of this project "
            "uses. The code of a pull request could set cookies for that site, and its requests count as that "
            "site's own (same-site): https://developer.mozilla.org/docs/Glossary/Site. Use another domain: "
            "pulumi config set previews:domain '<another domain>'"
        )


def preview_warnings(settings: Settings, edge: EdgePlan) -> Iterator[str]:
    """Yield the warnings of a preview."""
    yield from _without_effect(settings, "a preview: its edge has one for all, or does without it")
    for proxy in edge.proxies:
        yield f"{proxy.where} has no effect on a preview: a proxy to another server belongs to a distribution"
    for rule in edge.redirect_rules:
        if rule.countries:
            yield f"{rule.where} has no effect on a preview: its edge does not know a visitor's country"


def _without_effect(settings: Settings, kind: str) -> Iterator[str]:
    for key in settings.without_effect:
        yield f"'{key}' has no effect on {kind}. To remove it: pulumi config rm {key}"
