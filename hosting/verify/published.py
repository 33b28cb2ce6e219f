"""What a stack publishes: the manifest of the live files, and the rules."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hosting.build import STATE, Run
from hosting.edge.rule_files import RULE_FILES, Rules, read_rule_files, unpublished_files
from hosting.edge_tests.edge_test_file import read_edge_tests
from hosting.formats.gitignore import IgnoreRules
from hosting.prepare import prepare
from hosting.publish.staging.distribution_folder import locate_directory
from hosting.publish.staging.manifest import Manifest
from hosting.publish.staging.staged_paths import MANIFEST
from hosting.verify.closed_checks import ignored_files
from hosting.verify.errors import VerifyError
from hosting.verify.live_release import live_manifest

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from hosting.config.load import Settings
    from hosting.edge_tests.edge_test import EdgeTest
    from hosting.verify.stack import Stack

_DIGEST_SHOWN = 12


@dataclass(frozen=True)
class Published:
    """What a stack publishes.

    Attributes:
        manifest: the live files.
        rules: the rules of the settings and of the rule files.
        ignored: some of the ignored files in the distribution folder.
        staging: the folder of the staged tree, relative to the project.
        notes: sentences for the user.
        edge_tests: the tests of `edge.test.yaml`.
    """

    manifest: Manifest
    rules: Rules
    ignored: tuple[str, ...]
    staging: str
    notes: tuple[str, ...] = ()
    edge_tests: tuple[EdgeTest, ...] = ()


def read_published(project: Path, stack: Stack, say: Callable[[str], None], *, build: bool) -> Published:
    """Return what the stack publishes; ``build`` is whether to build and stage the site first.

    Raises:
        HostingError: the files on this machine are not the live ones.
    """
    settings = stack.settings
    folder = locate_directory(project, settings.publish.directory, settings.publish.ignore)
    staging = STATE / "staging" / settings.stack
    if build:
        prepare(settings.stack, settings, Run(project, preview=False, say=say))
    elif not folder.is_dir() and settings.publish.publishes_folder:
        raise VerifyError(
            f"The distribution folder '{settings.publish.directory}' does not exist, and its rule files are needed: "
            f"build the site, or add --build"
        )
    manifest = _live_manifest(project / staging / MANIFEST, stack)
    rules = read_rule_files(settings, folder, project)
    notes = _newer_rule_files(_rule_files(project, folder, settings), project / staging / MANIFEST)
    tests = read_edge_tests(project)
    return Published(manifest, rules, tuple(_ignored(stack, folder, rules)), staging.as_posix(), notes, tests)


def _live_manifest(file: Path, stack: Stack) -> Manifest:
    """Return the staged manifest if it is the live one; in bulk mode the bucket has the live one, too."""
    staged = Manifest.from_json(file.read_text(encoding="utf-8")) if file.is_file() else None
    if staged is not None and staged.digest == stack.digest:
        return staged
    if stack.settings.publish.mode == "bulk":
        return live_manifest(stack)
    state = f"have the digest {staged.digest[:_DIGEST_SHOWN]}" if staged else "are not staged"
    raise VerifyError(
        f"Stack '{stack.name}' serves the files with the digest {stack.digest[:_DIGEST_SHOWN]}, but those on this "
        f"machine {state}. To deploy these files: pulumi up --stack {stack.name}. If they are the live ones and only "
        f"have to be built: python -m hosting.verify --stack {stack.name} --build"
    )


def _rule_files(project: Path, folder: Path, settings: Settings) -> dict[str, Path]:
    """Return the rule files that may exist, by the names in messages."""
    named = [name for name in (settings.website.redirects_file, settings.website.headers_file) if name]
    return {**{name: folder / name for name in RULE_FILES}, **{name: project / name for name in named}}


def _newer_rule_files(files: Mapping[str, Path], manifest: Path) -> tuple[str, ...]:
    """Return a note if a rule file has changed since the last `pulumi up` or preview on this machine."""
    if not manifest.is_file():
        return ()
    staged_at = manifest.stat().st_mtime
    names = [name for name, file in files.items() if file.is_file() and file.stat().st_mtime > staged_at]
    return tuple(f"'{name}' is newer than the last pulumi up or preview on this machine" for name in names)


def _ignored(stack: Stack, folder: Path, rules: Rules) -> list[str]:
    publish = stack.settings.publish
    patterns = [*publish.ignore, *(f"/{name}" for name in unpublished_files(rules))]
    if not folder.is_dir():
        return []
    return ignored_files(folder, IgnoreRules.from_folder(folder, patterns=patterns, ignore_file=publish.ignore_file))
