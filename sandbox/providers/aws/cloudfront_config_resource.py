"""The base class of CloudFront's origin access controls and policies: resources with an id, an ETag and a config."""

from abc import abstractmethod
from typing import ClassVar

from sandbox.providers.aws.api_shapes import from_api, to_api
from sandbox.providers.aws.aws_client import AwsClient
from sandbox.providers.aws.cloudfront_usage import check_not_in_use
from sandbox.providers.aws.errors import AwsError
from sandbox.providers.aws.resource import Resource
from sandbox.providers.values import Properties


class CloudFrontConfigResource(Resource):
    """A resource whose calls differ only by its name.

    Attributes:
        api_noun: as in CreateCachePolicy and CachePolicyConfig.
        call_noun: as in boto3's method names.
        arn_noun: as in ARNs.
    """

    api_noun: ClassVar[str]
    call_noun: ClassVar[str]
    arn_noun: ClassVar[str]
    outputs = ("arn", "etag")

    @abstractmethod
    def check(self, call: str, inputs: Properties) -> None:
        """Reject what AWS rejects and the emulator does not.

        Raises:
            AwsError: with AWS's code.
        """

    def create(self, aws: AwsClient, inputs: Properties) -> str:
        """Create it."""
        self.check(f"CloudFront: Create{self.api_noun}", inputs)
        config = {f"{self.api_noun}Config": self.api_config(inputs)}
        response = aws.cloudfront(f"create_{self.call_noun}", **config)
        return str(response[self.api_noun]["Id"])

    def read(self, aws: AwsClient, identifier: str, state: Properties) -> Properties | None:
        """Get it."""
        del state
        try:
            response = aws.cloudfront(f"get_{self.call_noun}", Id=identifier)
        except AwsError as error:
            if error.is_not_found:
                return None
            raise
        config = response[self.api_noun][f"{self.api_noun}Config"]
        return {
            **dict.fromkeys(self.fields),
            **from_api(self.fields, config),
            "etag": response["ETag"],
            "arn": f"arn:{aws.partition}:cloudfront::{aws.account}:{self.arn_noun}/{identifier}",
        }

    def update(self, aws: AwsClient, identifier: str, old: Properties, new: Properties) -> None:
        """Update it with the ETag of the state, as pulumi-aws does: a change outside of Pulumi is an error."""
        self.check(f"CloudFront: Update{self.api_noun}", new)
        config = {f"{self.api_noun}Config": self.api_config(new)}
        aws.cloudfront(f"update_{self.call_noun}", Id=identifier, IfMatch=old.get("etag", ""), **config)

    def delete(self, aws: AwsClient, identifier: str, state: Properties) -> None:
        """Delete it with the ETag of the state."""
        try:
            check_not_in_use(aws, self.api_noun, identifier)
            aws.cloudfront(f"delete_{self.call_noun}", Id=identifier, IfMatch=state.get("etag", ""))
        except AwsError as error:
            if not error.is_not_found:
                raise

    def api_config(self, inputs: Properties) -> Properties:
        """Return the config for the create and update calls."""
        return to_api(self.fields, inputs)
