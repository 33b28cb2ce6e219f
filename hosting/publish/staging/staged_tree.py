"""The staged tree: the files to upload, in one folder for assets and one for pages, with their manifest.

Staged files are hard links, so nothing is copied. A build tool that replaces its files leaves the staged ones
unchanged. One that overwrites files in place changes the staged ones too, so don't build while `pulumi up` uploads.
A file is copied if no link is possible (another device, another owner).

Each run corrects whatever an earlier run left, so an interrupted run does no harm.
"""

from __future__ import annotations

import errno
import os
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from hosting.errors import PublishError
from hosting.publish.staging.content_encoding import ContentEncoding
from hosting.publish.staging.content_types import content_type
from hosting.publish.staging.hash_cache import HashCache
from hosting.publish.staging.header_changes import header_changes
from hosting.publish.staging.manifest import Manifest, ManifestEntry
from hosting.publish.staging.scan import scan
from hosting.publish.staging.staged_paths import ASSETS, MANIFEST, PAGES, staged_path

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping
    from pathlib import Path

    from hosting.formats.gitignore import IgnoreRules
    from hosting.publish.staging.scan import FoundFile, Scan

_LINK_IMPOSSIBLE = frozenset({errno.EXDEV, errno.EPERM, errno.EACCES, errno.EMLINK, errno.ENOTSUP, errno.ENOSYS})


@dataclass(frozen=True)
class StagedTree:
    """A staged tree.

    Attributes:
        manifest: all staged files.
        ignored_count: ignored files and folders; an ignored folder counts as one.
        directory: the distribution folder.
        folder: the folder of the tree, relative to the project.
        warnings: sentences for the user.
    """

    manifest: Manifest
    ignored_count: int
    directory: Path
    folder: Path
    warnings: tuple[str, ...] = ()

    @property
    def assets(self) -> Path:
        """The folder of all files except pages."""
        return self.folder / ASSETS

    @property
    def pages(self) -> Path:
        """The folder of the ``*.html`` and ``*.htm`` files."""
        return self.folder / PAGES


def _no_keys(_: Collection[str]) -> Mapping[str, str]:
    return {}


def stage(  # noqa: PLR0913 - callers pass the options by keyword
    source: Path,
    target: Path,
    ignore: IgnoreRules,
    cache_control: Callable[[Collection[str]], Mapping[str, str]],
    *,
    encodings: ContentEncoding | None = None,
    index_document: str = "index.html",
    keys: Callable[[Collection[str]], Mapping[str, str]] = _no_keys,
) -> StagedTree:
    """Stage the distribution folder ``source`` into ``target``, which belongs to one stack.

    ``cache_control`` is called with all paths and returns the headers of those that have one. ``encodings`` are by the
    files' names alone if None. ``keys`` is called with all paths and returns the keys of those whose key differs from
    the path.

    Raises:
        PublishError: no file is left to publish, or a file in ``source`` can't be published.
    """
    _refuse_nesting(source, target, ignore)
    scanned = _scan_files(source, ignore)
    paths = {file.path for file in scanned.files}
    other_keys = keys(paths)
    sources = [_Source(other_keys.get(file.path, file.path), file) for file in scanned.files]
    try:
        entries = _stage_files(target, sources, cache_control(paths), encodings or ContentEncoding())
    except OSError as error:
        raise PublishError(f"Staging into {target} failed: {error}; run `pulumi up` again once it is fixed") from error
    manifest = Manifest.of(entries)
    changes = _replace_manifest(manifest, target / MANIFEST)
    warnings = [*changes, *_content_warnings(manifest, index_document, source)]
    return StagedTree(manifest, scanned.ignored_count, source, target, tuple(warnings))


def _scan_files(source: Path, ignore: IgnoreRules) -> Scan:
    scanned = scan(source, ignore)
    if not scanned.files:
        raise PublishError(
            f"No file is left to publish in {source}, {scanned.ignored_count} are ignored; nothing was deployed: "
            "see pulumi config get publish:ignore and the ignore file"
        )
    return scanned


def _refuse_nesting(source: Path, target: Path, ignore: IgnoreRules) -> None:
    inner, outer = target.resolve(), source.resolve()
    # A published root has the program's folder in it, which is ignored.
    is_ignored = inner.is_relative_to(outer) and ignore.ignored(inner.relative_to(outer).as_posix(), is_dir=True)
    if not is_ignored and (inner.is_relative_to(outer) or outer.is_relative_to(inner)):
        raise PublishError(
            f"The distribution folder {source} and the staging folder {target} contain each other; nothing was "
            "touched: pulumi config set publish:directory dist"
        )


