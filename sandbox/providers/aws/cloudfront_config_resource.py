"""CloudFront's smaller resources: each has an id and an ETag, is created, got, updated and deleted whole."""

from abc import abstractmethod
from typing import ClassVar

from sandbox.providers.aws.api_shapes import from_api, to_api
from sandbox.providers.aws.aws_client import Cloud
from sandbox.providers.aws.cloudfront_quotas import Quota
from sandbox.providers.aws.cloudfront_usage import refuse_in_use
from sandbox.providers.aws.errors import AwsError
from sandbox.providers.aws.resource import Resource
from sandbox.providers.values import Properties


class CloudFrontPart(Resource):
    """An origin access control or a policy."""

    # CachePolicy in CreateCachePolicy, CachePolicyConfig, and snake_case for boto3's methods.
    api_noun: ClassVar[str]
    call_noun: ClassVar[str]
    arn_noun: ClassVar[str]
    quota: ClassVar[Quota]
    outputs = ("arn", "etag")

    @abstractmethod
    def refuse(self, call: str, inputs: Properties) -> None:
        """Refuse what AWS would refuse, which the emulator doesn't.

        Raises:
            AwsError: with AWS's code.
        """

    def create(self, cloud: Cloud, inputs: Properties) -> str:
        """Create it."""
        call = f"CloudFront: Create{self.api_noun}"
        self.refuse(call, inputs)
        self.quota.refuse_one_more(cloud, call)
        config = {f"{self.api_noun}Config": self.api_config(inputs)}
        answer = cloud.cloudfront(f"create_{self.call_noun}", **config)
        return str(answer[self.api_noun]["Id"])

    def read(self, cloud: Cloud, identifier: str, state: Properties) -> Properties | None:
        """Get it."""
        del state
        try:
            answer = cloud.cloudfront(f"get_{self.call_noun}", Id=identifier)
        except AwsError as refusal:
            if refusal.is_missing:
                return None
            raise
        config = answer[self.api_noun][f"{self.api_noun}Config"]
        return {
            **dict.fromkeys(self.fields),
            **from_api(self.fields, config),
            "etag": answer["ETag"],
            "arn": f"arn:{cloud.partition}:cloudfront::{cloud.account}:{self.arn_noun}/{identifier}",
        }

    def update(self, cloud: Cloud, identifier: str, old: Properties, new: Properties) -> None:
        """Update it, whatever its ETag is by now: the engine has decided."""
        del old
        self.refuse(f"CloudFront: Update{self.api_noun}", new)
        config = {f"{self.api_noun}Config": self.api_config(new)}
        etag = cloud.cloudfront(f"get_{self.call_noun}", Id=identifier)["ETag"]
        cloud.cloudfront(f"update_{self.call_noun}", Id=identifier, IfMatch=etag, **config)

    def delete(self, cloud: Cloud, identifier: str, state: Properties) -> None:
        """Delete it."""
        del state
        try:
            etag = cloud.cloudfront(f"get_{self.call_noun}", Id=identifier)["ETag"]
            refuse_in_use(cloud, self.api_noun, identifier)
            cloud.cloudfront(f"delete_{self.call_noun}", Id=identifier, IfMatch=etag)
        except AwsError as refusal:
            if not refusal.is_missing:
                raise

    def api_config(self, inputs: Properties) -> Properties:
        """The config that the create and update calls take."""
        return to_api(self.fields, inputs)
