"""Functions with a key value store run in Node and in njs, and Node counts what they do."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.unit.edge.runtime import EdgeRuntimeError, request_event

if TYPE_CHECKING:
    from tests.unit.edge.runtime import EdgeRuntime, Engine

READS = """import cf from 'cloudfront';
const store = cf.kvs();
async function handler(event) {
  const text = await store.get('a');
  const data = await store.get('b', { format: 'json' });
  const bytes = await store.get('a', { format: 'bytes' });
  const known = await store.exists('c'), meta = await store.meta();
  let missing = '';
  try { await store.get('c'); } catch (error) { missing = error.message; }
  return { text: text, data: data, bytes: bytes.length, known: known, keys: meta.keyCount, missing: missing };
}"""
TWICE = """import cf from 'cloudfront';
async function handler(event) {
  const store = cf.kvs(), first = await store.exists('a');
  const second = await store.exists('a');
  return [first, second];
}"""
LOOP = """function handler(event) {
  const rounds = Number(event.request.uri.slice(1));
  let sum = 0;
  for (let i = 0; i < rounds; i++) { if (i % 2) sum += i; }
  return { statusCode: 200, sum: sum, text: JSON.parse('{"a":1}') };
}"""


def test_the_store_of_a_function(engine: Engine) -> None:
    """Values have the requested format, a missing key is an error that can be caught, and each read is recorded."""
    engine.load(READS, {"a": "é", "b": '{"x":[1]}'})
    [answer] = engine.answers(request_event("/"))
    missing = "the key value store does not have the key c"
    assert answer.value == {
        "text": "é",
        "data": {"x": [1]},
        "bytes": 2,
        "known": False,
        "keys": 2,
        "missing": missing,
    }
    assert answer.reads == ("a", "b", "a", "c", "c")


def test_keys_that_arrive_between_two_reads(engine: Engine) -> None:
    """A change before the second read of a request is seen by that one, and each request begins with the same items."""
    engine.load(TWICE, {}, {2: {"a": "1"}})
    assert engine.run(request_event("/"), request_event("/")) == [[False, True], [False, True]]
    engine.load(TWICE, {"a": "1"}, {2: {"a": None}})
    assert engine.run(request_event("/")) == [[True, False]]


def test_errors_of_a_function(engine: Engine) -> None:
    """A function without a store, and one that reads a missing key, are errors."""
    engine.load(TWICE)
    with pytest.raises(EdgeRuntimeError, match="no key value store is associated"):
        engine.answers(request_event("/"))
    engine.load("import cf from 'cloudfront';\nasync function handler(event) { return await cf.kvs().get('a'); }", {})
    with pytest.raises(EdgeRuntimeError, match="does not have the key a"):
        engine.answers(request_event("/"))


def test_functions_without_a_store(engine: Engine) -> None:
    """A synchronous function runs in both engines; undefined is no value."""
    engine.load("function handler(event) { return event.request.rawQueryString(); }")
    event = request_event("/")
    event["request"]["rawQueryString"] = "a=1"
    assert engine.run(event) == ["a=1"]
    engine.load("function handler(event) {}")
    assert engine.run(event) == [None]


def test_steps_are_counted(edge: EdgeRuntime) -> None:
    """The steps grow by the same number for each round of a loop, each time; texts parsed as JSON are measured."""
    edge.load(LOOP)
    events = [request_event(f"/{rounds}") for rounds in (10, 20, 40, 10)]
    answers = edge.counted(*events)
    steps = [answer.steps for answer in answers]
    assert steps[2] - steps[1] == 2 * (steps[1] - steps[0]) > 20
    assert steps[3] == steps[0]
    assert answers[0].parsed == (7,)
    assert [answer.steps for answer in edge.answers(*events)] == [0, 0, 0, 0]
