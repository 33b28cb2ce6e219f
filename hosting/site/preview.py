"""The component ``Preview``: a site on a preview edge, without a bucket and a distribution of its own."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

import pulumi

from hosting.edge.password import password_hash
from hosting.edge.warnings import routing_output
from hosting.errors import HostingError, for_stack
from hosting.formats.labels import label_of
from hosting.previews.names import base_name, preview_name
from hosting.previews.settings import Edge
from hosting.previews.warnings import preview_warnings
from hosting.resource_names import PREVIEW_COMPONENT, ResourceNames
from hosting.site.bulk import Bulk
from hosting.site.component import build, current_stack, declare, known_errors, prepared_site, start
from hosting.site.outputs import release_outputs

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hosting.config.load import Settings
    from hosting.edge.plan import EdgePlan
    from hosting.prepare import Prepared
    from hosting.providers.release import Release
    from hosting.site.outputs import Outputs
    from hosting.site.review import SiteReview


# The outputs of the edge, in the order of ``EdgeOutputs``.
_OUTPUTS = ("previewsDomain", "bucketName", "bucketRegion", "storeArn", "previewsMaxDays")


class EdgeOutputs(NamedTuple):
    """The outputs of the edge's stack.

    Attributes:
        domain: the domain below which the previews are.
        bucket: the bucket's name.
        region: its region.
        store: the ARN of the store.
        max_days: the most days after which a preview expires.
    """

    domain: pulumi.Output[str]
    bucket: pulumi.Output[str]
    region: pulumi.Output[str]
    store: pulumi.Output[str]
    max_days: pulumi.Output[int]


class Preview(pulumi.ComponentResource):
    """A preview.

    Attributes:
        url: its address.
        outputs: what the program of this repository exports.
    """

    def __init__(
        self, name: str, opts: pulumi.ResourceOptions | None = None, *, settings: Settings | None = None
    ) -> None:
        """Build and stage the site, and declare its release.

        Args:
            name: the component's name; the names of its resources begin with it.
            opts: the component's options.
            settings: what to deploy; without them, the stack's config is read.

        Raises:
            RunError: the config, the files or the rules are invalid, or the stack has another component already.
        """
        with known_errors():
            settings, names = start(name, settings)
            label = _label(settings)
            build(settings)
            prepared = prepared_site(names.prefix, settings)
            super().__init__(PREVIEW_COMPONENT, name, None, opts)
            declare(name)
            _report(self, settings, prepared.edge)
            self.outputs = _PreviewResources(self, names, settings, prepared, label).outputs
        self.url: pulumi.Output[str] = pulumi.Output.from_input(self.outputs["url"]).apply(str)
        self.register_outputs(self.outputs)


def _label(settings: Settings) -> str:
    """Return the first label of the preview's host name.

    Raises:
        HostingError: the stack's name has no letter and no digit, or it publishes what another stack has.
    """
    if settings.publish.promoted_stack:
        raise HostingError(
            "'publish:from' cannot be set on a preview, which publishes its own files; nothing was deployed: "
            "pulumi config rm publish:from"
        )
    label = preview_name(settings)
    if label:
        return label
    raise HostingError(
        f"A preview's address begins with the name of its stack, and '{settings.stack}' has no letters and digits; "
        f"nothing was deployed: pulumi stack rename --stack {settings.stack} '<name>'"
    )


def _report(component: pulumi.ComponentResource, settings: Settings, edge: EdgePlan) -> None:
    for note in edge.notes:
        pulumi.log.info(note, component)
    for warning in (*edge.warnings, *preview_warnings(settings, edge)):
        pulumi.log.warn(for_stack(warning, settings.stack), component)


def _edge_outputs(edge: Edge, names: ResourceNames, opts: pulumi.ResourceOptions) -> EdgeOutputs:
    """Return the outputs of the edge: those in the settings, or those of its stack."""
    if edge.stack is None:
        given = edge.model_dump(by_alias=True)
        return EdgeOutputs(*(pulumi.Output.from_input(given[key]) for key in _OUTPUTS))
    current, stack = current_stack(), edge.stack
    full_name = stack if "/" in stack else f"{current.organization}/{current.project}/{stack}"
    reference = pulumi.StackReference(names.logical("edge"), full_name, opts)

    def known(value: Any) -> Any:  # noqa: ANN401 - an output of another stack
        if value is None:
            raise pulumi.RunError(
                f"Stack '{stack}' in 'previews:edge' is not a preview edge, or not deployed yet: "
                f"pulumi up --stack {stack}"
            )
        return value

    return EdgeOutputs(*(reference.get_output(key).apply(known) for key in _OUTPUTS))


class _PreviewResources:
    """Declares the review, the publish marker and the release."""

    outputs: Outputs

    def __init__(
        self,
        component: pulumi.ComponentResource,
        names: ResourceNames,
        settings: Settings,
        prepared: Prepared,
        label: str,
    ) -> None:
        self._settings, self._label = settings, label
        opts = pulumi.ResourceOptions(parent=component)
        self._edge = _edge_outputs(settings.previews.edge or Edge(), names, opts)
        # A preview's requests never leave the edge: proxies belong to a distribution.
        redirects = tuple(rule for rule in prepared.edge.redirect_rules if rule not in prepared.edge.proxies)
        plan = replace(prepared.edge, proxies=(), redirect_rules=redirects)
        bulk = Bulk(names, settings, prepared.staged, plan)
        for warning in bulk.warnings:
            pulumi.log.warn(for_stack(warning, settings.stack), component)
        review = _review(names, settings, prepared)
        reviewed = review.before(self._edge.bucket, opts) if review else ()
        marker = bulk.publish_marker(_after(opts, reviewed))
        release = bulk.release(self._edge.bucket, self._edge.store, marker, opts, self._preview())
        if review:
            review.after(self._edge.bucket, _after(opts, [release]))
        self.outputs = self._outputs(release, prepared)

    def _preview(self) -> dict[str, pulumi.Input[object]]:
        settings, stack = self._settings, current_stack()
        branch, days = label_of(settings.deployments.branch), settings.previews.expire_days
        return {
            "name": self._label,
            "base": base_name(settings),
            "owner": f"{stack.organization}/{stack.project}/{stack.name}",
            "expire_days": self._edge.max_days.apply(lambda most: min(days, int(most))),
            "password": self._password_hash(),
            "is_branch": branch == self._label,
            "region": self._edge.region,
        }

    def _password_hash(self) -> pulumi.Input[str]:
        """Return the hash of the preview's own password, which is secret; empty without one."""
        user, own = self._settings.access.username, self._settings.access.password
        if user is None or own is None:
            return ""
        secret = pulumi.Output.secret(own)
        return pulumi.Output.all(self._edge.domain, secret).apply(lambda found: password_hash(user, found[1], found[0]))

    def _outputs(self, release: Release, prepared: Prepared) -> Outputs:
        routing = self._settings.website.routing
        is_auto = routing == "auto"
        return {
            "url": pulumi.Output.concat("https://", self._label, ".", self._edge.domain),
            "previewName": self._label,
            "bucketName": self._edge.bucket,
            "bucketRegion": self._edge.region,
            **release_outputs(release),
            "routing": release.kind if is_auto else routing_output(routing, prepared.edge.routes),
            "expires": release.expires.apply(_iso),
        }


def _review(names: ResourceNames, settings: Settings, prepared: Prepared) -> SiteReview | None:
    """Return the review, which compares with the base; None if it is off."""
    if not settings.publish.gate.is_on:
        return None
    from hosting.site.review import SiteReview  # noqa: PLC0415 - not needed if the review is off

    return SiteReview(names, settings, prepared, current_stack(), PREVIEW_COMPONENT)


def _after(opts: pulumi.ResourceOptions, resources: Sequence[pulumi.Resource]) -> pulumi.ResourceOptions:
    return pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(depends_on=[*resources]))


def _iso(seconds: object) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(float(str(seconds or 0))))
