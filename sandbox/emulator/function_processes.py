"""Node processes that run the functions of distributions: each one function at a time, by a line of JSON each way.

The emulator has one thread, and a function sends a line for each read of its store. So waiting for a line must neither
block nor need a thread.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

# A function runs for less than a millisecond, and then waits for the emulator.
_PROCESSES = 4
_MEMORY_MB = 256
_LINE_BYTES = 2**24
# CloudFront stops a function after about a millisecond of computing; this is for one that never ends. It includes the
# time in which the emulator answers other requests: to delete thousands of objects can take seconds.
_TIMEOUT_S = 30.0
_START_TIMEOUT_S = 60.0


class FunctionProcessError(Exception):
    """A function did not end in time, or its process ended."""


class FunctionProcesses:
    """Runs functions in processes, which start when they are needed.

    Attributes:
        started: how many processes were started.
    """

    def __init__(self, script: str, timeout_s: float = _TIMEOUT_S) -> None:
        """``script`` is what a process runs: it writes a line when it is ready, and then answers each line."""
        self.started = 0
        self._script, self._timeout_s = script, timeout_s
        self._idle: list[_FunctionProcess] = []
        self._free = asyncio.Semaphore(_PROCESSES)

    async def run(
        self, code: bytes, call: Mapping[str, Any], reply: Callable[[str, str], Mapping[str, Any]]
    ) -> Mapping[str, Any]:
        """Return the answer of a function.

        Args:
            code: the function.
            call: what else the script needs.
            reply: returns the reply to a read of the store, by its method and key.

        Raises:
            FunctionProcessError: there is no answer.
        """
        async with self._free:
            process = self._idle.pop() if self._idle else await self._start()
            try:
                async with asyncio.timeout(self._timeout_s):
                    answer = await process.exchange({**call, **process.code_parts(code)})
                    while answer["status"] == "read":
                        answer = await process.exchange({"reply": reply(answer["method"], answer["key"])})
            except TimeoutError as error:
                raise FunctionProcessError(f"the function ran for more than {self._timeout_s:g} s") from error
            finally:
                if process.is_waiting:
                    self._idle.append(process)
                else:
                    process.kill()
            return answer

    async def _start(self) -> _FunctionProcess:
        self.started += 1
        pipe = asyncio.subprocess.PIPE
        # What a function logs goes to stderr, which is the emulator's log.
        options: Mapping[str, Any] = {"stdin": pipe, "stdout": pipe, "limit": _LINE_BYTES}
        memory = f"--max-old-space-size={_MEMORY_MB}"
        process = _FunctionProcess(await asyncio.create_subprocess_exec("node", memory, "-e", self._script, **options))
        try:
            # On a busy machine Node takes seconds to start, which is not the function's time.
            await asyncio.wait_for(process.line(), _START_TIMEOUT_S)
        except BaseException:
            process.kill()
            raise
        return process


@dataclass
class _FunctionProcess:
    """A process.

    Attributes:
        process: asyncio's, whose pipes exist.
        is_waiting: whether it has answered, and waits for the next function.
        known: the digests of the functions that it has.
    """

    process: Any
    is_waiting: bool = True
    known: set[str] = field(default_factory=set)

    def code_parts(self, code: bytes) -> dict[str, str]:
        """Return the parts of a message that say which function to run; the process is sent its code once."""
        digest = hashlib.sha256(code).hexdigest()
        if digest in self.known:
            return {"digest": digest}
        self.known.add(digest)
        return {"digest": digest, "code": code.decode()}

    async def exchange(self, message: Mapping[str, Any]) -> Mapping[str, Any]:
        """Send a message, and return the answer."""
        self.is_waiting = False
        self.process.stdin.write(json.dumps(message).encode() + b"\n")
        answer: Mapping[str, Any] = json.loads(await self.line())
        self.is_waiting = answer["status"] != "read"
        return answer

    async def line(self) -> bytes:
        """Return the next line."""
        line: bytes = await self.process.stdout.readline()
        if not line:
            raise FunctionProcessError("the process has ended")
        return line

    def kill(self) -> None:
        """Kill the process, which may run a function that nobody waits for any more."""
        if self.process.returncode is None:
            self.process.kill()
