"""The settings of a StaticSite by one name for all versions. One that is not a literal is a gap with what to copy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hosting.migrate.findings import texts
from hosting.migrate.sst.literals import Expression

if TYPE_CHECKING:
    from hosting.migrate.findings import Findings
    from hosting.migrate.sst.components import Site

# The setting of version 2, by that of version 3 and 4.
_V2 = {
    "build.command": "buildCommand",
    "build.output": "buildOutput",
    "domain": "customDomain",
    "domain.name": "customDomain.domainName",
    "domain.redirects": "customDomain.domainAlias",
    "domain.aliases": "customDomain.alternateNames",
    "domain.zone": "customDomain.hostedZone",
}
# What to type for a setting that is not a literal.
_COPY = {
    "path": "pulumi config set publish:directory '<the folder that it publishes>'",
    "build.command": "pulumi config set publish:buildCommand 'cd <the site> && <command>'",
    "build.output": "pulumi config set publish:directory '<the folder that it publishes>'",
    "indexPage": "pulumi config set website:indexDocument '<file>'",
    "errorPage": "pulumi config set website:errorDocument '<file>', or website:routing spa for an app",
    "domain": "pulumi config set --path 'domain:names[0]' '<host name>'",
    "domain.name": "pulumi config set --path 'domain:names[0]' '<host name>'",
    "domain.redirects": "pulumi config set --path 'domain:names[1]' '<host name>'",
    "domain.aliases": "pulumi config set --path 'domain:names[1]' '<host name>'",
    "domain.zone": "pulumi config set domain:zone '<the Route 53 zone>'",
    "domain.cert": "pulumi config set domain:certificateArn '<ARN>'",
    "environment": "pulumi config set --path 'publish:environment.{name}' '<value>'",
}


@dataclass(frozen=True)
class SiteValues:
    """The settings of a site.

    Attributes:
        site: the site.
        findings: where settings that are not literals are reported.
    """

    site: Site
    findings: Findings

    def name_of(self, setting: str) -> str:
        """Return the name of a setting in the site's version."""
        return _V2.get(setting, setting) if self.site.is_v2 else setting

    def value(self, setting: str) -> Any:  # noqa: ANN401 - any literal
        """Return a setting: None if it is not given, an expression if it, or the object around it, is one."""
        found: Any = self.site.arguments
        for key in self.name_of(setting).split("."):
            found = found.get(key) if isinstance(found, dict) else found if isinstance(found, Expression) else None
        return found

    def is_given(self, setting: str) -> bool:
        """Return whether a setting is given, as a literal or not."""
        return self.value(setting) is not None

    def text(self, setting: str) -> str | None:
        """Return a setting that is text; None if it is missing, and after adding a gap if it is no literal text."""
        found = self.value(setting)
        if found is None or isinstance(found, str):
            return found
        self.add_gap(setting, found)
        return None

    def texts(self, setting: str) -> list[str]:
        """Return a setting that is text or a list of texts; the rest are gaps."""
        found = self.value(setting)
        listed = found if isinstance(found, list) else [] if found is None else [found]
        for one in listed:
            if not isinstance(one, str):
                self.add_gap(setting, one)
        return texts(listed)

    def add_gap(self, setting: str, found: object, name: str = "<name>") -> None:
        """Add a gap for a setting that is not a literal text; ``name`` is that of a variable."""
        shown = found if isinstance(found, Expression) else "not text"
        self.findings.add_gap(
            f"{self.name_of(setting)}{'' if name == '<name>' else f' {name}'}",
            f"it is {shown}, and only literals can be read: {_COPY[setting].format(name=name)}",
        )
