from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hosting.migrate.sst.literals import Expression, constructions, returned_objects


def read(source: str) -> Any:  # noqa: ANN401 - any literal
    """Return the value that the source is read as."""
    (found,) = constructions(f"new Site({source})", {"Site"})
    return found.arguments[0]


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ('"a"', "a"),
        (r"'it\'s'", "it's"),
        ("`a\nb`", "a\nb"),
        (r'"\x41\u0042\u{43}\n\q\"' + '\\\nD"', 'ABC\nq"D'),
        ("true", True),
        ("[1 ? [] : 'x', false,]", [Expression(""), False]),
        ("{ a: 'b', 'c-d': { e: [`f`] }, }", {"a": "b", "c-d": {"e": ["f"]}}),
        ("{ a: undefined, b: null }", {}),
        ("{ a: 'b' as const, c: {} satisfies Props }", {"a": "b", "c": {}}),
        ("{ // a: 'b', }\n /* c: 'd', */ e: 'https://x.com//y' }", {"e": "https://x.com//y"}),
        ("{ api, ...rest, f() {}, `${k}`: 'v' }", {
            "api": Expression("api"), "an expression (`...rest`)": Expression("...rest"), "f": Expression("f() {}"),
            "an expression": "v",
        }),
        ("{ [key]: 'v' }", {"an expression": Expression("")}),
    ],
)  # fmt: skip
def test_literals(source: str, value: Any) -> None:  # noqa: ANN401 - any literal
    """Strings, objects, arrays, comments and trailing commas are read as JavaScript does; the rest is an expression."""
    assert read(source) == value


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("api.url", "api.url"),
        ("isProd\n ? domain : undefined", "isProd ? domain : undefined"),
        ("process.env.KEY || 'hidden'", ""),
        ("12345", ""),
        ("a /* hidden */ + b", ""),
        ("a" * 81, ""),
        ("{" * 5_000 + "}" * 5_000, ""),
        ("`https://${host}`", ""),
        (r"'hidden\'", ""),
    ],
)
def test_expressions(source: str, shown: str) -> None:
    """An expression is shown in messages unless it has a text or a number, which may be a secret."""
    assert read(source) == Expression(shown)


def test_constructions() -> None:
    """Every `new` of the name is found, with its namespaces; comments, strings and other calls are not."""
    source = """
    // new sst.aws.Site("A")
    const text = "new Site('B')", other = new Other("C"), cast = new Site;
    new sst.aws.Site("D", { a: ["b"] }); new Site(stack, new Site("E"), "F"); new Site()
    """
    found = [(one.name, list(one.arguments)) for one in constructions(source, {"Site"})]
    assert found == [
        ("sst.aws.Site", ["D", {"a": ["b"]}]),
        ("Site", [Expression("stack"), Expression(""), "F"]),
        ("Site", []),
    ]


def test_what_nothing_closes() -> None:
    """A bracket, a comment or a string without its end reaches to the end of the text."""
    assert read("{ a: 'b', /* c: 'd' }") == Expression("")
    assert [one.arguments for one in constructions("new Site('a', { b: `c", {"Site"})] == [["a", Expression("")]]


def test_returned_objects() -> None:
    """The objects that functions return are found, but not other values."""
    source = "app() { return { name: 'a' } }, run() { return api; } , f() { return { b: { return: {} } } } return"
    assert list(returned_objects(source)) == [{"name": "a"}, {"b": {"return": {}}}]


@given(st.text(alphabet="newSit .(){}[]'\"`\\/*,:$\na1", max_size=60))
def test_any_source(source: str) -> None:
    """No text raises an error, and the arguments are always a list."""
    for one in constructions(f"new Site({source}", {"Site"}):
        assert isinstance(one.arguments, list)
    assert all(isinstance(one, dict) for one in returned_objects(f"return {{{source}"))


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ('const a = "b";', "b"),
        ('const a: string = "b"\nnew X()', "b"),
        ('const a = "b" as const;', "b"),
        ("const a = { b: ['c'] }\n}", {"b": ["c"]}),
        ('const x = "b"; const a = `w.${x}`;', "w.b"),
        ('const x = { b: "c" }; const a = `${x}`;', Expression("a")),
        ('const a = "b" + c;', Expression("a")),
        ('const a = "b"\n  + c;', Expression("a")),
        ('const a = "b"', Expression("a")),
        ("const a = f();", Expression("a")),
        ("const { a } = b;", Expression("a")),
        ("const a", Expression("a")),
        ('let a = "b";', Expression("a")),
        ('const a = "b"; const a = "c";', Expression("a")),
        ('const a = "b"; let a; const c = `${a}`;', Expression("a")),
    ],
)
def test_declared_values(source: str, value: Any) -> None:  # noqa: ANN401 - any literal
    """The name of a `const` is its literal value, unless a name has several declarations or the value goes on."""
    # What ends the source would end the statement.
    if source.endswith(("const a", '"b"')):
        assert list(returned_objects(f"return {{ a }}; {source}")) == [{"a": value}]
    else:
        assert list(returned_objects(f"{source} return {{ a }}")) == [{"a": value}]


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("x", "y"),
        ("{ x, z: [x] }", {"x": "y", "z": ["y"]}),
        ("o.p", "q"),
        ("o.x", Expression("o.x")),
        ("x.o", Expression("x.o")),
        ("`${x}.${ o.p }`", "y.q"),
        ("`${x}.${z}`", Expression("")),
        ("`${x()}`", Expression("")),
        ("`${" + "x}${" * 1_000 + "x}`", Expression("")),
        ("`\\${x}`", Expression("")),
        ("[" * 60 + "x" + "]" * 60, None),
    ],
)
def test_names_in_values(source: str, value: Any) -> None:  # noqa: ANN401 - any literal
    """A name, a member and the holes of a template string are what is declared."""
    (found,) = constructions(f'const x = "y"; const o = {{ p: "q" }}; new Site({source})', {"Site"})
    assert value is None or found.arguments == [value]
