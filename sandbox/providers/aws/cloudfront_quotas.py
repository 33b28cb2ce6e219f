"""How many resources of a kind an account of CloudFront has at most by default: the emulator has no such limit.

Numbers: https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cloudfront-limits.html
Errors: https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_CreateCachePolicy.html and the like
"""

from dataclasses import dataclass, field

from sandbox.providers.aws.aws_client import Cloud
from sandbox.providers.aws.errors import AwsError
from sandbox.providers.values import Properties

_STATUS = 400


@dataclass(frozen=True)
class Quota:
    """The quota on one kind of resource.

    Attributes:
        most: the largest number of them.
        listing: the call that lists them.
        answer: the part of its answer that has their number.
        code: of the error when there is one more.
        message: of that error.
        only: what the call is asked for, such as no managed policies.
    """

    most: int
    listing: str
    answer: str
    code: str
    message: str
    only: Properties = field(default_factory=dict)

    def refuse_one_more(self, cloud: Cloud, call: str) -> None:
        """Refuse to create one more than the account may have.

        Raises:
            AwsError: it has as many.
        """
        if cloud.cloudfront(self.listing, **self.only)[self.answer]["Quantity"] >= self.most:
            raise AwsError(call, _STATUS, self.code, self.message)


def _policies(snake: str, noun: str, kind: str) -> Quota:
    return Quota(
        most=20,
        listing=f"list_{snake}",
        answer=f"{noun}List",
        code=f"TooMany{kind}",
        message=f"You have reached the maximum number of {snake.replace('_', ' ')} for this AWS account.",
        only={"Type": "custom"},
    )


CACHE_POLICIES = _policies("cache_policies", "CachePolicy", "CachePolicies")
ORIGIN_REQUEST_POLICIES = _policies("origin_request_policies", "OriginRequestPolicy", "OriginRequestPolicies")
RESPONSE_HEADERS_POLICIES = _policies("response_headers_policies", "ResponseHeadersPolicy", "ResponseHeadersPolicies")
ORIGIN_ACCESS_CONTROLS = Quota(
    most=100,
    listing="list_origin_access_controls",
    answer="OriginAccessControlList",
    code="TooManyOriginAccessControls",
    message="The number of origin access controls in your account exceeds the maximum allowed.",
)
FUNCTIONS = Quota(
    most=100,
    listing="list_functions",
    answer="FunctionList",
    code="TooManyFunctions",
    message="You have reached the maximum number of CloudFront functions for this AWS account.",
    # Each once: the emulator lists both stages of a function.
    only={"Stage": "DEVELOPMENT"},
)
