"""The only place where resources are wired together: all that a site declares.

What few stacks have is imported where it is declared: their packages of pulumi_aws are large, and every `pulumi up`
would wait for them, 0.2 s of its 2 to 3.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pulumi

from hosting.aws.cloud_names import CloudNames
from hosting.aws.provider import make_provider
from hosting.aws.regions import CLOUDFRONT_REGION
from hosting.cloudfront.distribution import make_distribution
from hosting.deployments.rights import Stack
from hosting.edge.warnings import changed_kind, routing_output
from hosting.providers.first_policy import FirstPolicy
from hosting.providers.invalidation import Invalidation, InvalidationArgs
from hosting.providers.publish_marker import Mark
from hosting.publish.bulk import layout
from hosting.publish.managed.invalidation_paths import answering_files
from hosting.publish.managed.synced_folders import publish_folder
from hosting.site.bulk import Bulk
from hosting.website.bucket import Website, make_bucket, open_website, private_website

if TYPE_CHECKING:
    from pulumi_aws.cloudfront import Distribution
    from pulumi_aws.s3 import Bucket

    from hosting.cloudfront.distribution import Leading
    from hosting.config.load import Settings
    from hosting.domain.names import OwnNames
    from hosting.edge.plan import EdgePlan
    from hosting.prepare import Prepared
    from hosting.providers.live import Live
    from hosting.providers.release import Release
    from hosting.resource_names import ResourceNames


class SiteResources:
    """Declares a site's resources below its component.

    Attributes:
        bucket: the bucket with the site's files.
        distribution: the distribution in front of it; None without CloudFront.
        outputs: what the stack exports; None if not applicable.
    """

    bucket: Bucket
    distribution: Distribution | None = None
    outputs: dict[str, pulumi.Input[object] | None]

    def __init__(
        self, component: pulumi.ComponentResource, names: ResourceNames, settings: Settings, prepared: Prepared
    ) -> None:
        """Declare all resources of a stage.

        Args:
            component: their parent.
            names: the names of the resources.
            settings: the stack's settings.
            prepared: the staged tree to publish, and the edge plan.
        """
        self._component = component
        self._settings, self._edge, self._staged = settings, prepared.edge, prepared.staged
        self._resource_names = names
        for note in self._edge.notes:
            pulumi.log.info(note, component)
        for warning in self._edge.warnings:
            pulumi.log.warn(warning, component)
        self._warn_of_another_kind()
        self._provider = make_provider(names.logical("aws"), settings.aws, pulumi.ResourceOptions(parent=component))
        self.bucket = bucket = make_bucket(names, settings.website, self._options())
        self._cloud_names = CloudNames.beside(bucket, names)
        self._own_names = self._declare_own_names()
        published = self._bulk(bucket) if settings.publish.mode == "bulk" else self._managed(bucket)
        self.outputs = {**published, **self._role(bucket)}

    def _warn_of_another_kind(self) -> None:
        """Warn in a preview if the tree was served in another way until now: as an app, or as a site of pages."""
        settings = self._settings
        # A self-managed backend rewrites the state during an update, and nobody may read it meanwhile.
        if not pulumi.runtime.is_dry_run() or not settings.cloudfront.enabled:
            return
        # The files at hand are not those of a release that is pinned.
        if settings.website.routing != "auto" or settings.publish.release:
            return
        own = current_stack()
        previous = pulumi.StackReference(
            self._resource_names.logical("previous"),
            f"{own.organization}/{own.project}/{own.name}",
            self._own(after=[]),
        )

        def warn(kind: str | None) -> None:
            warning = changed_kind(kind, self._edge.routes, own.name)
            if warning:
                pulumi.log.warn(warning, self._component)

        previous.get_output("routing").apply(warn)

    def _declare_own_names(self) -> OwnNames | None:
        if not self._settings.domain.names:
            return None
        from hosting.domain.names import OwnNames  # noqa: PLC0415 - see above

        return OwnNames(self._resource_names, self._settings, self._options(), self._certificate_options())

    def _certificate_options(self) -> pulumi.ResourceOptions:
        """Return the options of a certificate, which is in the region where CloudFront looks for it."""
        if self._settings.domain.certificate_arn:
            return self._options()
        there = replace(self._settings.aws, region=CLOUDFRONT_REGION)
        logical = self._resource_names.logical(CLOUDFRONT_REGION)
        provider = make_provider(logical, there, pulumi.ResourceOptions(parent=self._component))
        return pulumi.ResourceOptions(parent=self._component, provider=provider)

    def _managed(self, bucket: Bucket) -> dict[str, pulumi.Input[object] | None]:
        """Declare what publishes each file as a resource; return the outputs."""
        if not self._settings.cloudfront.enabled:
            website = self._website(bucket, None)
            self._files(bucket, website.ready)
            return self._outputs(website, None, None)
        mark = self._mark()
        # Before the distribution: one that was in bulk mode until now leads to these files from now on.
        pages = self._files(bucket, [mark] if mark else [])
        after = self._options(after=[pages, self._first_policy(bucket)])
        distribution = self._distribution(bucket, self._edge, after)
        website = self._website(bucket, distribution)
        told = self._invalidation(bucket, distribution, mark, pages) if mark else None
        return self._outputs(website, distribution, told)

    def _bulk(self, bucket: Bucket) -> dict[str, pulumi.Input[object] | None]:
        """Declare what publishes all files as one; return the outputs."""
        bulk = Bulk(self._resource_names, self._settings, self._staged, self._edge)
        if not self._settings.cloudfront.enabled:
            website = self._website(bucket, None)
            release = bulk.release(bucket, self._own(after=website.ready))
            return {**self._outputs(website, None, None), **_of_release(release)}
        release = bulk.release(bucket, self._own(after=[bucket]))
        after = self._options(after=[release, self._first_policy(bucket)])
        distribution = self._distribution(bucket, bulk.edge, after, bulk.leading(release))
        website = self._website(bucket, distribution)
        live = bulk.live(bucket, distribution, release, self._own(after=[distribution, *website.ready]))
        told = None if self._settings.publish.invalidate == "never" else live
        outputs = {**self._outputs(website, distribution, told), **_of_release(release)}
        if self._settings.website.routing == "auto":
            outputs["routing"] = _routing_of(release, self._edge.routes.kind)
        return outputs

    def _own(self, *, after: list[pulumi.Resource]) -> pulumi.ResourceOptions:
        """Return the options of a resource that is not the AWS provider's."""
        return pulumi.ResourceOptions(parent=self._component, depends_on=after)

    def _options(self, *, after: list[pulumi.Resource] | None = None) -> pulumi.ResourceOptions:
        return pulumi.ResourceOptions(parent=self._component, provider=self._provider, depends_on=after)

    def _distribution(
        self, bucket: Bucket, edge: EdgePlan, opts: pulumi.ResourceOptions, release: Leading | None = None
    ) -> Distribution:
        own = self._own_names.attached if self._own_names else None
        names, settings = self._cloud_names, self._settings.cloudfront
        self.distribution = make_distribution(names, settings, bucket, edge, opts, release=release, own=own)
        return self.distribution

    def _first_policy(self, bucket: Bucket) -> FirstPolicy:
        """Declare what lets the distribution read a bucket from the moment that it is pointed at it."""
        after = self._own(after=[bucket])
        return FirstPolicy(
            self._resource_names.logical("first-policy"), bucket.bucket, after, missing_is_404=self._missing_is_404()
        )

    def _missing_is_404(self) -> bool:
        """Return whether S3 answers 404 for a key that does not exist; `errors` maps its 403."""
        return self._settings.website.routing != "errors"

    def _website(self, bucket: Bucket, distribution: Distribution | None) -> Website:
        settings = self._settings.website.model_copy(update={"error_document": self._edge.error_document})
        is_bulk = self._settings.publish.mode == "bulk"
        if distribution is None:
            hidden = layout.IN_PLACE_RECORDS if is_bulk else None
            return open_website(self._resource_names, bucket, settings, self._options(), hidden=hidden)
        hidden = layout.RECORDS if is_bulk else None
        after, missing_is_404 = self._options(after=[distribution]), self._missing_is_404()
        names, reader = self._resource_names, distribution.arn
        return private_website(names, bucket, settings, reader, after, missing_is_404=missing_is_404, hidden=hidden)

    def _files(self, bucket: Bucket, ready: list[pulumi.Resource]) -> pulumi.Resource:
        """Return the pages' folder: the last to go up, so that no visitor gets a page before its assets."""
        staged = self._staged
        names = self._resource_names
        assets = publish_folder(
            names.logical("assets"), staged.assets, bucket, staged.manifest, self._options(after=ready)
        )
        last = self._options(after=[*ready, assets])
        return publish_folder(names.logical("pages"), staged.pages, bucket, staged.manifest, last)

    def _mark(self) -> Mark | None:
        """Declare the mark of the publish, unless the edge is never told."""
        if self._settings.publish.invalidate == "never":
            return None
        content = [self._entries(), self._fallbacks(), self._answers()]
        return Mark(
            self._resource_names.logical("publish-marker"), content, pulumi.ResourceOptions(parent=self._component)
        )

    def _entries(self) -> dict[str, str]:
        return {entry.path: entry.fingerprint for entry in self._staged.manifest.entries}

    def _fallbacks(self) -> list[str]:
        pages = [response.response_page_path for response in self._edge.error_responses]
        return sorted({*answering_files(pages, self._settings.website.index_document), *self._edge.fallbacks})

    def _answers(self) -> str:
        """Return all that says how CloudFront answers where it does not answer with the file of the path."""
        errors = [response.model_dump(mode="json") for response in self._edge.error_responses]
        return json.dumps([self._settings.website.index_document, errors])

    def _invalidation(
        self, bucket: Bucket, distribution: Distribution, mark: Mark, pages: pulumi.Resource
    ) -> Invalidation:
        publish = self._settings.publish
        args = InvalidationArgs(
            distribution_id=distribution.id,
            bucket=bucket.bucket,
            staging=self._staged.folder.as_posix(),
            mark=mark.mark,
            previous_mark=mark.previous,
            entries=self._entries(),
            index_document=self._settings.website.index_document,
            fallbacks=self._fallbacks(),
            answers=self._answers(),
            max_paths=publish.invalidation_max_paths,
            always=publish.invalidate == "always",
            wait=publish.invalidation_wait,
        )
        return Invalidation(self._resource_names.logical("invalidation"), args, self._own(after=[pages]))

    def _role(self, bucket: Bucket) -> dict[str, pulumi.Input[object] | None]:
        """Declare the deployments' role if the stack is to have one; return the outputs about it."""
        if not self._settings.deployments.create_role:
            return {}
        from hosting.deployments.role import make_role  # noqa: PLC0415 - see above

        names = self._own_names
        role = make_role(
            self._cloud_names,
            self._settings,
            current_stack(),
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
            **(self._own_names.lead_to(distribution) if self._own_names and distribution else {}),
        }


def current_stack() -> Stack:
    """Return the stack that is deployed."""
    return Stack(pulumi.get_organization(), pulumi.get_project(), pulumi.get_stack())


def _of_release(release: Release) -> dict[str, pulumi.Input[object] | None]:
    """Return the outputs that bulk mode knows better, or alone."""
    return {"digest": release.digest, "fileCount": release.file_count, "releases": release.releases}


def _routing_of(release: Release, routing: str) -> pulumi.Output[str]:
    """Return the output ``routing`` by the release's own files, else ``routing``, which is by the files at hand."""
    return release.pointer.apply(lambda pointer: str(pointer.get("kind") or routing))
