"""Maps the host names of a StaticSite (`domain`, in version 2 `customDomain`) to settings, or to commands."""

from __future__ import annotations

import json
import shlex
from typing import TYPE_CHECKING

from hosting.migrate.sst.literals import Expression

if TYPE_CHECKING:
    from hosting.migrate.sst.values import SiteValues

_TITLE = "Host names, which SST's distribution has until the cut-over (docs/from-sst.md)"


def map_domain(values: SiteValues, stack: str, *, is_written: bool) -> None:
    """Add the host names if ``is_written``, or the commands that set them."""
    config = _settings(values)
    findings = values.findings
    if not config:
        return
    if is_written:
        for key, value in config.items():
            findings.add_setting(key, value, values.name_of("domain"))
    else:
        command = f"pulumi config set --stack {stack}"
        findings.commands[_TITLE] = [
            f"{command} {key} {shlex.quote(value if isinstance(value, str) else json.dumps(value))}"
            for key, value in config.items()
        ]
    if "domain:zone" not in config and "domain:certificateArn" not in config:
        findings.notes.append(
            f"{values.name_of('domain')}: SST finds the Route 53 zone by itself. Here name it: "
            f"pulumi config set --stack {stack} domain:zone <zone>, or use another DNS (docs/domains.md)."
        )


def _settings(values: SiteValues) -> dict[str, object]:
    """Return the settings in the order in which they can be set; none without a name."""
    given = values.value("domain")
    if isinstance(given, Expression):
        values.add_gap("domain", given)
        return {}
    name = given if isinstance(given, str) else values.text("domain.name")
    if name is None:
        return {}
    redirects, aliases = values.texts("domain.redirects"), values.texts("domain.aliases")
    config: dict[str, object] = {"domain:names": list(dict.fromkeys([name, *redirects, *aliases]))}
    zone, certificate = values.text("domain.zone"), values.text("domain.cert")
    if zone:
        config["domain:zone"] = zone
    if certificate:
        config["domain:certificateArn"] = certificate
    if aliases and redirects:
        values.findings.add_gap(
            values.name_of("domain.aliases"),
            "here all names redirect to the first or none does: pulumi config set domain:redirectAliases false",
        )
    elif aliases:
        config["domain:redirectAliases"] = False
    return config
