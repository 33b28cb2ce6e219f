"""The distribution folder and its rules made into the tree that is uploaded: assets and pages, and a manifest.

Staged files are hard links: nothing is copied, and a build tool that replaces its files leaves the staged ones
as they were. One that writes into its files instead changes the staged ones too; don't build while `pulumi up`
uploads. Where a link can't be made (another device, another owner) the file is copied.

Every run makes the tree what it has to be, whatever it finds there, so an interrupted one does no harm.
"""

from __future__ import annotations

import errno
import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from hosting.errors import PublishError
from hosting.publish.staging.content_types import content_type
from hosting.publish.staging.hash_cache import HashCache
from hosting.publish.staging.header_changes import header_changes
from hosting.publish.staging.manifest import Manifest, ManifestEntry
from hosting.publish.staging.scan import scan

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping

    from hosting.formats.gitignore import IgnoreRules
    from hosting.publish.staging.scan import FoundFile

_PAGE_ENDINGS = (".html", ".htm")
# The two folders of the tree: pages are uploaded last.
ASSETS, PAGES = "assets", "pages"
# Beside the two folders, for what publishes from the tree in another process.
MANIFEST = "manifest.json"
_NO_LINK = frozenset({errno.EXDEV, errno.EPERM, errno.EACCES, errno.EMLINK, errno.ENOTSUP, errno.ENOSYS})
_MANY_FILES = 500
# Measured at 1,000 files: of an unchanged `pulumi up`, its preview too; to create one takes ten times that.
_MS_A_FILE = 7


@dataclass(frozen=True)
class Staged:
    """A staged tree.

    Attributes:
        manifest: every file that is in it.
        ignored_count: files and folders that were left out; an ignored folder counts as one.
        directory: the distribution folder.
        folder: the staged tree, relative to the project: a folder for pages, one for all else, and the manifest.
        warnings: sentences for the user.
    """

    manifest: Manifest
    ignored_count: int
    directory: Path
    folder: Path
    warnings: tuple[str, ...] = ()

    @property
    def assets(self) -> Path:
        """The folder with everything but the pages."""
        return self.folder / ASSETS

    @property
    def pages(self) -> Path:
        """The folder with the ``*.html`` and ``*.htm`` files."""
        return self.folder / PAGES


def locate_directory(project: Path, directory: str) -> Path:
    """Return where the distribution folder is or will be.

    Args:
        project: the folder of Pulumi.yaml.
        directory: `publish:directory`, relative to it.

    Raises:
        PublishError: it is the filesystem root, the home folder, the project or a folder around that; or no folder can
            have its name.
    """
    try:
        place, home, project = (path.resolve() for path in (project / directory, Path("~").expanduser(), project))
        # Raises OSError for a name that no folder can have, such as one of more than 255 bytes.
        place.exists()
    except (OSError, RuntimeError) as error:
        raise _refused(directory, f"can't be read ({getattr(error, 'strerror', error)})") from error
    if place == Path(place.anchor):
        raise _refused(directory, "is the filesystem root")
    if place == home:
        raise _refused(directory, "is the home folder")
    if place == project:
        raise _refused(directory, "is the project itself")
    if project.is_relative_to(place):
        raise _refused(directory, "is a folder around the project")
    return place


def resolve_directory(project: Path, directory: str, *, is_built: bool = False) -> Path:
    """Return the distribution folder, which is there and holds something; ``is_built`` is whether a build has run.

    Raises:
        PublishError: it is missing, no folder or empty, or what ``locate_directory`` refuses.
    """
    place = locate_directory(project, directory)
    if not place.exists():
        home = "; `~` is not expanded" if directory.startswith("~") else ""
        raise _nothing_there(directory, f"does not exist ({place}{home})", is_built=is_built)
    if not place.is_dir():
        raise _refused(directory, f"is not a folder ({place})")
    try:
        empty = next(place.iterdir(), None) is None
    except OSError as error:
        raise _refused(directory, f"can't be read ({error.strerror})") from error
    if empty:
        raise _nothing_there(directory, f"is empty ({place})", is_built=is_built)
    return place


def _refused(directory: str, what: str) -> PublishError:
    """Return the error of a folder that must never be published."""
    return PublishError(
        f"The distribution folder '{directory}' {what}; nothing was touched: name the folder that the build makes: "
        "pulumi config set publish:directory '<folder>'"
    )


def _nothing_there(directory: str, what: str, *, is_built: bool) -> PublishError:
    """Return the error of a folder that a build may yet fill, or has not filled."""
    build = (
        "the build command has run, and has put nothing there"
        if is_built
        else "build the site into it: pulumi config set publish:buildCommand 'npm run build'"
    )
    return PublishError(
        f"The distribution folder '{directory}' {what}; nothing was touched. Either {build}\n"
        "Or name the folder that the build makes: pulumi config set publish:directory '<folder>'"
    )


def _no_keys(_: Collection[str]) -> Mapping[str, str]:
    return {}


