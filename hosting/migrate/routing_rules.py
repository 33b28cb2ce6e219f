"""S3's routing rules -> `website:redirects`, as far as those say the same.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/how-to-page-redirect.html
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from hosting.formats.redirects.rules import REDIRECTS
from hosting.migrate.findings import objects, section

if TYPE_CHECKING:
    from hosting.migrate.findings import Findings

_WHERE = "WebsiteConfiguration.RoutingRules"
_STATUS = "301"
# What a key may have that means something in a redirect, or is no part of a path there.
_SPECIAL = re.compile(r"[<>*?#{}\\\s]")


class _NoRedirectError(Exception):
    """The rule says what a redirect here can't; the message is why."""


def map_routing_rules(given: object, findings: Findings, *, behind_cloudfront: bool) -> None:
    """Put the rules into ``findings``: as redirects, or each as a gap."""
    redirects: list[dict[str, str]] = []
    for number, rule in enumerate(objects(given)):
        try:
            condition, redirect = section(rule, "RoutingRuleCondition"), section(rule, "RedirectRule")
            redirects.append(_redirect(_texts(condition), _texts(redirect)))
        except _NoRedirectError as why:
            findings.gap(f"{_WHERE}[{number}]", str(why))
    if redirects and behind_cloudfront:
        findings.gap(
            _WHERE,
            "the distribution's visitors never met them, S3 has them for its own website alone; to have them now: "
            f"pulumi config set website:redirects '{json.dumps(redirects)}'",
        )
    elif redirects:
        findings.found("website:redirects", redirects, _WHERE)
        findings.notes.append("Redirects are made at the edge: pulumi config set cloudfront:enabled true")


def _texts(given: dict[str, Any]) -> dict[str, str]:
    """Return what is plain text, or a number as text."""
    texts = {key: str(value) for key, value in given.items() if isinstance(value, str | int)}
    if len(texts) < len(given) or any(_SPECIAL.search(text) for text in texts.values()):
        raise _NoRedirectError("its texts are not literal, or no plain path: set website:redirects yourself")
    return texts


def _redirect(condition: dict[str, str], rule: dict[str, str]) -> dict[str, str]:
    if "HttpErrorCodeReturnedEquals" in condition:
        raise _NoRedirectError(
            "here the edge redirects before it knows whether there is a file; for a single-page app, "
            "pulumi config set website:routing spa, else cloudfront:errorResponses"
        )
    prefix = condition.get("KeyPrefixEquals", "")
    target = f"{_host(rule)}/{_key(prefix, rule)}"
    if target.startswith(f"/{prefix}"):
        raise _NoRedirectError("it leads to what it is for, in a circle: set website:redirects yourself")
    status = rule.get("HttpRedirectCode", _STATUS)
    if status not in map(str, REDIRECTS):
        raise _NoRedirectError(f"{status} is no redirect here: set website:redirects yourself")
    return {"source": f"/{prefix}<*>", "target": target, "status": status}


def _host(rule: dict[str, str]) -> str:
    """Return the other host that the rule leads to, if it does; the scheme alone can't be changed here."""
    if "HostName" in rule:
        return f"{rule.get('Protocol', 'https')}://{rule['HostName']}"
    if "Protocol" in rule:
        raise _NoRedirectError("it changes the protocol alone, and with CloudFront plain HTTP is redirected anyway")
    return ""


def _key(prefix: str, rule: dict[str, str]) -> str:
    if "ReplaceKeyWith" in rule:
        return rule["ReplaceKeyWith"]
    return f"{rule.get('ReplaceKeyPrefixWith', prefix)}<*>"
