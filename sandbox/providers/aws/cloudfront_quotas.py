"""The default quotas of CloudFront's resources in an account; the emulator has none.

Numbers: https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cloudfront-limits.html
Errors: https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_CreateCachePolicy.html and the other Create calls
"""

from dataclasses import dataclass, field

from sandbox.providers.aws.aws_client import AwsClient
from sandbox.providers.aws.errors import AwsError
from sandbox.providers.values import Properties

_STATUS = 400


@dataclass(frozen=True)
class Quota:
    """The quota of one type of resource.

    Attributes:
        maximum: the number that an account may have.
        list_operation: the call that lists them.
        result: the part of its response with their number.
        code: of the error if there is one more.
        message: of that error.
        parameters: of the call, such as the one that leaves out managed policies.
    """

    maximum: int
    list_operation: str
    result: str
    code: str
    message: str
    parameters: Properties = field(default_factory=dict)

    def check(self, aws: AwsClient, call: str) -> None:
        """Reject one more resource if the account has the maximum.

        Raises:
            AwsError: it has.
        """
        if aws.cloudfront(self.list_operation, **self.parameters)[self.result]["Quantity"] >= self.maximum:
            raise AwsError(call, _STATUS, self.code, self.message)


def _policies(snake: str, noun: str, kind: str) -> Quota:
    return Quota(
        maximum=20,
        list_operation=f"list_{snake}",
        result=f"{noun}List",
        code=f"TooMany{kind}",
        message=f"You have reached the maximum number of {snake.replace('_', ' ')} for this AWS account.",
        parameters={"Type": "custom"},
    )


CACHE_POLICIES = _policies("cache_policies", "CachePolicy", "CachePolicies")
ORIGIN_REQUEST_POLICIES = _policies("origin_request_policies", "OriginRequestPolicy", "OriginRequestPolicies")
RESPONSE_HEADERS_POLICIES = _policies("response_headers_policies", "ResponseHeadersPolicy", "ResponseHeadersPolicies")
ORIGIN_ACCESS_CONTROLS = Quota(
    maximum=100,
    list_operation="list_origin_access_controls",
    result="OriginAccessControlList",
    code="TooManyOriginAccessControls",
    message="The number of origin access controls in your account exceeds the maximum allowed.",
)
FUNCTIONS = Quota(
    maximum=100,
    list_operation="list_functions",
    result="FunctionList",
    code="TooManyFunctions",
    message="You have reached the maximum number of CloudFront functions for this AWS account.",
    # Without a stage the emulator lists a published function twice.
    parameters={"Stage": "DEVELOPMENT"},
)
