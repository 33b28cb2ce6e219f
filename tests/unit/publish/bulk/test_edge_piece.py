"""The JavaScript that leads requests to the live release, run in node."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hosting.edge.function_code import FunctionPart, compose, size_of
from hosting.errors import EdgeError
from hosting.publish.bulk.edge_piece import edge_piece, room_beside
from hosting.publish.bulk.planning import EXCEPTION_BYTES
from hosting.publish.bulk.shared import is_shared
from tests.unit.edge.runtime import EdgeRuntime, request_event, undocumented
from tests.unit.publish.staging import test_hashed_names

if TYPE_CHECKING:
    from collections.abc import Iterator

POINTER: dict[str, Any] = {
    "slot": "2",
    "generation": "0",
    "mark": "2-abc-def",
    "overlays": {"": ["gone.html"], "0123456789abcdef": ["about.html", "docs/a b+ä.html", "app.0a1b2c3d.js"]},
    "fallback": "index.html",
    "plain": ["LICENSE", ".well-known/assetlinks"],
}


@pytest.fixture(scope="module")
def edge() -> Iterator[EdgeRuntime]:
    """Run node with the piece."""
    with EdgeRuntime() as runtime:
        yield runtime


def led(edge: EdgeRuntime, *uris: str, **changes: Any) -> list[str]:  # noqa: ANN401 - any part of a pointer
    """Return where the piece leads each request."""
    edge.load(compose([edge_piece({**POINTER, **changes}, "index.html")]))
    return [request["uri"] for request in edge.run(*(request_event(uri) for uri in uris))]


def every_name() -> list[str]:
    """Return all paths that the tests of hashed names name, and all files of their generators."""
    quoted = re.findall(r'"([^" ]+\.[A-Za-z0-9_]+)"', Path(str(test_hashed_names.__file__)).read_text())
    files = [path for name in test_hashed_names.TREES for path in test_hashed_names.tree(name)]
    return sorted({*quoted, *files})


def agreed(edge: EdgeRuntime, paths: list[str]) -> dict[str, tuple[bool, bool]]:
    """Return the paths of which Python and JavaScript say different things."""
    answers = led(edge, *(f"/{path}" for path in paths), overlays={}, fallback="")
    said = {path: (is_shared(path), uri.startswith("/.release/a/")) for path, uri in zip(paths, answers, strict=True)}
    return {path: both for path, both in said.items() if both[0] is not both[1]}


def test_the_order_of_the_engines_maps_changes_no_code() -> None:
    """A map arrives in any order, and an update without a change must not publish the function."""
    overlays = {name: [f"{name}.html"] for name in ("", "a", "b", "c")}
    forward, backward = ({**POINTER, "overlays": one} for one in (overlays, dict(reversed(overlays.items()))))
    assert edge_piece(forward, "index.html") == edge_piece(dict(reversed(backward.items())), "index.html")


def test_every_file_of_the_release_is_led_to_where_it_is(edge: EdgeRuntime) -> None:
    """Slot, shared prefix, overlay and what is gone, each by its path, as the visitor wrote it."""
    assert led(edge, "/", "/docs/", "/style.css", "/app.99aabb1c.js", "/about.html", "/gone.html", fallback="") == [
        "/.release/s/2/index.html",
        "/.release/s/2/docs/",
        "/.release/s/2/style.css",
        "/.release/a/0/app.99aabb1c.js",
        "/.release/o/0123456789abcdef/about.html",
        "/.release/o/gone/gone.html",
    ]
    assert led(edge, "/docs/a%20b%2B%C3%A4.html", "/app.0a1b2c3d.js", "/%zz.html") == [
        "/.release/o/0123456789abcdef/docs/a%20b%2B%C3%A4.html",
        "/.release/o/0123456789abcdef/app.0a1b2c3d.js",
        "/.release/s/2/%zz.html",
    ]


def test_a_space_and_a_plus_are_two_files(edge: EdgeRuntime) -> None:
    """Paths arrive in canonical form, with a space as %20 and a plus sign as %2B."""
    overlays = {"00": ["a b.html"], "": ["gone page.html"]}
    assert led(edge, "/a%20b.html", "/gone%20page.html", "/a%2Bb.html", overlays=overlays) == [
        "/.release/o/00/a%20b.html",
        "/.release/o/gone/gone%20page.html",
        "/.release/s/2/a%2Bb.html",
    ]


def test_paths_that_are_no_file_are_led_to_the_fallback(edge: EdgeRuntime) -> None:
    """A client's route gets the page of the same release; a file without an extension itself."""
    assert led(edge, "/client/route", "/docs/", "/LICENSE", "/nope.png") == [
        "/.release/s/2/index.html",
        "/.release/s/2/index.html",
        "/.release/s/2/LICENSE",
        "/.release/s/2/nope.png",
    ]
    changed = {"fallback": "a b.html", "overlays": {"00": ["a b.html"]}}
    assert led(edge, "/client/route", **changed) == ["/.release/o/00/a%20b.html"]


