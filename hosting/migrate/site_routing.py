"""Maps `cleanUrls`, `trailingSlash` and the page for all paths of Vercel and Firebase to `website:routing`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hosting.migrate.host_rules import HostRules

_INDEX = "/index.html"
# `website:routing pages` would take the app's page away from an app's paths.
_WITHOUT_SLASH = {"auto": "pulumi config set website:routing pages", "spa": "write pages as files such as docs.html"}


def map_routing(config: dict[str, Any], file: str, rules: HostRules) -> None:
    """Add `website:routing`, and report what the router does in another way.

    Args:
        config: the object with `cleanUrls` and `trailingSlash`.
        file: the file's name, for messages.
        rules: the rules of the site, with the page for all paths and its findings.
    """
    findings = rules.findings
    routing = "spa" if rules.app_page == _INDEX else "auto"
    served = f"`website:routing {routing}` serves each page at the URL that the published tree gives it"
    clean, slash = config.get("cleanUrls"), config.get("trailingSlash")
    slash = slash if isinstance(slash, bool) else rules.trailing_slash
    if routing == "spa":
        findings.add_setting("website:routing", routing, f"{file}: all paths lead to {_INDEX}")
    elif clean is True and slash is False:
        findings.add_setting("website:routing", "pages", f"{file}: cleanUrls and trailingSlash")
        return
    if clean is True:
        findings.add_gap(
            "cleanUrls", f"{served}: `/page` is page.html, and `/page.html` answers too, without a redirect"
        )
    if slash is not None:
        urls = "with a slash write pages as folders" if slash else f"without a slash {_WITHOUT_SLASH[routing]}"
        findings.add_gap(
            f"trailingSlash {str(slash).lower()}",
            f"{served}: `docs/index.html` is `/docs/`, `docs.html` is `/docs`; for URLs {urls}",
        )
