"""Maps rewrites and redirects of an `AWS::Amplify::App` in the template to `website:redirects`.

Most such apps have the regular expression for single-page apps, which this program supports.
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-properties-amplify-app-customrule.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hosting.formats.redirects.files import check_amplify_rule
from hosting.formats.redirects.rules import RuleError
from hosting.migrate.findings import objects, section

if TYPE_CHECKING:
    from hosting.migrate.findings import Findings

_APP = "AWS::Amplify::App"
_KEYS = {"Source": "source", "Target": "target", "Status": "status", "Condition": "condition"}


def map_custom_rules(template: dict[str, Any], findings: Findings) -> None:
    """Add the rules of each app to ``findings``: as redirects, or each as a gap."""
    for name, resource in section(template, "Resources").items():
        if section(resource).get("Type") == _APP:
            _map_rules(section(resource, "Properties").get("CustomRules"), f"{name}.CustomRules", findings)


def _map_rules(value: object, where: str, findings: Findings) -> None:
    redirects = [*findings.values.get("website:redirects", [])]
    before = len(redirects)
    for index, rule in enumerate(objects(value)):
        redirect = {_KEYS.get(key, key): str(value) for key, value in rule.items()}
        try:
            check_amplify_rule(redirect)
        except RuleError as error:
            findings.add_gap(f"{where}[{index}]", f"it {error}")
        else:
            redirects.append(redirect)
    if len(redirects) > before:
        findings.add_setting("website:redirects", redirects, where)
        findings.notes.append("Redirects run at the edge: pulumi config set cloudfront:enabled true")
