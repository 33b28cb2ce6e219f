"""Runs a function's JavaScript in Node or njs, with only the modules and globals of `cloudfront-js-2.0`.

`EdgeRuntime` is Node, `Njs` is the engine family of CloudFront's runtime; both have the same methods. The module
`cloudfront` has one key value store, whose items a test passes to `load`.

https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/functions-javascript-runtime-20.html
"""

from __future__ import annotations

import json
import re
import subprocess
import tempfile
from abc import ABC, abstractmethod
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from hosting.edge.function_code import FunctionPart, compose, compose_response
from sandbox.emulator import runtime_features

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_FOLDER = Path(__file__).parent
# Documented syntax that hosting.edge.function_code excludes: rest parameters, exponents, named groups.
_EXCLUDED = re.compile(r"\.\.\.|\*\*|\(\?<[A-Za-z]")


class EdgeRuntimeError(Exception):
    """The function threw an error: visitors would get a 503."""


@dataclass(frozen=True)
class Answer:
    """What a function did with one event.

    Attributes:
        value: what the handler returned: a request or a response.
        reads: the keys that it read from the store, in their order.
        parsed: the length of each text that it parsed as JSON; only in Node.
        steps: how often its functions and blocks ran, loops included, if they were counted; only in Node.
        microseconds: the run time; only in Node.
    """

    value: Any
    reads: tuple[str, ...] = ()
    parsed: tuple[int, ...] = ()
    steps: int = 0
    microseconds: float = 0.0


class Engine(ABC):
    """A JavaScript engine with one function in it."""

    @abstractmethod
    def load(
        self,
        code: str,
        items: Mapping[str, str] | None = None,
        changes: Mapping[int, Mapping[str, str | None]] | None = None,
    ) -> None:
        """Load ``code`` as the function.

        ``items`` are the keys of its store; without them it has no store. ``changes`` has what arrives at the edge
        location before a read, by the number of the read, counted from 1 in each request; None removes a key.
        """

    @abstractmethod
    def answers(self, *events: Mapping[str, Any]) -> list[Answer]:
        """Run the function for each event.

        Raises:
            EdgeRuntimeError: the function threw an error.
        """

    def run(self, *events: Mapping[str, Any]) -> list[Any]:
        """Return the function's result for each event."""
        return [answer.value for answer in self.answers(*events)]

    def request(self, parts: Sequence[FunctionPart], event: Mapping[str, Any]) -> Any:  # noqa: ANN401 - request or response
        """Return the result of a viewer-request function with ``parts`` for an event."""
        self.load(compose(parts))
        return self.run(event)[0]

    def response(self, parts: Sequence[FunctionPart], event: Mapping[str, Any]) -> Any:  # noqa: ANN401 - a response object
        """Return the result of a viewer-response function with ``parts`` for an event."""
        self.load(compose_response(parts))
        return self.run(event)[0]


class EdgeRuntime(Engine):
    """A Node process, which ends with the `with` statement."""

    def __init__(self) -> None:
        command = ["node", str(_FOLDER / "node_worker.js")]
        self._node = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for pipe in (self._node.stdin, self._node.stdout):
            if pipe is not None:
                pipe.close()
        self._node.wait(10)

    def load(
        self,
        code: str,
        items: Mapping[str, str] | None = None,
        changes: Mapping[int, Mapping[str, str | None]] | None = None,
    ) -> None:
        """Load the function into a new context."""
        self._ask({"code": code, "items": items, "changes": changes or {}})

    def answers(self, *events: Mapping[str, Any]) -> list[Answer]:
        """Run the function for each event."""
        return self._answers({"events": events})

    def counted(self, *events: Mapping[str, Any]) -> list[Answer]:
        """Run the function for each event, and count its steps; that makes it slower."""
        return self._answers({"events": events, "counts": True})

    def microseconds(self, *events: Mapping[str, Any]) -> list[float]:
        """Return the function's run time for each event."""
        return [answer.microseconds for answer in self.answers(*events)]

    def _answers(self, question: Mapping[str, Any]) -> list[Answer]:
        return [
            Answer(
                found.get("value"),
                tuple(found["reads"]),
                tuple(found["parsed"]),
                found["steps"],
                found["microseconds"],
            )
            for found in self._ask(question)
        ]

    def _ask(self, question: Mapping[str, Any]) -> Any:  # noqa: ANN401 - JSON
        assert self._node.stdin is not None
        assert self._node.stdout is not None
        self._node.stdin.write(json.dumps(question) + "\n")
        self._node.stdin.flush()
        answer = json.loads(self._node.stdout.readline())
        if "error" in answer:
            raise EdgeRuntimeError(answer["error"])
        return answer["value"]