class _Source(NamedTuple):
    """A file to stage and the key of its object."""

    key: str
    file: FoundFile


def _stage_files(
    target: Path, sources: list[_Source], headers: Mapping[str, str], encodings: ContentEncoding
) -> list[ManifestEntry]:
    """Make the tree and return its entries. The staged files are hashed, not their sources."""
    _mirror({staged_path(key): file for key, file in sources}, target)
    hashes = HashCache(target / "hashes.json")
    entries = []
    for key, file in sources:
        name = os.path.join(target, staged_path(key))  # noqa: PTH118 - 10,000 files: Path is slow
        # Not the status of the scan: each link that was added or removed has changed it.
        status = os.stat(name)  # noqa: PTH116 - the same
        digest = hashes.sha256(key, name, status)
        # Header rules match the path in the distribution folder.
        header = headers.get(file.path)
        encoding = encodings.value_for(file.path)
        encodings.check(file.path, encoding, name)
        media_type = content_type(file.path, encoding)
        entries.append(ManifestEntry(key, status.st_size, digest, media_type, header, encoding))
    hashes.save()
    return entries


def _mirror(files: Mapping[str, FoundFile], target: Path) -> None:
    """Make ``target`` hold exactly ``files``, by staged path."""
    folders = {ASSETS, PAGES} | {parent for path in files for parent in _parents(path)}
    unchanged = set()
    for path, is_dir, status in _present(target):
        if is_dir and path not in folders:
            (target / path).rmdir()
        elif not is_dir and path in files and _is_same_file(status, files[path].status):
            unchanged.add(path)
        elif not is_dir:
            (target / path).unlink()
    for folder in sorted(folders):
        (target / folder).mkdir(parents=True, exist_ok=True)
    for path in files.keys() - unchanged:
        _link_or_copy(files[path].real, os.path.join(target, path))  # noqa: PTH118 - 10,000 files: Path is slow


def _parents(path: str) -> Iterator[str]:
    """Yield the parent folders of ``path``, the innermost first."""
    while path := path.rpartition("/")[0]:
        yield path


def _present(target: Path) -> Iterator[tuple[str, bool, os.stat_result]]:
    """Yield the staged files and folders: path, whether it is a folder, and status; a folder after its content."""
    for part in (ASSETS, PAGES):
        top = target / part
        if top.is_symlink() or not top.is_dir():
            top.unlink(missing_ok=True)
            continue
        yield from _present_in(top, part)


def _present_in(folder: Path | str, path: str) -> Iterator[tuple[str, bool, os.stat_result]]:
    with os.scandir(folder) as entries:
        listed = list(entries)
    for entry in listed:
        inner = f"{path}/{entry.name}"
        is_dir = entry.is_dir(follow_symlinks=False)
        if is_dir:
            yield from _present_in(entry.path, inner)
        yield inner, is_dir, entry.stat(follow_symlinks=False)


def _is_same_file(one: os.stat_result, other: os.stat_result) -> bool:
    return (one.st_ino, one.st_dev) == (other.st_ino, other.st_dev)


def _link_or_copy(real: str, staged: str) -> None:
    try:
        os.link(real, staged)
    except OSError as error:
        if error.errno not in _LINK_IMPOSSIBLE:
            raise
        shutil.copyfile(real, staged)


def _replace_manifest(manifest: Manifest, file: Path) -> list[str]:
    """Write the manifest, and return the warnings about changes since the previous one."""
    text = manifest.to_json()
    previous = file.read_text(encoding="utf-8") if file.is_file() else ""
    file.write_text(text, encoding="utf-8")
    return [] if text == previous else list(header_changes(previous, manifest))


def _content_warnings(manifest: Manifest, index_document: str, source: Path) -> Iterator[str]:
    if manifest.get(index_document) is None:
        yield (
            f"There is no '{index_document}' in {source}: visitors of / get an error. If the site's first page "
            "has another name: pulumi config set website:indexDocument <name>"
        )
    for entry in manifest.entries:
        if "\\" in entry.path:
            yield f"'{entry.path}' has a backslash in its name, which browsers replace by a slash: rename it"
