from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from hosting.doctor.functions import check_functions
from hosting.doctor.state import FUNCTION
from tests.unit.doctor.conftest import resource, results

if TYPE_CHECKING:
    from tests.unit.doctor.conftest import Account

CONFIG = {"Comment": "", "Runtime": "cloudfront-js-2.0"}
CODE = b"function handler(event) { return event.request; }"


REFRESH = "pulumi up --refresh --stack prod"


def test_functions(account: Account) -> None:
    """A function that was never published, one that is live, and one with newer code that was not published."""
    client, context = account.client("cloudfront"), account.context(resource(FUNCTION, "f"))
    assert results(check_functions(context)) == [("error", "Function f is in the stack's state, and does not exist")]
    etag = client.create_function(Name="f", FunctionConfig=CONFIG, FunctionCode=CODE)["ETag"]
    (line,) = check_functions(context)
    assert (line.text, line.next_step) == ("Function f was never published", REFRESH)
    client.publish_function(Name="f", IfMatch=etag)
    assert results(check_functions(context)) == [("ok", "Function f is live as it was uploaded")]
    client.update_function(Name="f", IfMatch=etag, FunctionConfig=CONFIG, FunctionCode=CODE + b"//")
    (line,) = check_functions(context)
    assert (line.status, line.text.partition(":")[0]) == ("error", "Function f was uploaded and not published")
    assert line.next_step == REFRESH


def test_a_version_that_the_state_does_not_have(account: Account) -> None:
    """A killed update is found although its code was published: the next update would name the old version."""
    client = account.client("cloudfront")
    before = client.create_function(Name="f", FunctionConfig=CONFIG, FunctionCode=CODE)["ETag"]
    update = client.update_function(Name="f", IfMatch=before, FunctionConfig=CONFIG, FunctionCode=CODE + b"//")
    client.publish_function(Name="f", IfMatch=update["ETag"])
    function = resource(FUNCTION, "f")
    (line,) = check_functions(account.context(replace(function, outputs={"etag": before})))
    assert (line.status, line.text.partition(":")[0]) == (
        "error",
        "Function f has another version than the stack's state",
    )
    assert line.next_step == REFRESH
    (line,) = check_functions(account.context(replace(function, outputs={"etag": update["ETag"]})))
    assert line.status == "ok"


class Refusing:
    """CloudFront that answers for the DEVELOPMENT stage, or for none."""

    def __init__(self, stages: str) -> None:
        self._stages = stages

    def client(self, service: str, region: str | None = None) -> Any:  # noqa: ANN401 - boto3 generates its clients
        assert (service, region) == ("cloudfront", None)
        return self

    def get_function(self, Name: str, Stage: str) -> dict[str, Any]:  # noqa: N803 - boto3's names
        if Stage != self._stages:
            raise ClientError({"Error": {"Code": "AccessDenied", "Message": Name}}, "GetFunction")
        return {"FunctionCode": self, "ETag": "E1"}

    def read(self) -> bytes:
        return CODE


@pytest.mark.parametrize("stages", ["DEVELOPMENT", ""])
def test_a_missing_right(account: Account, stages: str) -> None:
    """Another error than a missing function is left to the runner."""
    context = replace(account.context(resource(FUNCTION, "f")), aws=Refusing(stages))
    with pytest.raises(ClientError, match="AccessDenied"):
        list(check_functions(context))
