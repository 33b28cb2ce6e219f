"""The component ``PreviewEdge``: one bucket, store and distribution, on which all previews below a domain are."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pulumi

from hosting.aws.provider import make_provider
from hosting.cloudfront.key_value_store import make_release_store
from hosting.deployments.trust import previews_issuer_of
from hosting.edge.password import password_hash
from hosting.edge.plan import EdgePlan, plan_edge
from hosting.edge.rule_files import Rules
from hosting.errors import for_stack
from hosting.formats.headers.files import HeaderRules
from hosting.formats.redirects.rule_set import RedirectRules
from hosting.previews.domains import production_domain
from hosting.previews.warnings import edge_warnings
from hosting.providers.generated_password import GeneratedPassword
from hosting.providers.name_conflicts import NameConflicts, NameConflictsArgs
from hosting.publish.bulk.release_function import PASSWORD_HASH, preview_functions
from hosting.publish.staging.manifest import Manifest
from hosting.resource_names import EDGE_COMPONENT, ResourceNames
from hosting.site.component import current_stack, declare, known_errors, start
from hosting.site.outputs import edge_outputs
from hosting.site.stack_resources import StackResources
from hosting.site.urns import dynamic_urn

if TYPE_CHECKING:
    from pulumi_aws.cloudfront import Distribution

    from hosting.config.load import Settings
    from hosting.site.outputs import Outputs

# The user name, if the stack does not set one.
USERNAME = "preview"


# Where Pulumi's backend keeps state, if it is in the edge's bucket.
# https://www.pulumi.com/docs/iac/concepts/state-and-backends/
_STATE = ".pulumi/"


class PreviewEdge(pulumi.ComponentResource):
    """A preview edge.

    Attributes:
        outputs: what the program of this repository exports.
    """

    def __init__(
        self, name: str, opts: pulumi.ResourceOptions | None = None, *, settings: Settings | None = None
    ) -> None:
        """Declare the edge's resources.

        Args:
            name: the component's name; the names of its resources begin with it.
            opts: the component's options.
            settings: what to deploy; without them, the stack's config is read.

        Raises:
            RunError: the config is invalid, or the stack has another component already.
        """
        with known_errors():
            settings, names = start(name, settings)
            if settings.deployments.create_role:
                previews_issuer_of(settings.deployments, current_stack())
            plan = _edge_plan(names.prefix, settings)
            super().__init__(EDGE_COMPONENT, name, None, opts)
            declare(name)
            for warning in edge_warnings(settings, production_domain(settings)):
                pulumi.log.warn(for_stack(warning, settings.stack), self)
            self.outputs = _EdgeResources(self, names, settings, plan).outputs
        self.register_outputs(self.outputs)


def _edge_plan(name: str, settings: Settings) -> EdgePlan:
    """Return the edge plan, in whose functions the hash of the password may be a placeholder."""
    plan = plan_edge(name, settings, Manifest(()), Rules(RedirectRules(), HeaderRules()))
    domain, access = str(settings.previews.domain), settings.access
    given = password_hash(str(access.username), access.password, domain) if access.password else PASSWORD_HASH
    functions = preview_functions(domain, "" if settings.previews.public else given)
    return replace(
        plan,
        request_parts=functions.request_parts,
        response_parts=functions.response_parts,
        has_secret=not settings.previews.public,
        error_responses=(),
    )


class _EdgeResources(StackResources):
    """Declares the resources of an edge: no release, as each preview publishes its own."""

    def __init__(
        self, component: pulumi.ComponentResource, names: ResourceNames, settings: Settings, edge: EdgePlan
    ) -> None:
        provider = make_provider(names.logical("aws"), settings.aws, pulumi.ResourceOptions(parent=component))
        super().__init__(component, names, settings, edge, provider)
        store = make_release_store(self._cloud_names, self._options())
        password = self._password()
        distribution, _ = self._distribution(
            self.bucket, edge, [self._first_policy(self.bucket)], store.arn, self._code_values(password)
        )
        self._website(self.bucket, distribution)
        records = self._domain.declare_records(distribution) if self._domain else {}
        self.outputs = {**edge_outputs(self.bucket, distribution, store, settings, password), **records, "url": None}
        self.outputs |= self._previews_role(store.arn)
        self._name_conflicts(distribution)

    def _name_conflicts(self, distribution: Distribution) -> None:
        """Declare the warning of other distributions' names below the domain."""
        logical = self._names.logical("name-conflicts")
        urn = dynamic_urn("NameConflicts", logical, EDGE_COMPONENT)
        args = NameConflictsArgs(f"*.{self._settings.previews.domain}", distribution.id, urn)
        NameConflicts(logical, args, self._own(after=[]))

    @property
    def _hidden(self) -> tuple[str, ...]:
        return (*super()._hidden, _STATE)

    def _password(self) -> pulumi.Output[str] | None:
        """Return the password of all previews; None if they are public."""
        if self._settings.previews.public:
            return None
        if self._settings.access.password:
            return pulumi.Output.secret(self._settings.access.password)
        return GeneratedPassword(self._names.logical("password"), self._own(after=[])).password

    def _code_values(self, password: pulumi.Output[str] | None) -> dict[str, pulumi.Output[str]]:
        if password is None:
            return {}
        user, domain = self._settings.access.username or USERNAME, str(self._settings.previews.domain)
        return {PASSWORD_HASH: password.apply(lambda text: password_hash(user, text, domain))}

    def _previews_role(self, store_arn: pulumi.Output[str]) -> Outputs:
        """Declare the role of previews if the settings ask for one; return its outputs."""
        if not self._settings.deployments.create_role:
            return {}
        from hosting.deployments.role import make_previews_role  # noqa: PLC0415 - few stacks have a role

        role = make_previews_role(
            self._cloud_names,
            self._settings,
            current_stack(),
            self._options(),
            bucket_arn=self.bucket.arn,
            store_arn=store_arn,
        )
        return {"deploymentRoleArn": role.arn, "oidcProviderArn": role.provider_arn}
