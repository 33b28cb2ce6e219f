"""The key-value store of rules that do not fit into the functions' code, as it is registered with the engine."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hosting.publish.managed.path_list import unpack

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.program.conftest import Deployed

STORE = "aws:cloudfront/keyValueStore:KeyValueStore"
FUNCTION = "aws:cloudfront/function:Function"
ITEMS = "pulumi-python:dynamic/hosting:StoreItems"
CLEANUP = "pulumi-python:dynamic/hosting:StoreCleanup"
MARKER = "pulumi-python:dynamic/hosting:FunctionMarker"
ARN = "arn:aws:cloudfront::1:key-value-store/s1"
RULES = {"r/aaaaaaaa/0": "[]", "r/aaaaaaaa/1": '["/ü"]'}


@pytest.mark.parametrize("mode", ["managed", "bulk"])
def test_without_items_there_is_no_store(deploy: Callable[..., Deployed], mode: str) -> None:
    """A small site has a function without an association, and nothing of a store."""
    found = deploy("prod", publish_mode=mode, store_items={})
    assert {STORE, ITEMS, CLEANUP} & found.resources.keys() == set()
    assert "keyValueStoreAssociations" not in found.resources[FUNCTION]


@pytest.mark.parametrize("mode", ["managed", "bulk"])
def test_items_are_written_before_the_functions_and_removed_after(
    deploy: Callable[..., Deployed], tmp_path: Path, mode: str
) -> None:
    """Both functions read the store; its keys are there before they do, and the cleanup waits for their publication."""
    (tmp_path / "_headers").write_text("/*\n  X-Frame-Options: DENY\n")
    found = deploy("prod", publish_mode=mode, store_items=RULES, directory=tmp_path)
    functions = {one.name: one.inputs["keyValueStoreAssociations"] for one in found.every if one.typ == FUNCTION}
    request = "site-release-function" if mode == "bulk" else "site-request-function"
    assert functions == {request: [ARN], "site-response-function": [ARN]}
    assert [found.resources[name]["store_arn"] for name in (ITEMS, CLEANUP)] == [ARN, ARN]
    assert unpack(found.resources[CLEANUP]["keys"]) == list(RULES)
    after = found.dependencies
    assert after["site-store-items"] == {"site-store"}
    assert [after[name] >= {"site-store", "site-store-items"} for name in functions] == [True, True]
    assert after["site-published-functions"] >= functions.keys()
    assert after["site-store-cleanup"] == {"site-store", "site-published-functions"}


def test_the_store_has_a_name_of_pulumi(deploy: Callable[..., Deployed]) -> None:
    """A replacement exists beside the old store, and so needs another name; the comment says whose store it is."""
    found = deploy("prod", store_items=RULES).resources[STORE]
    assert found == {"comment": "What the functions of static-site-prod read"}


def test_other_items_are_another_function_marker(deploy: Callable[..., Deployed]) -> None:
    """The names of the keys change with the rules, so they stand for them."""
    contents = {
        deploy("prod", store_items=items).resources[MARKER]["content"] for items in ({}, RULES, {"r/bbbbbbbb/0": "[]"})
    }
    assert len(contents) == 3
    assert deploy("prod").resources[MARKER]["content"] in contents


def test_dev_has_no_store(deploy: Callable[..., Deployed]) -> None:
    """Without CloudFront no function could read it."""
    assert STORE not in deploy("dev", store_items=RULES).resources
