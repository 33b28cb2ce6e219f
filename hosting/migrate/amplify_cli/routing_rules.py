"""Maps S3's routing rules to `website:redirects`, if they are equivalent.

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
# Characters of a key that have a meaning in a redirect, or can't be part of its path.
_SPECIAL = re.compile(r"[<>*?#{}\\\s]")


class _NotEquivalentError(Exception):
    """The rule has no equivalent redirect; the message has the reason."""


def map_routing_rules(value: object, findings: Findings, *, behind_cloudfront: bool) -> None:
    """Add the rules to ``findings``: as redirects, or each as a gap."""
    redirects: list[dict[str, str]] = []
    for number, rule in enumerate(objects(value)):
        try:
            condition, redirect = section(rule, "RoutingRuleCondition"), section(rule, "RedirectRule")
            redirects.append(_redirect(_texts(condition), _texts(redirect)))
        except _NotEquivalentError as reason:
            findings.add_gap(f"{_WHERE}[{number}]", str(reason))
    if redirects and behind_cloudfront:
        findings.add_gap(
            _WHERE,
            "they never applied to the distribution, only to S3's website endpoint; to apply them now: "
            f"pulumi config set website:redirects '{json.dumps(redirects)}'",
        )
    elif redirects:
        findings.add_setting("website:redirects", redirects, _WHERE)
        findings.notes.append("Redirects run at the edge: pulumi config set cloudfront:enabled true")


def _texts(value: dict[str, Any]) -> dict[str, str]:
    """Return the values as text; numbers are converted."""
    texts = {key: str(text) for key, text in value.items() if isinstance(text, str | int)}
    if len(texts) < len(value) or any(_SPECIAL.search(text) for text in texts.values()):
        raise _NotEquivalentError("a value is not literal, or not a plain path: set website:redirects yourself")
    return texts


def _redirect(condition: dict[str, str], rule: dict[str, str]) -> dict[str, str]:
    if "HttpErrorCodeReturnedEquals" in condition:
        raise _NotEquivalentError(
            "the edge redirects before it knows whether the file exists; for a single-page app, "
            "pulumi config set website:routing spa, else cloudfront:errorResponses"
        )
    prefix = condition.get("KeyPrefixEquals", "")
    target = f"{_host(rule)}/{_key(prefix, rule)}"
    if target.startswith(f"/{prefix}"):
        raise _NotEquivalentError(
            "its target matches the rule again, which is an endless redirect: set website:redirects yourself"
        )
    status = rule.get("HttpRedirectCode", _STATUS)
    if status not in map(str, REDIRECTS):
        raise _NotEquivalentError(f"{status} is not a supported redirect status: set website:redirects yourself")
    return {"source": f"/{prefix}<*>", "target": target, "status": status}


def _host(rule: dict[str, str]) -> str:
    """Return the rule's host as an origin, "" without one; a redirect can't change only the scheme."""
    if "HostName" in rule:
        return f"{rule.get('Protocol', 'https')}://{rule['HostName']}"
    if "Protocol" in rule:
        raise _NotEquivalentError("it only changes the protocol, and CloudFront redirects plain HTTP anyway")
    return ""


def _key(prefix: str, rule: dict[str, str]) -> str:
    if "ReplaceKeyWith" in rule:
        return rule["ReplaceKeyWith"]
    return f"{rule.get('ReplaceKeyPrefixWith', prefix)}<*>"
