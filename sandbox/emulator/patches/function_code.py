"""MiniStack accepts any JavaScript in a function.

CloudFront's runtime has only a part of the language, and no network, file system, timers and evaluation of code:
https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/functions-javascript-runtime-20.html
AWS does not document whether it rejects other code when the function is created or answers visitors with 503; here it
is rejected.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from sandbox.emulator.ministack import replace
from sandbox.emulator.runtime_features import undocumented

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

    from sandbox.emulator.ministack import MiniStack


# MiniStack decodes the code of a new function twice.
_undocumented = lru_cache(64)(undocumented)


def install(ministack: MiniStack) -> None:
    """Check the code of each function that is created or updated."""
    replace(
        ministack.cloudfront, "_cf_decode_function_code", lambda original: with_check(original, ministack.cloudfront)
    )


def with_check(original: Callable[[str], Any], cloudfront: ModuleType) -> Callable[[str], Any]:
    """Return a function that decodes code by ``original``, and rejects what the runtime does not document."""

    def decode(text: str) -> Any:  # noqa: ANN401 - MiniStack's pair of code and error
        code, error = original(text)
        found = [] if error else _undocumented(code.decode(errors="replace"))
        if not found:
            return code, error
        message = f"The function uses what cloudfront-js-2.0 does not document: {', '.join(found)}"
        return None, cloudfront._error("InvalidArgument", message, 400)

    return decode
