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
from sandbox.emulator.patches.alarm_descriptions import to_xml
from sandbox.emulator.patches.copy_checksums import with_checksum
from sandbox.emulator.patches.distribution_aliases import with_aliases
from sandbox.emulator.patches.invalidation_quotas import Allowance
from sandbox.emulator.patches.object_content_types import without_s3
from sandbox.emulator.patches.object_keys import object_key
from sandbox.emulator.patches.query_strings import with_raw_query_string_method
from sandbox.emulator.patches.request_costs import KeptResults
from sandbox.emulator.patches.root_error_page import with_root_error_page
from sandbox.emulator.patches.upload_checksums import checksum_failure
from sandbox.emulator.quotas import quota

if TYPE_CHECKING:
    from pathlib import Path

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
    """MiniStack's own names come first, then the most specific alias, with any port and in any case."""
    cloudfront = ModuleType("cloudfront")
    aliases = {"d3": "*.example.com", "d1": "www.example.com", "d4": "*.example.com.au"}
    distributions = {
        label: {"DomainName": f"{label}.cloudfront.net", "aliases": (alias,)} for label, alias in aliases.items()
    }
    cloudfront.__dict__.update(
        _distributions=distributions, _get_distribution_aliases=lambda distribution: distribution["aliases"]
    )
    label = with_aliases({"d2.cloudfront.net": "d2"}.get, cloudfront)
    hosts = ("d2.cloudfront.net", "WWW.example.com:80", "app.example.com", "other.example")
    assert [label(host) for host in hosts] == ["d2", "d1", "d3", None]


def test_a_distributions_xml_is_parsed_once() -> None:
    """Another text, or none, is parsed by itself, and all again after one has changed."""
    parsed: list[str | None] = []

    def parse(distribution: Mapping[str, str | None]) -> str:
        parsed.append(distribution["config_xml"])
        return f"element of {distribution['config_xml']}"

    elements = KeptResults(parse)
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
        ("", "/a+b%2B.html", "a b+.html"),
        ("/live", "/", "live/"),
        ("/live", "/index.html", "live/index.html"),
    ],
)
def test_object_keys(origin_path: str, uri: str, key: str) -> None:
    """Only the first slash is not part of the key; the origin path comes first; a plus sign is a space."""
    assert object_key({"origin_path": origin_path}, uri) == key


EMPTY = hashlib.sha256(b"").hexdigest()


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({"x-amz-content-sha256": hashlib.sha256(b"body").hexdigest()}, None),
        ({"x-amz-content-sha256": EMPTY}, "XAmzContentSHA256Mismatch"),
        ({"x-amz-content-sha256": "UNSIGNED-PAYLOAD"}, None),
        ({"x-amz-content-sha256": "STREAMING-UNSIGNED-PAYLOAD-TRAILER"}, None),
        ({"x-amz-content-sha256": "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER"}, None),
        ({"x-amz-content-sha256": "unsigned-payload"}, "InvalidArgument"),
        ({"x-amz-content-sha256": EMPTY.upper()}, "InvalidArgument"),
        ({"x-amz-content-sha256": ""}, "InvalidArgument"),
        ({"authorization": "AWS4-HMAC-SHA256 Credential=..."}, "InvalidRequest"),
        ({}, None),
    ],
)
def test_upload_checksums(headers: dict[str, str], code: str | None) -> None:
    """A checksum must be the body's, or one of S3's words for none; only an unsigned request has no checksum."""
    failure = checksum_failure(headers, b"body")
    assert (failure and failure[0]) == code


def test_copy_checksums() -> None:
    """A copy with an algorithm has its checksum in the response; one without, or an error, stays as it is."""
    answers: dict[str, tuple[int, dict[str, str], bytes]] = {
        "a": (200, {}, b"<CopyObjectResult><ETag/></CopyObjectResult>"),
        "b": (404, {}, b"<Error/>"),
    }
    copy = with_checksum(lambda _, key, __: answers[key], lambda *call: "/".join(call))
    checksum = {"x-amz-checksum-algorithm": "sha256"}
    assert copy("bucket", "a", {}) == answers["a"]
    assert copy("bucket", "b", checksum) == answers["b"]
    assert (
        b"<ETag/><ChecksumSHA256>bucket/a/SHA256</ChecksumSHA256></CopyObjectResult>"
        in copy("bucket", "a", checksum)[2]
    )


def test_object_content_types() -> None:
    """The types of S3's objects stay; those of other services' documents are corrected."""
    fixed: list[str] = []
    fix = without_s3(lambda service, _status, _headers: fixed.append(service))
    for service in ("s3", "cloudfront"):
        fix(service, 200, {"Content-Type": "application/xml; charset=utf-8"})
    assert fixed == ["cloudfront"]


def test_alarm_descriptions() -> None:
    """Lists, objects, truth values and special characters are written as in AWS's query protocol; None is left out."""
    alarm = {"Period": 300, "ActionsEnabled": True, "OKActions": ["a&b"], "Unit": None, "StateUpdatedTimestamp": 1.5}
    expected = (
        "<Period>300</Period><ActionsEnabled>true</ActionsEnabled><OKActions><member>a&amp;b</member></OKActions>"
    )
    assert to_xml({"MetricAlarms": [alarm]}) == f"<MetricAlarms><member>{expected}</member></MetricAlarms>"


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        ([(0, 100, 0), (0, 50, 0), (0, 1, 0)], [True, True, False]),
        ([(0, 150, 0), (0.5, 75, 0), (0.5, 76, 0), (1.0, 75, 0)], [True, True, False, True]),
        ([(0, 3000, 0), (19, 150, 0), (20, 150, 0)], [True, False, True]),
        ([(0, 0, 1), (0.9, 0, 1), (1.0, 0, 1)], [True, False, True]),
        ([(0, 0, 1), (0, 150, 0), (0.5, 1, 1), (0.5, 75, 0)], [True, True, False, True]),
    ],
)
def test_invalidations_a_second(steps: list[tuple[float, int, int]], expected: list[bool]) -> None:
    """150 paths and one wildcard a second are allowed; a rejected invalidation uses nothing."""
    times = iter([0.0, *(at for at, _, _ in steps)])
    allowance = Allowance(lambda: next(times))
    kinds = ("InvalidationPathsPerSecond", "WildcardInvalidationsPerSecond")
    assert [allowance.take(dict(zip(kinds, counts, strict=True))) for _, *counts in steps] == expected


def test_quotas_can_be_lowered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file lowers the quotas that it names; without it they are AWS's."""
    path = tmp_path / "quotas.json"
    monkeypatch.setenv("QUOTAS_FILE", str(path))
    assert [quota(name) for name in ("CachePolicies", "Functions", "Distributions")] == [20, 100, 500]
    path.write_text('{"CachePolicies": 2}')
    assert [quota(name) for name in ("CachePolicies", "Functions")] == [2, 100]
