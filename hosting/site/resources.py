"""The only place where resources are wired together: all resources of a site.

What only some stacks need is imported where it is declared: all of it would take 0.3 s of the 2 to 3 s of each
`pulumi up`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pulumi

from hosting.edge.warnings import changed_kind, routing_output
from hosting.errors import for_stack
from hosting.previews.warnings import settings_warnings
from hosting.publish.managed.bulk_hint import bulk_mode_hint
from hosting.site.component import current_stack
from hosting.site.outputs import Outputs, release_outputs, site_outputs
from hosting.site.promoted import promoted_stack
from hosting.site.stack_resources import StackResources

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pulumi_aws import Provider
    from pulumi_aws.cloudfront import Distribution
    from pulumi_aws.s3 import Bucket

    from hosting.config.load import Settings
    from hosting.prepare import Prepared
    from hosting.providers.invalidation import Invalidation
    from hosting.resource_names import ResourceNames
    from hosting.site.review import SiteReview
    from hosting.website.bucket import Website


class SiteResources(StackResources):
    """Declares a site's resources below its component."""

    def __init__(
        self,
        component: pulumi.ComponentResource,
        names: ResourceNames,
        settings: Settings,
        prepared: Prepared,
        provider: Provider,
    ) -> None:
        """Declare all resources of a stage.

        Args:
            component: their parent.
            names: the names of the resources.
            settings: the stack's settings.
            prepared: the staged tree to publish, and the edge plan.
            provider: the AWS provider.
        """
        self._staged = prepared.staged
        for note in prepared.edge.notes:
            pulumi.log.info(note, component)
        for warning in (*prepared.edge.warnings, *settings_warnings(settings)):
            pulumi.log.warn(for_stack(warning, pulumi.get_stack()), component)
        self._review = _review(names, settings, prepared) if settings.publish.gate.is_on else None
        self._has_review_record = self._review is not None
        super().__init__(component, names, settings, prepared.edge, provider)
        self._warn_of_another_kind()
        bucket = self.bucket
        self._promoted = promoted_stack(names, settings.publish, current_stack(), self._own(after=[]))
        published = self._bulk(bucket) if settings.publish.mode == "bulk" else self._managed(bucket)
        self.outputs = {**published, **self._role(bucket)}

    def _warn_of_another_kind(self) -> None:
        """Warn in a preview if the previous deployment served the site as another kind: an app, or a site of pages."""
        settings = self._settings
        # A self-managed backend rewrites the state during an update, when it can't be read.
        if not pulumi.runtime.is_dry_run() or not settings.cloudfront.enabled:
            return
        # A rollback does not publish the current files.
        if settings.website.routing != "auto" or not settings.publish.publishes_folder:
            return
        stack = current_stack()
        full_name = f"{stack.organization}/{stack.project}/{stack.name}"
        previous = pulumi.StackReference(self._names.logical("previous"), full_name, self._own(after=[]))

        def warn(kind: str | None) -> None:
            warning = changed_kind(kind, self._edge.routes, stack.name)
            if warning:
                pulumi.log.warn(warning, self._component)

        previous.get_output("routing").apply(warn)

    def _managed(self, bucket: Bucket) -> Outputs:
        """Declare the resources of managed mode; return the outputs."""
        from hosting.site.managed import Managed  # noqa: PLC0415 - see above

        managed = Managed(self._names, self._settings, self._staged, self._edge)
        self._hint_at_bulk_mode()
        marker = managed.publish_marker(self._own(after=self._reviewed(bucket)))
        if not self._settings.cloudfront.enabled:
            website = self._website(bucket, None)
            pages = managed.files(bucket, self._options(after=[marker, *website.ready]))
            self._store_record(bucket, managed.published_files(bucket, marker, self._own(after=[pages])))
            return self._outputs(website, None, None)
        # Before the distribution, which routes to these files if the stack was in bulk mode before.
        pages = managed.files(bucket, self._options(after=[marker]))
        published = managed.published_files(bucket, marker, self._own(after=[pages]))
        distribution, functions = self._distribution(bucket, self._edge, [pages, self._first_policy(bucket)])
        website = self._website(bucket, distribution)
        after = self._own(after=[published, functions])
        invalidation = managed.invalidation(distribution, marker, published, after)
        self._store_record(bucket, invalidation or published, functions, *website.ready)
        return self._outputs(website, distribution, invalidation)

    def _hint_at_bulk_mode(self) -> None:
        """Show in the preview what bulk mode would save."""
        hint = bulk_mode_hint(self._staged.manifest.file_count) if pulumi.runtime.is_dry_run() else None
        if hint:
            pulumi.log.info(for_stack(hint, pulumi.get_stack()), self._component)

    def _bulk(self, bucket: Bucket) -> Outputs:
        """Declare the resources of bulk mode; return the outputs."""
        from hosting.site.bulk import Bulk  # noqa: PLC0415 - see above

        bulk = Bulk(self._names, self._settings, self._staged, self._edge, self._promoted)
        for warning in bulk.warnings:
            pulumi.log.warn(for_stack(warning, pulumi.get_stack()), self._component)
        marker = bulk.publish_marker(self._own(after=self._reviewed(bucket)))
        if not self._settings.cloudfront.enabled:
            website = self._website(bucket, None)
            release = bulk.release(bucket.bucket, "", marker, self._of_bucket(after=website.ready))
            self._store_record(bucket, release)
            return {**self._outputs(website, None, None), **release_outputs(release)}
        from hosting.cloudfront.key_value_store import make_release_store  # noqa: PLC0415 - see above

        store = make_release_store(self._cloud_names, self._options())
        release = bulk.release(bucket.bucket, store.arn, marker, self._of_bucket(after=[bucket]))
        after = [release, self._first_policy(bucket)]
        distribution, functions = self._distribution(bucket, bulk.edge, after, store.arn)
        website = self._website(bucket, distribution)
        bulk.managed_cleanup(bucket.bucket, marker, self._own(after=[distribution, functions]))
        self._store_record(bucket, functions, *website.ready)
        outputs = {**self._outputs(website, distribution, None), **release_outputs(release)}
        if self._settings.website.routing == "auto":
            outputs["routing"] = release.kind
        return outputs

    def _reviewed(self, bucket: Bucket) -> Sequence[pulumi.Resource]:
        """Declare the review, on which all that publishes must depend."""
        return self._review.before(bucket.bucket, self._own(after=[bucket])) if self._review else []

    def _store_record(self, bucket: Bucket, *after: pulumi.Resource) -> None:
        """Declare the record of the release for the next review."""
        if self._review:
            self._review.after(bucket.bucket, self._of_bucket(after=after))

    def _of_bucket(self, *, after: Sequence[pulumi.Resource]) -> pulumi.ResourceOptions:
        """Return the options of a resource whose objects are deleted with the bucket."""
        return pulumi.ResourceOptions.merge(self._own(after=after), pulumi.ResourceOptions(deleted_with=self.bucket))

    def _role(self, bucket: Bucket) -> Outputs:
        """Declare the deployments' role if the settings ask for one; return its outputs."""
        if not self._settings.deployments.create_role:
            return {}
        from hosting.deployments.role import make_role  # noqa: PLC0415 - see above

        domain = self._domain
        role = make_role(
            self._cloud_names,
            self._settings,
            current_stack(),
            bucket.arn,
            self._options(),
            zone_arn=domain.zone_arn if domain else None,
            requests_certificate=domain is not None and domain.is_requested,
            promoted_bucket=self._promoted.bucket if self._promoted else None,
        )
        return {"deploymentRoleArn": role.arn, "oidcProviderArn": role.provider_arn}

    def _outputs(
        self, website: Website, distribution: Distribution | None, invalidation: Invalidation | None
    ) -> Outputs:
        return {
            **site_outputs(website, distribution, self._staged.manifest),
            "routing": routing_output(self._settings.website.routing, self._edge.routes),
            "invalidationId": invalidation.invalidation_id if invalidation else None,
            **(self._domain.declare_records(distribution) if self._domain and distribution else {}),
        }


def _review(names: ResourceNames, settings: Settings, prepared: Prepared) -> SiteReview:
    from hosting.site.review import SiteReview  # noqa: PLC0415 - not needed if the review is off

    return SiteReview(names, settings, prepared, current_stack())
