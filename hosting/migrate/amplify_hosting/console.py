"""The app as AWS returns it: `aws amplify get-app`, `list-branches` and `list-domain-associations`.

https://docs.aws.amazon.com/amplify/latest/APIReference/API_App.html
https://docs.aws.amazon.com/amplify/latest/APIReference/API_Branch.html
https://docs.aws.amazon.com/amplify/latest/APIReference/API_DomainAssociation.html
"""

from __future__ import annotations

import base64
import binascii
import shlex
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from hosting.errors import HostingError
from hosting.migrate.findings import objects, section, texts

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hosting.migrate.findings import Findings

_HANDLED = ""
_BUILD_MACHINE = "it is for Amplify's build machines"
_AUTOMATIC = "branches get a stack by python -m hosting.deployments branch <name>, or by a workflow"
_APP = {
    **dict.fromkeys(
        (
            "appId", "appArn", "name", "createTime", "updateTime", "webhookCreateTime", "defaultDomain", "platform",
            "environmentVariables", "enableBasicAuth", "basicAuthCredentials", "customRules", "customHeaders",
            "productionBranch", "buildSpec", "repository", "description",
        ),
        _HANDLED,
    ),
    "tags": "aws:defaultTags sets the tags of a stack",
    "iamServiceRoleArn": "the program needs no service role; it is the backend's",
    "computeRoleArn": "files need no compute role",
    "enableBranchAutoBuild": "a push deploys a stack with a workflow: docs/git-push.md",
    "enableBranchAutoDeletion": _AUTOMATIC,
    "enableAutoBranchCreation": _AUTOMATIC,
    "autoBranchCreationPatterns": _AUTOMATIC,
    "autoBranchCreationConfig": _AUTOMATIC,
    "cacheConfig": "CloudFront ignores cookies and queries here; cloudfront:defaultTtl sets how long it keeps files",
    "jobConfig": _BUILD_MACHINE,
    "repositoryCloneMethod": _BUILD_MACHINE,
    "wafConfiguration": "create a web ACL of scope CLOUDFRONT and set cloudfront:webAclArn",
}  # fmt: skip
_BRANCH = {
    **dict.fromkeys(
        (
            "branchArn", "branchName", "description", "stage", "displayName", "createTime", "updateTime", "activeJobId",
            "totalNumberOfJobs", "thumbnailUrl", "environmentVariables", "enableBasicAuth", "basicAuthCredentials",
            "buildSpec", "customDomains", "associatedResources", "framework", "backend", "backendEnvironmentArn",
        ),
        _HANDLED,
    ),
    "tags": "aws:defaultTags sets the tags of a stack",
    "computeRoleArn": "files need no compute role",
    "enableNotification": "a workflow can send notifications; cloudfront:alarms reports errors of the site",
    "enableAutoBuild": "a push deploys a stack with a workflow: docs/git-push.md",
    "enableSkewProtection": "removed files with hashed names stay for publish:keepAssetsDays instead",
    "enablePerformanceMode": "files stay at the edge until they change: cloudfront:defaultTtl",
    "ttl": "a publish invalidates what has changed, so cloudfront:defaultTtl can be long",
    "enablePullRequestPreview": "previews are stacks of their own: docs/previews.md",
    "pullRequestEnvironmentName": "previews are stacks of their own: docs/previews.md",
    "destinationBranch": "previews are stacks of their own: docs/previews.md",
    "sourceBranch": "previews are stacks of their own: docs/previews.md",
}  # fmt: skip
_EMPTY: tuple[object, ...] = (None, "", False, 0, [], {})
_SERVERS = ("WEB_COMPUTE", "WEB_DYNAMIC")
# Variables that set up Amplify's build machine, and not the site.
_MACHINE_VARIABLES = ("_LIVE_UPDATES", "_CUSTOM_IMAGE", "_BUILD_TIMEOUT", "AMPLIFY_", "USER_DISABLE_TESTS")
_READ = (
    "import functools,sys,yaml; print(functools.reduce(lambda v, k: v[int(k)] if isinstance(v, list) else v[k], "
    "sys.argv[2:], yaml.load(open(sys.argv[1]), yaml.BaseLoader)), end='')"
)


