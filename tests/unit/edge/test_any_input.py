"""Any input in a rule file is either refused with an error message, or becomes code that runs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from hosting.edge.function_code import compose, compose_response
from hosting.edge.headers import headers_part
from hosting.edge.redirect_checks import check_rules
from hosting.edge.redirects import redirects_part
from hosting.edge.route_choice import RouteChoice
from hosting.edge.routing import router_redirects
from hosting.errors import EdgeError
from hosting.formats.headers.files import read_headers
from hosting.formats.redirects.files import read_redirects
from tests.unit.edge.runtime import request_event, response_event

if TYPE_CHECKING:
    from pathlib import Path

    from tests.unit.edge.runtime import EdgeRuntime

# All examples of a test share a folder: each overwrites the file.
KEYS = {"index.html"}
ROUTES = RouteChoice("index.html").routes(KEYS)
lenient = hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
fragments = st.sampled_from(
    [
        *(
            "/",
            "a",
            "*",
            ":splat",
            ":a",
            "<*>",
            "<a>",
            "<",
            ">",
            ":",
            "#",
            "?",
            "=",
            "%",
            "%zz",
            "%2F",
            " ",
            "\t",
            "\n",
        ),
        *(
            "https://",
            "http://x.example",
            "301",
            "200",
            "404",
            "404-200",
            "!",
            "Country=de",
            "é",
            "\U0001f98a",
            "\u2028",
            "\\",
            "'",
            '"',
        ),
        *("$", "(", ")", "[", "]", "{1}", "+", "|", "^", "</^a$/>", "\r", "\x00", "//", "..", "`", "${x}"),
    ]
)
text = st.lists(fragments, max_size=12).map("".join)
paths = st.lists(st.sampled_from(["/", "a", "é", "\U0001f98a", "%zz", "%2F", "?", "//", "\\"]), max_size=6).map(
    lambda parts: "/" + "".join(parts)
)


def redirected(edge: EdgeRuntime, tmp_path: Path, path: str) -> None:
    """Run the redirect rules in the folder, unless they are refused."""
    try:
        redirects = read_redirects([], tmp_path)
        check_rules(redirects, {"index.html"}, router_redirects("pages", KEYS, ROUTES))
        code = compose([redirects_part(redirects.rules)])
    except EdgeError:
        return
    edge.load(code)
    (answer,) = edge.run(request_event(path, {"id": "1", "\U0001f98a": "\U0001f98a"}))
    location = answer.get("headers", {}).get("location", {}).get("value", "/")
    assert location.isascii()
    assert location.isprintable()
    assert " " not in location
    assert not location.startswith(("//", "/\\"))


@lenient
@given(written=st.lists(text, max_size=4).map("\n".join), path=paths)
def test_netlifys_redirects(edge: EdgeRuntime, tmp_path: Path, written: str, path: str) -> None:
    """Any text in `_redirects` is refused or runs, and no visitor's path leads to another host."""
    (tmp_path / "_redirects").write_bytes(written.encode())
    redirected(edge, tmp_path, path)


values = st.one_of(text, st.none(), st.integers(), st.booleans(), st.lists(text, max_size=1))
rules = st.dictionaries(st.sampled_from(["source", "target", "status", "condition", "x"]), values, max_size=4)
likely = st.fixed_dictionaries(
    {"source": text.map(lambda part: f"/{part}"), "target": text.map(lambda part: f"/{part}")},
    optional={"status": st.sampled_from(["301", "302", "200", "404", "404-200", 301]), "condition": st.just("<US>")},
)


@lenient
@given(written=st.one_of(st.lists(st.one_of(rules, likely), max_size=3), values, rules), path=paths)
def test_amplifys_redirects(edge: EdgeRuntime, tmp_path: Path, written: Any, path: str) -> None:  # noqa: ANN401 - JSON
    """Any JSON in `redirects.json` is refused or runs."""
    (tmp_path / "redirects.json").write_text(json.dumps(written))
    redirected(edge, tmp_path, path)


@lenient
@given(written=text, name=st.sampled_from(["redirects.json", "_redirects"]))
def test_invalid_redirect_files(edge: EdgeRuntime, tmp_path: Path, written: str, name: str) -> None:
    """Any text in either file is refused or runs."""
    for other in ("redirects.json", "_redirects"):
        (tmp_path / other).unlink(missing_ok=True)
    (tmp_path / name).write_bytes(written.encode())
    redirected(edge, tmp_path, "/a")


header_lines = st.lists(
    st.sampled_from(
        ["/*", "/a/:b", "  X-A: b", "  X-A: é", " :", "  X-A", "# x", "", "/é*", "  a b: c", "/[", "/$(", "\t"]
    ),
    max_size=6,
)
yaml_text = st.lists(
    st.sampled_from(
        [
            *("customHeaders:", "\n", " ", "- ", "pattern: ", "headers: ", "key: ", "value: ", "'**'", "X-A", "b", "*"),
            *("[", "]", "{", "}", "&a", "*a", "!x", "|", ">", "1", "~", '"', "\\", "\t", "#"),
        ]
    ),
    max_size=14,
).map("".join)


def sent(edge: EdgeRuntime, tmp_path: Path) -> None:
    """Run the header rules in the folder, unless they are refused."""
    try:
        found = read_headers(tmp_path).rules
        code = compose_response([headers_part(found, ROUTES)])
    except EdgeError:
        return
    edge.load(code)
    (answer,) = edge.run(response_event("/a/b"))
    assert all(set(header) == {"value"} for header in answer["headers"].values())


@lenient
@given(lines=header_lines)
def test_netlifys_headers(edge: EdgeRuntime, tmp_path: Path, lines: list[str]) -> None:
    """Any lines in `_headers` are refused or run."""
    (tmp_path / "_headers").write_text("\n".join(lines))
    sent(edge, tmp_path)


@lenient
@given(written=yaml_text)
def test_amplifys_headers(edge: EdgeRuntime, tmp_path: Path, written: str) -> None:
    """Any text in `customHttp.yml` is refused or runs."""
    (tmp_path / "customHttp.yml").write_text(written)
    sent(edge, tmp_path)
