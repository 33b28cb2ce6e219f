"""Warnings of a preview edge, of a preview and of other stacks: sentences for the user, with commands. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hosting.config.load import Settings
    from hosting.edge.plan import EdgePlan


def settings_warnings(settings: Settings) -> Iterator[str]:
    """Yield a warning for each setting that has no effect on a stack of its kind."""
    for path, reason in settings.without_effect:
        # https://www.pulumi.com/docs/iac/concepts/config/#structured-configuration
        what = f"--path '{path}'" if "[" in path else path
        yield f"'{path}' has no effect, {reason}. To remove it: pulumi config rm {what}"


def edge_warnings(settings: Settings, production: str) -> Iterator[str]:
    """Yield the warnings of a preview edge.

    Args:
        settings: its settings.
        production: the registrable domain of another stack that the previews are below; empty for none.
    """
    yield from settings_warnings(settings)
    if production:
        yield (
            f"'previews:domain' {settings.previews.domain} is below {production}, as are names of another stack of "
            "this project. The code of a pull request could set cookies for that site, and its requests count as that "
            "site's own (same-site): https://developer.mozilla.org/docs/Glossary/Site. Use another domain: "
            "pulumi config set previews:domain '<another domain>'"
        )


def preview_warnings(settings: Settings, edge: EdgePlan) -> Iterator[str]:
    """Yield the warnings of a preview."""
    yield from settings_warnings(settings)
    for proxy in edge.proxies:
        yield f"{proxy.where} has no effect on a preview: a proxy to another server belongs to a distribution"
    for rule in edge.redirect_rules:
        if rule.countries:
            yield f"{rule.where} has no effect on a preview: its edge does not know a visitor's country"
