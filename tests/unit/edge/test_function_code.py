"""Function parts are joined into a function, within the size limit, and run in a runtime like CloudFront's."""

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
    fill,
    size_of,
)
from hosting.errors import EdgeError
from tests.unit.edge.runtime import EdgeRuntime, EdgeRuntimeError, request_event, response_event, undocumented

ROOT = Path(__file__).resolve().parents[3] / "hosting"
LOWER = FunctionPart("lower", "function lower(request) {\n  // one form\n  request.uri = request.uri.toLowerCase();\n}")
GONE = FunctionPart("gone", "function gone(request) { if (request.uri === '/gone') return { statusCode: 410 }; }")


def test_parts_run_in_their_order(edge: EdgeRuntime) -> None:
    """Each part gets the request as the previous parts changed it, and the first response is returned."""
    assert edge.request([LOWER, GONE], request_event("/GONE")) == {"statusCode": 410}
    assert edge.request([GONE, LOWER], request_event("/GONE"))["uri"] == "/gone"
    assert edge.request([GONE], request_event("/other"))["uri"] == "/other"


def test_parts_change_the_response(edge: EdgeRuntime) -> None:
    """A viewer-response function returns the response with the changes of all parts."""
    mark = FunctionPart("mark", "function mark(request, response) { response.headers.path = { value: request.uri }; }")
    answer = edge.response([mark], response_event("/a", {"server": "x"}))
    assert answer["headers"] == {"server": {"value": "x"}, "path": {"value": "/a"}}


SPACED = r"""function spaced(request) {
  const a = 1, b = -1, quote = '"', texts = [ ' // a  b ', "it's  ", `c  ${ a }  d` ];
  const found = / '[/ "]  \/ /g.test(' \'"  / ') ? [ a + +a, a - -a, typeof a ] : [];
  return { texts: texts, found: found, none: / / .test('') , quote: quote, more: a + b }
}"""


def test_the_code_has_no_comments_and_no_needless_spaces(edge: EdgeRuntime) -> None:
    """Comments and needless spaces are removed, and the code has the same result."""
    assert "one form" not in compose([LOWER])
    assert compose([LOWER]).startswith("function lower(request){request.uri=request.uri.toLowerCase();}\n")
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
    """Spaces in strings and regular expressions are kept."""
    expression = re.sub(r"[^\w ]", r"\\\g<0>", text).replace("\n", "n") or "(?:)"
    code = (
        f"function kept(request) {{ return [ {as_javascript(text)} , /^{expression}$/.test({as_javascript(text)}) ]; }}"
    )
    assert edge.request([FunctionPart("kept", code)], request_event("/")) == [text, True]


def test_the_size_limit_is_exact() -> None:
    """A function with the maximum size is composed. One more byte is refused, with the size of each part."""

    def composed(length: int) -> str:
        return compose([FunctionPart("big", f"function big(){{return '{'x' * length}'}}")])

    # With short names there is room for more.
    too_long = MAX_BYTES - size_of(composed(0)) + 1
    longest = too_long + MAX_BYTES - size_of(composed(too_long))
    assert size_of(composed(longest)) == MAX_BYTES
    with pytest.raises(EdgeError, match=rf"has {MAX_BYTES + 1} bytes, but CloudFront allows {MAX_BYTES} \(big \d+\)"):
        composed(longest + 1)


def test_a_function_that_is_too_large_has_short_names(edge: EdgeRuntime) -> None:
    """Functions that are only called lose their names; strings, regular expressions, properties and values stay."""
    code = """function tooLongForCloudFront(request) {
      const text = 'pathOf(', rule = /pathOf\\(/;
      return { statusCode: 200, headers: { pathOf: [pathOf(request), text, rule.test(text), ['a'].map(lengthOf)] } };
    }
    function pathOf(request) { return upperCase(request.uri); }
    function upperCase(text) { return text.toUpperCase(); }
    function lengthOf(text) { return text.length; }
    """
    room = MAX_BYTES - size_of(compose([FunctionPart("tooLongForCloudFront", code)]))
    part = FunctionPart("tooLongForCloudFront", f"{code}const text = '{'x' * room}';")
    composed = compose([part])
    assert size_of(composed) <= MAX_BYTES
    assert "tooLongForCloudFront" not in composed
    assert "upperCase" not in composed
    assert edge.request([part], request_event("/a"))["headers"] == {"pathOf": ["/A", "pathOf(", True, [1]]}


@pytest.mark.parametrize("names", [["one", "one"], ["handler"], ["no-name"]])
def test_parts_have_different_valid_names(names: list[str]) -> None:
    """Duplicate and invalid names of parts are refused."""
    with pytest.raises(ValueError, match="parts must have different names"):
        compose_response([FunctionPart(name, "") for name in names])


def test_data_in_the_code_is_unchanged(edge: EdgeRuntime) -> None:
    """Quotes, any script and JavaScript's line separators are the same data in the function, and placeholders, too."""
    data = {"a": ["\"'\\`</script>${x}", "Δ 世界", "\u2028\u2029", "$RULES", None, True]}
    code = fill("function echo(request) { return $DATA; }", {"$DATA": as_javascript(data), "$RULES": "[]"})
    echo = FunctionPart("echo", code)
    assert edge.request([echo], request_event("/")) == data
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
    """As in CloudFront, there are only three modules, and no eval, timers, process or network."""
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
        "const f = async () => 1;",
        "f(await a)",
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
    """Each kind of syntax that function_code.py excludes is found."""
    assert undocumented(code)


def test_every_part_has_only_documented_syntax() -> None:
    """No part has undocumented syntax, and documented syntax is not reported."""
    assert not undocumented(
        "// ?.\nfor (let i = 0; i < of; i++) { const a = [{ b: c => d === e }]; f(a, (g, h) => ({ i: 1 })); }"
    )
    found = {file.name: undocumented(file.read_text()) for file in ROOT.rglob("*.js")}
    assert {name: what for name, what in found.items() if what} == {}
