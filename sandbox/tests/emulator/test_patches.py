"""The patches of MiniStack that can be tested without it; sandbox/tests/gateway tests all of them over HTTP."""

from __future__ import annotations

import hashlib
import pkgutil
from types import ModuleType
from typing import TYPE_CHECKING

import pytest

from sandbox.emulator import patches
from sandbox.emulator.__main__ import PATCHES
from sandbox.emulator.ministack import replace
from sandbox.emulator.patches.distribution_aliases import with_aliases
from sandbox.emulator.patches.object_keys import object_key
from sandbox.emulator.patches.query_strings import with_raw_query_string_method
from sandbox.emulator.patches.request_costs import KeptElements
from sandbox.emulator.patches.root_error_page import with_root_error_page
from sandbox.emulator.patches.upload_checksums import with_sha256

if TYPE_CHECKING:
    from collections.abc import Mapping


def test_every_patch_is_installed_and_names_ministacks_behavior() -> None:
    """Each module of `patches` is installed, and its docstring starts with what MiniStack does."""
    installed = {patch.__name__.rpartition(".")[2]: patch.__doc__ or "" for patch in PATCHES}
    names = {module.name for module in pkgutil.iter_modules(patches.__path__)}
    assert names - installed.keys() == set()
    assert [name for name in names if not installed[name].startswith("MiniStack")] == []


def test_a_function_that_ministack_does_not_have() -> None:
    """A patch for a function that a new version of MiniStack has renamed stops the emulator at its start."""
    module = ModuleType("app")
    with pytest.raises(AttributeError, match="has no attribute 'gone'"):
        replace(module, "gone", lambda original: original)


def test_a_script_that_ministack_does_not_have() -> None:
    """The same for the JavaScript that runs functions."""
    with pytest.raises(ValueError, match="adapt this patch"):
        with_raw_query_string_method("const other = 1;")


def test_aliases() -> None:
    """MiniStack's own names come first, then the aliases, with any port and in any case."""
    cloudfront = ModuleType("cloudfront")
    distributions = {"E1": {"DomainName": "d1.cloudfront.net", "aliases": ("www.example.com",)}}
    cloudfront.__dict__.update(
        _distributions=distributions, _get_distribution_aliases=lambda distribution: distribution["aliases"]
    )
    label = with_aliases({"d2.cloudfront.net": "d2"}.get, cloudfront)
    assert [label(host) for host in ("d2.cloudfront.net", "WWW.example.com:80", "other.example")] == ["d2", "d1", None]


def test_a_distributions_xml_is_parsed_once() -> None:
    """Another text, or none, is parsed by itself, and all again after one has changed."""
    parsed: list[str | None] = []

    def parse(distribution: Mapping[str, str | None]) -> str:
        parsed.append(distribution["config_xml"])
        return f"element of {distribution['config_xml']}"

    elements = KeptElements(parse)
    texts = [{"config_xml": "<a/>", "Id": "E1"}, {"config_xml": "<a/>"}, {"config_xml": "<b/>"}, {}]
    assert [elements.get(text) for text in texts] == ["element of <a/>"] * 2 + ["element of <b/>", "element of None"]
    assert parsed == ["<a/>", "<b/>", None]
    assert elements.forget_after(len)("abc") == 3
    elements.get(texts[0])
    assert parsed == ["<a/>", "<b/>", None, "<a/>"]


def test_root_error_page() -> None:
    """The page `/` becomes the default root object; other pages stay."""
    responses = {403: {"page": "/", "response_code": 200}, 404: {"page": "/404.html", "response_code": 404}}
    parse = with_root_error_page(lambda _: {"default_root_object": "home.html", "custom_error_responses": responses})
    config = parse({})["custom_error_responses"]
    assert {code: response["page"] for code, response in config.items()} == {403: "/home.html", 404: "/404.html"}


@pytest.mark.parametrize(
    ("origin_path", "uri", "key"),
    [
        ("", "/", ""),
        ("", "//", "/"),
        ("", "/%2F", "/"),
        ("", "/docs/a%20b.html", "docs/a b.html"),
        ("", "//docs", "/docs"),
        ("/live", "/", "live/"),
        ("/live", "/index.html", "live/index.html"),
    ],
)
def test_object_keys(origin_path: str, uri: str, key: str) -> None:
    """Only the first slash is not part of the key; the origin path comes first."""
    assert object_key({"origin_path": origin_path}, uri) == key


@pytest.mark.parametrize(
    ("signed", "is_rejected"),
    [
        (hashlib.sha256(b"body").hexdigest(), False),
        (hashlib.sha256(b"other").hexdigest(), True),
        ("UNSIGNED-PAYLOAD", False),
        ("STREAMING-UNSIGNED-PAYLOAD-TRAILER", False),
        (None, False),
    ],
)
def test_upload_checksums(signed: str | None, is_rejected: bool) -> None:  # noqa: FBT001 - a parameter of the test
    """A signed checksum must be the body's; without one MiniStack's own check decides."""
    check = with_sha256(lambda _headers, _body: "original", lambda *error: error)
    found = check({} if signed is None else {"x-amz-content-sha256": signed}, b"body")
    mismatch = "The provided 'x-amz-content-sha256' header does not match what was computed."
    assert found == (("XAmzContentSHA256Mismatch", mismatch, 400) if is_rejected else "original")
