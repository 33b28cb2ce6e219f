"""MiniStack uses threads for work of less than a millisecond: for each read of an object, and for each line of Node.

Viewers of CloudFront notice nothing of that. But in Python, passing work from thread to thread takes longer than the
work. So an object is read in the thread that answers the viewer, and no thread waits for a function.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.emulator.function_processes import FunctionProcessError, FunctionProcesses
from sandbox.emulator.ministack import replace
from sandbox.emulator.patches.key_value_store_functions import function_store

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping
    from types import ModuleType

    from sandbox.emulator.ministack import MiniStack


def install(ministack: MiniStack) -> None:
    """Replace the threads; the JavaScript that runs functions is complete by now."""
    cloudfront = ministack.cloudfront
    functions = Functions(cloudfront.cloudfront_js)
    instead = {
        cloudfront.cloudfront_js.evaluate: functions.evaluate,
        cloudfront._serve_s3_origin: without_thread(cloudfront._serve_s3_origin),
    }
    replace(cloudfront, "run_offloop", lambda _: lambda function, *arguments: instead[function](*arguments))


def without_thread(function: Callable[..., Any]) -> Callable[..., Awaitable[Any]]:
    """Return a coroutine function that calls ``function`` in the thread of the event loop."""

    async def call(*arguments: object) -> Any:  # noqa: ANN401 - what MiniStack returns
        return function(*arguments)

    return call


class Functions:
    """Runs functions in processes that no thread waits for."""

    def __init__(self, runtime: ModuleType) -> None:
        self._runtime = runtime
        self._processes = FunctionProcesses(runtime._pool.script)

    async def evaluate(self, code: bytes, event: Mapping[str, Any]) -> Any:  # noqa: ANN401 - a request or a response
        """Return what a function returns.

        Raises:
            CloudFrontFunctionError: MiniStack's, if it failed or ran too long.
        """
        store = function_store()
        call = {"event": event, "store": store and store.identifier}
        try:
            answer = await self._processes.run(code, call, store.reply if store else _no_reply)
        except FunctionProcessError as error:
            raise self._runtime.CloudFrontFunctionError(str(error)) from error
        if answer["status"] == "error":
            raise self._runtime.CloudFrontFunctionError(answer["message"])
        return answer["value"]


def _no_reply(_method: str, _key: str) -> dict[str, Any]:
    return {"error": "The function has no key value store."}
