"""The previews of pull requests: each is a stack, which is made, updated and destroyed by the Pulumi CLI."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from hosting.build import STATE
from hosting.deployments.cli import DeploymentsError, run
from hosting.errors import HostingError
from hosting.pull_requests.comments import comment_text, find_comment, write_comment
from hosting.pull_requests.stack_file import write_stack_file
from hosting.review.run import last_result

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from hosting.deployments.cli import Cli
    from hosting.pull_requests.github import GitHub, PullRequest


class Previews:
    """The previews of one repository's pull requests.

    Args:
        cli: the Pulumi CLI in the project's folder.
        github: the repository.
        project: the folder of Pulumi.yaml.
        template: the stack whose config previews have, perhaps with an organization; their names begin with it.
        say: shows a line.
    """

    def __init__(self, cli: Cli, github: GitHub, project: Path, template: str, say: Callable[[str], None]) -> None:
        self._cli = cli
        self._github = github
        self._project = project
        self._template = template
        self._say = say

    def publish(self, request: PullRequest, directory: str) -> None:
        """Publish the built site in ``directory`` as the preview of a pull request, and comment with URL and review.

        Raises:
            HostingError: it was not published.
        """
        stack = self._stack(request.number, directory)
        run(self._cli, stack, "stack", "select", "--create", stack)
        if self._cli.run_interactively("up", "--yes", "--skip-preview", "--non-interactive", "--stack", stack) != 0:
            self._comment(request, None)
            raise HostingError(f"Preview '{stack}' was not published, see above")
        outputs = json.loads(run(self._cli, stack, "stack", "output", "--json", "--stack", stack))
        self._comment(request, outputs["url"])
        self._say(f"{stack} is published: {outputs['url']}")
        # It may have been closed while it was published.
        current = self._github.pull_request(request.number)
        if current is None or not current.is_open:
            self._remove(request.number)

    def _comment(self, request: PullRequest, url: str | None) -> None:
        result = last_result(self._project / STATE / "staging" / self._name(request.number))
        write_comment(self._github, request.number, comment_text(request.commit, url, result))

    def sweep(self) -> None:
        """Destroy the previews of pull requests that are merged or closed; name those that belong to none.

        Raises:
            HostingError: some were not destroyed.
        """
        failed = []
        for number in self._numbers():
            try:
                self._sweep(number)
            except HostingError as error:
                self._say(str(error))
                failed.append(number)
        if failed:
            raise HostingError(
                f"The previews of pull requests {', '.join(map(str, failed))} were not destroyed, see above; the next "
                "run of this workflow tries it again"
            )

    def _sweep(self, number: int) -> None:
        request = self._github.pull_request(number)
        if request is None:
            # Somebody has made it by hand, or the repository is another one by now. So it is not destroyed, and as the
            # next run would find it again, it is not an error. Such a line is an annotation of the run:
            # https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands#setting-a-warning-message
            stack = f"{self._template}-{number}"
            self._say(
                f"::warning::Stack '{stack}' stays, as the repository has no pull request {number}. If nobody needs "
                f"it: pulumi destroy --remove --stack {stack}"
            )
        elif not request.is_open:
            self._remove(number)

    def _remove(self, number: int) -> None:
        # Destroying needs the config, whose file is only on the machine that published.
        stack = self._stack(number, ".")
        command = ("destroy", "--yes", "--skip-preview", "--non-interactive", "--remove", "--stack", stack)
        if self._cli.run_interactively(*command) != 0:
            raise DeploymentsError(f"Preview '{stack}' was not destroyed, see above")
        if find_comment(self._github, number):
            write_comment(self._github, number, "The preview is gone.")
        self._say(f"{stack} is gone")

    def _numbers(self) -> list[int]:
        """Return the numbers of the pull requests that have a preview."""
        organization, _, name = self._template.rpartition("/")
        of_organization = ("--organization", organization) if organization else ()
        listed = json.loads(run(self._cli, self._template, "stack", "ls", "--json", *of_organization))
        pattern = re.compile(rf"(?:.*/)?{re.escape(name)}-([1-9][0-9]*)")
        names = (pattern.fullmatch(stack["name"]) for stack in listed)
        return sorted(int(name[1]) for name in names if name)

    def _stack(self, number: int, directory: str) -> str:
        """Write the config file of a pull request's stack, and return its name."""
        write_stack_file(self._project, self._template.rpartition("/")[2], self._name(number), directory)
        return f"{self._template}-{number}"

    def _name(self, number: int) -> str:
        """Return the name of a pull request's stack, without an organization."""
        return f"{self._template.rpartition('/')[2]}-{number}"