def read_command(file: str, *keys: str) -> str:
    """Return a command that prints a value of a YAML or JSON file."""
    return shlex.join(["python", "-c", _READ, file, *keys])


@dataclass(frozen=True)
class Console:
    """The settings of an app for one branch; all are empty if AWS was not asked.

    Attributes:
        app: the app.
        branch: the branch; empty if the app has none of that name.
        branch_index: the number of the branch in the list.
        branches: the names of all branches.
        domains: the domain associations.
        sources: the files that the settings are from, by ``app`` and ``branches``; none if AWS was asked.
    """

    app: dict[str, Any] = field(default_factory=dict, repr=False)
    branch: dict[str, Any] = field(default_factory=dict, repr=False)
    branch_index: int = 0
    branches: tuple[str, ...] = ()
    domains: tuple[dict[str, Any], ...] = ()
    sources: Mapping[str, str] = field(default_factory=dict)

    @property
    def branch_name(self) -> str | None:
        """The branch's name."""
        name = self.branch.get("branchName")
        return name if isinstance(name, str) else None

    @property
    def region(self) -> str | None:
        """The region in the app's ARN."""
        parts = str(self.app.get("appArn", "")).split(":")
        return parts[3] if len(parts) > 3 and parts[3] else None  # noqa: PLR2004 - arn:partition:service:region

    def places(self) -> list[tuple[str, tuple[str, ...], dict[str, Any]]]:
        """Return app and branch, each with its kind and its path in the answer; the branch overrides the app."""
        return [("app", ("app",), self.app), ("branches", ("branches", str(self.branch_index)), self.branch)]

    def source(self, kind: str) -> str:
        """Return where settings are from, for the report."""
        return self.sources.get(kind, {"app": "app", "branches": f"branch {self.branch_name}"}[kind])

    def read_by(self, kind: str, path: tuple[str, ...], *keys: str) -> str:
        """Return a command that prints a value of the app or of the branch."""
        if kind in self.sources:
            return read_command(self.sources[kind], *path, *keys)
        app = ["--app-id", str(self.app.get("appId"))]
        query = ["--output", "text", "--query", ".".join([{"app": "app", "branches": "branch"}[kind], *keys])]
        branch = ["--branch-name", str(self.branch_name)] if kind == "branches" else []
        return shlex.join(["aws", "amplify", "get-branch" if branch else "get-app", *app, *branch, *query])

    def setting(self, key: str) -> Any:  # noqa: ANN401 - any JSON value
        """Return a setting of the branch, or else of the app."""
        return self.branch.get(key) or self.app.get(key)


def console_of(answers: Mapping[str, Any], branch: str | None) -> Console:
    """Return the settings for a branch: the given one, or else the production branch.

    Raises:
        HostingError: there is no such branch, or the app needs a server.
    """
    app = section(answers.get("app"), "app") or section(answers.get("app"))
    branches = objects(section(answers.get("branches")).get("branches") or [])
    names = tuple(str(one.get("branchName")) for one in branches)
    chosen = branch or section(app, "productionBranch").get("branchName") or _production(branches)
    if branch and names and branch not in names:
        raise HostingError(f"The app has no branch '{branch}': --branch {' or --branch '.join(names)}")
    _refuse_server(app)
    index = names.index(chosen) if chosen in names else 0
    return Console(
        app=app,
        branch=branches[index] if chosen in names else {},
        branch_index=index,
        branches=names,
        domains=tuple(objects(section(answers.get("domains")).get("domainAssociations") or [])),
        sources=section(answers.get("sources")),
    )


def _production(branches: list[dict[str, Any]]) -> str | None:
    """Return the branch of stage PRODUCTION, or the only one."""
    marked = [one.get("branchName") for one in branches if one.get("stage") == "PRODUCTION"]
    names = marked or [one.get("branchName") for one in branches if len(branches) == 1]
    return str(names[0]) if names else None