def stage(  # noqa: PLR0913 - the two that tell how are named where it is called
    source: Path,
    target: Path,
    ignore: IgnoreRules,
    cache_control: Callable[[Collection[str]], Mapping[str, str]],
    *,
    index_document: str = "index.html",
    keys: Callable[[Collection[str]], Mapping[str, str]] = _no_keys,
    as_one: bool = False,
) -> Staged:
    """Stage the distribution folder ``source`` into ``target``, which belongs to one stack alone.

    ``cache_control`` is given all paths, and returns the headers of those that have one. ``keys`` is given all paths,
    and returns the keys of those that are staged under another. ``as_one`` is whether the tree is published as one; if
    not, each file is a resource.

    Raises:
        PublishError: nothing is left to publish, or something in ``source`` can't be published.
    """
    _refuse_nesting(source, target)
    found = scan(source, ignore)
    if not found.files:
        raise PublishError(
            f"Nothing is left to publish in {source}, {found.ignored_count} ignored; nothing was touched: "
            "see pulumi config get publish:ignore and the ignore file"
        )
    paths = {file.path for file in found.files}
    others = keys(paths)
    placed = [_Placed(others.get(file.path, file.path), file) for file in found.files]
    try:
        entries = _staged_entries(target, placed, cache_control(paths))
    except OSError as error:
        raise PublishError(f"Staging into {target} failed: {error}; run `pulumi up` again once it is fixed") from error
    manifest = Manifest.of(entries)
    changes = _remember(manifest, target / MANIFEST)
    warnings = [*([] if as_one else _costs(manifest)), *changes, *_warnings(manifest, index_document, source)]
    return Staged(manifest, found.ignored_count, source, target, tuple(warnings))


def _refuse_nesting(source: Path, target: Path) -> None:
    inner, outer = target.resolve(), source.resolve()
    if inner.is_relative_to(outer) or outer.is_relative_to(inner):
        raise PublishError(
            f"The distribution folder {source} and the staging folder {target} are in one another; nothing was "
            "touched: pulumi config set publish:directory dist"
        )


class _Placed(NamedTuple):
    key: str
    file: FoundFile


def _staged_entries(target: Path, placed: list[_Placed], headers: Mapping[str, str]) -> list[ManifestEntry]:
    """Make the tree and return what is in it. Hashed is what was staged, after it was."""
    _mirror({f"{part_of(key)}/{key}": file for key, file in placed}, target)
    hashes = HashCache(target / "hashes.json")
    entries = []
    for key, file in placed:
        staged = f"{part_of(key)}/{key}"
        name = os.path.join(target, staged)  # noqa: PTH118 - 10,000 files: Path is slow
        # Not the status of the scan: every link that was made or removed has changed it.
        status = os.stat(name)  # noqa: PTH116 - the same
        digest = hashes.sha256(key, name, status)
        # The headers go by what the author has called the file.
        header = headers.get(file.path)
        entries.append(ManifestEntry(key, status.st_size, digest, content_type(file.path), header))
    hashes.save()
    return entries


def part_of(path: str) -> str:
    """Return which of the tree's two folders the file with the key ``path`` is in."""
    return PAGES if path.lower().endswith(_PAGE_ENDINGS) else ASSETS


def _mirror(wanted: Mapping[str, FoundFile], target: Path) -> None:
    """Make ``target`` hold exactly ``wanted``, by staged path."""
    folders = {ASSETS, PAGES} | {around for path in wanted for around in _around(path)}
    kept = set()
    for path, is_dir, status in _present(target):
        name = target / path
        if is_dir and path not in folders:
            name.rmdir()
        elif not is_dir and path in wanted and _same_file(status, wanted[path].status):
            kept.add(path)
        elif not is_dir:
            name.unlink()
    for folder in sorted(folders):
        (target / folder).mkdir(parents=True, exist_ok=True)
    for path in wanted.keys() - kept:
        _place(wanted[path].real, os.path.join(target, path))  # noqa: PTH118 - 10,000 files: Path is slow


def _around(path: str) -> Iterator[str]:
    """Yield the folders that ``path`` is in, the innermost first."""
    while path := path.rpartition("/")[0]:
        yield path


def _present(target: Path) -> Iterator[tuple[str, bool, os.stat_result]]:
    """Yield what is staged: its path, whether it is a folder, its status; what is in a folder before it."""
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


def _same_file(one: os.stat_result, other: os.stat_result) -> bool:
    return (one.st_ino, one.st_dev) == (other.st_ino, other.st_dev)


def _place(real: str, staged: str) -> None:
    try:
        os.link(real, staged)
    except OSError as error:
        if error.errno not in _NO_LINK:
            raise
        shutil.copyfile(real, staged)


def _remember(manifest: Manifest, file: Path) -> list[str]:
    """Write the manifest for the next run, and return what to say about the one of the last run."""
    text = manifest.to_json()
    before = file.read_text(encoding="utf-8") if file.is_file() else ""
    file.write_text(text, encoding="utf-8")
    return [] if text == before else list(header_changes(before, manifest))


def _costs(manifest: Manifest) -> Iterator[str]:
    if manifest.file_count > _MANY_FILES:
        seconds = manifest.file_count * _MS_A_FILE // 1000
        yield (
            f"{manifest.file_count} files, and each is a resource: every pulumi up takes about {seconds} s longer, "
            "the first about ten times that. To publish them as one: pulumi config set publish:mode bulk. To leave "
            "some out, add to what is ignored: pulumi config get publish:ignore"
        )


def _warnings(manifest: Manifest, index_document: str, source: Path) -> Iterator[str]:
    if manifest.get(index_document) is None:
        yield (
            f"There is no '{index_document}' in {source}: visitors of / get an error. If the site's first page "
            "has another name: pulumi config set website:indexDocument <name>"
        )
    for entry in manifest.entries:
        if "\\" in entry.path:
            yield f"'{entry.path}' has a backslash in its name, which browsers take for a slash: rename it"
