"""How pieces become a function at the edge, and what that function is run with."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hosting.edge.function_code import (
    MAX_BYTES,
    FunctionPart,
    as_javascript,
    compose,
    compose_response,
    piece_of,
    size_of,
)
from hosting.errors import EdgeError
from tests.unit.edge.runtime import EdgeRuntime, EdgeRuntimeError, request_event, response_event, undocumented

ROOT = Path(__file__).resolve().parents[3] / "hosting"
LOWER = FunctionPart("lower", "function lower(request) {\n  // one form\n  request.uri = request.uri.toLowerCase();\n}")
GONE = FunctionPart("gone", "function gone(request) { if (request.uri === '/gone') return { statusCode: 410 }; }")


def test_pieces_change_the_request_in_their_order_or_answer(edge: EdgeRuntime) -> None:
    """Each piece sees what those before it made of the request; the first response is the answer."""
    assert edge.request([LOWER, GONE], request_event("/GONE")) == {"statusCode": 410}
    assert edge.request([GONE, LOWER], request_event("/GONE"))["uri"] == "/gone"
    assert edge.request([GONE], request_event("/other"))["uri"] == "/other"


def test_pieces_of_responses_change_the_response(edge: EdgeRuntime) -> None:
    """A viewer-response function returns the response that its pieces have changed."""
    mark = FunctionPart("mark", "function mark(request, response) { response.headers.path = { value: request.uri }; }")
    answer = edge.response([mark], response_event("/a", {"server": "x"}))
    assert answer["headers"] == {"server": {"value": "x"}, "path": {"value": "/a"}}


SPACED = r"""function spaced(request) {
  const a = 1, b = -1, quote = '"', texts = [ ' // a  b ', "it's  ", `c  ${ a }  d` ];
  const found = / '[/ "]  \/ /g.test(' \'"  / ') ? [ a + +a, a - -a, typeof a ] : [];
  return { texts: texts, found: found, none: / / .test('') , quote: quote, more: a + b }
}"""


def test_the_code_has_no_comments_and_no_spaces_that_part_nothing(edge: EdgeRuntime) -> None:
    """What only people need does not count towards the size, and the code does what it did."""
    assert "one form" not in compose([LOWER])
    assert compose([LOWER]).startswith("function lower(request){\nrequest.uri=request.uri.toLowerCase();\n}\n")
    expected = {
        "texts": [" // a  b ", "it's  ", "c  1  d"],
        "found": [2, 2, "number"],
        "none": False,
        "quote": '"',
        "more": 0,
    }
    assert edge.request([FunctionPart("spaced", SPACED)], request_event("/")) == expected
    assert "[a+ +a,a- -a,typeof a]" in compose([FunctionPart("spaced", SPACED)])


@given(text=st.text(alphabet="ab '\"`\\/[]+- \n(,:", max_size=12))
def test_any_text_is_kept(edge: EdgeRuntime, text: str) -> None:
    """Whatever is in a string or an expression, its spaces are its own."""
    expression = re.sub(r"[^\w ]", r"\\\g<0>", text).replace("\n", "n") or "(?:)"
    code = (
        f"function kept(request) {{ return [ {as_javascript(text)} , /^{expression}$/.test({as_javascript(text)}) ]; }}"
    )
    assert edge.request([FunctionPart("kept", code)], request_event("/")) == [text, True]


def test_a_function_as_large_as_cloudfront_takes_is_composed_and_one_byte_more_is_refused() -> None:
    """The limit is exact, and the message has the figures of each piece."""
    room = MAX_BYTES - size_of(compose([FunctionPart("big", "function big(){return ''}")]))
    compose([FunctionPart("big", f"function big(){{return '{'x' * room}'}}")])
    with pytest.raises(EdgeError, match=rf"is {MAX_BYTES + 1} bytes, CloudFront takes {MAX_BYTES} \(big \d+\)"):
        compose([FunctionPart("big", f"function big(){{return '{'x' * (room + 1)}'}}")])


@pytest.mark.parametrize("names", [["one", "one"], ["handler"], ["no-name"]])
def test_pieces_have_names_of_their_own(names: list[str]) -> None:
    """Two pieces of one name would silently be one."""
    with pytest.raises(ValueError, match="names of their own"):
        compose_response([FunctionPart(name, "") for name in names])


def test_data_reaches_the_code_as_it_is(edge: EdgeRuntime, tmp_path: Path) -> None:
    """Quotes, scripts of all the world and JavaScript's own line separators are data in the function too."""
    data = {"a": ["\"'\\`</script>${x}", "Δ 世界", "\u2028\u2029", None, True]}
    file = tmp_path / "echo.js"
    file.write_text("function echo(request) { return $DATA; }")
    assert edge.request([piece_of(file, data)], request_event("/")) == data
    assert "\u2028" not in as_javascript(data)


@pytest.mark.parametrize(
    "code",
    [
        "require('fs')",
        "eval('1')",
        "new Function('return 1')()",
        "setTimeout(() => 1, 1)",
        "process.exit()",
        "fetch('/')",
    ],
)
def test_the_harness_refuses_what_the_runtime_lacks(edge: EdgeRuntime, code: str) -> None:
    """No modules but three, no dynamic code, no timers, no process and no network, as at the edge."""
    with pytest.raises(EdgeRuntimeError):
        edge.request([FunctionPart("bad", f"function bad(request) {{ {code}; }}")], request_event("/"))


@pytest.mark.parametrize(
    "code",
    [
        "for (const a of b) {}",
        "f(...a)",
        "function f(...a) {}",
        "a?.b",
        "a ?? b",
        "a ** b",
        "const { a } = b;",
        "let [a] = b;",
        "function f({ a }) {}",
        "function f(a, [b]) {}",
        "function f(a = 1) {}",
        "(a = 1) => a",
        "({ a }) => a",
        "; [a, b] = [b, a];",
        "try {} catch {}",
        "class A {}",
        "async function f() {}",
        "function* f() {}",
        "import a from 'b';",
        "require('fs')",
        "eval('1')",
        "/(?<=a)b/.test(c)",
        "/a/u.test(c)",
        "setTimeout(f, 1)",
    ],
)
def test_what_the_runtime_does_not_document_is_found(code: str) -> None:
    """Each thing that edge.py says is kept out of our code is seen where it is."""
    assert undocumented(code)


def test_every_piece_is_written_in_the_documented_language() -> None:
    """What node runs but cloudfront-js-2.0 does not document is found in no piece, and nothing else is taken for it."""
    assert not undocumented(
        "// ?.\nfor (let i = 0; i < of; i++) { const a = [{ b: c => d === e }]; f(a, (g, h) => ({ i: 1 })); }"
    )
    found = {file.name: undocumented(file.read_text()) for file in ROOT.rglob("*.js")}
    assert {name: what for name, what in found.items() if what} == {}
