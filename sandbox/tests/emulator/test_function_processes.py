"""The processes that run functions, with a script that answers as MiniStack's does."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from sandbox.emulator.function_processes import FunctionProcessError, FunctionProcesses
from sandbox.tests import event_loop

if TYPE_CHECKING:
    from collections.abc import Mapping

# The code is a number of reads, or a word.
SCRIPT = """
const send = (answer) => process.stdout.write(JSON.stringify(answer) + "\\n");
const codes = new Map();
let left = 0, replies = [];
function step() {
  if (left-- > 0) return send({ status: "read", method: "get", key: "k" + left });
  send({ status: "ok", value: replies, pid: process.pid });
}
process.stdout.write("\\n");
require("readline").createInterface({ input: process.stdin }).on("line", (line) => {
  const { code, digest, reply } = JSON.parse(line);
  if (reply) { replies.push(reply.value); return step(); }
  const known = codes.has(digest);
  if (code !== undefined) codes.set(digest, code);
  const text = codes.get(digest);
  if (text === "loop") for (;;);
  if (text === "exit") process.exit();
  left = Number(text), replies = [known ? "known" : "new"];
  step();
});
"""


def reply(method: str, key: str) -> dict[str, str]:
    """Return the reply to a read."""
    return {"value": f"{method} {key}"}


def run(*codes: str, timeout_s: float = 60) -> tuple[list[Mapping[str, Any] | BaseException], int]:
    """Return what the functions answer, one after the other, and how many processes were started."""

    async def in_loop() -> tuple[list[Mapping[str, Any] | BaseException], int]:
        processes = FunctionProcesses(SCRIPT, timeout_s)
        answers = [
            (await asyncio.gather(processes.run(code.encode(), {}, reply), return_exceptions=True))[0] for code in codes
        ]
        return answers, processes.started

    return event_loop.run(in_loop())


def value(answer: Mapping[str, Any] | BaseException) -> Any:  # noqa: ANN401 - JSON
    """Return the value of an answer."""
    assert not isinstance(answer, BaseException), answer
    return answer["value"]


def test_one_process_runs_functions_one_after_the_other() -> None:
    """Each read is answered, and the code of a function is sent once."""
    answers, started = run("2", "0", "2")
    assert list(map(value, answers)) == [["new", "get k1", "get k0"], ["new"], ["known", "get k1", "get k0"]]
    assert started == 1


def test_functions_at_the_same_time() -> None:
    """They have a process each, up to a limit; others wait, and no answer is another's."""

    async def in_loop() -> tuple[list[Mapping[str, Any]], int]:
        processes = FunctionProcesses(SCRIPT)
        calls = [processes.run(str(number).encode(), {}, reply) for number in range(20)]
        return await asyncio.gather(*calls), processes.started

    answers, started = event_loop.run(in_loop())
    assert [len(answer["value"]) for answer in answers] == list(range(1, 21))
    assert 1 <= started == len({answer["pid"] for answer in answers}) <= 4


@pytest.mark.parametrize(("code", "message"), [("loop", "ran for more than 0.5 s"), ("exit", "the process has ended")])
def test_a_function_that_gives_no_answer(code: str, message: str) -> None:
    """It is an error, and the next function has a new process."""
    answers, started = run(code, "0", timeout_s=0.5)
    assert isinstance(answers[0], FunctionProcessError)
    assert message in str(answers[0])
    assert value(answers[1]) == ["new"]
    assert started == 2


def test_a_viewer_who_leaves() -> None:
    """A process whose function nobody waits for is not used again."""

    async def in_loop() -> tuple[Mapping[str, Any], int]:
        processes = FunctionProcesses(SCRIPT)

        def leave(method: str, key: str) -> dict[str, str]:
            task.cancel()
            return reply(method, key)

        task = asyncio.create_task(processes.run(b"2", {}, leave))
        await asyncio.gather(task, return_exceptions=True)
        return await processes.run(b"0", {}, reply), processes.started

    answer, started = event_loop.run(in_loop())
    assert answer["value"] == ["new"]
    assert started == 2
