"""The dynamic provider that warns of other distributions' names below the domain of a preview edge.

The engine pickles the provider by reference to this module's name, so importing it must have no side effect.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pulumi.dynamic import CheckResult, CreateResult, DiffResult, ReadResult, Resource, UpdateResult

from hosting.aws.session import aws_errors, client
from hosting.domain.conflicts import REMOVE_NAME, more_specific, reported_conflicts
from hosting.providers.base import AwsProvider, known_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pulumi

    from hosting.providers.engine_log import EngineLog


class NameConflictsProvider(AwsProvider):
    """Asks CloudFront when the engine checks the inputs, in a preview as in an update."""

    def cloudfront(self) -> Any:  # noqa: ANN401 - boto3 generates its clients
        """Return a client of CloudFront; overridden in tests."""
        return client("cloudfront", self.settings)

    def log(self, props: Mapping[str, Any]) -> EngineLog:
        """Return the engine's log; overridden in tests."""
        from hosting.providers.engine_log import EngineLog  # noqa: PLC0415 - imports grpc

        return EngineLog(str(props["urn"]))

    def check(self, _olds: dict[str, Any], news: dict[str, Any]) -> CheckResult:
        """Warn of each name, once there is a distribution."""
        distribution = known_text(news["distribution"])
        if distribution:
            self._report(news, distribution)
        return CheckResult(news, [])

    def diff(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> DiffResult:
        """Return a change if the distribution or the name is another one; never a replacement."""
        return DiffResult(changes=any(_olds.get(key) != _news[key] for key in ("name", "distribution")), replaces=[])

    def create(self, props: dict[str, Any]) -> CreateResult:
        """Record what was asked."""
        return CreateResult(str(uuid.uuid4()), props)

    def update(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> UpdateResult:
        """Record what was asked."""
        return UpdateResult(_news)

    def read(self, id_: str, props: dict[str, Any]) -> ReadResult:
        """Return the state: a refresh asks nothing."""
        return ReadResult(id_, props)

    def _report(self, props: Mapping[str, Any], distribution: str) -> None:
        shown, name = self.log(props), str(props["name"])
        try:
            found = reported_conflicts(self.cloudfront(), name, distribution)
        except aws_errors() as error:
            shown.info(
                f"CloudFront did not say which other distributions have names that {name} covers ({error}): the "
                "credentials need cloudfront:ListDomainConflicts and cloudfront:GetDistribution, and the distribution "
                "a certificate for that name"
            )
            return
        for conflict, owner in sorted(found.items()):
            shown.warn(f"{more_specific(conflict, owner)}: {REMOVE_NAME}")


@dataclass(frozen=True)
class NameConflictsArgs:
    """The inputs of the resource.

    Attributes:
        name: the wildcard of the preview edge.
        distribution: the ID of its distribution.
        urn: the resource's URN, beside which the engine shows messages.
    """

    name: str
    distribution: pulumi.Input[str]
    urn: str


class NameConflicts(Resource, module="hosting", name="NameConflicts"):
    """The names of other distributions that a wildcard of the stack covers."""

    def __init__(self, name: str, args: NameConflictsArgs, opts: pulumi.ResourceOptions) -> None:
        """Declare it under the logical name ``name``."""
        inputs = {"name": args.name, "distribution": args.distribution, "urn": args.urn}
        super().__init__(NameConflictsProvider(), name, inputs, opts)
