"""The preparation before the first resource of AWS: build the site, stage it, and plan the edge."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from hosting.build import STATE, build_site
from hosting.edge.plan import EdgePlan, plan_edge, staged_keys
from hosting.edge.rule_files import Rules, read_rule_files, unpublished_files
from hosting.edge_tests.check import check_edge_tests
from hosting.errors import PublishError
from hosting.formats.gitignore import IgnoreRules
from hosting.publish.staging.cache_control import CacheControl
from hosting.publish.staging.content_encoding import ContentEncoding
from hosting.publish.staging.distribution_folder import locate_directory, resolve_directory
from hosting.publish.staging.lifetimes import Ttls
from hosting.publish.staging.manifest import Manifest
from hosting.publish.staging.staged_tree import StagedTree, stage

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hosting.build import Run
    from hosting.config.load import Settings

_DIGEST_SHOWN = 12


@dataclass(frozen=True)
class Prepared:
    """The result of the preparation, which the resources are declared from.

    Attributes:
        staged: the staged tree.
        edge: the edge plan.
    """

    staged: StagedTree
    edge: EdgePlan


def prepare(name: str, settings: Settings, run: Run) -> Prepared:
    """Build the site if there is a build command, stage it, and plan its edge.

    Raises:
        PublishError: the build fails; or see ``stage_and_plan``, which has the same arguments.
    """
    build_site(settings, run)
    return stage_and_plan(name, settings, run)


def stage_and_plan(name: str, settings: Settings, run: Run) -> Prepared:
    """Stage the site, which is built, and plan its edge.

    Args:
        name: the prefix of physical names in AWS.
        settings: the stack's settings.
        run: the run of the program.

    Raises:
        PublishError: the files can't be published; nothing is deployed.
        EdgeError: the rules are invalid or exceed a limit of CloudFront, or a test of `edge.test.yaml` fails; nothing
            is deployed.
    """
    publish = settings.publish
    folder = locate_directory(run.project, publish.directory, publish.ignore)
    # A rollback or a promotion does not publish the current files, but the edge plan depends on their names and rules.
    rules = read_rule_files(settings, folder, run.project)
    staged = _staged(settings, run, rules)
    edge = plan_edge(name, settings, staged.manifest, rules)
    for line in check_edge_tests(run.project, settings, staged, edge):
        run.say(line)
    return Prepared(staged, edge)


def _staged(settings: Settings, run: Run, rules: Rules) -> StagedTree:
    if settings.publish.release is not None:
        return _stage_for_rollback(settings, run, rules)
    if settings.publish.promoted is not None:
        run.say(f"Publishing what stack {settings.publish.promoted_stack} has; nothing is built")
        return _nothing_staged(settings, run)
    return _stage(settings, run, rules)


def _stage(settings: Settings, run: Run, rules: Rules) -> StagedTree:
    publish, cloudfront = settings.publish, settings.cloudfront
    # The same with and without CloudFront, so that turning it on or off uploads nothing again.
    ttls = Ttls(cloudfront.min_ttl, cloudfront.default_ttl, cloudfront.max_ttl)
    source = resolve_directory(
        run.project, publish.directory, publish.ignore, is_built=publish.build_command is not None
    )
    staged = stage(
        source,
        STATE / "staging" / settings.stack,
        IgnoreRules.from_folder(source, patterns=_ignored(publish.ignore, rules), ignore_file=publish.ignore_file),
        CacheControl(publish.cache_control, ttls).values_for,
        encodings=ContentEncoding(publish.content_encoding),
        index_document=settings.website.index_document,
        keys=partial(staged_keys, settings, rules),
    )
    if publish.release is None:
        run.say(_summary(publish.directory, staged))
    return staged


def _stage_for_rollback(settings: Settings, run: Run, rules: Rules) -> StagedTree:
    """Return the staged tree of the current files; an empty one if they can't be staged."""
    directory, release = settings.publish.directory, settings.publish.release
    try:
        staged = replace(_stage(settings, run, rules), warnings=())
    except PublishError:
        run.say(
            f"Rolling back to release {release}; proxies in the files of {directory} are left out: it can't be staged"
        )
        return _nothing_staged(settings, run)
    run.say(f"Rolling back to release {release}, with its files and rules")
    return staged


def _nothing_staged(settings: Settings, run: Run) -> StagedTree:
    return StagedTree(Manifest(()), 0, run.project / settings.publish.directory, STATE / "staging" / settings.stack)


def _ignored(patterns: Sequence[str], rules: Rules) -> list[str]:
    """Return ``patterns`` and the files that the edge reads, which come last so that no pattern publishes them."""
    return [*patterns, *(f"/{name}" for name in unpublished_files(rules))]


def _summary(directory: str, staged: StagedTree) -> str:
    manifest = staged.manifest
    files = "1 file" if manifest.file_count == 1 else f"{manifest.file_count} files"
    return (
        f"Publishing {files} ({manifest.total_bytes} bytes) of {directory}, "
        f"{staged.ignored_count} ignored, digest {manifest.digest[:_DIGEST_SHOWN]}"
    )
