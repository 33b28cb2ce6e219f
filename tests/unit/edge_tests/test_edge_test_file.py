"""`edge.test.yaml`: what it may have, and the messages about what it must not have."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hosting.edge_tests.edge_test_file import parse_edge_tests, read_edge_tests
from hosting.errors import EdgeError

if TYPE_CHECKING:
    from pathlib import Path

WHOLE = """\
# What must not break.
tests:
  - name: the old blog has moved
    stacks: prod
    request: {path: "/old-post/?page=ü", country: NO, host: WWW.example.com, method: HEAD, access: true}
    expect: {status: 301, location: /blog/old-post/}

  - request:
      path: /docs/
      headers: {Accept-Language: de}
    expect:
      status: 200
      headers: {X-Frame-Options: DENY}
      absent: [X-Powered-By]
      body: [Welcome, "<h1>"]
"""
REQUEST = "tests:\n- request: {path: /}\n  expect: {status: 200}\n"


def test_a_file_with_every_key() -> None:
    """Each test has its line; the country NO is not false; names of headers are in lower case."""
    moved, docs = parse_edge_tests(WHOLE)
    assert (moved.line, moved.name, moved.stacks) == (3, "the old blog has moved", ("prod",))
    assert moved.request.model_dump() == {
        "path": "/old-post/?page=%C3%BC",
        "method": "HEAD",
        "host": "www.example.com",
        "country": "NO",
        "headers": {},
        "access": True,
    }
    assert (moved.request.path_alone, moved.request.query) == ("/old-post/", "page=%C3%BC")
    assert moved.title == "line 3, the old blog has moved"
    assert (docs.line, docs.title, docs.stacks) == (8, "line 8, GET /docs/", ())
    assert docs.request.headers == {"accept-language": "de"}
    assert docs.expect.model_dump() == {
        "status": 200,
        "location": None,
        "headers": {"x-frame-options": "DENY"},
        "absent": ("x-powered-by",),
        "body": ("Welcome", "<h1>"),
    }


def test_a_single_text_is_a_list() -> None:
    """`body: Welcome` needs no brackets."""
    (test,) = parse_edge_tests(REQUEST.replace("200", "200, body: Welcome, absent: Server"))
    assert (test.expect.body, test.expect.absent) == (("Welcome",), ("server",))


def test_without_a_file_there_are_no_tests(tmp_path: Path) -> None:
    """Neither without a file nor in an empty one."""
    assert read_edge_tests(tmp_path) == ()
    (tmp_path / "edge.test.yaml").write_text("# nothing yet\n")
    assert read_edge_tests(tmp_path) == ()


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    """It is not taken for an empty one."""
    (tmp_path / "edge.test.yaml").write_bytes(b"\xff")
    with pytest.raises(EdgeError, match=r"^edge\.test\.yaml can't be read .*: fix it, or remove it$"):
        read_edge_tests(tmp_path)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("- a", "line 1: 'edge.test.yaml' must be a map"),
        ("test: []", "line 1: 'test' is not a key here (did you mean 'tests'?)"),
        ("tests:\n  a: b", "line 2: 'tests' must be a list"),
        ("tests:\n- x", "line 2: an element of 'tests' must be a map"),
        ("tests:\n- request: {path: /}", "line 2: 'expect' is missing"),
        (REQUEST.replace("path", "pth"), "line 2: 'request.pth' is not a key here (did you mean 'path'?)"),
        (REQUEST.replace("path: /", "path: /, zzz: 1"), "line 2: 'request.zzz' is not a key here"),
        (REQUEST.replace("path: /", "path: /, path: /a"), "line 2: 'path' is in the same map twice"),
        (REQUEST.replace("path: /", "path: a"), "line 2: 'request.path' must begin with '/'; the host has a key of"),
        (REQUEST.replace("path: /", "path: /a b"), "line 2: 'request.path' must not have a space, a line break or"),
        (REQUEST.replace("path: /", r'path: "/\uD800"'), "line 2: 'request.path' must not have a space, a line"),
        (REQUEST.replace("path: /", "path: /, method: GOT"), "line 2: 'request.method' must be 'GET', 'HEAD', "),
        (REQUEST.replace("path: /", "path: /, host: //x"), "line 2: 'request.host' must be a host name, such as"),
        (REQUEST.replace("path: /", "path: /, country: UK"), "line 2: 'request.country' must be a country code of"),
        (REQUEST.replace("path: /", "path: /, access: 2"), "line 2: 'request.access' must be true or false"),
        (REQUEST.replace("path: /", "path: /, headers: a"), "line 2: 'request.headers' must be a map"),
        (REQUEST.replace("path: /", "path: /, headers: {a b: c}"), "line 2: 'request.headers' has 'a b', which is"),
        (REQUEST.replace("path: /", "path: /, headers: {a: é}"), "line 2: 'request.headers' has a value for 'a'"),
        (
            REQUEST.replace("path: /", "path: /, headers: {Host: a}"),
            "line 2: 'request.headers' must not have 'host': write it as the key host of the request",
        ),
        (REQUEST.replace("200", "20"), "line 3: 'expect.status' must be a status from 200 to 599"),
        (REQUEST.replace("200", "ok"), "line 3: 'expect.status' must be a whole number"),
        (REQUEST.replace("200", "200, absent: a b"), "line 3: an element of 'expect.absent' has 'a b', which"),
        (REQUEST.replace("/}", "/, method: HEAD}").replace("200", "200, body: a"), "line 3: 'expect' must not have a"),
    ],
)
def test_an_invalid_file(text: str, problem: str) -> None:
    """The problem has its line, its key and its rule."""
    with pytest.raises(EdgeError, match=r"^edge\.test\.yaml is invalid; nothing was deployed") as raised:
        parse_edge_tests(text)
    first, second = str(raised.value).splitlines()[:2]
    assert first.endswith(":")
    assert second.startswith(f"  - {problem}")


def test_all_problems_come_at_once() -> None:
    """A user corrects the file once."""
    with pytest.raises(EdgeError) as raised:
        parse_edge_tests(WHOLE.replace("301", "31").replace("/docs/", "docs").replace("absent", "abstent"))
    assert [line.split(":")[0] for line in str(raised.value).splitlines()[1:]] == [
        "  - line 6",
        "  - line 9",
        "  - line 14",
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("tests: [", r"line 1 of edge\.test\.yaml is not valid YAML \(.*\); nothing was deployed: fix it"),
        ("tests: *a", r"line 1 of edge\.test\.yaml is not valid YAML \(found undefined alias 'a'\)"),
        ("tests: &a [*a]", r"line 1 of edge\.test\.yaml is not valid YAML \(found unconstructable recursive node\)"),
        ("a: 1\n---\nb: 2", r"line 2 of edge\.test\.yaml is not valid YAML"),
        ("\0", r"^edge\.test\.yaml is not valid YAML; nothing was deployed"),
        ("[" * 5_000, r"^edge\.test\.yaml is not valid YAML; nothing was deployed"),
    ],
)
def test_a_file_that_is_not_yaml(text: str, message: str) -> None:
    """The line is named where the parser knows it."""
    with pytest.raises(EdgeError, match=message):
        parse_edge_tests(text)


@given(st.text(max_size=80), st.sampled_from(["@", "tests: @", "tests: [@]", REQUEST.replace("/", "@", 1)]))
def test_no_text_leads_to_a_traceback(text: str, frame: str) -> None:
    """Whatever a file has, it is read or refused with a sentence."""
    try:
        read = parse_edge_tests(frame.replace("@", text))
    except EdgeError as error:
        assert "nothing was deployed" in str(error)  # noqa: PT017 - a refusal is right, too
    else:
        assert all(test.request.path.startswith("/") for test in read)
