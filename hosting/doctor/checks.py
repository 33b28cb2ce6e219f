"""All checks, in their order; one that fails does not stop the others."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, TypeAlias

from hosting.aws.key_value_store import open_store
from hosting.doctor.aws_clients import AWS_ERRORS
from hosting.doctor.bucket import check_bucket
from hosting.doctor.certificates import check_certificate
from hosting.doctor.context import Context
from hosting.doctor.credentials import check_credentials
from hosting.doctor.domain import check_names, check_zone
from hosting.doctor.functions import check_functions
from hosting.doctor.leftovers import check_leftovers
from hosting.doctor.lines import Line
from hosting.doctor.permissions import check_permissions
from hosting.doctor.quotas import check_quotas
from hosting.doctor.stack_reading import read_stack
from hosting.doctor.state import StackState
from hosting.doctor.store import check_store
from hosting.doctor.versions import check_versions
from hosting.resource_names import resource_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from hosting.aws.settings import AwsSettings
    from hosting.deployments.cli import Cli
    from hosting.doctor.aws_clients import AwsClients

Checks: TypeAlias = "tuple[tuple[str, Callable[[Context], Iterable[Line]]], ...]"

# These do not compare with the state what AWS has.
WITHOUT_STATE: Checks = (("rights", check_permissions), ("zone", check_zone), ("certificate", check_certificate))
CHECKS: Checks = (
    *WITHOUT_STATE,
    ("quotas", check_quotas),
    ("bucket", check_bucket),
    ("host names", check_names),
    ("functions", check_functions),
    ("store", check_store),
    ("left-overs", check_leftovers),
)


def run_checks(context: Context, checks: Checks = CHECKS) -> Iterator[Line]:
    """Yield the lines of the checks of AWS."""
    for name, check in checks:
        yield from _named(name, _run(check, context))


def _run(check: Callable[[Context], Iterable[Line]], context: Context) -> Iterator[Line]:
    """Yield the lines of a check; if AWS refuses one of its calls, a line about that."""
    try:
        yield from check(context)
    except AWS_ERRORS as error:
        yield Line("not checked", f"AWS did not answer ({error})")


def _named(name: str, lines: Iterable[Line]) -> Iterator[Line]:
    return (replace(line, check=name) for line in lines)


class Doctor:
    """Runs all checks of a stack.

    Args:
        cli: the Pulumi CLI.
        make_clients: returns clients of AWS with the stack's `aws:` settings.
        name_servers: returns the name servers of a zone in DNS.
    """

    def __init__(
        self,
        cli: Cli,
        make_clients: Callable[[AwsSettings], AwsClients],
        name_servers: Callable[[str], frozenset[str]],
    ) -> None:
        self._cli, self._make_clients, self._name_servers = cli, make_clients, name_servers

    def lines(
        self, project: str, stack: str, environment: Mapping[str, str], python: tuple[int, ...]
    ) -> Iterator[Line]:
        """Yield the lines of all checks, each as soon as it is known."""
        yield from _named("versions", check_versions(self._cli, python))
        reading = read_stack(self._cli, project, stack, environment)
        yield from _named("stack", reading.lines)
        if reading.settings is None:
            yield Line("not checked", "AWS is checked once the stack's config can be read", check="credentials")
            return
        aws = self._make_clients(reading.settings.aws)
        identity, lines = check_credentials(aws, reading.settings.aws)
        yield from _named("credentials", lines)
        if identity is None:
            yield Line("not checked", "The rest is checked once AWS accepts the credentials", check="credentials")
            return
        prefix = resource_name(project, reading.settings.stack)
        state = reading.state or StackState()
        stores = partial(open_store, settings=reading.settings.aws)
        context = Context(stack, prefix, reading.settings, state, aws, identity, self._name_servers, stores)
        if reading.state is None:
            text = "What the stack has in AWS is checked once its state can be read"
            yield Line("not checked", text, check="left-overs")
        yield from run_checks(context, CHECKS if reading.state else WITHOUT_STATE)
