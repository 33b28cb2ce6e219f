"""The component ``StaticSite``: for the program of this repository, and for programs of one's own."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pulumi

from hosting.aws.provider import make_provider
from hosting.errors import HostingError
from hosting.resource_names import COMPONENT
from hosting.site.component import build, declare, known_errors, prepared_site, start, while_plugins_start

if TYPE_CHECKING:
    from pulumi_aws.cloudfront import Distribution
    from pulumi_aws.s3 import Bucket

    from hosting.config.load import Settings
    from hosting.prepare import Prepared


class StaticSite(pulumi.ComponentResource):
    """A website: its bucket, its distribution if CloudFront is enabled, its files, and the invalidation.

    Attributes:
        url: the site's address.
        bucket: the bucket with the site's files.
        distribution: the distribution in front of the bucket; None without CloudFront.
        outputs: what the program of this repository exports; None if not applicable.
    """

    def __init__(
        self, name: str, opts: pulumi.ResourceOptions | None = None, *, settings: Settings | None = None
    ) -> None:
        """Build and stage the site, and declare its resources.

        Args:
            name: the component's name; the names of its resources begin with it.
            opts: the component's options. Its resources get an AWS provider with the stack's `aws:` settings.
            settings: what to deploy; without them, the stack's config is read.

        Raises:
            RunError: the config, the files or the rules are invalid, or the stack has a site already.
        """
        with known_errors():
            settings, names = start(name, settings)
            _refuse_previews(settings)
            build(settings)
            super().__init__(COMPONENT, name, None, opts)
            declare(name)
            provider = make_provider(names.logical("aws"), settings.aws, pulumi.ResourceOptions(parent=self))
            prepared = while_plugins_start(partial(_prepared, names.prefix, settings))
            from hosting.site.resources import SiteResources  # noqa: PLC0415 - see _prepared

            resources = SiteResources(self, names, settings, prepared, provider)
        # Annotated here: the SDK evaluates a class's annotations, whose names it would have to import.
        self.bucket: Bucket = resources.bucket
        self.distribution: Distribution | None = resources.distribution
        self.outputs = resources.outputs
        self.url: pulumi.Output[str] = pulumi.Output.from_input(self.outputs["url"]).apply(str)
        self.register_outputs(self.outputs)


def _prepared(prefix: str, settings: Settings) -> Prepared:
    """Return the staged tree and the edge plan, and import what declares the resources, which takes 0.2 s."""
    import hosting.site.resources  # noqa: F401, PLC0415 - see above

    return prepared_site(prefix, settings)


def _refuse_previews(settings: Settings) -> None:
    """Refuse the settings of a preview edge or of a preview, which are other components.

    Raises:
        HostingError: the stack is not a site.
    """
    if settings.previews.domain is not None or settings.previews.edge is not None:
        key = "domain" if settings.previews.domain is not None else "edge"
        raise HostingError(
            f"A StaticSite cannot have 'previews:{key}'; nothing was deployed: pulumi config rm previews:{key}"
        )
