"""The distribution folder: `publish:directory` as a path, and the errors of one that can't be published."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from hosting.errors import PublishError
from hosting.formats.gitignore import IgnoreRules

if TYPE_CHECKING:
    from collections.abc import Sequence


def locate_directory(project: Path, directory: str, ignored: Sequence[str] = ()) -> Path:
    """Return the path of the distribution folder, which may not exist yet.

    Args:
        project: the folder of Pulumi.yaml.
        directory: `publish:directory`, relative to the project.
        ignored: `publish:ignore`; a parent of the project can be published if the project's folder is ignored.

    Raises:
        PublishError: it is the filesystem root, the home folder, the project, or a parent of the project that does
            not ignore it; or its name is not valid.
    """
    try:
        folder, home, project = (path.resolve() for path in (project / directory, Path("~").expanduser(), project))
        # Raises OSError for a name that no folder can have, such as one of more than 255 bytes.
        folder.exists()
    except (OSError, RuntimeError) as error:
        raise _refusal(directory, f"can't be read ({getattr(error, 'strerror', error)})") from error
    if folder == Path(folder.anchor):
        raise _refusal(directory, "is the filesystem root")
    if folder == home:
        raise _refusal(directory, "is the home folder")
    if folder == project:
        raise _refusal(directory, "is the project itself")
    if project.is_relative_to(folder):
        inside = project.relative_to(folder).as_posix()
        if not IgnoreRules.from_lines(ignored).ignored(inside, is_dir=True):
            raise _refusal(directory, f"is a parent folder of the project, and publish:ignore has no '/{inside}/'")
    return folder


def resolve_directory(project: Path, directory: str, ignored: Sequence[str] = (), *, is_built: bool = False) -> Path:
    """Return the path of an existing distribution folder with content; ``is_built`` is whether a build has run.

    Raises:
        PublishError: it does not exist, is not a folder or is empty, or ``locate_directory`` refuses it.
    """
    folder = locate_directory(project, directory, ignored)
    if not folder.exists():
        hint = "; `~` is not expanded" if directory.startswith("~") else ""
        raise _no_content(directory, f"does not exist ({folder}{hint})", is_built=is_built)
    if not folder.is_dir():
        raise _refusal(directory, f"is not a folder ({folder})")
    try:
        empty = next(folder.iterdir(), None) is None
    except OSError as error:
        raise _refusal(directory, f"can't be read ({error.strerror})") from error
    if empty:
        raise _no_content(directory, f"is empty ({folder})", is_built=is_built)
    return folder


def _refusal(directory: str, problem: str) -> PublishError:
    """Return the error for a folder that can't be published."""
    return PublishError(
        f"The distribution folder '{directory}' {problem}; nothing was deployed: set the folder that the build writes "
        "to: pulumi config set publish:directory '<folder>'"
    )


def _no_content(directory: str, problem: str, *, is_built: bool) -> PublishError:
    """Return the error for a folder that has no files."""
    build = (
        "check the build command, which ran and wrote nothing to it"
        if is_built
        else "build the site into it: pulumi config set publish:buildCommand 'npm run build'"
    )
    return PublishError(
        f"The distribution folder '{directory}' {problem}; nothing was deployed. Either {build}\n"
        "Or set the folder that the build writes to: pulumi config set publish:directory '<folder>'"
    )