# Runs the function for each event, after its own code in the same file. console.log writes 2 KB at most.
_NJS_RUN = """
(async function () {
  const events = $EVENTS, answers = [];
  for (let i = 0; i < events.length; i++) {
    const raw = events[i].request.rawQueryString;
    if (raw !== undefined) events[i].request.rawQueryString = function () { return raw; };
    loaded.begin();
    let value;
    try { value = await handler(events[i]); } catch (error) { answers.push({ error: String(error) }); continue; }
    answers.push({ value: value, reads: loaded.fake.reads });
  }
  require('fs').writeFileSync('$OUTPUT', JSON.stringify(answers));
})();
"""


class Njs(Engine):
    """Debian's `njs`, one process for each call."""

    def __init__(self) -> None:
        self._code = self._module = ""

    def load(
        self,
        code: str,
        items: Mapping[str, str] | None = None,
        changes: Mapping[int, Mapping[str, str | None]] | None = None,
    ) -> None:
        """Keep the function for the next call."""
        self._code = code
        self._module = "\n".join(
            [
                (_FOLDER / "fake_store.js").read_text(),
                f"const items = {json.dumps(items)}, changes = {json.dumps(changes or {})};",
                "fake.known = items;",
                "fake.module.fake = fake;",
                "fake.module.begin = function () { fake.begin(items, changes); };",
                "export default fake.module;",
            ]
        )

    def answers(self, *events: Mapping[str, Any]) -> list[Answer]:
        """Run the function for each event."""
        with tempfile.TemporaryDirectory() as folder:
            output, main = Path(folder, "answers.json"), Path(folder, "function.js")
            Path(folder, "cloudfront").write_text(self._module)
            run = _NJS_RUN.replace("$EVENTS", json.dumps(events)).replace("$OUTPUT", str(output))
            main.write_text(f"{self._code}\nimport loaded from 'cloudfront';\n{run}")
            ran = subprocess.run(["njs", "-p", folder, main], capture_output=True, text=True, timeout=60, check=False)
            if not output.is_file():
                raise EdgeRuntimeError(ran.stdout + ran.stderr)
            found = json.loads(output.read_text())
        error = next((answer["error"] for answer in found if "error" in answer), None)
        if error is not None:
            raise EdgeRuntimeError(error)
        return [Answer(answer.get("value"), tuple(answer["reads"])) for answer in found]


def undocumented(code: str) -> list[str]:
    """Return the syntax in a part's code that the runtime does not document, or that our rules exclude."""
    lines = (line for line in code.splitlines() if not line.strip().startswith("//"))
    excluded = [found[0] for found in _EXCLUDED.finditer("\n".join(lines))]
    return [*runtime_features.undocumented(code), *excluded]


def request_event(
    uri: str,
    query: Mapping[str, str | Sequence[str]] | None = None,
    headers: Mapping[str, str] | None = None,
    method: str = "GET",
) -> dict[str, Any]:
    """Return a viewer-request event. A query parameter may have several values.

    https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/functions-event-structure.html
    """
    return {
        "version": "1.0",
        "context": {
            "distributionDomainName": "d111111abcdef8.cloudfront.net",
            "distributionId": "EDFDVBD6EXAMPLE",
            "eventType": "viewer-request",
            "requestId": "EXAMPLEntjQpEXAMPLE_SG5Z-EXAMPLEPmPfEXAMPLEu3EqEXAMPLE==",
        },
        "viewer": {"ip": "198.51.100.11"},
        "request": {
            "method": method,
            "uri": uri,
            "querystring": {name: _parameter(value) for name, value in (query or {}).items()},
            "headers": {
                "host": {"value": "www.example.com"},
                **{name: {"value": value} for name, value in (headers or {}).items()},
            },
            "cookies": {},
        },
    }


def _parameter(value: str | Sequence[str]) -> dict[str, Any]:
    if isinstance(value, str):
        return {"value": value}
    return {"value": value[0], "multiValue": [{"value": one} for one in value]}


def response_event(uri: str, headers: Mapping[str, str] | None = None, status: int = 200) -> dict[str, Any]:
    """Return a viewer-response event, as documented on the page that ``request_event`` names."""
    event = request_event(uri)
    event["context"]["eventType"] = "viewer-response"
    event["response"] = {
        "statusCode": status,
        "statusDescription": "OK",
        "headers": {name: {"value": value} for name, value in (headers or {}).items()},
        "cookies": {},
    }
    return event