def test_only_what_is_in_a_slot_has_the_release_in_its_cache_key(edge: EdgeRuntime) -> None:
    """Shared files and overlays stay cached over a publish; a visitor's own header counts for nothing.

    What was removed is answered with an error page, as what is missing in a slot is.
    """
    edge.load(compose([edge_piece(POINTER, "index.html")]))
    events = [request_event(uri) for uri in ("/style.css", "/app.99aabb1c.js", "/about.html", "/gone.html")]
    for event in events:
        event["request"]["headers"]["x-release"] = {"value": "visitor"}
    headers = [request["headers"].get("x-release") for request in edge.run(*events)]
    assert headers == [{"value": "2-abc-def"}, None, None, {"value": "2-abc-def"}]


def test_the_records_are_not_served(edge: EdgeRuntime) -> None:
    """No path leads to the index, a manifest or another slot."""
    assert led(edge, "/.release/records/index", "/.release/s/0/index.html") == [
        "/.release/s/2/index.html",
        "/.release/s/2/.release/s/0/index.html",
    ]


def test_python_and_javascript_agree_on_real_names(edge: EdgeRuntime) -> None:
    """Both find the same files shared, of each name in the tests of hashed names."""
    names = every_name()
    assert len(names) > 2_000
    assert agreed(edge, names) == {}


PARTS = st.sampled_from(
    [
        *("_nuxt", "builds", "static.files", "search.index", "bundle", "de", "_images", "pf_meta", "lean", "iframe"),
        # A line separator, and a letter that Unicode folds to `k`.
        *("\u2028", "service-wor\u212aer"),
        *("0123456789abcdef0123456789abcdef", "0123a", "xbVnp_hAou", "350", "550e8400-e29b-41d4-a716-446655440000"),
        *("assets", "media", "static/js", "_astro", "_next/static", "_app/immutable", "main", "index", "sw", "runtime"),
        *("0a1b2c3d", "deadbeef", "20240101", "cafe2024", "DiwrgTda", "ABCDEFGH", "X5J4K6LM", "SemiBold", "hu_", "_hu"),
        *(
            "manifest",
            "_buildManifest",
            "Wq3uJ0cXhYk8sP2zLr7Nd",
            "service-worker",
            "chunk",
            "min",
            "LICENSE",
            "2024-01-02",
        ),
        *("js", "css", "map", "png", "woff2", "json", "html", "txt", "gz", "JS", "mjs", "svg", "xml"),
        "3f2a9c1b4d5e6f7a8b9c",
    ]
)


@given(st.lists(st.tuples(PARTS, st.sampled_from([".", "-", "/", "_", ""])), min_size=1, max_size=8))
@settings(max_examples=600, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_python_and_javascript_agree_on_made_up_names(edge: EdgeRuntime, parts: list[tuple[str, str]]) -> None:
    """Both find the same files shared, of names made from the parts that the rules look at."""
    path = "".join(part + separator for part, separator in parts).strip("/")
    assert agreed(edge, [path]) == {}


def test_the_piece_fits_with_room_for_others(edge: EdgeRuntime) -> None:
    """With as many exceptions as a plan allows there is room for a site's redirects; nothing undocumented is used."""
    many = [f"{number:04}.html" for number in range(EXCEPTION_BYTES // 12)]
    code = compose([edge_piece({**POINTER, "overlays": {"0123456789abcdef": many}}, "index.html")])
    assert size_of(code) < 5_600
    assert undocumented(code) == []
    edge.load(code)
    assert edge.run(request_event("/0001.html"))[0]["uri"] == "/.release/o/0123456789abcdef/0001.html"


def test_exceptions_get_what_room_the_sites_own_rules_leave() -> None:
    """All that they may have beside nothing, less beside much, and beside too much the site is refused."""
    assert room_beside([]) == EXCEPTION_BYTES
    rules = FunctionPart("rules", f"function rules(){{return '{'x' * 5_500}' && undefined}}")
    assert 0 < room_beside([rules]) < EXCEPTION_BYTES
    with pytest.raises(EdgeError, match="rules 8"):
        room_beside([FunctionPart("rules", f"function rules(){{return '{'x' * 8_000}' && undefined}}")])
