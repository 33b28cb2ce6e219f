"""MiniStack ignores the access key of a signature of version 4A, because it does not verify signatures here.

With version 4 the access key chooses the account, and AWS's account is that of the key in both versions:
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.emulator.ministack import replace

if TYPE_CHECKING:
    from sandbox.emulator.ministack import MiniStack


def install(ministack: MiniStack) -> None:
    """Read the access key of both versions."""
    replace(ministack.router, "_sigv4a_verified", lambda _: lambda: True)
