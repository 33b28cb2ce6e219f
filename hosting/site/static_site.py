"""The component that declares all resources of a site.

Resources that few stacks have are imported where they are declared: their packages of pulumi_aws are large, and the
imports would take 0.2 s of the 2 to 3 s of each `pulumi up`.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pulumi

from hosting.aws.provider import make_provider
from hosting.aws.regions import CLOUDFRONT_REGION
from hosting.cloudfront.distribution import make_distribution
from hosting.deployments.rights import Stack, issuer_of
from hosting.edge.warnings import changed_kind, routing_output
from hosting.providers.first_policy import FirstPolicy
from hosting.providers.invalidation import Invalidation, InvalidationArgs
from hosting.providers.publish_marker import PublishMarker
from hosting.publish.bulk import layout
from hosting.publish.managed.invalidation_paths import error_page_files
from hosting.publish.managed.synced_folders import publish_folder
from hosting.resource_names import COMPONENT
from hosting.site.bulk import Bulk
from hosting.website.bucket import Website, make_bucket, private_website, public_website

if TYPE_CHECKING:
    from pulumi_aws.cloudfront import Distribution
    from pulumi_aws.s3 import Bucket

    from hosting.cloudfront.distribution import ReleaseRouting
    from hosting.config.load import Settings
    from hosting.domain.names import CustomDomain
    from hosting.edge.plan import EdgePlan
    from hosting.prepare import Prepared
    from hosting.providers.live import Live
    from hosting.providers.release import Release


class StaticSite(pulumi.ComponentResource):
    """A website: its bucket, the distribution if there is one, its files, and the invalidation.

    Attributes:
        outputs: what the stack exports; None if not applicable.
    """

    outputs: dict[str, pulumi.Input[object] | None]

    def __init__(self, name: str, settings: Settings, prepared: Prepared) -> None:
        """Declare all resources of a stage.

        Args:
            name: what the names in the cloud begin with.
            settings: the stack's settings.
            prepared: the staged tree to publish, and the edge plan.
        """
        self._edge = prepared.edge
        # Before the first resource, as it may fail.
        if settings.deployments.create_role:
            issuer_of(settings.deployments, _stack())
        super().__init__(COMPONENT, name)
        for note in self._edge.notes:
            pulumi.log.info(note, self)
        for warning in self._edge.warnings:
            pulumi.log.warn(warning, self)
        self._name = name
        self._settings = settings
        self._staged = prepared.staged
        self._warn_of_another_kind()
        self._provider = make_provider(name, settings.aws, pulumi.ResourceOptions(parent=self))
        bucket = make_bucket(name, settings.website, self._options())
        self._names = self._own_names()
        published = self._bulk(bucket) if settings.publish.mode == "bulk" else self._managed(bucket)
        self.outputs = {**published, **self._role(bucket)}
        self.register_outputs(self.outputs)

    def _warn_of_another_kind(self) -> None:
        """Warn in a preview if the previous deployment served the site as another kind: an app, or a site of pages."""
        settings = self._settings
        # A self-managed backend rewrites the state during an update, when it can't be read.
        if not pulumi.runtime.is_dry_run() or not settings.cloudfront.enabled:
            return
        # A rollback does not publish the current files.
        if settings.website.routing != "auto" or settings.publish.release:
            return
        stack = _stack()
        previous = pulumi.StackReference(
            "previous", f"{stack.organization}/{stack.project}/{stack.name}", self._own(after=[])
        )

        def warn(kind: str | None) -> None:
            warning = changed_kind(kind, self._edge.routes, stack.name)
            if warning:
                pulumi.log.warn(warning, self)

        previous.get_output("routing").apply(warn)

    def _own_names(self) -> CustomDomain | None:
        if not self._settings.domain.names:
            return None
        from hosting.domain.names import CustomDomain  # noqa: PLC0415 - see above

        return CustomDomain(self._name, self._settings, self._options(), self._certificate_options())

    def _certificate_options(self) -> pulumi.ResourceOptions:
        """Return the options of a certificate, whose provider is for CloudFront's region."""
        if self._settings.domain.certificate_arn:
            return self._options()
        settings = replace(self._settings.aws, region=CLOUDFRONT_REGION)
        provider = make_provider(f"{self._name}-{CLOUDFRONT_REGION}", settings, pulumi.ResourceOptions(parent=self))
        return pulumi.ResourceOptions(parent=self, provider=provider)

    def _managed(self, bucket: Bucket) -> dict[str, pulumi.Input[object] | None]:
        """Declare the resources of managed mode; return the outputs."""
        if not self._settings.cloudfront.enabled:
            website = self._website(bucket, None)
            self._files(bucket, website.ready)
            return self._outputs(website, None, None)
        publish_marker = self._publish_marker()
        # Before the distribution, which routes to these files if the stack was in bulk mode before.
        pages = self._files(bucket, [publish_marker] if publish_marker else [])
        after = self._options(after=[pages, self._first_policy(bucket)])
        distribution = self._distribution(bucket, self._edge, after)
        website = self._website(bucket, distribution)
        invalidation = self._invalidation(bucket, distribution, publish_marker, pages) if publish_marker else None
        return self._outputs(website, distribution, invalidation)

    def _bulk(self, bucket: Bucket) -> dict[str, pulumi.Input[object] | None]:
        """Declare the resources of bulk mode; return the outputs."""
        bulk = Bulk(self._settings, self._staged, self._edge)
        if not self._settings.cloudfront.enabled:
            website = self._website(bucket, None)
            release = bulk.release(bucket, self._own(after=website.ready))
            return {**self._outputs(website, None, None), **_of_release(release)}
        release = bulk.release(bucket, self._own(after=[bucket]))
        after = self._options(after=[release, self._first_policy(bucket)])
        distribution = self._distribution(bucket, bulk.edge, after, bulk.release_routing(bucket, release))
        website = self._website(bucket, distribution)
        live = bulk.live(bucket, distribution, release, self._own(after=[distribution, *website.ready]))
        invalidation = None if self._settings.publish.invalidate == "never" else live
        outputs = {**self._outputs(website, distribution, invalidation), **_of_release(release)}
        if self._settings.website.routing == "auto":
            outputs["routing"] = _routing_of(release, self._edge.routes.kind)
        return outputs

    def _own(self, *, after: list[pulumi.Resource]) -> pulumi.ResourceOptions:
        """Return the options of a resource that does not use the AWS provider."""
        return pulumi.ResourceOptions(parent=self, depends_on=after)

    def _options(self, *, after: list[pulumi.Resource] | None = None) -> pulumi.ResourceOptions:
        return pulumi.ResourceOptions(parent=self, provider=self._provider, depends_on=after)

    def _distribution(
        self, bucket: Bucket, edge: EdgePlan, opts: pulumi.ResourceOptions, release: ReleaseRouting | None = None
    ) -> Distribution:
        own = self._names.attached if self._names else None
        return make_distribution(
            self._name, self._settings.cloudfront, bucket, edge, opts, release=release, attached=own
        )

    def _first_policy(self, bucket: Bucket) -> FirstPolicy:
        """Declare the policy that lets the distribution read the bucket as soon as it uses it."""
        after = self._own(after=[bucket])
        return FirstPolicy("first-policy", bucket.bucket, after, missing_is_404=self._missing_is_404())

    def _missing_is_404(self) -> bool:
        """Return whether S3 answers 404 for a key that does not exist; `errors` maps its 403."""
        return self._settings.website.routing != "errors"

    def _website(self, bucket: Bucket, distribution: Distribution | None) -> Website:
        settings = self._settings.website.model_copy(update={"error_document": self._edge.error_document})
        is_bulk = self._settings.publish.mode == "bulk"
        if distribution is None:
            hidden = layout.IN_PLACE_RECORDS if is_bulk else None
            return public_website(self._name, bucket, settings, self._options(), hidden=hidden)
        hidden = layout.RECORDS if is_bulk else None
        after, missing_is_404 = self._options(after=[distribution]), self._missing_is_404()
        return private_website(
            self._name, bucket, settings, distribution.arn, after, missing_is_404=missing_is_404, hidden=hidden
        )

    def _files(self, bucket: Bucket, ready: list[pulumi.Resource]) -> pulumi.Resource:
        """Declare the synced folders; return that of the pages, which comes after the assets that they refer to."""
        staged = self._staged
        assets = publish_folder("assets", staged.assets, bucket, staged.manifest, self._options(after=ready))
        last = self._options(after=[*ready, assets])
        return publish_folder("pages", staged.pages, bucket, staged.manifest, last)

    def _publish_marker(self) -> PublishMarker | None:
        """Declare the publish marker, unless nothing is ever invalidated."""
        if self._settings.publish.invalidate == "never":
            return None
        content = [self._entries(), self._fallbacks(), self._error_responses()]
        return PublishMarker("publish-marker", content, pulumi.ResourceOptions(parent=self))

    def _entries(self) -> dict[str, str]:
        return {entry.path: entry.fingerprint for entry in self._staged.manifest.entries}

    def _fallbacks(self) -> list[str]:
        pages = [response.response_page_path for response in self._edge.error_responses]
        files = set(error_page_files(pages, self._settings.website.index_document))
        return sorted(files | ({self._edge.routes.app_page} - {""}))

    def _error_responses(self) -> str:
        """Return the index document and the error responses, as JSON."""
        errors = [response.model_dump(mode="json") for response in self._edge.error_responses]
        return json.dumps([self._settings.website.index_document, errors])

    def _invalidation(
        self, bucket: Bucket, distribution: Distribution, publish_marker: PublishMarker, pages: pulumi.Resource
    ) -> Invalidation:
        publish = self._settings.publish
        args = InvalidationArgs(
            distribution_id=distribution.id,
            bucket=bucket.bucket,
            staging=self._staged.folder.as_posix(),
            publish_marker=publish_marker.marker,
            previous_publish_marker=publish_marker.previous,
            entries=self._entries(),
            index_document=self._settings.website.index_document,
            fallbacks=self._fallbacks(),
            error_responses=self._error_responses(),
            max_paths=publish.invalidation_max_paths,
            always=publish.invalidate == "always",
            wait=publish.invalidation_wait,
        )
        return Invalidation("invalidation", args, pulumi.ResourceOptions(parent=self, depends_on=[pages]))

    def _role(self, bucket: Bucket) -> dict[str, pulumi.Input[object] | None]:
        """Declare the deployments' role if the settings ask for one; return its outputs."""
        if not self._settings.deployments.create_role:
            return {}
        from hosting.deployments.role import make_role  # noqa: PLC0415 - see above

        names = self._names
        role = make_role(
            self._name,
            self._settings,
            _stack(),
            bucket.arn,
            self._options(),
            zone_arn=names.zone_arn if names else None,
            requests_certificate=names is not None and names.is_requested,
        )
        return {"deploymentRoleArn": role.arn, "oidcProviderArn": role.provider_arn}

    def _outputs(
        self,
        website: Website,
        distribution: Distribution | None,
        invalidation: Invalidation | Live | None,
    ) -> dict[str, pulumi.Input[object] | None]:
        domain = distribution.domain_name if distribution else None
        website_url = pulumi.Output.concat("http://", website.endpoint) if website.endpoint else None
        return {
            "url": pulumi.Output.concat("https://", domain) if domain else website_url,
            "websiteUrl": website_url,
            "bucketName": website.bucket.bucket,
            "bucketRegion": website.bucket.region,
            "distributionId": distribution.id if distribution else None,
            "distributionDomain": domain,
            "digest": self._staged.manifest.digest,
            "fileCount": self._staged.manifest.file_count,
            "routing": routing_output(self._settings.website.routing, self._edge.routes),
            "invalidationId": invalidation.invalidation_id if invalidation else None,
            **(self._names.declare_records(distribution) if self._names and distribution else {}),
        }


def _stack() -> Stack:
    return Stack(pulumi.get_organization(), pulumi.get_project(), pulumi.get_stack())


def _of_release(release: Release) -> dict[str, pulumi.Input[object] | None]:
    """Return the outputs of bulk mode, which replace or extend the others."""
    return {"digest": release.digest, "fileCount": release.file_count, "releases": release.releases}


def _routing_of(release: Release, routing: str) -> pulumi.Output[str]:
    """Return the output ``routing`` by the release's files; without it, ``routing``, which is by the current files."""
    return release.pointer.apply(lambda pointer: str(pointer.get("kind") or routing))
