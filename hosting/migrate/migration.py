"""The migration: recognize the project, import it, check, write, report."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

from hosting.errors import HostingError
from hosting.migrate.accepted_settings import accepted_settings
from hosting.migrate.kinds import kind_of
from hosting.migrate.report import report
from hosting.migrate.request import create_command
from hosting.migrate.secrets import set_secrets
from hosting.migrate.stackfile import read_stack_file, read_yaml
from hosting.migrate.writer import Changes

if TYPE_CHECKING:
    from pathlib import Path

    from hosting.migrate.request import Request


def migrate(request: Request, home: Path) -> list[str]:
    """Write the config of a stack of the program in ``home``, and return the lines to print.

    Nothing is written before everything has been read and checked.

    Raises:
        HostingError: a file is missing or invalid, or would be replaced.
    """
    program = _program(home)
    kind = kind_of(request)
    stack_file = read_stack_file(home / str(program.get("stackConfigDir", "")) / f"Pulumi.{request.stack}.yaml")
    with _readable():
        imported = kind.read(request, home)
        findings = imported.findings
        accepted = accepted_settings(request.stack, findings, stack_file.config)
        config = {**stack_file.config, **accepted.defaults, **accepted.written}
        steps = imported.next_steps(str(program["name"]), request.stack, config)
        changes = Changes(stack_file, accepted.written, {**findings.files, **steps.files}, home)
        changes.check_text()
    if not request.force:
        changes.refuse_to_replace()
    changes.write()
    sections = set_secrets(findings.secrets, stack_file.config, request, home)
    if "aws:region" not in config:
        command = f"pulumi config set --stack {request.stack} aws:region <region>"
        sections.append(
            (
                "No file has the region, so it is that of your environment; to set it",
                [create_command(request.stack), command],
            )
        )
    return list(report(request, imported, accepted, [*sections, *steps.sections], stack_file.path.name))


@contextlib.contextmanager
def _readable() -> Any:  # noqa: ANN401 - a generator
    """Turn errors about names that no file can have into a sentence: a project's files may hold any text."""
    try:
        yield
    except (OSError, ValueError, RecursionError) as error:
        raise HostingError(
            f"A file of the project has a path or a value that can't be used ({error}): correct it and run this again"
        ) from error


def _program(home: Path) -> dict[str, Any]:
    path = home / "Pulumi.yaml"
    if not path.exists():
        raise HostingError(
            f"There is no Pulumi.yaml in {home}: cd to the folder of the hosting program and run this there"
        )
    program = read_yaml(path)
    if not program.get("name"):
        raise HostingError(f"'{path}' has no 'name': add one, such as name: static-site")
    return program
