"""Checks of the functions at the edge: whether visitors get the code that was uploaded last.

A `pulumi up` uploads a function's code, and then publishes it. Killed in between, the state has the new code, and
visitors still get the old one.
"""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Any

from hosting.doctor.aws_clients import AWS_ERRORS, error_code
from hosting.doctor.lines import Line
from hosting.doctor.state import FUNCTION

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hosting.doctor.context import Context


def check_functions(context: Context) -> Iterator[Line]:
    """Compare the LIVE code of each function of the stack with its DEVELOPMENT code."""
    client = context.aws.client("cloudfront")
    for name in sorted(context.state.ids(FUNCTION)):
        yield _line(context, client, name)


def _line(context: Context, client: Any, name: str) -> Line:  # noqa: ANN401 - boto3 generates its clients
    publish = (
        f"aws cloudfront publish-function --name {name} --if-match "
        f'"$(aws cloudfront describe-function --name {name} --stage DEVELOPMENT --query ETag --output text)"'
    )
    try:
        uploaded = _code(client, name, "DEVELOPMENT")
    except AWS_ERRORS as error:
        if error_code(error) != "NoSuchFunctionExists":
            raise
        step = f"pulumi up --refresh --stack {shlex.quote(context.stack)}"
        return Line("error", f"Function {name} is in the stack's state, and does not exist", step)
    try:
        live = _code(client, name, "LIVE")
    except AWS_ERRORS as error:
        if error_code(error) != "NoSuchFunctionExists":
            raise
        return Line("error", f"Function {name} was never published", publish)
    if live != uploaded:
        text = f"Function {name} was uploaded and not published: visitors get the previous code"
        return Line("error", text, f"pulumi up; if that changes nothing: {publish}")
    return Line("ok", f"Function {name} is live as it was uploaded")


def _code(client: Any, name: str, stage: str) -> bytes:  # noqa: ANN401 - as above
    code: bytes = client.get_function(Name=name, Stage=stage)["FunctionCode"].read()
    return code
