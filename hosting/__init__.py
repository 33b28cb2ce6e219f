"""Static website hosting in one's own AWS account, as a Pulumi program and as a component for programs of one's own.

``StaticSite`` is imported when it is first used, so that the modules before the resources, and the dynamic providers,
load neither the AWS provider's SDK nor boto3.

The house has a room for each namespace of the stack's config, and data goes one way through it:

    stack config -> Settings -> staged tree + manifest -> digest -> resources -> outputs

- ``config``      reads raw stack config into frozen ``Settings``, and reports every problem at once. Makes nothing.
- ``errors``      what a user can get wrong, said in sentences.
- ``website``     the bucket and what makes it a website; routing, redirects and headers, as rules and as JavaScript.
- ``access``      who may see it: a password at the edge.
- ``domain``      host names of its own: certificate, DNS records, redirects to the first.
- ``deployments`` git push: what is connected to Pulumi Cloud, and the role that deployments take on.
- ``plan``        what the edge does for a stack: the pieces of its functions, in their order, held against the limits.
- ``cloudfront``  the distribution in front of the bucket. Knows nothing of files.
- ``publish``     what is uploaded: build, ignore rules, staging, manifest, cache control, synced folders, invalidation.
- ``aws``         the ``aws:`` settings, for the provider and for our own calls alike.
- ``site``        the only place where resources are wired together.
- ``migrate``     a tool of its own: reads an Amplify project into a stack's config. No part of a deployment.

Everything up to the digest is plain Python, without ``pulumi`` or ``boto3``; the linter holds it to that.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hosting.site.static_site import StaticSite

__all__ = ["StaticSite"]


def __getattr__(name: str) -> object:
    """Return ``StaticSite``, imported now: https://peps.python.org/pep-0562/."""
    if name == "StaticSite":
        from hosting.site.static_site import StaticSite  # noqa: PLC0415 - see above

        return StaticSite
    message = f"module {__name__!r} has no attribute {name!r}"
    raise AttributeError(message)
