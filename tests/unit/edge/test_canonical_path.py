"""The canonical form of a path: the same in Python and JavaScript, and for all spellings of a file's name."""

from __future__ import annotations

import json
import shutil
import subprocess
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hosting.edge.function_code import FunctionPart, compose
from hosting.edge.redirects import redirects_part
from hosting.edge.route_choice import RouteChoice
from hosting.edge.routing import canonical_uri_part, router_part
from hosting.formats.paths import canonical_path, key_path
from hosting.formats.redirects.files import read_redirects
from tests.unit.edge.runtime import request_event

if TYPE_CHECKING:
    from pathlib import Path

    from tests.unit.edge.runtime import EdgeRuntime

# Characters that browsers, generators, S3 and CloudFront treat differently; the accent is a separate character (NFD).
SPECIAL = "~+%;,$:@&=!*'()\"#?<>[]{}|\\^` .-_aZ0é\u0301\U0001f98a"
names = st.text(st.sampled_from(SPECIAL), min_size=1, max_size=8)
keys = st.lists(names, min_size=1, max_size=3).map("/".join)
# Pieces of paths as anybody may send them: names, escapes of all kinds, and no escapes at all.
pieces = st.sampled_from(
    [
        *SPECIAL,
        *(
            "/",
            "//",
            "%61",
            "%2F",
            "%2f",
            "%252F",
            "%252f",
            "%25",
            "%2B",
            "%40",
            "%c3%a9",
            "%C3%A9",
            "%",
            "%zz",
            "%e9",
            "%FF",
        ),
    ]
)
sent_paths = st.lists(pieces, max_size=8).map(lambda parts: "/" + "".join(parts))
# The characters that JavaScript's encodeURI and encodeURIComponent, and Python's quote, leave as they are.
SAFE = {"encodeURI": "/-_.!~*'();:@&=+$,", "encodeURIComponent": "/-_.!~*'()", "quote": "/-_.~", "nothing": "/"}


@st.composite
def spellings(draw: st.DrawFn) -> tuple[str, str]:
    """Return a key, and a path to it as a browser or a generator may write it, or with any other escapes."""
    key = draw(keys)
    if draw(st.booleans()):
        return key, "/" + quote(key, safe=SAFE[draw(st.sampled_from(sorted(SAFE)))])
    needed = "%?#"
    text = "".join(
        quote(char, safe="") if char in needed or (char != "/" and draw(st.booleans())) else char for char in key
    )
    return key, "/" + (text if draw(st.booleans()) else "".join(map(_lower_escape, _split(text))))


def _split(text: str) -> list[str]:
    parts = text.split("%")
    return [parts[0], *(f"%{part}" for part in parts[1:])]


def _lower_escape(part: str) -> str:
    return part[:3].lower() + part[3:] if part.startswith("%") else part


def at_the_edge(edge: EdgeRuntime, *paths: str) -> list[str]:
    """Return what the function makes of each path."""
    edge.load(compose([canonical_uri_part()]))
    return [request["uri"] for request in edge.run(*map(request_event, paths))]


@given(sent_paths)
def test_javascript_and_python_agree(edge: EdgeRuntime, path: str) -> None:
    """Any path, also with invalid escapes, has the same canonical form in both, and that form is final."""
    found = at_the_edge(edge, path)
    assert found == [canonical_path(path)]
    assert canonical_path(found[0]) == found[0]


@given(spellings())
def test_all_spellings_of_a_name_are_one_form(spelling: tuple[str, str]) -> None:
    """A file has one canonical path, whichever characters a link encodes, and it decodes to the file's name."""
    key, path = spelling
    assert canonical_path(path) == key_path(key)
    assert unquote(key_path(key)) == f"/{key}"


@given(keys)
def test_two_names_have_two_forms(key: str) -> None:
    """The form is ASCII, has no bare plus sign, and only the file's own slashes, so no two files share it."""
    path = key_path(key)
    assert path.isascii()
    assert "+" not in path
    assert path.count("/") == key.count("/") + 1


