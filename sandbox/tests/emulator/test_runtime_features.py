"""Code that CloudFront's runtime does not document is found, and documented code is not."""

from __future__ import annotations

import pytest

from sandbox.emulator.runtime_features import undocumented

DOCUMENTED = r"""
import cf from 'cloudfront';
const crypto = require('crypto'), store = cf.kvs();
// a?.b of ...c in a comment, require('fs')
var texts = ['...', "class ?? {", `for (a of b)`, /[/"'].../g, 4 / 2 / 1];
function rest(a, ...more) { return more.length ** 2; }
async function read(key) { if (await store.exists(key)) { return await store.get(key); } return ''; }
async function handler(event) {
  const request = event.request, data = { fetch: 1, class: 2, process: 3 };
  for (let i = 0; i < 3; i++) { for (const name in request) { texts.push((a) => [a, { b: name }]); } }
  try { const value = await read('k'); f(value, data.process, data.fetch); } catch (error) { request.uri = a ? .5 : 1; }
  const from = 'fs', path = '/x/';
  return request.uri === '/' ? request : { statusCode: 302 };
}
"""


def test_documented_code() -> None:
    """Documented syntax is not reported, nor is anything in strings, comments and regular expressions."""
    assert undocumented(DOCUMENTED) == []
    assert undocumented(DOCUMENTED.replace("'cloudfront'", "'fs'")) == ["the module fs"]


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("for (const a of b) {}", "for...of"),
        ("f(...a)", "spread"),
        ("[...a]", "spread"),
        ("a?.b", "optional chaining"),
        ("a ?? b", "nullish coalescing"),
        ("a ||= b", "logical assignment"),
        ("const { a } = b;", "destructuring"),
        ("let [a] = b;", "destructuring"),
        ("; [a, b] = [b, a];", "destructuring"),
        ("function f({ a }) {}", "destructured parameters"),
        ("({ a }) => a", "destructured parameters"),
        ("function f(a = 1) {}", "default parameters"),
        ("(a = 1) => a", "default parameters"),
        ("class A {}", "classes"),
        ("function* f() {}", "generators"),
        ("try {} catch {}", "catch without a name"),
        ("const f = async () => 1;", "async closures"),
        ("a.map(async x => x)", "async closures"),
        ("export default 1", "export"),
        ("import('fs')", "import()"),
        ("import fs from 'fs';", "the module fs"),
        ("require('fs')", "the module fs"),
        ("eval('1')", "evaluation of code"),
        ("new Function('return 1')()", "evaluation of code"),
        ("setTimeout(f, 1)", "timers"),
        ("fetch('/')", "network access"),
        ("process.env", "process"),
        ("new Map()", "objects of ES 6"),
        ("/(?<=a)b/.test(c)", "later regular expressions"),
        ("return /a/u.test(c)", "later regular expressions"),
        ("async function f() { g(await h()); }", "await in arguments"),
        ("async function f() { g(h(1), [await i]); }", "await in arguments"),
    ],
)
def test_undocumented_code(code: str, name: str) -> None:
    """Each kind of undocumented syntax is named."""
    assert undocumented(code) == [name]
