"""Everything before the first resource: check, build, stage, and say in one line what will be published."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from hosting.edge.plan import EdgePlan, keys_for, plan_edge
from hosting.edge.rule_files import Rules, read_rule_files, unpublished_files
from hosting.errors import PublishError
from hosting.formats.gitignore import IgnoreRules
from hosting.publish.staging.build import run_build
from hosting.publish.staging.cache_control import CacheControl
from hosting.publish.staging.distribution_folder import locate_directory, resolve_directory
from hosting.publish.staging.lifetimes import Ttls
from hosting.publish.staging.manifest import Manifest
from hosting.publish.staging.staged_tree import StagedTree, stage

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from hosting.config.load import Settings

# Relative to the project: a synced folder's path must be.
STATE = Path(".hosting")
_DIGEST_SHOWN = 12


@dataclass(frozen=True)
class Run:
    """The run of the program that the preparation is for.

    Attributes:
        project: the folder of Pulumi.yaml, and the working directory.
        preview: whether nothing will be touched.
        say: shows a line to the user.
    """

    project: Path
    preview: bool
    say: Callable[[str], None]


@dataclass(frozen=True)
class Prepared:
    """What a stack publishes, and what the edge does for it: all that is known before the first resource.

    Attributes:
        staged: the staged tree.
        edge: the edge plan.
    """

    staged: StagedTree
    edge: EdgePlan


def prepare(name: str, settings: Settings, run: Run) -> Prepared:
    """Build the site if there is a build command, stage it, and plan its edge.

    Args:
        name: what the names in the cloud begin with.
        settings: the stack's settings.
        run: the run of the program.

    Raises:
        PublishError: the build fails, or the files cannot be published; nothing is deployed.
        EdgeError: the rules are invalid, or need more than CloudFront takes; nothing is deployed.
    """
    publish = settings.publish
    if publish.build_command is not None and publish.release is None:
        _build(publish.build_command, settings, run)
    # With a release that is pinned the files at hand are not published, but the edge goes by their names and rules.
    folder = locate_directory(run.project, publish.directory)
    rules = read_rule_files(settings, folder)
    staged = (
        _staged(settings, run, rules) if publish.release is None else _pinned(publish.release, settings, run, rules)
    )
    return Prepared(staged, plan_edge(name, settings, staged.manifest, rules))


def _staged(settings: Settings, run: Run, rules: Rules) -> StagedTree:
    publish, cloudfront = settings.publish, settings.cloudfront
    # With or without CloudFront the same, so that switching it on or off uploads nothing again.
    ttls = Ttls(cloudfront.min_ttl, cloudfront.default_ttl, cloudfront.max_ttl)
    source = resolve_directory(run.project, publish.directory, is_built=publish.build_command is not None)
    staged = stage(
        source,
        STATE / "staging" / settings.stack,
        IgnoreRules.from_folder(source, patterns=_ignored(publish.ignore, source), ignore_file=publish.ignore_file),
        CacheControl(publish.cache_control, ttls).values_for,
        index_document=settings.website.index_document,
        keys=partial(keys_for, settings, rules),
        as_one=publish.mode == "bulk",
    )
    if publish.release is None:
        run.say(_summary(publish.directory, staged))
    return staged


def _pinned(release: str, settings: Settings, run: Run, rules: Rules) -> StagedTree:
    """Return the files at hand, if there are any."""
    directory = settings.publish.directory
    try:
        staged = replace(_staged(settings, run, rules), warnings=())
    except PublishError:
        run.say(f"Going back to release {release}, without the redirects and headers of {directory}: it is not there")
        return StagedTree(Manifest(()), 0, run.project / directory, STATE / "staging" / settings.stack)
    run.say(f"Going back to release {release}, with the redirects and headers of {directory}")
    return staged


def _ignored(patterns: Sequence[str], folder: Path) -> list[str]:
    """Return the patterns, and after them, so that no pattern publishes them, the files that the edge reads."""
    return [*patterns, *(f"/{name}" for name in unpublished_files(folder))]


def _build(command: str, settings: Settings, run: Run) -> None:
    result = run_build(
        command,
        cwd=run.project,
        state_dir=STATE / "build" / settings.stack,
        directory=locate_directory(run.project, settings.publish.directory),
        preview=run.preview,
        echo=run.say,
    )
    run.say(f"Built in {result.seconds:.1f} s" if result.ran else "Nothing changed since the preview's build: using it")


def _summary(directory: str, staged: StagedTree) -> str:
    manifest = staged.manifest
    files = "1 file" if manifest.file_count == 1 else f"{manifest.file_count} files"
    return (
        f"Publishing {files} ({manifest.total_bytes} bytes) of {directory}, "
        f"{staged.ignored_count} ignored, digest {manifest.digest[:_DIGEST_SHOWN]}"
    )
