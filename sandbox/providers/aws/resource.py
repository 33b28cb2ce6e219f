"""The base class of every resource type."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from typing import ClassVar

from sandbox.providers.auto_names import AutoName
from sandbox.providers.aws.aws_client import AwsClient
from sandbox.providers.schema import Failure, Fields
from sandbox.providers.values import Properties


class Resource(ABC):
    """A resource type. An instance has no state, so that one serves every resource of the type.

    Attributes:
        token: the type's token.
        title: its name in errors: "creating S3 Bucket (name): ...".
        fields: its inputs.
        outputs: what only AWS knows; unknown in the preview of a creation.
        auto_name: how it is named if the program does not name it.
        tagged: whether it has tags.
        recomputed_outputs: for an input, the outputs that its change makes unknown in the preview of an update.
    """

    token: ClassVar[str]
    title: ClassVar[str]
    fields: ClassVar[Fields]
    outputs: ClassVar[tuple[str, ...]] = ()
    auto_name: ClassVar[AutoName | None] = None
    tagged: ClassVar[bool] = False
    recomputed_outputs: ClassVar[Mapping[str, tuple[str, ...]]] = {}

    def conflicts(self, inputs: Properties) -> Iterator[Failure]:
        """Yield the problems between inputs that are each valid; defaults are filled in."""
        del inputs
        return iter(())

    def preview_outputs(self, aws: AwsClient, inputs: Properties) -> Properties:
        """Return the outputs that are known in the preview of a creation."""
        del aws, inputs
        return {}

    @abstractmethod
    def create(self, aws: AwsClient, inputs: Properties) -> str:
        """Create the resource; return its id.

        Raises:
            AwsError: AWS returns an error.
        """

    @abstractmethod
    def read(self, aws: AwsClient, identifier: str, state: Properties) -> Properties | None:
        """Return its properties, or None if it does not exist; `state` is empty for an import.

        Raises:
            AwsError: AWS returns an error.
        """

    @abstractmethod
    def update(self, aws: AwsClient, identifier: str, old: Properties, new: Properties) -> None:
        """Change it to `new`; `old` is its last state with outputs.

        Raises:
            AwsError: AWS returns an error.
        """

    @abstractmethod
    def delete(self, aws: AwsClient, identifier: str, state: Properties) -> None:
        """Delete it; do nothing if it does not exist.

        Raises:
            AwsError: AWS returns an error.
        """
