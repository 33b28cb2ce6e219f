"""Static website hosting in your own AWS account: a Pulumi program, and a component for other programs.

Data flows one way:

    stack config -> Settings -> staged tree + manifest -> edge plan -> resources -> outputs

- ``program``     declares the stack's site, and exports its outputs.
- ``config``      reads raw stack config into frozen ``Settings``, and reports all problems at once.
- ``build``       runs the site's build command.
- ``prepare``     stages the site, reads its rule files, and plans its edge.
- ``formats``     parses what users write: gitignore patterns, redirects, headers, countries.
- ``website``, ``cloudfront``, ``domain``, ``access``, ``deployments``, ``previews``, ``aws``
                  one package for each namespace of the config: its settings, and its resources.
- ``publish``     how a folder becomes a published site: staging, managed mode, bulk mode, the bucket's client.
- ``edge``        everything that runs at CloudFront's edge, or is computed for it.
- ``edge_tests``  the tests of ``edge.test.yaml``, before anything is deployed.
- ``providers``   the dynamic providers, to which stacks' states refer.
- ``site``        ``StaticSite``: the only place where resources are wired together.
- ``migrate``     the command that writes a stack's config from an Amplify project.
- ``verify``      the command that compares what visitors get with what a stack publishes.

Everything before the resources is plain Python, without ``pulumi`` or ``boto3``; import-linter checks it.

``StaticSite`` is imported when it is first used, so that those modules and the dynamic providers load neither
pulumi_aws nor boto3.
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
