"""Maps `cleanUrls`, `trailingSlash` and the page for all paths of Vercel and Firebase to `website:routing`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hosting.migrate.host_rules import HostRules

_INDEX = "/index.html"
_AUTO = "`website:routing auto` serves each page at the URL that the published tree gives it"


def map_routing(config: dict[str, Any], file: str, rules: HostRules) -> None:
    """Add `website:routing`, and report what the router does in another way.

    Args:
        config: the object with `cleanUrls` and `trailingSlash`.
        file: the file's name, for messages.
        rules: the rules of the site, with the page for all paths and its findings.
    """
    findings = rules.findings
    clean, slash = config.get("cleanUrls"), config.get("trailingSlash")
    slash = slash if isinstance(slash, bool) else rules.trailing_slash
    if rules.app_page == _INDEX:
        findings.add_setting("website:routing", "spa", f"{file}: all paths lead to {_INDEX}")
    elif clean is True and slash is False:
        findings.add_setting("website:routing", "pages", f"{file}: cleanUrls and trailingSlash")
        return
    if clean is True:
        findings.add_gap(
            "cleanUrls", f"{_AUTO}: `/page` is page.html, and `/page.html` answers too, without a redirect"
        )
    if slash is not None:
        ending = "with" if slash else "without"
        findings.add_gap(
            f"trailingSlash {str(slash).lower()}",
            f"{_AUTO}: `docs/index.html` is `/docs/`, `docs.html` is `/docs`; for URLs {ending} a slash "
            + ("write pages as folders" if slash else "pulumi config set website:routing pages"),
        )
