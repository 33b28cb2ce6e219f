"""What sites and preview edges have in common: a bucket, and the distribution that reads it.

Resources that few stacks have are imported where they are declared: their packages of pulumi_aws are large, and the
imports would take 0.2 s of the 2 to 3 s of each `pulumi up`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pulumi

from hosting.aws.cloud_names import CloudNames
from hosting.aws.provider import make_provider
from hosting.aws.regions import CLOUDFRONT_REGION
from hosting.aws.tags import tags_digest
from hosting.cloudfront.distribution import make_distribution
from hosting.cloudfront.functions import make_functions
from hosting.providers.first_policy import FirstPolicy
from hosting.publish.bulk import layout
from hosting.site.functions import function_marker, published_functions
from hosting.website.bucket import Website, make_bucket, private_website, public_website

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pulumi_aws import Provider
    from pulumi_aws.cloudfront import Distribution
    from pulumi_aws.s3 import Bucket

    from hosting.config.load import Settings
    from hosting.domain.names import CustomDomain
    from hosting.edge.plan import EdgePlan
    from hosting.providers.published_functions import PublishedFunctions
    from hosting.resource_names import ResourceNames
    from hosting.site.outputs import Outputs
    from hosting.site.store import RuleStore


class StackResources:
    """Declares a bucket and a distribution below a component.

    Attributes:
        bucket: the bucket.
        distribution: the distribution in front of it; None without CloudFront.
        outputs: what the stack exports; None if not applicable.
    """

    distribution: Distribution | None = None
    outputs: Outputs
    _has_review_record = False

    def __init__(
        self,
        component: pulumi.ComponentResource,
        names: ResourceNames,
        settings: Settings,
        edge: EdgePlan,
        provider: Provider,
    ) -> None:
        """Declare the bucket, and the certificate of the host names.

        Args:
            component: the parent of all resources.
            names: the names of the resources.
            settings: the stack's settings.
            edge: the edge plan.
            provider: the AWS provider.
        """
        self._component, self._names, self._settings, self._edge = component, names, settings, edge
        self._provider = provider
        self.bucket: Bucket = make_bucket(names, settings.website, self._options())
        self._cloud_names = CloudNames.beside(self.bucket, names)
        self._domain = self._custom_domain()

    def _custom_domain(self) -> CustomDomain | None:
        if not self._settings.domain.names:
            return None
        from hosting.domain.names import CustomDomain  # noqa: PLC0415 - see above

        return CustomDomain(self._names, self._settings, self._options(), self._certificate_options())

    def _certificate_options(self) -> pulumi.ResourceOptions:
        """Return the options of a certificate, whose provider is for CloudFront's region."""
        if self._settings.domain.certificate_arn:
            return self._options()
        settings = replace(self._settings.aws, region=CLOUDFRONT_REGION)
        logical = self._names.logical(CLOUDFRONT_REGION)
        provider = make_provider(logical, settings, pulumi.ResourceOptions(parent=self._component))
        return pulumi.ResourceOptions(parent=self._component, provider=provider)

    def _own(self, *, after: Sequence[pulumi.Resource]) -> pulumi.ResourceOptions:
        """Return the options of a resource that does not use the AWS provider."""
        return pulumi.ResourceOptions(parent=self._component, depends_on=[*after])

    def _options(self, *, after: Sequence[pulumi.Resource] = ()) -> pulumi.ResourceOptions:
        return pulumi.ResourceOptions(parent=self._component, provider=self._provider, depends_on=[*after])

    def _distribution(
        self,
        bucket: Bucket,
        edge: EdgePlan,
        after: Sequence[pulumi.Resource],
        release_store: pulumi.Input[str] | None = None,
        code_values: Mapping[str, pulumi.Output[str]] | None = None,
    ) -> tuple[Distribution, PublishedFunctions]:
        """Declare the distribution with its functions, and what makes sure that CloudFront runs them.

        Args:
            bucket: the bucket that it reads.
            edge: the edge plan.
            after: the resources that it depends on.
            release_store: the key-value store of bulk mode.
            code_values: what replaces placeholders in the code of the function for requests.
        """
        marker = function_marker(self._names, edge, self._own(after=[]))
        rules = self._rule_store(edge)
        opts = self._options(after=[*after, marker, *([rules.items] if rules else [])])
        functions = make_functions(
            self._cloud_names,
            edge,
            opts,
            rules.arn if rules else release_store,
            for_releases=release_store is not None,
            code_values=code_values,
            tags=tags_digest(self._settings.aws),
        )
        made = [one.function for one in functions]
        published = published_functions(self._names, functions, marker, self._own(after=made))
        if rules:
            rules.declare_cleanup(self._own(after=[published]))
        # CloudFront refuses a distribution with a function that is not published.
        opts = pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(depends_on=[published]))
        settings, attached = self._settings.cloudfront, self._domain.attached if self._domain else None
        self.distribution = make_distribution(
            self._cloud_names, settings, bucket, edge, opts, functions=functions, attached=attached
        )
        return self.distribution, published

    def _rule_store(self, edge: EdgePlan) -> RuleStore | None:
        """Declare the key-value store if the functions read one."""
        if not edge.store_items:
            return None
        from hosting.site.store import RuleStore  # noqa: PLC0415 - see above

        return RuleStore(self._names, edge.store_items, self._options(), self._own(after=[]))

    def _first_policy(self, bucket: Bucket) -> FirstPolicy:
        """Declare the policy that lets the distribution read the bucket as soon as it uses it."""
        after = self._own(after=[bucket])
        logical = self._names.logical("first-policy")
        return FirstPolicy(logical, bucket.bucket, after, missing_is_404=self._missing_is_404())

    def _missing_is_404(self) -> bool:
        """Return whether S3 answers 404 for a key that does not exist; `errors` maps its 403."""
        return self._settings.website.routing != "errors"

    @property
    def _hidden(self) -> tuple[str, ...]:
        """The prefixes of the keys that the distribution may not read in bulk mode."""
        return (layout.RECORDS,)

    def _website(self, bucket: Bucket, distribution: Distribution | None) -> Website:
        settings = self._settings.website.model_copy(update={"error_document": self._edge.error_document})
        is_bulk = self._settings.publish.mode == "bulk"
        in_place = (layout.IN_PLACE_RECORDS,) if is_bulk or self._has_review_record else ()
        if distribution is None:
            return public_website(self._names, bucket, settings, self._options(), hidden=in_place)
        hidden = self._hidden if is_bulk else in_place
        after, missing_is_404 = self._options(after=[distribution]), self._missing_is_404()
        names, reader = self._names, distribution.arn
        return private_website(names, bucket, settings, reader, after, missing_is_404=missing_is_404, hidden=hidden)
