"""Runs a function's JavaScript in Node, with only the modules and globals of `cloudfront-js-2.0`.

https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/functions-javascript-runtime-20.html
"""

from __future__ import annotations

import json
import re
import subprocess
from typing import TYPE_CHECKING, Any, Self

from hosting.edge.function_code import FunctionPart, compose, compose_response

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

# As in the runtime, eval throws, there are no timers, file system and network, and the clock does not advance.
_WORKER = """
const lines = require('readline').createInterface({ input: process.stdin });
const vm = require('vm');
const modules = { crypto: require('crypto'), querystring: require('querystring'), buffer: require('buffer') };
let handler, context;
function load(code) {
  context = vm.createContext(
    { console: { log() {} }, Buffer: modules.buffer.Buffer, TextEncoder, TextDecoder, atob, btoa,
      require(name) {
        if (Object.prototype.hasOwnProperty.call(modules, name)) return modules[name];
        throw new Error('no module ' + name);
      } },
    { codeGeneration: { strings: false, wasm: false } });
  vm.runInContext('{ const began = Date.now(); Date.now = () => began; }', context);
  vm.runInContext(code, context, { filename: 'function.js' });
  handler = vm.runInContext('handler', context);
}
lines.on('line', (line) => {
  const asked = JSON.parse(line);
  let answer;
  try {
    if (asked.code !== undefined) { load(asked.code); answer = { value: null }; }
    else answer = { value: asked.events.map((event) => {
      const raw = event.request.rawQueryString;
      if (raw !== undefined) event.request.rawQueryString = () => raw;
      const started = process.hrtime.bigint();
      const value = handler(event);
      return { value, microseconds: Number(process.hrtime.bigint() - started) / 1000 };
    }) };
  } catch (error) { answer = { error: String(error) }; }
  process.stdout.write(JSON.stringify(answer) + '\\n');
});
"""
# Syntax of ES6 and later that hosting.edge.function_code excludes, because the runtime does not document it.
_UNDOCUMENTED = re.compile(
    r"""
    \bfor\s*\([^;)]*\bof\b            # for...of
    | \.\.\. | \?\. | \?\? | \*\*    # spread, rest; optional chaining, nullish coalescing, exponents
    | \b(?:const|let|var)\s*[\[{]     # destructuring; then in parameters, with defaults; then in an assignment
    | \bfunction\b[^(]*\([^)]*[\[{=] | [(,]\s*[\[{][^()]*[\]}]\s*\)\s*=> | \([^()]*[^=!<>()]=[^=>()][^()]*\)\s*=>
    | [;{}]\s*\[[^\]]*\]\s*=[^=]
    | \bcatch\s*\{                   # without the error's name
    | \b(?:class|eval|yield|await|import|export|new\s+Function|Symbol|Proxy|Reflect)\b | \bfunction\s*\*
    | \basync\s+(?:function|\() | \bset(?:Timeout|Interval|Immediate)\b | \bfetch\b | \bprocess\b
    | \brequire\('(?!crypto'|querystring'|buffer'|cloudfront')
    | \(\?<[=!A-Za-z] | (?<!\\)/[dgim]*[suyv][dgimsuyv]*(?=[.,;)])  # expressions' newer forms and flags
    """,
    re.VERBOSE,
)


class EdgeRuntimeError(Exception):
    """The function threw an error: visitors would get a 503."""


class EdgeRuntime:
    """A Node process, which ends with the `with` statement."""

    def __init__(self) -> None:
        self._node = subprocess.Popen(["node", "-e", _WORKER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for pipe in (self._node.stdin, self._node.stdout):
            if pipe is not None:
                pipe.close()
        self._node.wait(10)

    def load(self, code: str) -> None:
        """Load ``code`` as the function."""
        self._ask({"code": code})

    def run(self, *events: Mapping[str, Any]) -> list[Any]:
        """Return the function's result for each event."""
        return [result["value"] for result in self._ask({"events": events})]

    def microseconds(self, *events: Mapping[str, Any]) -> list[float]:
        """Return the function's run time for each event."""
        return [result["microseconds"] for result in self._ask({"events": events})]

    def request(self, parts: Sequence[FunctionPart], event: Mapping[str, Any]) -> Any:  # noqa: ANN401 - request or response
        """Return the result of a viewer-request function with ``parts`` for an event."""
        self.load(compose(parts))
        return self.run(event)[0]

    def response(self, parts: Sequence[FunctionPart], event: Mapping[str, Any]) -> Any:  # noqa: ANN401 - a response object
        """Return the result of a viewer-response function with ``parts`` for an event."""
        self.load(compose_response(parts))
        return self.run(event)[0]

    def _ask(self, question: Mapping[str, Any]) -> Any:  # noqa: ANN401 - JSON
        assert self._node.stdin is not None
        assert self._node.stdout is not None
        self._node.stdin.write(json.dumps(question) + "\n")
        self._node.stdin.flush()
        answer = json.loads(self._node.stdout.readline())
        if "error" in answer:
            raise EdgeRuntimeError(answer["error"])
        return answer["value"]


def undocumented(code: str) -> list[str]:
    """Return the syntax in a part's code that the runtime does not document, or that our rules exclude."""
    lines = (line for line in code.splitlines() if not line.strip().startswith("//"))
    return [found[0] for found in _UNDOCUMENTED.finditer("\n".join(lines))]


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