def _refuse_server(app: dict[str, Any]) -> None:
    platform = app.get("platform")
    if platform in _SERVERS:
        raise HostingError(
            f"The app's platform is {platform}: Amplify runs a server for it, and this program publishes files. Build "
            "a static site (Next.js: output: 'export' in next.config.js), set the app's platform to WEB, and run this "
            "again"
        )


def map_console(console: Console, findings: Findings) -> None:
    """Add region, variables, password and gaps of the app and its branch."""
    if not console.app:
        return
    if console.region:
        findings.add_setting("aws:region", console.region, "app appArn")
    _variables(console, findings)
    _password(console, findings)
    for what, values, reasons in (("app", console.app, _APP), ("branch", console.branch, _BRANCH)):
        set_values = {key: value for key, value in values.items() if value not in _EMPTY}
        findings.add_unknown_keys(f"{what} ", set_values, reasons)


def _variables(console: Console, findings: Findings) -> None:
    """Add the variables; those of the branch override those of the app."""
    found = {
        name: (value, kind, path)
        for kind, path, values in console.places()
        for name, value in section(values, "environmentVariables").items()
        if isinstance(value, str)
    }
    for name, (value, kind, path) in found.items():
        if name.startswith(_MACHINE_VARIABLES):
            findings.add_gap(f"variable {name}", "it sets up Amplify's build machine")
        else:
            read_by = console.read_by(kind, path, "environmentVariables", name)
            findings.add_variable(name, value, f"{console.source(kind)} variable", read_by)


def _password(console: Console, findings: Findings) -> None:
    """Add user name and password of basic authentication, of the branch or else of the app."""
    for kind, path, values in reversed(console.places()):
        credentials = values.get("basicAuthCredentials")
        if values.get("enableBasicAuth") in (True, "true") and isinstance(credentials, str):
            source = f"{console.source(kind)} basicAuthCredentials"
            user, _, password = _decoded(credentials).partition(":")
            if not (user and password):
                reason = "they are not base64 of 'user:password': set access:username and access:password"
                findings.add_gap(source, reason)
                return
            read = f"{console.read_by(kind, path, 'basicAuthCredentials')} | base64 -d | cut -d : -f 2- | tr -d '\\n'"
            findings.add_setting("access:username", user, source)
            findings.add_secret("access:password", password, source, read)
            return


def _decoded(text: str) -> str:
    try:
        return base64.b64decode(text, validate=True).decode()
    except (binascii.Error, ValueError):
        return ""


def map_domains(console: Console, findings: Findings, *, is_written: bool, stack: str) -> None:
    """Add the host names of the branch, or the commands that set them: the old host has them until the cut-over."""
    names: list[str] = []
    certificate: str | None = None
    for domain in console.domains:
        for sub in objects(domain.get("subDomains") or []):
            setting = section(sub, "subDomainSetting")
            if setting.get("branchName") == console.branch_name and isinstance(domain.get("domainName"), str):
                prefix = str(setting.get("prefix") or "")
                names.append(f"{prefix}.{domain['domainName']}" if prefix else domain["domainName"])
        if domain.get("enableAutoSubDomain"):
            patterns = ", ".join(texts(domain.get("autoSubDomainCreationPatterns") or []))
            findings.add_gap(f"domains enableAutoSubDomain ({patterns})", "domain:names may have {stack} and {branch}")
        own = section(domain, "certificate").get("customCertificateArn") or section(domain, "certificateSettings").get(
            "customCertificateArn"
        )
        certificate = own if isinstance(own, str) else certificate
    names = list(dict.fromkeys(names))
    if names and is_written:
        findings.add_setting("domain:names", names, "domains subDomains")
        if certificate:
            findings.add_setting("domain:certificateArn", certificate, "domains certificate")
    elif names:
        commands = [
            f"pulumi config set --stack {stack} --path 'domain:names[{n}]' {name}" for n, name in enumerate(names)
        ]
        if certificate:
            commands.append(f"pulumi config set --stack {stack} domain:certificateArn {certificate}")
        findings.commands["Host names, which Amplify has until the cut-over (docs/from-amplify.md)"] = commands
