"""What every resource type of this provider has: its properties, its name, and the five things one does with it."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from typing import ClassVar

from sandbox.providers.auto_names import AutoName
from sandbox.providers.aws.aws_client import Cloud
from sandbox.providers.schema import Failure, Fields
from sandbox.providers.values import Properties


class Resource(ABC):
    """One resource type; it has no state of its own, so that one instance serves every resource of the type."""

    token: ClassVar[str]
    # As errors name it: "creating S3 Bucket (name): ..."
    title: ClassVar[str]
    fields: ClassVar[Fields]
    # What only the cloud knows; unknown in the preview of a creation.
    outputs: ClassVar[tuple[str, ...]] = ()
    auto_name: ClassVar[AutoName | None] = None
    tagged: ClassVar[bool] = False
    # Outputs that a changed input makes anew, so that a preview of the update can't know them.
    renewed_outputs: ClassVar[Mapping[str, tuple[str, ...]]] = {}

    def conflicts(self, inputs: Properties) -> Iterator[Failure]:
        """What is wrong between properties that are each right; called with the defaults filled in."""
        del inputs
        return iter(())

    def known_outputs(self, cloud: Cloud, inputs: Properties) -> Properties:
        """Outputs that the preview of a creation knows already."""
        del cloud, inputs
        return {}

    @abstractmethod
    def create(self, cloud: Cloud, inputs: Properties) -> str:
        """Make it; answers its id.

        Raises:
            AwsError: the cloud refuses.
        """

    @abstractmethod
    def read(self, cloud: Cloud, identifier: str, state: Properties) -> Properties | None:
        """Its properties in the cloud, None if it isn't there; `state` is empty for an import.

        Raises:
            AwsError: the cloud refuses.
        """

    @abstractmethod
    def update(self, cloud: Cloud, identifier: str, old: Properties, new: Properties) -> None:
        """Make it be like `new`; `old` is its last state, outputs too.

        Raises:
            AwsError: the cloud refuses.
        """

    @abstractmethod
    def delete(self, cloud: Cloud, identifier: str, state: Properties) -> None:
        """Remove it; that it is gone already is fine.

        Raises:
            AwsError: the cloud refuses.
        """
