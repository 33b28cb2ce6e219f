"""MiniStack decodes the query string in a function's event, and its functions have no `rawQueryString()`.

CloudFront's functions get the parameters as the viewer encoded them, and the whole query string from the helper method:

- https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/functions-event-structure.html
- https://github.com/KensioSoftware/yulin/issues/1024
- https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/general-helper-methods.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.emulator.ministack import replace
from sandbox.emulator.viewer_request import current

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox.emulator.ministack import MiniStack

# The statement of MiniStack's JavaScript that compiles a function, where `event` exists.
_COMPILE = "const entry = compile(code);"
_ADD_METHOD = "const raw = event.request.rawQueryString; event.request.rawQueryString = () => raw;"


def install(ministack: MiniStack) -> None:
    """Replace the query string in events, and add the method to the JavaScript that runs functions."""
    replace(ministack.cloudfront, "_build_function_event", with_encoded_query)
    replace(ministack.cloudfront.cloudfront_js._pool, "script", with_raw_query_string_method)


def with_encoded_query(original: Callable[..., dict[str, Any]]) -> Callable[..., dict[str, Any]]:
    """Return a function that builds an event by ``original``, with the query string as the viewer sent it."""

    def build(*arguments: object) -> dict[str, Any]:
        event, query = original(*arguments), current().query
        event["request"]["querystring"] = event_parameters(query)
        if query:
            event["request"]["rawQueryString"] = query
        return event

    return build


def event_parameters(query: str) -> dict[str, Any]:
    """Return the parameters of a query string in the structure of an event, without decoding them."""
    values: dict[str, list[dict[str, str]]] = {}
    for pair in filter(None, query.split("&")):
        name, _, value = pair.partition("=")
        values.setdefault(name, []).append({"value": value})
    return {name: items[0] | ({"multiValue": items} if len(items) > 1 else {}) for name, items in values.items()}


def with_raw_query_string_method(script: str) -> str:
    """Return the JavaScript that runs functions, with a `rawQueryString()` that returns the text in the event.

    Raises:
        ValueError: this version of MiniStack runs functions with another script.
    """
    if script.count(_COMPILE) != 1:
        raise ValueError(f"MiniStack's script does not contain '{_COMPILE}' once: adapt this patch to its new version")
    return script.replace(_COMPILE, f"{_ADD_METHOD} {_COMPILE}")