EXAMPLES = [
    ("/what%27s-new%20%28a%29.html", "/what's-new%20(a).html"),
    ("/what's-new (a).html", "/what's-new%20(a).html"),
    ("/a%40b%3Bc.css", "/a@b;c.css"),
    ("/tags/c++/", "/tags/c%2B%2B/"),
    ("/tags/c%2b%2B/", "/tags/c%2B%2B/"),
    ("/runtime%7Emain.js", "/runtime~main.js"),
    ("/a%2fb", "/a%2Fb"),
    ("/a%252Fb", "/a%252Fb"),
    ("/100%.html", "/100%25.html"),
    ("/100%25.html", "/100%25.html"),
    ("/%e9", "/%e9"),
    ("/caf\u00e9", "/caf%C3%A9"),
    ("/cafe\u0301", "/cafe%CC%81"),
    ("//evil.example/x", "//evil.example/x"),
    ("/\U0001f98a?", "/%F0%9F%A6%8A%3F"),
]


@pytest.mark.parametrize(("sent", "canonical"), EXAMPLES)
def test_examples(edge: EdgeRuntime, sent: str, canonical: str) -> None:
    """Reserved characters are decoded, except `+`, `/`, `?` and `#`; a `%` without digits is part of the name."""
    assert at_the_edge(edge, sent) == [canonical] == [canonical_path(sent)]


@pytest.mark.skipif(shutil.which("njs") is None, reason="njs, which Debian's package njs has, is not installed")
def test_njs_agrees() -> None:
    """njs, which CloudFront's runtime is based on, gives the same canonical paths."""
    calls = "".join(f"handler({json.dumps({'request': {'uri': sent}})}).uri," for sent, _ in EXAMPLES)
    code = f"{compose([canonical_uri_part()])}\nconsole.log(JSON.stringify([{calls}]))"
    ran = subprocess.run(["njs", "-"], input=code, capture_output=True, text=True, timeout=60, check=True)
    assert json.loads(ran.stdout) == [canonical for _, canonical in EXAMPLES]


def routed(edge: EdgeRuntime, parts: list[FunctionPart], path: str) -> str:
    """Return the function's URI for a path, or the target of its redirect."""
    answer: dict[str, Any] = edge.request(parts, request_event(path))
    return str(answer["headers"]["location"]["value"] if "statusCode" in answer else answer["uri"])


@pytest.mark.parametrize("routing", ["auto", "pages", "errors"])
def test_every_routing_asks_for_one_form(edge: EdgeRuntime, routing: str) -> None:
    """With any routing, all spellings of a file's path are one path for the cache and for S3."""
    key = "docs/a+b @c~(d)'e;f.js"
    tree = ["index.html", "docs/index.html", key]
    parts = [canonical_uri_part(), router_part(routing, tree, RouteChoice("index.html").routes(tree))]
    found = {routed(edge, parts, "/" + quote(key, safe=safe)) for safe in SAFE.values()}
    assert found == {"/docs/a%2Bb%20@c~(d)'e;f.js"}


SOURCES = ("/c++/a b;c", "/c%2B%2B/a%20b%3Bc", "</^\\/c\\+\\+\\/a%20b;c$/>", "</^\\/[\\w+]+\\/a%20b;c$/>")


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("status", ["301", "200"])
def test_a_rule_matches_all_spellings(edge: EdgeRuntime, tmp_path: Path, source: str, status: str) -> None:
    """A rule's source, in any spelling, matches all spellings; a redirect's target stays as the user wrote it."""
    target = "/new/c++/it's%20(a)"
    rules = read_redirects([{"source": source, "target": target, "status": status}], tmp_path).rules
    parts = [redirects_part(rules), canonical_uri_part()]
    found = {routed(edge, parts, "/" + quote("c++/a b;c", safe=safe)) for safe in SAFE.values()}
    assert found == ({target} if status == "301" else {canonical_path(target)})


def test_a_netlify_rule_matches_all_spellings(edge: EdgeRuntime, tmp_path: Path) -> None:
    """The same holds for `_redirects`, and what a `*` matches is put into the target in the canonical form."""
    (tmp_path / "_redirects").write_text("/c++/* /d/:splat\n")
    parts = [redirects_part(read_redirects([], tmp_path).rules), canonical_uri_part()]
    found = {routed(edge, parts, "/" + quote("c++/a+b(c)", safe=safe)) for safe in SAFE.values()}
    assert found == {"/d/a%2Bb(c)"}
