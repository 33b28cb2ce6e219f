"""The run of the program, and the site's build, which is its first step."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from hosting.publish.staging.build import run_build
from hosting.publish.staging.distribution_folder import locate_directory

if TYPE_CHECKING:
    from collections.abc import Callable

    from hosting.config.load import Settings

# Relative to the project, as the path of a synced folder must be.
STATE = Path(".hosting")


@dataclass(frozen=True)
class Run:
    """The current run of the program.

    Attributes:
        project: the folder of Pulumi.yaml, and the working directory.
        preview: whether this is a preview.
        say: shows a line to the user.
    """

    project: Path
    preview: bool
    say: Callable[[str], None]


def build_site(settings: Settings, run: Run) -> None:
    """Run the build command, if there is one and the current files are to be published.

    Raises:
        PublishError: the build fails.
    """
    publish = settings.publish
    if publish.build_command is None or not publish.publishes_folder:
        return
    result = run_build(
        publish.build_command,
        cwd=run.project,
        state_dir=STATE / "build" / settings.stack,
        directory=locate_directory(run.project, publish.directory, publish.ignore),
        variables=publish.environment,
        preview=run.preview,
        echo=run.say,
    )
    run.say(f"Built in {result.seconds:.1f} s" if result.ran else "Using the preview's build: nothing has changed")
